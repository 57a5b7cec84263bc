import Synchronization

/// Bounds how many fetches run at once. Repositories whose server did not answer last time may take half of the
/// slots only, so that dead servers never keep the others from being polled.
final class FetchSlots: Sendable {
  private struct Waiter {
    var id: UInt64
    var isSuspect: Bool
    var continuation: CheckedContinuation<Bool, Never>
  }

  private struct State {
    let limit: Int
    let suspectLimit: Int
    var running = 0
    var suspectsRunning = 0
    var waiting: [Waiter] = []
    var lastID: UInt64 = 0

    func hasRoom(isSuspect: Bool) -> Bool {
      running < limit && (!isSuspect || suspectsRunning < suspectLimit)
    }

    mutating func take(isSuspect: Bool) {
      running += 1
      if isSuspect { suspectsRunning += 1 }
    }

    /// Frees a slot and takes it for those who may have it now.
    mutating func release(isSuspect: Bool) -> [Waiter] {
      running -= 1
      if isSuspect { suspectsRunning -= 1 }
      var served: [Waiter] = []
      while let index = waiting.firstIndex(where: { hasRoom(isSuspect: $0.isSuspect) }) {
        let waiter = waiting.remove(at: index)
        take(isSuspect: waiter.isSuspect)
        served.append(waiter)
      }
      return served
    }
  }

  private let state: Mutex<State>

  init(limit: Int) {
    state = Mutex(State(limit: limit, suspectLimit: max(1, limit / 2)))
  }

  /// Runs an operation in a slot; nil when the caller was cancelled before there was one.
  func withSlot<Value: Sendable>(isSuspect: Bool, _ operation: @Sendable () async -> Value) async -> Value? {
    guard await acquire(isSuspect: isSuspect) else { return nil }
    let value = await operation()
    for waiter in state.withLock({ $0.release(isSuspect: isSuspect) }) { waiter.continuation.resume(returning: true) }
    return value
  }

  private func acquire(isSuspect: Bool) async -> Bool {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer = state.withLock { state -> Bool? in
          // The handler below may have run already, and then found nobody to wake.
          if Task.isCancelled { return false }
          if state.hasRoom(isSuspect: isSuspect) {
            state.take(isSuspect: isSuspect)
            return true
          }
          state.waiting.append(Waiter(id: id, isSuspect: isSuspect, continuation: continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0) }
      }
      waiter?.continuation.resume(returning: false)
    }
  }
}
