import FleetForges
import FleetPorts
import FleetTestSupport
import NIOSSL
import Testing

/// A server whose certificate nobody vouches for gets nothing, unless a set names the authority.
@Suite struct CertificateTests {
  private static let page = Answer("GET /api/v1/repos/o/r/pulls?state=open&limit=50&page=1", body: "[]")

  private static func with(
    configMaps: [String: [String: String]] = [:], _ more: String,
    _ body: @escaping @Sendable (GeneratorSourceError?, AnswerServer) async throws -> Void
  ) async throws {
    let references = References(configMaps: configMaps)
    try await ForgeFixture.with([page], references: references, tls: try tls()) { forge in
      #expect(forge.server.base.hasPrefix("https://"))
      let error = try await forge.failure("gitea", #"{"owner": "o", "repo": "r", "api": "{base}"\#(more)}"#)
      try await body(error, forge.server)
    }
  }

  private static func tls() throws -> TLSConfiguration {
    let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)).map {
      NIOSSLCertificateSource.certificate($0)
    }
    let key = try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem)
    return .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
  }

  @Test func aCertificateThatNobodyVouchesForIsRefused() async throws {
    try await Self.with("") { error, server in
      let error = try #require(error)
      #expect(error.code == .unreachable)
      #expect(error.hint.contains("caRef"))
      #expect(server.seen.isEmpty)
    }
  }

  @Test func theAuthorityOfAConfigMapIsTrusted() async throws {
    let ca = #", "caRef": {"configMapName": "authorities", "key": "ca.crt"}"#
    try await Self.with(configMaps: ["authorities": ["ca.crt": Self.certificate]], ca) { error, server in
      #expect(error == nil, "\(String(describing: error))")
      #expect(server.seen.count == 1)
    }
    try await Self.with(ca) { error, server in
      #expect(error?.code == .credential)
      #expect(server.seen.isEmpty)
    }
    try await Self.with(configMaps: ["authorities": ["ca.crt": "none"]], ca) { error, server in
      #expect(error?.message == "the key \"ca.crt\" of ConfigMap \"authorities\" holds no certificates in PEM")
      #expect(server.seen.isEmpty)
    }
  }

  @Test func insecureIsWhatASetMayAskFor() async throws {
    try await Self.with(#", "insecure": true"#) { error, server in
      #expect(error == nil, "\(String(describing: error))")
      #expect(server.seen.count == 1)
    }
  }

  /// Made for this test with `openssl`, for 127.0.0.1, from 2020 to 2120; it opens nothing.
  private static let key = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFfNaf1ZOhQtrkbrd
    omHlta8YNrKGokxjBnThFMagnUihRANCAAT/QXOkDFIZ3epTLMNbZF6KskNbHawr
    II3LxeyG7OiKmO74sDokvAYEgC1R6TdrPbYvdgga8tAbq7o5UXZuCRqG
    -----END PRIVATE KEY-----
    """

  private static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBYzCCAQqgAwIBAgIBATAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1mbG90aWxs
    YSB0ZXN0MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAYMRYwFAYD
    VQQDDA1mbG90aWxsYSB0ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/0Fz
    pAxSGd3qUyzDW2ReirJDWx2sKyCNy8Xshuzoipju+LA6JLwGBIAtUek3az22L3YI
    GvLQG6u6OVF2bgkahqNDMEEwDwYDVR0RBAgwBocEfwAAATAPBgNVHRMBAf8EBTAD
    AQH/MB0GA1UdDgQWBBTvGBh0EEjhYaH9v49t2KUd6RBktTAKBggqhkjOPQQDAgNH
    ADBEAiBvSR/PqJVpm572sInXjQsOAWny1U7ka/++rIMmjqjghAIgeonBedn6yw0d
    apWC6PkINykpNrj0rtnWzD1lvxMsW28=
    -----END CERTIFICATE-----
    """
}
