import FleetAPI
import FleetController
import FleetModel
import FleetPorts
import FoundationEssentials
import HTTPTypes
import Logging
import Synchronization

/// Does a mutating call once per key (AMENDMENTS 59): a repeated one gets the stored answer of the first.
struct IdempotencyGuard: Sendable {
  let store: any ControlStore
  let box: SecretBox
  private let running = Running()

  private final class Running: Sendable {
    let keys = Mutex<Set<String>>([])
  }

  /// What is stored: the answer's body sealed, because answers may carry a token.
  private struct Stored: Codable {
    var keyID: String
    var sealed: Data
  }

  /// Makes a guard.
  init(store: any ControlStore, box: SecretBox) {
    self.store = store
    self.box = box
  }

  /// Runs `work` unless the request's `Idempotency-Key` was seen. Only answers that say "done" are stored: what was
  /// refused may be tried again under the same key.
  func once(_ call: Call, path: String, _ work: () async throws -> Reply) async throws -> Reply {
    guard call.route.isMutating, let key = call.headers[.idempotencyKey] else { return try await work() }
    guard (1...200).contains(key.utf8.count) else {
      throw ErrorEnvelope(
        code: .invalid, message: "the key has \(key.utf8.count) characters", field: "Idempotency-Key",
        hint: "give 1 to 200 characters, for example a UUID")
    }
    let route = "\(call.route.method.rawValue) \(path)"
    let name = "\(call.principal.name)\n\(route)\n\(key)"
    let bodyHash = box.fingerprint(Self.canonical(call.body))
    let place = "idempotency/\(name)"
    guard running.keys.withLock({ $0.insert(name).inserted }) else {
      throw ErrorEnvelope(
        code: .conflict, message: "a call with this key is still being worked on", field: "Idempotency-Key",
        hint: "wait for its answer, then repeat this one")
    }
    defer { running.keys.withLock { _ = $0.remove(name) } }

    if let answer = try await storedAnswer(call, route: route, key: key, bodyHash: bodyHash) {
      return try replay(answer, place: place)
    }
    let reply: Reply
    do {
      reply = try await work()
    } catch {
      await release(call, route: route, key: key)
      throw error
    }
    if reply.status < 300, let bytes = reply.bytes {
      do {
        let (sealed, keyID) = try box.seal(bytes, for: place)
        let stored = try JSONEncoder().encode(Stored(keyID: keyID, sealed: Data(sealed)))
        try await store.storeIdempotentAnswer(
          principal: call.principal.name, route: route, key: key, bodyHash: bodyHash, status: reply.status,
          body: Array(stored))
      } catch {
        // The work is done, so the caller must hear so; only a repetition would not be recognised.
        call.logger.warning("an idempotent answer could not be stored", metadata: ["error": "\(error)"])
      }
    }
    return reply
  }

  /// A body with its keys in order: a client that writes the same JSON with its keys in another order (as Swift's encoder
  /// does from process to process) sends the same request.
  private static func canonical(_ body: [UInt8]) -> [UInt8] {
    guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(body)) else { return body }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    guard let data = try? encoder.encode(value) else { return body }
    return Array(data)
  }

  /// Lets a refused or failed call be tried again under its key; when even that fails, the store frees it in a minute.
  private func release(_ call: Call, route: String, key: String) async {
    do {
      try await store.releaseIdempotencyKey(principal: call.principal.name, route: route, key: key)
    } catch {
      call.logger.warning("an idempotency key could not be released", metadata: ["error": "\(error)"])
    }
  }

  private func storedAnswer(
    _ call: Call, route: String, key: String, bodyHash: FleetModel.Digest
  ) async throws -> (status: Int, body: [UInt8])? {
    do {
      return try await store.idempotentAnswer(
        principal: call.principal.name, route: route, key: key, bodyHash: bodyHash)
    } catch {
      guard error.code == .conflict else { throw error }
      throw ErrorEnvelope(
        code: .conflict, message: error.message, field: "Idempotency-Key",
        hint: "use a new key for a new call; wait for the answer of one that is still being worked on")
    }
  }

  private func replay(_ answer: (status: Int, body: [UInt8]), place: String) throws(StoreError) -> Reply {
    do {
      let stored = try JSONDecoder().decode(Stored.self, from: Data(answer.body))
      let bytes = try box.open(Array(stored.sealed), keyID: stored.keyID, for: place)
      return Reply(
        status: answer.status, headers: [.contentType: "application/json", .idempotentReplay: "true"],
        body: .bytes(bytes))
    } catch {
      throw StoreError(.internal, "the stored answer of an idempotency key does not open")
    }
  }
}
