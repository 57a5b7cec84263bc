import FleetPorts
import Synchronization

/// Lets the fetches of one repository run one after the other, and lets those who wait share the next.
///
/// A fetch that is under way may have asked the server before the caller's push arrived there; its answer could be
/// too old, so a caller that comes during a fetch waits for the next one. A failure is shared at once: waiting for the
/// same server a second time would tell nothing new.
final class FetchFlights: Sendable {
  typealias Outcome = Result<RefSnapshot, SourceError>

  private struct Flight {
    var number: UInt64
    var waiting: [UInt64: CheckedContinuation<Outcome?, Never>] = [:]
  }

  private struct State {
    var flights: [String: Flight] = [:]
    var lastFlight: UInt64 = 0
    var lastWaiter: UInt64 = 0

    /// The flight to wait for; begins one and returns nil when there is none.
    mutating func current(_ key: String) -> UInt64? {
      if let flight = flights[key] { return flight.number }
      lastFlight += 1
      flights[key] = Flight(number: lastFlight)
      return nil
    }
  }

  private let state = Mutex(State())

  /// How many callers wait for the end of a repository's fetch.
  func waiterCount(_ key: String) -> Int { state.withLock { $0.flights[key]?.waiting.count ?? 0 } }

  /// Whether a repository is being fetched.
  func isUnderWay(_ key: String) -> Bool { state.withLock { $0.flights[key] != nil } }

  /// Runs the operation unless one that began after this call answers it.
  func run(_ key: String, _ operation: @Sendable () async -> Outcome) async -> Outcome {
    let newestAtEntry = state.withLock { $0.lastFlight }
    while let number = state.withLock({ $0.current(key) }) {
      let outcome = await join(key, number)
      switch outcome {
      case .none: continue
      case .failure(let error) where error.code == .cancelled:
        // Either this caller gave up, or the one that led the fetch did; then another one has to lead.
        if Task.isCancelled { return .failure(error) }
      case .failure(let error): return .failure(error)
      case .success(let snapshot): if number > newestAtEntry { return .success(snapshot) }
      }
    }
    let outcome = await operation()
    let ended = state.withLock { $0.flights.removeValue(forKey: key) }
    for continuation in (ended?.waiting ?? [:]).values { continuation.resume(returning: outcome) }
    return outcome
  }

  /// Waits for the end of a flight; nil when it has ended already.
  private func join(_ key: String, _ number: UInt64) async -> Outcome? {
    let waiter = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Outcome?, Never>) in
        let answer = state.withLock { state -> Outcome?? in
          // The handler below may have run already, and then found nobody to wake.
          if Task.isCancelled { return .some(.failure(.cancelled)) }
          guard state.flights[key]?.number == number else { return .some(nil) }
          state.flights[key]?.waiting[waiter] = continuation
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let continuation = state.withLock { $0.flights[key]?.waiting.removeValue(forKey: waiter) }
      continuation?.resume(returning: .failure(.cancelled))
    }
  }
}

extension SourceError {
  /// The caller gave up.
  static var cancelled: SourceError { SourceError(.cancelled, "the fetch was cancelled") }
}
