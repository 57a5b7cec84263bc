import FleetPorts
import Synchronization

/// Keeps servers that asked for patience, or do not answer, from being asked meanwhile: by any set, and at the cost of no
/// time, so that sets that ask others go on.
final class HostGate: Sendable {
  private struct Host {
    /// How often in a row it did not answer.
    var failures = 0
    var pausedUntil: ContinuousClock.Instant?
    /// What it was paused for.
    var error: GeneratorSourceError?
    /// Somebody finds out whether it is back.
    var isProbed = false
  }

  /// The first pause of a host that does not answer; it doubles with every further failure.
  private static let firstPause = Duration.seconds(5)
  private static let longestPause = Duration.seconds(300)

  private let hosts = Mutex<[String: Host]>([:])

  /// Lets a request through.
  ///
  /// - Throws: what the host was paused for, with the rest of the pause.
  func enter(_ key: String, at now: ContinuousClock.Instant = .now) throws(GeneratorSourceError) {
    let refusal: GeneratorSourceError? = hosts.withLock { hosts in
      guard var host = hosts[key], var error = host.error else { return nil }
      if let until = host.pausedUntil, until > now {
        error.retryAfter = now.duration(to: until)
        return error
      }
      // One asks, the others hear what it found.
      if host.failures > 0, host.isProbed {
        error.retryAfter = Self.firstPause
        return error
      }
      host.isProbed = true
      hosts[key] = host
      return nil
    }
    if let refusal { throw refusal }
  }

  /// The host answered.
  func succeed(_ key: String) { hosts.withLock { _ = $0.removeValue(forKey: key) } }

  /// The caller gave up: nothing is known of the host.
  func leave(_ key: String) { hosts.withLock { $0[key]?.isProbed = false } }

  /// The host asked for patience.
  func pause(_ key: String, _ error: GeneratorSourceError, for pause: Duration, at now: ContinuousClock.Instant = .now)
  {
    hosts.withLock { $0[key] = Host(pausedUntil: now + pause, error: error) }
  }

  /// The host did not answer.
  ///
  /// - Parameter chance: 0 to 1; pauses are between half and one and a half of their length, so that many do not come
  ///   back at once.
  /// - Returns: the error with the pause.
  func fail(
    _ key: String, _ error: GeneratorSourceError, chance: Double, at now: ContinuousClock.Instant = .now
  ) -> GeneratorSourceError {
    hosts.withLock { hosts in
      var host = hosts[key] ?? Host()
      let pause = min(Self.longestPause, Self.firstPause * (1 << min(host.failures, 10))) * (0.5 + chance)
      var told = error
      told.retryAfter = pause
      host.failures += 1
      host.pausedUntil = now + pause
      host.error = error
      host.isProbed = false
      hosts[key] = host
      return told
    }
  }
}
