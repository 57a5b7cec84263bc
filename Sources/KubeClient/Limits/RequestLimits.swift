/// How much one client asks of its API server. Connections of watches are counted when they are made.
public struct RequestLimits: Hashable, Sendable {
  /// The most requests under way at a time, watches apart.
  public var concurrentRequests: Int
  /// How many requests a second are made in the long run.
  public var requestsPerSecond: Int
  /// How many may be made at once after a quiet time.
  public var burstRequests: Int
  /// How often a read that the server puts off (429, or 503 with `Retry-After`) is made in all.
  public var attempts: Int
  /// The longest that a read waits for its next attempt; a server that asks for more is reported instead.
  public var longestWait: Duration

  /// Makes limits.
  public init(
    concurrentRequests: Int = 16, requestsPerSecond: Int = 500, burstRequests: Int = 1_000, attempts: Int = 4,
    longestWait: Duration = .seconds(10)
  ) {
    self.concurrentRequests = max(1, concurrentRequests)
    self.requestsPerSecond = max(1, requestsPerSecond)
    self.burstRequests = max(1, burstRequests)
    self.attempts = max(1, attempts)
    self.longestWait = longestWait
  }
}
