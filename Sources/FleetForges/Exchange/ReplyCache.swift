import Synchronization

/// Answers with their `ETag`, so that what has not changed is not sent again; GitHub does not count such requests. Bounded
/// in bytes; the oldest go first.
final class ReplyCache: Sendable {
  struct Key: Hashable {
    var account: String
    var url: ForgeURL
  }

  private struct State {
    var replies: [Key: ForgeReply] = [:]
    var order: [Key] = []
    var size = 0
  }

  private let limit: Int
  private let state = Mutex(State())

  init(limitBytes: Int = 32 << 20) { limit = limitBytes }

  func reply(for key: Key) -> ForgeReply? { state.withLock { $0.replies[key] } }

  func store(_ reply: ForgeReply, for key: Key) {
    guard reply.headers["etag"] != nil, reply.body.count <= limit / 8 else { return }
    state.withLock { state in
      if let old = state.replies.updateValue(reply, forKey: key) {
        state.size -= old.body.count
      } else {
        state.order.append(key)
      }
      state.size += reply.body.count
      while state.size > limit || state.order.count > 20_000, let oldest = state.order.first {
        state.order.removeFirst()
        if let gone = state.replies.removeValue(forKey: oldest) { state.size -= gone.body.count }
      }
    }
  }
}
