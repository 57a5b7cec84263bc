import Synchronization

/// Open repositories between uses, so that reading a file does not open the mirror anew; the longest unused one is
/// closed when there are too many. Every caller has a handle of its own while it reads.
final class HandlePool: Sendable {
  private struct Idle {
    var folder: String
    var handle: RepositoryHandle
  }

  private struct State {
    var idle: [Idle] = []
    var epoch: UInt64 = 0
  }

  private let limit: Int
  private let state = Mutex(State())

  /// Makes a pool that keeps at most `limit` handles open while nobody uses them.
  init(limit: Int) { self.limit = limit }

  /// How many handles are open and unused.
  var idleCount: Int { state.withLock { $0.idle.count } }

  /// Runs a closure with a handle of the repository in a folder.
  func withHandle<Value>(
    _ folder: String, _ body: (RepositoryHandle) throws(LibGit2Error) -> Value
  ) throws(LibGit2Error) -> Value {
    let (found, epoch) = state.withLock { state -> (RepositoryHandle?, UInt64) in
      guard let index = state.idle.lastIndex(where: { $0.folder == folder }) else { return (nil, state.epoch) }
      return (state.idle.remove(at: index).handle, state.epoch)
    }
    let handle = if let found { found } else { try RepositoryHandle(folder: folder) }
    defer { giveBack(handle, folder: folder, epoch: epoch) }
    return try body(handle)
  }

  /// Closes what is open of a folder whose content was replaced; handles in use are closed when they come back.
  func forget(_ folder: String) {
    state.withLock { state in
      state.epoch += 1
      state.idle.removeAll { $0.folder == folder }
    }
  }

  private func giveBack(_ handle: RepositoryHandle, folder: String, epoch: UInt64) {
    // The one that falls out is closed after the lock is released.
    let closed = state.withLock { state -> RepositoryHandle? in
      guard epoch == state.epoch else { return handle }
      state.idle.append(Idle(folder: folder, handle: handle))
      return state.idle.count > limit ? state.idle.removeFirst().handle : nil
    }
    _ = closed
  }
}
