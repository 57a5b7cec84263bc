import FleetPorts
import Synchronization

/// Until when this process may act on its claims, on its own monotonic clock: the end of the controller's lease as far
/// as it was confirmed. Past it another controller may have them.
final class ClaimTerm: Sendable {
  private let end = Mutex(ContinuousClock.now)

  /// Whether the claims cannot be relied on any more.
  var isOver: Bool { end.withLock { $0 <= .now } }

  /// A lease was confirmed that goes on at least until then, or has lapsed.
  func set(end instant: ContinuousClock.Instant) { end.withLock { $0 = instant } }

  /// Throws when the term is over.
  func check() throws(StoreError) {
    if isOver { throw StoreError(.lostRace, "this controller's claim on the cluster has lapsed") }
  }

  /// Returns when the term is over, or the task is cancelled.
  func waitForEnd() async {
    while !isOver, !Task.isCancelled {
      let next = end.withLock { $0 }
      try? await Task.sleep(until: next, clock: .continuous)
    }
  }

  /// Returns when a term has begun, or the task is cancelled.
  func waitForBegin() async {
    while isOver, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(200)) }
  }
}
