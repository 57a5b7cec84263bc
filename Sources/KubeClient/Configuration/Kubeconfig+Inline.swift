import FoundationEssentials
import Manifest

extension Kubeconfig {
  /// One context of a kubeconfig as a document of its own, with the contents of all files that it names: what another
  /// machine can use. No program is run and no proxy is taken along: both belong to this machine.
  ///
  /// - Parameters:
  ///   - file: the file's name, for messages and as the start of relative file names.
  ///   - context: the context's name; nil for `current-context`.
  /// - Throws: as `read`, and when a file that it names cannot be read.
  public static func inlined(
    _ bytes: [UInt8], file: String, context: String? = nil
  ) throws(KubeError) -> String {
    try inlined([(file, bytes)], context: context)
  }

  /// One context of several kubeconfigs together, inlined.
  public static func inlined(
    _ files: [(name: String, bytes: [UInt8])], context: String? = nil
  ) throws(KubeError) -> String {
    let found = try read(files, context: context, permissions: Permissions(files: true))
    var cluster: Node = ["server": Node(.string(found.server))]
    var user: Node = [:]
    func base64(_ bytes: [UInt8]) -> Node { Node(.string(Data(bytes).base64EncodedString())) }
    if let authority = found.certificateAuthority { cluster["certificate-authority-data"] = base64(authority) }
    if found.skipsVerification { cluster["insecure-skip-tls-verify"] = true }
    if let name = found.serverName { cluster["tls-server-name"] = Node(.string(name)) }
    if let certificate = found.clientCertificate { user["client-certificate-data"] = base64(certificate) }
    if let key = found.clientKey { user["client-key-data"] = base64(key) }
    switch found.token {
    case .fixed(let token): user["token"] = Node(.string(token))
    case .file(let source):
      do { user["token"] = Node(.string(try source.current())) } catch {
        let names = files.map(\.name).joined(separator: ":")
        throw KubeError(.configuration, message: "\(names): tokenFile: cannot read \(source.path)")
      }
    case .none, .program: break
    }
    if let other = found.impersonation {
      user["as"] = Node(.string(other.user))
      if !other.userID.isEmpty { user["as-uid"] = Node(.string(other.userID)) }
      if !other.groups.isEmpty { user["as-groups"] = texts(other.groups) }
      if !other.extra.isEmpty {
        var extra: Node = [:]
        for key in other.extra.keys.sorted() { extra[key] = texts(other.extra[key] ?? []) }
        user["as-user-extra"] = extra
      }
    }
    var inner: Node = ["cluster": "cluster", "user": "user"]
    if !found.namespace.isEmpty { inner["namespace"] = Node(.string(found.namespace)) }
    return JSON.text([
      "apiVersion": "v1", "kind": "Config", "current-context": "cluster",
      "clusters": [["name": "cluster", "cluster": cluster]], "users": [["name": "user", "user": user]],
      "contexts": [["name": "cluster", "context": inner]],
    ])
  }

  private static func texts(_ texts: [String]) -> Node { Node(.array(texts.map { Node(.string($0)) })) }
}
