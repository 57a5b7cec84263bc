extension Window {
  /// Whether it is open; its end is exclusive.
  public func isOpen(at instant: Instant, in zone: TimeZoneRules) -> Bool {
    start.last(atOrBefore: instant, since: instant - duration + .milliseconds(1), in: zone) != nil
  }

  /// When it opens next after an instant at which it is closed; nil for never.
  public func nextOpening(after instant: Instant, in zone: TimeZoneRules) -> Instant? {
    start.next(after: instant, in: zone)
  }

  /// When it closes after an instant at which it is open: beginnings while it is open keep it open. Nil when it does not
  /// close within two years, or so many beginnings follow without a gap that its end is far away.
  public func closing(after instant: Instant, in zone: TimeZoneRules) -> Instant? {
    var place = instant
    let horizon = instant + .seconds(2 * 366 * 86_400)
    for _ in 0..<Self.mostBeginnings where place < horizon {
      guard let begin = start.last(atOrBefore: place, since: place - duration, in: zone) else { return place }
      let end = begin + duration
      // A beginning at the very end goes on without a gap.
      if end == place { return place }
      place = end
    }
    return nil
  }

  /// A window that begins anew every minute must not cost a look at a million of them.
  private static let mostBeginnings = 2_000

  /// How long before its end the last order is sent, in a stage with this `progressDeadline`.
  public func lastStart(progressDeadline: Duration) -> Duration { lastStart ?? min(progressDeadline, duration / 2) }
}
