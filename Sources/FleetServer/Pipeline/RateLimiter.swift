import FleetAPI
import Synchronization

/// Token buckets, one per key. Keys that are full again are forgotten, so that strangers cannot fill the memory.
final class RateLimiter: Sendable {
  private struct Bucket {
    var level: Double
    var updatedAt: ContinuousClock.Instant
  }

  private let rate: ServerConfiguration.Rate
  private let clock: @Sendable () -> ContinuousClock.Instant
  private let buckets = Mutex<[String: Bucket]>([:])

  /// Makes a limiter.
  ///
  /// - Parameter clock: what time it is by a monotonic clock.
  init(_ rate: ServerConfiguration.Rate, clock: @escaping @Sendable () -> ContinuousClock.Instant) {
    self.rate = rate
    self.clock = clock
  }

  /// Whether one more is allowed for a key; takes it when it is.
  func take(_ key: String) -> Bool {
    let now = clock()
    return buckets.withLock { buckets in
      if buckets.count > 10_000 { buckets = buckets.filter { level(of: $0.value, now: now) < Double(rate.burst) } }
      let filled = buckets[key].map { level(of: $0, now: now) } ?? Double(rate.burst)
      guard filled >= 1 else { return false }
      buckets[key] = Bucket(level: filled - 1, updatedAt: now)
      return true
    }
  }

  /// Whether nothing is left for a key.
  func isEmpty(_ key: String) -> Bool {
    let now = clock()
    return buckets.withLock { buckets in buckets[key].map { level(of: $0, now: now) < 1 } ?? false }
  }

  /// Throws when no more is allowed for a key.
  func check(_ key: String) throws(ErrorEnvelope) {
    guard take(key) else { throw Self.refusal }
  }

  /// The error of a refused request.
  static let refusal = ErrorEnvelope(
    code: .rateLimited, message: "too many requests", hint: "try again after the time in Retry-After")

  private func level(of bucket: Bucket, now: ContinuousClock.Instant) -> Double {
    let passed = bucket.updatedAt.duration(to: now) / .seconds(1)
    return min(Double(rate.burst), bucket.level + max(0, passed) * Double(rate.perSecond))
  }
}
