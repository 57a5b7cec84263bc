import FleetPorts
import Logging
import Synchronization

/// Tells event streams that the feed may have grown. A stream holds no events: it keeps its place and reads what comes
/// after it from the store, so that a slow client costs no memory and none is ever skipped.
final class EventBell: Sendable {
  /// Why a waiting stream goes on.
  enum Wake: Sendable {
    /// The feed may have grown.
    case events
    /// Its time is over.
    case timeout
    /// The server stops.
    case closing
  }

  private struct Waiter {
    var deadline: ContinuousClock.Instant
    var continuation: CheckedContinuation<Wake, Never>
  }

  private struct State {
    var waiters: [UInt64: Waiter] = [:]
    var nextNumber: UInt64 = 1
    var rings: UInt64 = 0
    var openStreams = 0
    var isClosed = false
  }

  private let state = Mutex(State())

  /// How often the bell has rung; a stream reads it before it reads events, so that no ring between is missed.
  var rings: UInt64 { state.withLock { $0.rings } }

  /// How many streams are open.
  var openStreams: Int { state.withLock { $0.openStreams } }

  /// Counts a stream in.
  func openStream() { state.withLock { $0.openStreams += 1 } }

  /// Counts a stream out.
  func closeStream() { state.withLock { $0.openStreams -= 1 } }

  /// The feed may have grown.
  func ring() {
    let waiters = state.withLock { state in
      state.rings += 1
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.continuation.resume(returning: .events) }
  }

  /// Waits for a ring after `rings`, or until the deadline, which ``tick(now:)`` sees to.
  func wait(after rings: UInt64, until deadline: ContinuousClock.Instant) async -> Wake {
    let number = state.withLock { state in
      defer { state.nextNumber += 1 }
      return state.nextNumber
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let immediate = state.withLock { state -> Wake? in
          if state.isClosed || Task.isCancelled { return .closing }
          if state.rings != rings { return .events }
          state.waiters[number] = Waiter(deadline: deadline, continuation: continuation)
          return nil
        }
        if let immediate { continuation.resume(returning: immediate) }
      }
    } onCancel: {
      let waiter = state.withLock { $0.waiters.removeValue(forKey: number) }
      waiter?.continuation.resume(returning: .closing)
    }
  }

  /// Ends waits whose time is over. Called several times a second.
  func tick(now: ContinuousClock.Instant = .now) {
    let due = state.withLock { state in
      let due = state.waiters.filter { $0.value.deadline <= now }
      for number in due.keys { state.waiters[number] = nil }
      return Array(due.values)
    }
    for waiter in due { waiter.continuation.resume(returning: .timeout) }
  }

  /// Ends all streams, now and from now on.
  func close() {
    let waiters = state.withLock { state in
      state.isClosed = true
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.continuation.resume(returning: .closing) }
  }
}
