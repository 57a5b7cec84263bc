import FoundationEssentials
import Manifest

/// Makes one context of one or several kubeconfigs a configuration.
struct KubeconfigReader {
  /// One file's content.
  struct Document {
    var file: String
    var node: Node
  }

  /// A cluster, user or context, and the file that says so, which relative names start from.
  struct Entry {
    var node: Node?
    var file: String
  }

  var documents: [Document]
  var permissions: Kubeconfig.Permissions

  func configuration(context wanted: String?) throws(KubeError) -> KubeConfiguration {
    let current = documents.lazy.compactMap { $0.node["current-context"]?.string }.first { !$0.isEmpty }
    guard let name = wanted ?? current, !name.isEmpty else {
      throw failure("no current-context; name one of: \(names("contexts"))")
    }
    let context = try entry("contexts", name, part: "context").node
    let cluster = try entry("clusters", context?["cluster"]?.string ?? "", part: "cluster")
    guard let server = cluster.node?["server"]?.string, server.hasPrefix("https://") || server.hasPrefix("http://")
    else {
      throw failure("context \(name): the cluster's server is no http(s) URL")
    }
    let userName = context?["user"]?.string ?? ""
    let user = userName.isEmpty ? Entry(file: cluster.file) : try entry("users", userName, part: "user")
    try refuseWhatIsNotUnderstood(user.node, context: name)
    let authority = try material(cluster, "certificate-authority")
    let skipsVerification = cluster.node?["insecure-skip-tls-verify"]?.boolean ?? false
    guard authority == nil || !skipsVerification else {
      throw failure(
        "context \(name): insecure-skip-tls-verify does not go with a certificate-authority; take one of them away")
    }
    let certificate = try material(user, "client-certificate")
    let key = try material(user, "client-key")
    guard (certificate == nil) == (key == nil) else {
      throw failure("context \(name): the user has one of client-certificate and client-key; expected both or none")
    }
    return KubeConfiguration(
      server: server, serverName: try serverName(cluster, context: name), proxy: try proxy(cluster, context: name),
      token: try token(of: user, cluster: cluster, context: name), impersonation: impersonation(user.node),
      certificateAuthority: authority, clientCertificate: certificate, clientKey: key,
      skipsVerification: skipsVerification, namespace: context?["namespace"]?.string ?? "")
  }

  /// The first entry of a name: later files do not change it.
  private func entry(_ list: String, _ name: String, part: String) throws(KubeError) -> Entry {
    for document in documents {
      if let found = document.node[list]?.array?.first(where: { $0["name"]?.string == name }) {
        return Entry(node: found[part], file: document.file)
      }
    }
    throw failure("\(list) has no \"\(name)\"; there are: \(names(list))")
  }

  private func names(_ list: String) -> String {
    var seen: Set<String> = []
    let names = documents.flatMap { ($0.node[list]?.array ?? []).compactMap { $0["name"]?.string } }
      .filter { seen.insert($0).inserted }
    return names.isEmpty ? "none" : names.joined(separator: ", ")
  }

  private func refuseWhatIsNotUnderstood(_ user: Node?, context: String) throws(KubeError) {
    if user?["auth-provider"].map({ !$0.isNull }) ?? false {
      throw failure(
        "context \(context): the user's auth-provider is not understood: Kubernetes took it out in 1.26; let your "
          + "cloud's own command write the kubeconfig anew, with an exec program, or use a token or a client certificate"
      )
    }
    for key in ["username", "password"] where !(user?[key]?.string ?? "").isEmpty {
      throw failure(
        "context \(context): the user's \(key) is not allowed: API servers take no passwords since Kubernetes 1.19; "
          + "use a token or a client certificate")
    }
  }

  private func serverName(_ cluster: Entry, context: String) throws(KubeError) -> String? {
    guard let name = cluster.node?["tls-server-name"]?.string, !name.isEmpty else { return nil }
    let isName = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    guard isName else {
      throw failure("context \(context): tls-server-name is no host name; expected one like kubernetes.default.svc")
    }
    return name
  }

  private func proxy(_ cluster: Entry, context: String) throws(KubeError) -> ProxyAddress? {
    guard let text = cluster.node?["proxy-url"]?.string, !text.isEmpty else { return nil }
    guard permissions.proxies else {
      throw failure("context \(context): proxy-url is not allowed here: the way to the server must be direct")
    }
    do { return try ProxyAddress(text) } catch {
      throw failure("context \(context): proxy-url \(error.message)")
    }
  }

  private func token(of user: Entry, cluster: Entry, context: String) throws(KubeError) -> TokenSource {
    let token = user.node?["token"]?.string ?? ""
    if let path = user.node?["tokenFile"]?.string, !path.isEmpty {
      // As with kubectl the file counts, and the token until there is one.
      let place = try allowed(path, "tokenFile", file: user.file)
      return .file(TokenFile(path: place, fallback: token.isEmpty ? nil : token))
    }
    if let program = user.node?["exec"], !program.isNull {
      let settings = try self.program(program, user: user, cluster: cluster, context: context)
      // As with kubectl a token that stands there makes the program needless.
      if token.isEmpty { return .program(CredentialProgram(settings)) }
    }
    return token.isEmpty ? .none : .fixed(token)
  }

  private func impersonation(_ user: Node?) -> Impersonation? {
    guard let name = user?["as"]?.string, !name.isEmpty else { return nil }
    var extra: [String: [String]] = [:]
    for entry in user?["as-user-extra"]?.object?.entries ?? [] {
      extra[entry.key] = (entry.value.array ?? []).compactMap(\.string)
    }
    return Impersonation(
      user: name, userID: user?["as-uid"]?.string ?? "",
      groups: (user?["as-groups"]?.array ?? []).compactMap(\.string), extra: extra)
  }

  /// `KEY-data` in base64, else the file named by `KEY`.
  func material(_ entry: Entry, _ key: String) throws(KubeError) -> [UInt8]? {
    if let text = entry.node?["\(key)-data"]?.string, !text.isEmpty {
      guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else {
        throw failure("\(key)-data is not base64")
      }
      return Array(data)
    }
    guard let path = entry.node?[key]?.string, !path.isEmpty else { return nil }
    let place = try allowed(path, key, file: entry.file)
    guard let data = FileManager.default.contents(atPath: place) else {
      throw failure("\(key): cannot read \(place)")
    }
    return Array(data)
  }

  private func allowed(_ path: String, _ key: String, file: String) throws(KubeError) -> String {
    guard permissions.files else {
      throw failure("\(key) names a file; only contents are allowed here: use `kubectl config view --flatten`")
    }
    return Self.absolute(path, file: file)
  }

  /// A path that a file names: relative ones start at the file's own folder.
  static func absolute(_ path: String, file: String) -> String {
    guard !path.hasPrefix("/"), let end = file.lastIndex(of: "/") else { return path }
    return file[...end] + path
  }

  func failure(_ words: String) -> KubeError {
    KubeError(.configuration, message: "\(documents.map(\.file).joined(separator: ":")): \(words)")
  }
}
