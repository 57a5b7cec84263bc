import AsyncHTTPClient
import FleetTestSupport
import Foundation
import Manifest
import NIOSSL
import Synchronization
import Testing

@testable import KubeClient

/// Certificates, names and proxies over real connections.
@Suite("Transport")
struct TransportTests {
  private static let version: @Sendable (Received) -> Reply = { request in
    Reply(200, #"{"gitVersion": "\#(request.header("host") ?? "")"}"#)
  }

  private static func kube(_ configuration: KubeConfiguration, _ http: HTTPClient) throws -> KubeClient {
    KubeClient(transport: try HTTPTransport(configuration, client: http))
  }

  /// Why there is no answer; empty when there is one.
  private static func words(_ configuration: KubeConfiguration, _ http: HTTPClient) async -> String {
    do {
      _ = try await kube(configuration, http).serverVersion()
      return ""
    } catch { return (error as? KubeError)?.message ?? "\(error)" }
  }

  @Test("a server is known by its own name, by tls-server-name, or not at all")
  func names() async throws {
    let certificates = try await Certificates(server: "DNS:kubernetes.default,IP:127.0.0.2")
    defer { certificates.remove() }
    let authority = try certificates.bytes("ca.pem")
    try await withServer(tls: try certificates.serverTLS(), answer: Self.version) { port, http in
      let server = "https://127.0.0.1:\(port)"
      let wrongName = await Self.words(KubeConfiguration(server: server, certificateAuthority: authority), http)
      #expect(wrongName.hasPrefix("cannot reach \(server): the server's certificate is not for the address's host"))
      let named = KubeConfiguration(
        server: server, serverName: "kubernetes.default", certificateAuthority: authority)
      let host = try await Self.kube(named, http).serverVersion()
      #expect(host == "127.0.0.1:\(port)")
      let other = KubeConfiguration(server: server, serverName: "another.test", certificateAuthority: authority)
      #expect(await Self.words(other, http).contains("not for \"another.test\" (tls-server-name)"))
      let stranger = await Self.words(KubeConfiguration(server: server, serverName: "kubernetes.default"), http)
      #expect(stranger.contains("not from an authority that this system trusts"), "\(stranger)")
      let skipping = KubeConfiguration(server: server, skipsVerification: true)
      #expect(try await Self.kube(skipping, http).serverVersion() == "127.0.0.1:\(port)")
    }
  }

  @Test("a client's certificate from files of the kubeconfig, and from a program")
  func clientCertificate() async throws {
    let certificates = try await Certificates(server: "IP:127.0.0.1")
    defer { certificates.remove() }
    let script = try CredentialProgramTests.Script("cat \"${0%/*}/answer\"")
    defer { script.remove() }
    let printed: Node = [
      "apiVersion": "client.authentication.k8s.io/v1beta1", "kind": "ExecCredential",
      "status": [
        "clientCertificateData": Node(.string(try certificates.text("client.pem"))),
        "clientKeyData": Node(.string(try certificates.text("client.key"))),
      ],
    ]
    try Data(JSON.bytes(printed)).write(to: script.folder.appendingPathComponent("answer"))
    let tls = try certificates.serverTLS(asksForClient: true)
    try await withServer(tls: tls, answer: Self.version) { port, http in
      for (user, isKnown) in [
        ("client-certificate: client.pem, client-key: client.key", true),
        ("exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: '\(script.path)'}", true),
        ("token: t", false),
      ] {
        let text = """
          current-context: a
          contexts: [{name: a, context: {cluster: a, user: a}}]
          clusters: [{name: a, cluster: {server: 'https://127.0.0.1:\(port)', certificate-authority: ca.pem}}]
          users: [{name: a, user: {\(user)}}]
          """
        try Data(text.utf8).write(to: certificates.folder.appendingPathComponent("config"))
        let kube = try Self.kube(try Kubeconfig.load(path: certificates.path("config")), http)
        if isKnown {
          #expect(try await kube.serverVersion() == "127.0.0.1:\(port)", "\(user)")
        } else {
          let error = await #expect(throws: KubeError.self) { _ = try await kube.serverVersion() }
          #expect(error?.kind == .connection)
        }
      }
    }
  }

  @Test("through a proxy, with user and password, and with the name of the server's certificate")
  func proxy() async throws {
    let certificates = try await Certificates(server: "DNS:kubernetes.default")
    defer { certificates.remove() }
    let authority = try certificates.bytes("ca.pem")
    try await withServer(tls: try certificates.serverTLS(), answer: Self.version) { port, http in
      let login = "proxy-authorization: Basic " + Data("me:secret".utf8).base64EncodedString()
      try await ConnectProxy.with(wanted: login) { proxy, proxyPort in
        var configuration = KubeConfiguration(
          server: "https://127.0.0.1:\(port)/base", serverName: "kubernetes.default",
          proxy: try ProxyAddress("http://me:secret@127.0.0.1:\(proxyPort)"), certificateAuthority: authority)
        #expect(try await Self.kube(configuration, http).serverVersion() == "127.0.0.1:\(port)")
        #expect(proxy.heads.count == 1 && proxy.heads[0].hasPrefix("CONNECT 127.0.0.1:\(port) "), "\(proxy.heads)")
        configuration.proxy = try ProxyAddress("http://me:wrong@127.0.0.1:\(proxyPort)")
        let kube = try Self.kube(configuration, http)
        let error = await #expect(throws: KubeError.self) { _ = try await kube.serverVersion() }
        #expect(
          error?.message
            == "cannot reach https://127.0.0.1:\(port)/base through the proxy http://127.0.0.1:\(proxyPort): "
            + "the proxy wants a user and a password in proxy-url")
        configuration.proxy = try ProxyAddress("socks5://127.0.0.1:\(proxyPort)")
        #expect(try await Self.kube(configuration, http).serverVersion() == "127.0.0.1:\(port)")
        #expect(proxy.heads.last == "SOCKS \(port)")
      }
    }
  }

  @Test("impersonation, a base path and the version that is known reach the server")
  func headers() async throws {
    let seen = Mutex<[Received]>([])
    let answer: @Sendable (Received) -> Reply = { request in
      seen.withLock { $0.append(request) }
      return Reply(200, #"{"gitVersion": "v1"}"#)
    }
    try await withServer(answer: answer) { port, http in
      let configuration = KubeConfiguration(
        server: "http://127.0.0.1:\(port)/k8s/clusters/c-1/",
        impersonation: Impersonation(user: "jane", groups: ["a", "b"], extra: ["scope": ["x"]]))
      _ = try await Self.kube(configuration, http).serverVersion()
    }
    let request = try #require(seen.withLock { $0.first })
    #expect(request.path == "/k8s/clusters/c-1/version")
    #expect(request.header("impersonate-user") == "jane" && request.header("impersonate-extra-scope") == "x")
    #expect(request.headers["impersonate-group"] == ["a", "b"])
  }
}
