import FleetModel
import Synchronization

/// A question that all who ask at the same time share, and that nobody waits for longer than a limit: what it asks may
/// hang, and a probe must not.
final class SharedQuestion<Answer: Sendable>: Sendable {
  private struct State {
    var isAsking = false
    var nextNumber: UInt64 = 0
    var waiting: [UInt64: CheckedContinuation<Answer?, Never>] = [:]
  }

  private let state = Mutex(State())
  private let ask: @Sendable () async -> Answer

  init(_ ask: @escaping @Sendable () async -> Answer) { self.ask = ask }

  /// The answer; nil when there is none in time. A question that is under way already is as good as a new one.
  func answer(within limit: Duration) async -> Answer? {
    await withCheckedContinuation { continuation in
      let (number, mustAsk) = state.withLock { state in
        defer { (state.nextNumber, state.isAsking) = (state.nextNumber + 1, true) }
        state.waiting[state.nextNumber] = continuation
        return (state.nextNumber, !state.isAsking)
      }
      if mustAsk {
        Task {
          let answer = await ask()
          let waiting = state.withLock { state in
            defer { (state.isAsking, state.waiting) = (false, [:]) }
            return state.waiting
          }
          for continuation in waiting.values { continuation.resume(returning: answer) }
        }
      }
      Task {
        try? await Task.sleep(for: limit)
        state.withLock { $0.waiting.removeValue(forKey: number) }?.resume(returning: nil)
      }
    }
  }
}
