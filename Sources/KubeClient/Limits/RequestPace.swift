import Synchronization

/// Spreads requests so that there are never more than a burst and so many a second.
///
/// It keeps the moment at which all requests so far are paid for at the steady rate; the burst is how far that moment may
/// lie ahead.
final class RequestPace: Sendable {
  private let interval: Duration
  private let allowance: Duration
  private let clock: WaitClock
  private let paidUntil = Mutex<ContinuousClock.Instant?>(nil)

  init(_ limits: RequestLimits, clock: WaitClock = .system) {
    self.clock = clock
    interval = .seconds(1) / limits.requestsPerSecond
    allowance = interval * (limits.burstRequests - 1)
  }

  /// Takes the next turn.
  ///
  /// - Returns: how long to wait for it; zero for now.
  func reserve(at now: ContinuousClock.Instant) -> Duration {
    paidUntil.withLock { paidUntil in
      let start = max(paidUntil ?? now, now)
      paidUntil = start + interval
      return max(.zero, now.duration(to: start) - allowance)
    }
  }

  /// Waits for the next turn.
  func turn() async throws(KubeError) {
    let wait = reserve(at: clock.now())
    guard wait > .zero else { return }
    do { try await clock.sleep(wait) } catch { throw KubeError(.connection, message: "cancelled") }
  }
}
