import FleetController
import FleetPorts
import Logging

/// The first start: without any token nobody could ever log in, so an admin token is made and left in a private file.
struct FirstToken {
  let store: any ControlStore
  let path: String
  let logger: Logger

  /// Makes the token when the store has none. Safe to repeat after a crash at any point: a token in the file that the
  /// store does not know is given to it.
  func ensure() async throws {
    guard try await store.tokens().isEmpty else { return }
    var isMine = false
    if try PrivateFile.read(path) == nil {
      isMine = try PrivateFile.create(path, content: Array((TokenHasher.makeToken() + "\n").utf8))
    }
    let content = try PrivateFile.read(path) ?? []
    let token = String(decoding: content, as: UTF8.self).filter { !$0.isWhitespace }
    guard TokenHasher.isToken(token) else {
      throw SecretError("\(path) holds no token; move it away, and a new one is made")
    }
    do {
      _ = try await store.createToken(
        Principal(name: "admin", right: .admin), tokenHash: TokenHasher.hash(token), expiresIn: nil,
        cause: ChangeCause(principal: Principal.flotilla.name, reason: "first start"))
      logger.notice("made the first admin token", metadata: ["fleet.token.file": "\(path)"])
    } catch {
      guard error.code == .conflict else { throw error }
      // Another controller was first, and its file holds the token that counts.
      if isMine { PrivateFile.remove(path) }
    }
  }
}
