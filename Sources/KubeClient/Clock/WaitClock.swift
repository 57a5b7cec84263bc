/// The monotonic clock by which something waits and measures; a test may give one on which time goes faster.
public struct WaitClock: Sendable {
  /// What time it is.
  public var now: @Sendable () -> ContinuousClock.Instant
  /// Waits; throws when the task is cancelled.
  public var sleep: @Sendable (_ duration: Duration) async throws -> Void

  /// Makes a clock.
  public init(
    now: @escaping @Sendable () -> ContinuousClock.Instant,
    sleep: @escaping @Sendable (_ duration: Duration) async throws -> Void
  ) {
    self.now = now
    self.sleep = sleep
  }

  /// The machine's.
  public static let system = WaitClock(now: { .now }, sleep: { try await Task.sleep(for: $0) })
}
