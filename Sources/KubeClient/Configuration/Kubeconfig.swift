import FleetModel
import FoundationEssentials
import Manifest

/// Reads kubeconfig documents.
public enum Kubeconfig {
  /// What a kubeconfig may make this process do besides talking to its server (AMENDMENTS 27).
  public struct Permissions: Sendable {
    /// Whether certificates, keys and tokens may be read from files that it names. Relative names start at its folder.
    public var files: Bool

    /// Makes permissions.
    public init(files: Bool = false) { self.files = files }
  }

  /// Reads a file; see `read`.
  public static func load(
    path: String, context: String? = nil, permissions: Permissions = Permissions(files: true)
  ) throws(KubeError) -> KubeConfiguration {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw KubeError(.configuration, message: "\(path): the kubeconfig cannot be read")
    }
    return try read(Array(data), file: path, context: context, permissions: permissions)
  }

  /// Reads one context of a kubeconfig in YAML or JSON.
  ///
  /// - Parameters:
  ///   - file: the file's name, for messages and as the start of relative file names.
  ///   - context: the context's name; nil for `current-context`.
  /// - Throws: a `KubeError` of kind `configuration` naming what is missing or not allowed. It holds no credentials.
  public static func read(
    _ bytes: [UInt8], file: String, context: String? = nil, permissions: Permissions = Permissions()
  ) throws(KubeError) -> KubeConfiguration {
    let document: Node
    do {
      guard let first = try DocumentReader.documents(bytes, file: file).first else {
        throw KubeError(.configuration, message: "\(file): the kubeconfig is empty")
      }
      document = first
    } catch let error as KubeError {
      throw error
    } catch {
      // A parser's message may quote the line, and with it a token.
      throw KubeError(.configuration, message: "\(file): the kubeconfig is neither YAML nor JSON")
    }
    let reader = Reader(document: document, file: file, permissions: permissions)
    return try reader.configuration(context: context)
  }

  /// One context of a kubeconfig as a document of its own, with the contents of all files that it names: what another
  /// machine can use.
  ///
  /// - Parameters:
  ///   - file: the file's name, for messages and as the start of relative file names.
  ///   - context: the context's name; nil for `current-context`.
  /// - Throws: as `read`, and when a file that it names cannot be read.
  public static func inlined(
    _ bytes: [UInt8], file: String, context: String? = nil
  ) throws(KubeError) -> String {
    let found = try read(bytes, file: file, context: context, permissions: Permissions(files: true))
    var cluster: Node = ["server": Node(.string(found.server))]
    var user: Node = [:]
    func base64(_ bytes: [UInt8]) -> Node { Node(.string(Data(bytes).base64EncodedString())) }
    if let authority = found.certificateAuthority { cluster["certificate-authority-data"] = base64(authority) }
    if found.skipsVerification { cluster["insecure-skip-tls-verify"] = true }
    if let certificate = found.clientCertificate { user["client-certificate-data"] = base64(certificate) }
    if let key = found.clientKey { user["client-key-data"] = base64(key) }
    if let token = found.token.current(), !token.isEmpty {
      user["token"] = Node(.string(token))
    } else if case .file(let source) = found.token {
      throw KubeError(.configuration, message: "\(file): tokenFile: cannot read \(source.path)")
    }
    var inner: Node = ["cluster": "cluster", "user": "user"]
    if !found.namespace.isEmpty { inner["namespace"] = Node(.string(found.namespace)) }
    return JSON.text([
      "apiVersion": "v1", "kind": "Config", "current-context": "cluster",
      "clusters": [["name": "cluster", "cluster": cluster]], "users": [["name": "user", "user": user]],
      "contexts": [["name": "cluster", "context": inner]],
    ])
  }

  /// The names of all contexts, in the order written.
  public static func contexts(_ bytes: [UInt8], file: String) -> [String] {
    let document = (try? DocumentReader.documents(bytes, file: file))?.first
    return (document?["contexts"]?.array ?? []).compactMap { $0["name"]?.string }
  }

  /// The configuration of a Pod, from its service account.
  public static func inCluster(
    environment: [String: String], folder: String = "/var/run/secrets/kubernetes.io/serviceaccount"
  ) throws(KubeError) -> KubeConfiguration {
    guard let host = environment["KUBERNETES_SERVICE_HOST"], let port = environment["KUBERNETES_SERVICE_PORT"],
      let authority = FileManager.default.contents(atPath: folder + "/ca.crt")
    else {
      throw KubeError(
        .configuration, message: "not inside a cluster: KUBERNETES_SERVICE_HOST or \(folder)/ca.crt is missing")
    }
    let namespace = FileManager.default.contents(atPath: folder + "/namespace").map {
      String(decoding: $0, as: UTF8.self)
    }
    return KubeConfiguration(
      server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)",
      token: .file(TokenFile(path: folder + "/token")), certificateAuthority: Array(authority),
      namespace: namespace ?? "")
  }

  private struct Reader {
    var document: Node
    var file: String
    var permissions: Permissions

    func configuration(context wanted: String?) throws(KubeError) -> KubeConfiguration {
      guard let name = wanted ?? document["current-context"]?.string, !name.isEmpty else {
        throw failure("no current-context; name one of: \(names("contexts"))")
      }
      let context = try entry("contexts", name)["context"]
      let cluster = try entry("clusters", context?["cluster"]?.string ?? "")["cluster"]
      guard let server = cluster?["server"]?.string, server.hasPrefix("https://") || server.hasPrefix("http://") else {
        throw failure("context \(name): the cluster's server is no http(s) URL")
      }
      for unsupported in ["proxy-url", "tls-server-name"] where cluster?[unsupported] != nil {
        throw failure("context \(name): \(unsupported) is not available in this version")
      }
      let user = try context?["user"]?.string.map { name throws(KubeError) in try entry("users", name)["user"] } ?? nil
      for unsupported in ["exec", "auth-provider", "username"] where user?[unsupported] != nil {
        throw failure(
          "context \(name): the user's \(unsupported) is not allowed: it would run a program or send a password; use a "
            + "token or a client certificate")
      }
      return KubeConfiguration(
        server: server, token: try token(of: user),
        certificateAuthority: try material(cluster, "certificate-authority"),
        clientCertificate: try material(user, "client-certificate"), clientKey: try material(user, "client-key"),
        skipsVerification: cluster?["insecure-skip-tls-verify"]?.boolean ?? false,
        namespace: context?["namespace"]?.string ?? "")
    }

    private func entry(_ list: String, _ name: String) throws(KubeError) -> Node {
      guard let entry = document[list]?.array?.first(where: { $0["name"]?.string == name }) else {
        throw failure("\(list) has no \"\(name)\"; there are: \(names(list))")
      }
      return entry
    }

    private func names(_ list: String) -> String {
      let names = (document[list]?.array ?? []).compactMap { $0["name"]?.string }
      return names.isEmpty ? "none" : names.joined(separator: ", ")
    }

    private func token(of user: Node?) throws(KubeError) -> TokenSource {
      if let token = user?["token"]?.string, !token.isEmpty { return .fixed(token) }
      guard let path = user?["tokenFile"]?.string else { return .none }
      return .file(TokenFile(path: try allowed(path, "tokenFile")))
    }

    /// `KEY-data` in base64, else the file named by `KEY`.
    private func material(_ node: Node?, _ key: String) throws(KubeError) -> [UInt8]? {
      if let text = node?["\(key)-data"]?.string {
        guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else {
          throw failure("\(key)-data is not base64")
        }
        return Array(data)
      }
      guard let path = node?[key]?.string else { return nil }
      let place = try allowed(path, key)
      guard let data = FileManager.default.contents(atPath: place) else {
        throw failure("\(key): cannot read \(place)")
      }
      return Array(data)
    }

    private func allowed(_ path: String, _ key: String) throws(KubeError) -> String {
      guard permissions.files else {
        throw failure("\(key) names a file; only contents are allowed here: use `kubectl config view --flatten`")
      }
      guard !path.hasPrefix("/"), let end = file.lastIndex(of: "/") else { return path }
      return file[...end] + path
    }

    private func failure(_ words: String) -> KubeError { KubeError(.configuration, message: "\(file): \(words)") }
  }
}
