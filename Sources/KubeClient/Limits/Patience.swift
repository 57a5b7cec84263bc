/// Whether a read that the server put off is made again (429 and 503 with `Retry-After`).
enum Patience {
  /// The longest wish of a server that is passed on to who decides about writes: more would be giving up.
  static let longestWish = Duration.seconds(300)

  /// How long to wait before the next attempt; nil for none.
  ///
  /// - Parameter attempt: the number of the attempt that was answered, from 1.
  static func wait(after response: KubeResponse, attempt: Int, limits: RequestLimits) -> Duration? {
    guard response.status == 429 || response.status == 503, let seconds = response.retryAfterSeconds, seconds >= 0
    else { return nil }
    let wish = Duration.seconds(seconds)
    return attempt < limits.attempts && wish <= limits.longestWait ? wish : nil
  }
}
