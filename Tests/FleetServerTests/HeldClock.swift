import Synchronization

/// A clock that stands still until it is told to go on.
final class HeldClock: Sendable {
  private let instant = Mutex(ContinuousClock.now)

  /// What time it is.
  @Sendable func now() -> ContinuousClock.Instant { instant.withLock { $0 } }

  func advance(by duration: Duration) { instant.withLock { $0 += duration } }
}
