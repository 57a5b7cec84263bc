import FoundationEssentials
import Manifest

extension KubeconfigReader {
  private static let group = "client.authentication.k8s.io"
  private static let versions = ["\(group)/v1", "\(group)/v1beta1"]

  /// Reads `exec` of a user.
  func program(
    _ node: Node, user: Entry, cluster: Entry, context: String
  ) throws(KubeError) -> CredentialProgram.Settings {
    func exec(_ words: String) -> KubeError { failure("context \(context): the user's exec \(words)") }
    guard permissions.programs else {
      throw exec("is not allowed here: it would run a program; use a token or a client certificate")
    }
    guard let command = node["command"]?.string, !command.isEmpty else { throw exec("has no command") }
    guard let apiVersion = node["apiVersion"]?.string, Self.versions.contains(apiVersion) else {
      throw exec(
        "has another apiVersion than \(Self.versions.joined(separator: " and ")); let the command that wrote the "
          + "kubeconfig write it anew")
    }
    switch node["interactiveMode"]?.string ?? "" {
    case "Never", "IfAvailable": break
    case "" where apiVersion == Self.versions[1]: break
    case "Always":
      throw exec("has interactiveMode: Always, and there is no terminal; use a token, or a program that needs nobody")
    default: throw exec("has no interactiveMode; expected Never, IfAvailable or Always")
    }
    var environment: [String: String] = [:]
    for entry in node["env"]?.array ?? [] {
      guard let name = entry["name"]?.string, !name.isEmpty else { throw exec("has an entry of env without a name") }
      environment[name] = entry["value"]?.string ?? ""
    }
    var arguments: [String] = []
    for argument in node["args"]?.array ?? [] {
      guard let text = argument.string else { throw exec("has an entry of args that is no text; put it in quotes") }
      arguments.append(text)
    }
    return CredentialProgram.Settings(
      apiVersion: apiVersion,
      // A bare name is looked up in PATH, a path starts at the kubeconfig's folder.
      command: command.contains("/") ? Self.absolute(command, file: user.file) : command, arguments: arguments,
      environment: environment, installHint: node["installHint"]?.string ?? "",
      cluster: node["provideClusterInfo"]?.boolean == true ? try clusterInfo(cluster) : nil)
  }

  /// What a program is told about the cluster: the fields of the kubeconfig with the authority's content.
  private func clusterInfo(_ cluster: Entry) throws(KubeError) -> Node {
    var info: Node = [:]
    for key in ["server", "tls-server-name", "insecure-skip-tls-verify", "proxy-url", "disable-compression"] {
      if let value = cluster.node?[key] { info[key] = value }
    }
    if let authority = try material(cluster, "certificate-authority") {
      info["certificate-authority-data"] = Node(.string(Data(authority).base64EncodedString()))
    }
    let extensions = cluster.node?["extensions"]?.array ?? []
    if let own = extensions.first(where: { $0["name"]?.string == "\(Self.group)/exec" }) {
      info["config"] = own["extension"]
    }
    return info
  }
}
