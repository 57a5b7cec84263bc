import Foundation
import Manifest
import Testing

@testable import KubeClient

/// What the fields of a kubeconfig become where everything is allowed.
@Suite("Kubeconfig fields")
struct KubeconfigFieldTests {
  static func read(user: String = "token: t", cluster: String = "") throws -> KubeConfiguration {
    try Kubeconfig.read(KubeconfigTests.document(user: user, cluster: cluster), file: "kc", permissions: .all)
  }

  @Test("a proxy has a scheme, a host and a port, and shows no password")
  func proxy() throws {
    let proxy = try #require(
      try Self.read(cluster: "proxy-url: 'http://me:p%40ss@proxy.test:3128/'").proxy)
    #expect(proxy.scheme == .http && proxy.host == "proxy.test" && proxy.port == 3128)
    #expect(proxy.user == "me" && proxy.password == "p@ss")
    #expect("\(proxy)" == "http://proxy.test:3128" && String(reflecting: proxy) == "http://proxy.test:3128")
    #expect(try Self.read(cluster: "proxy-url: 'socks5://[::1]'").proxy?.description == "socks5://[::1]:1080")
    #expect(try Self.read(cluster: "proxy-url: ''").proxy == nil)
  }

  @Test(
    "a proxy that cannot be used is refused without its text",
    arguments: ["proxy.test:3128", "https://u:secret-token@p", "socks5://u:secret-token@p", "http://", "http://p:0"])
  func unusableProxy(text: String) {
    let error = #expect(throws: KubeError.self) { _ = try Self.read(cluster: "proxy-url: '\(text)'") }
    #expect(error?.message.hasPrefix("kc: context a: proxy-url ") == true)
    #expect(error?.message.contains("secret-token") == false)
  }

  @Test("the server's name, and as whom to act")
  func names() throws {
    let configuration = try Self.read(
      user: """
        token: t, as: deployer, as-uid: '7', as-groups: [one, two], as-user-extra: {Scope/A: [x, z]}
        """, cluster: "tls-server-name: kubernetes.default")
    #expect(configuration.serverName == "kubernetes.default")
    #expect(
      configuration.impersonation?.headers.map { "\($0.name): \($0.value)" } == [
        "impersonate-user: deployer", "impersonate-uid: 7", "impersonate-group: one", "impersonate-group: two",
        "impersonate-extra-scope%2Fa: x", "impersonate-extra-scope%2Fa: z",
      ])
    let inlined = try Kubeconfig.inlined(
      KubeconfigTests.document(user: "token: t, as: deployer", cluster: "tls-server-name: k"), file: "kc")
    let again = try Kubeconfig.read(Array(inlined.utf8), file: "inlined")
    #expect(again.impersonation?.user == "deployer" && again.serverName == "k")
  }

  @Test("a server's name replaces the host of the address, which stays what is connected to")
  func address() {
    func address(_ server: String, _ name: String?) -> [String] {
      let address = ServerAddress(KubeConfiguration(server: server, serverName: name))
      return [address.url, address.override?.name ?? "", address.override?.host ?? "", address.hostHeader ?? ""]
    }
    #expect(
      address("https://1.2.3.4:6443/base/", "k.test") == [
        "https://k.test:6443/base", "k.test", "1.2.3.4", "1.2.3.4:6443",
      ])
    #expect(address("https://[::1]:6443", "k.test") == ["https://k.test:6443", "k.test", "::1", "[::1]:6443"])
    #expect(address("https://k.test", "k.test") == ["https://k.test", "", "", ""])
    #expect(address("https://h.test", nil) == ["https://h.test", "", "", ""])
    #expect(address("http://h.test", "k.test") == ["http://h.test", "", "", ""])
  }

  @Test("a program's fields, and what it is told about the cluster")
  func program() throws {
    let configuration = try Self.read(
      user: """
        exec: {apiVersion: client.authentication.k8s.io/v1, command: ./bin/get, args: [a, 'b c'], \
        env: [{name: X, value: '1'}], installHint: install it, interactiveMode: IfAvailable, provideClusterInfo: true}
        """,
      cluster: """
        tls-server-name: k, certificate-authority-data: YQ==, \
        extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: x}}]
        """)
    guard case .program(let program) = configuration.token else {
      Issue.record("the token is \(configuration.token)")
      return
    }
    #expect(program.settings.command == "./bin/get" && program.settings.arguments == ["a", "b c"])
    #expect(program.settings.environment == ["X": "1"] && program.settings.installHint == "install it")
    #expect(
      program.settings.cluster == [
        "server": "https://example.test:6443/base/", "tls-server-name": "k", "certificate-authority-data": "YQ==",
        "config": ["audience": "x"],
      ])
    #expect("\(configuration.token)" == "what ./bin/get prints")
  }

  @Test(
    "a program that cannot be run as it is written says why",
    arguments: [
      ("{command: x}", "has another apiVersion than client.authentication.k8s.io/v1 and"),
      ("{apiVersion: client.authentication.k8s.io/v1alpha1, command: x}", "has another apiVersion"),
      ("{apiVersion: client.authentication.k8s.io/v1}", "has no command"),
      ("{apiVersion: client.authentication.k8s.io/v1, command: x}", "has no interactiveMode"),
      (
        "{apiVersion: client.authentication.k8s.io/v1beta1, command: x, interactiveMode: Always}",
        "has interactiveMode: Always, and there is no terminal"
      ),
      (
        "{apiVersion: client.authentication.k8s.io/v1beta1, command: x, args: [1]}",
        "has an entry of args that is no text"
      ),
      (
        "{apiVersion: client.authentication.k8s.io/v1beta1, command: x, env: [{value: a}]}",
        "has an entry of env without a name"
      ),
    ])
  func unusableProgram(exec: String, words: String) {
    let error = #expect(throws: KubeError.self) { _ = try Self.read(user: "exec: \(exec)") }
    #expect(error?.message.hasPrefix("kc: context a: the user's exec \(words)") == true, "\(error?.message ?? "")")
  }

  @Test("of several files the first counts, and each names files from its own folder")
  func merged() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kubeconfigs-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["one", "two"] {
      let place = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try Data("authority of \(name)".utf8).write(to: place.appendingPathComponent("ca.pem"))
    }
    let first = """
      contexts: [{name: a, context: {cluster: c, user: u, namespace: from-one}}]
      clusters: [{name: c, cluster: {server: 'https://one', certificate-authority: ca.pem}}]
      """
    let second = """
      current-context: a
      contexts: [{name: a, context: {cluster: d, user: u}}, {name: b, context: {cluster: d, user: u}}]
      clusters: [{name: c, cluster: {server: 'https://never'}}, {name: d, cluster: {server: 'https://two', certificate-authority: ca.pem}}]
      users: [{name: u, user: {token: t}}]
      """
    let paths = ["one", "two"].map { folder.path + "/\($0)/config" }
    try Data(first.utf8).write(to: URL(fileURLWithPath: paths[0]))
    try Data(second.utf8).write(to: URL(fileURLWithPath: paths[1]))
    let list = "\(folder.path)/absent:\(paths[0]):\(paths[1])"
    let current = try Kubeconfig.load(path: list)
    #expect(current.server == "https://one" && current.namespace == "from-one")
    #expect(current.certificateAuthority == Array("authority of one".utf8))
    let other = try Kubeconfig.load(path: list, context: "b")
    #expect(other.server == "https://two" && other.certificateAuthority == Array("authority of two".utf8))
    let error = #expect(throws: KubeError.self) { _ = try Kubeconfig.load(path: list, context: "z") }
    #expect(error?.message == "\(paths.joined(separator: ":")): contexts has no \"z\"; there are: a, b")
    let absent = #expect(throws: KubeError.self) {
      _ = try Kubeconfig.load(path: "\(folder.path)/x:\(folder.path)/y")
    }
    #expect(absent?.message == "\(folder.path)/x: the kubeconfig cannot be read")
  }
}
