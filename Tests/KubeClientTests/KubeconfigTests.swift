import Foundation
import KubeClient
import Testing

@Suite("Kubeconfig")
struct KubeconfigTests {
  static func document(user: String = "token: secret-token", cluster: String = "") -> [UInt8] {
    Array(
      """
      apiVersion: v1
      kind: Config
      current-context: a
      contexts:
      - {name: a, context: {cluster: c, user: u, namespace: shop}}
      - {name: b, context: {cluster: missing, user: u}}
      clusters:
      - name: c
        cluster: {server: 'https://example.test:6443/base/', \(cluster)}
      users:
      - name: u
        user: {\(user)}
      """.utf8)
  }

  typealias Config = Kubeconfig

  @Test("server, base path, token and namespace are read; the token shows nowhere")
  func reads() throws {
    let configuration = try Config.read(Self.document(), file: "kc")
    #expect(configuration.server == "https://example.test:6443/base")
    #expect(configuration.namespace == "shop")
    #expect(!"\(configuration)".contains("secret-token"))
    #expect(!String(reflecting: configuration.token).contains("secret-token"))
  }

  @Test(
    "what cannot be used is said, without credentials",
    arguments: [
      (document(), "b", "kc: clusters has no \"missing\"; there are: c"),
      (document(), "z", "kc: contexts has no \"z\"; there are: a, b"),
      (document(user: "exec: {command: sh}"), nil, "kc: context a: the user's exec is not allowed"),
      (document(user: "username: x, password: secret-token"), nil, "kc: context a: the user's username is not allowed"),
      (document(user: "tokenFile: /etc/passwd"), nil, "kc: tokenFile names a file; only contents are allowed here"),
      (document(cluster: "certificate-authority: /etc/x"), nil, "kc: certificate-authority names a file"),
      (document(cluster: "certificate-authority-data: '***'"), nil, "kc: certificate-authority-data is not base64"),
      (document(cluster: "proxy-url: 'http://p'"), nil, "kc: context a: proxy-url is not allowed here"),
      (document(user: "auth-provider: {name: gcp}"), nil, "kc: context a: the user's auth-provider is not understood"),
      (document(user: "client-certificate-data: YQ=="), nil, "kc: context a: the user has one of client-certificate"),
      (document(cluster: "tls-server-name: 'a b'"), nil, "kc: context a: tls-server-name is no host name"),
      (
        document(cluster: "certificate-authority-data: YQ==, insecure-skip-tls-verify: true"), nil,
        "kc: context a: insecure-skip-tls-verify does not go with a certificate-authority"
      ),
      (Array("a: [".utf8), nil, "kc: the kubeconfig is neither YAML nor JSON"),
      (Array("kind: Config".utf8), nil, "kc: no current-context; name one of: none"),
    ] as [([UInt8], String?, String)])
  func refuses(document: [UInt8], context: String?, message: String) throws {
    let error = #expect(throws: KubeError.self) { _ = try Config.read(document, file: "kc", context: context) }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("secret-token") == false)
  }

  @Test("files are read where they are allowed, relative to the kubeconfig")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kubeconfig-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("authority".utf8).write(to: folder.appendingPathComponent("ca.pem"))
    let path = folder.appendingPathComponent("config").path
    try Data(Self.document(cluster: "certificate-authority: ca.pem")).write(to: URL(fileURLWithPath: path))
    #expect(try Config.load(path: path).certificateAuthority == Array("authority".utf8))
  }

  @Test("one context is inlined with the contents of its files, and reads as the same where no file may be read")
  func inlined() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kubeconfig-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in [("ca.pem", "authority"), ("me.pem", "certificate"), ("me.key", "key"), ("token", "secret\n")] {
      try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }
    let path = folder.appendingPathComponent("config").path
    let document = Self.document(
      user: "tokenFile: token, client-certificate: me.pem, client-key: \(folder.path)/me.key",
      cluster: "certificate-authority: ca.pem")
    let text = try Config.inlined(document, file: path, context: "a")
    #expect(!text.contains(folder.path))
    #expect(Config.contexts(Array(text.utf8), file: "inlined") == ["cluster"])
    let configuration = try Config.read(Array(text.utf8), file: "inlined")
    #expect(configuration.server == "https://example.test:6443/base")
    #expect(configuration.namespace == "shop")
    #expect(configuration.certificateAuthority == Array("authority".utf8))
    #expect(configuration.clientCertificate == Array("certificate".utf8))
    #expect(configuration.clientKey == Array("key".utf8))
    guard case .fixed("secret") = configuration.token else {
      Issue.record("the token is \(configuration.token)")
      return
    }
    try FileManager.default.removeItem(at: folder.appendingPathComponent("token"))
    let error = #expect(throws: KubeError.self) { _ = try Config.inlined(document, file: path) }
    #expect(error?.message == "\(path): tokenFile: cannot read \(folder.path)/token")
    #expect(throws: KubeError.self) { _ = try Config.inlined(Self.document(user: "exec: {command: sh}"), file: "kc") }
  }
}
