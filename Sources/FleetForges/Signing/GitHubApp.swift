import CryptoExtras
import FleetPorts
import FoundationEssentials
import Manifest

/// A GitHub App that asks for one of its installations: it signs who it is, and gets a token for an hour.
///
/// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app
struct GitHubApp: Sendable {
  /// The App's number, or client identifier.
  let app: String
  let installation: String
  private let key: _RSA.Signing.PrivateKey

  /// Reads the keys that Argo CD's Secrets of GitHub Apps have.
  init(_ secret: StoredSecret, name: String) throws(GeneratorSourceError) {
    func value(_ key: String) throws(GeneratorSourceError) -> String {
      guard let value = secret.values[key] else {
        throw GeneratorSourceError(
          .credential, "credential \"\(name)\" has no key \"\(key)\"",
          hint: "a GitHub App has githubAppID, githubAppInstallationID and githubAppPrivateKey")
      }
      return value
    }
    app = try value("githubAppID")
    installation = try value("githubAppInstallationID")
    let text = try value("githubAppPrivateKey")
    guard let key = try? _RSA.Signing.PrivateKey(pemRepresentation: text) else {
      throw GeneratorSourceError(
        .credential, "the key githubAppPrivateKey of credential \"\(name)\" is no RSA key in PEM",
        hint: "give the file that GitHub made")
    }
    self.key = key
  }

  /// The request for a token, which is sent with the statement.
  func tokenRequest(_ api: ForgeURL) -> ForgeRequest {
    ForgeRequest(
      .post, api.appending("app", "installations", installation, "access_tokens"),
      headers: [("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")])
  }

  /// The signed statement of who asks (RFC 7519, RS256): good for ten minutes, of which one is for clocks that differ.
  ///
  /// - Parameter now: seconds since 1970.
  func statement(now: Int64) throws(GeneratorSourceError) -> String {
    let claims: Node = ["iat": Node(.integer(now - 60)), "exp": Node(.integer(now + 540)), "iss": Node(.string(app))]
    let text = [JSON.bytes(["alg": "RS256", "typ": "JWT"]), JSON.bytes(claims)].map(Self.encoded).joined(separator: ".")
    do {
      let signature = try key.signature(for: Array(text.utf8), padding: .insecurePKCS1v1_5)
      return "\(text).\(Self.encoded(Array(signature.rawRepresentation)))"
    } catch {
      throw GeneratorSourceError(.credential, "GitHub: the App's key does not sign: \(error)")
    }
  }

  /// Base64 for URLs, without padding.
  private static func encoded(_ bytes: [UInt8]) -> String {
    BaseEncoding.base64.text(of: bytes).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}

/// Tokens of installations, used again until shortly before they end.
actor GitHubAppTokens {
  private struct Entry {
    var token: String
    var end: ContinuousClock.Instant
  }

  /// A token is good for an hour.
  private static let lifetime = Duration.seconds(50 * 60)
  private var entries: [String: Entry] = [:]

  /// The token for a key, or a new one.
  func token(
    for key: String, new: @Sendable () async throws(GeneratorSourceError) -> String
  ) async throws(GeneratorSourceError) -> String {
    if let known = entries[key], known.end > .now { return known.token }
    let asked = ContinuousClock.now
    let token = try await new()
    entries = entries.filter { $0.value.end > asked }
    entries[key] = Entry(token: token, end: asked + Self.lifetime)
    return token
  }
}
