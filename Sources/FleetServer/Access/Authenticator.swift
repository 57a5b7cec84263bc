import FleetAPI
import FleetController
import FleetModel
import FleetPorts
import HTTPTypes
import Synchronization

/// Answers of the store that are believed for some seconds, so that a request costs no SQL for its token.
final class AnswerCache<Value: Sendable>: Sendable {
  private struct Entry {
    var value: Value
    var expiresAt: ContinuousClock.Instant
  }

  private let lifetime: Duration
  private let entries = Mutex<[FleetModel.Digest: Entry]>([:])

  /// Makes a cache.
  init(lifetime: Duration) { self.lifetime = lifetime }

  /// The value of a hash: the one remembered, or what `load` answers; nothing is remembered for a hash without value.
  func value(
    _ hash: FleetModel.Digest, load: (FleetModel.Digest) async throws -> Value?
  ) async throws -> Value? {
    let now = ContinuousClock.now
    let known = entries.withLock { $0[hash].flatMap { $0.expiresAt > now ? $0.value : nil } }
    if let known { return known }
    let value = try await load(hash)
    entries.withLock { entries in
      if entries.count > 20_000 { entries = entries.filter { $0.value.expiresAt > now } }
      entries[hash] = value.map { Entry(value: $0, expiresAt: now + lifetime) }
    }
    return value
  }

  /// Forgets everything, after a revocation.
  func removeAll() { entries.withLock { $0 = [:] } }
}

/// Finds out who sends a request.
struct Authenticator: Sendable {
  let store: any ControlStore
  let principals: AnswerCache<Principal>
  let sessions: AnswerCache<ClusterID>
  let failures: RateLimiter

  /// Makes an authenticator.
  init(store: any ControlStore, configuration: ServerConfiguration) {
    self.store = store
    principals = AnswerCache(lifetime: configuration.tokenCache)
    sessions = AnswerCache(lifetime: configuration.sessionCache)
    failures = RateLimiter(configuration.failureRate, clock: configuration.rateClock)
  }

  /// The principal of a request's bearer token, when it has the right.
  ///
  /// - Throws: `unauthenticated`, `forbidden`, or `rateLimited` for an address that guesses.
  func principal(_ headers: HTTPFields, needs right: AccessRight, from address: String) async throws -> Principal {
    guard let token = Self.bearer(headers) else {
      throw ErrorEnvelope(
        code: .unauthenticated, message: "this call needs a token",
        hint:

          "name a file with one by --token-file or FLOTILLA_TOKEN_FILE (over HTTP: Authorization: Bearer TOKEN); the "
          + "controller wrote the first one at its start")
    }
    if failures.isEmpty(address) { throw RateLimiter.refusal }
    let hash = TokenHasher.hash(token)
    let store = store
    guard TokenHasher.isToken(token),
      let principal = try await principals.value(hash, load: { try await store.principal(tokenHash: $0) })
    else {
      _ = failures.take(address)
      throw ErrorEnvelope(
        code: .unauthenticated, message: "the token is not known, has expired or was revoked",
        hint: "ask an admin for a new one: flotilla token create")
    }
    guard principal.right >= right.portRight else {
      throw ErrorEnvelope(
        code: .forbidden,
        message: "\(principal.name) has the right \(principal.right.rawValue), this needs \(right.rawValue)",
        hint: "ask somebody with the right \(right.rawValue), or an admin for another token")
    }
    return principal
  }

  /// The cluster of a request's session token.
  func cluster(_ headers: HTTPFields, from address: String) async throws -> ClusterID {
    if failures.isEmpty(address) { throw RateLimiter.refusal }
    let store = store
    guard let token = Self.bearer(headers), token.utf8.count <= 200,
      let cluster = try await sessions.value(TokenHasher.hash(token), load: { try await store.session(tokenHash: $0) })
    else {
      throw Self.endedSession
    }
    return cluster
  }

  /// Whether the session of a request is open, as the store knows it now.
  func isOpen(_ headers: HTTPFields) async throws -> Bool {
    guard let token = Self.bearer(headers) else { return false }
    return try await store.session(tokenHash: TokenHasher.hash(token)) != nil
  }

  static let endedSession = ErrorEnvelope(
    code: .unauthenticated, message: "there is no such agent session, or it has ended",
    hint: "open a new one with /api/v1/agent/challenge and /api/v1/agent/session")

  /// The token in `Authorization: Bearer TOKEN`.
  static func bearer(_ headers: HTTPFields) -> String? {
    guard let value = headers[.authorization] else { return nil }
    let parts = value.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    return String(parts[1])
  }
}

extension AccessRight {
  /// The same right in the words of the store.
  var portRight: Principal.Right { Principal.Right(rawValue: rawValue) ?? .admin }
}
