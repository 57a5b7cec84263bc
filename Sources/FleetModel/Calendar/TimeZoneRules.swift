/// The offsets of a time zone from UTC, as values: the transitions of the IANA database, and the rule for the years after
/// them. Nothing below the double line reads zone files; they come in as bytes (``init(name:bytes:)``).
public struct TimeZoneRules: Hashable, Sendable {
  /// From an instant on another offset applies.
  public struct Transition: Hashable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public var at: Int64
    /// Seconds east of UTC.
    public var offset: Int64

    /// Makes a transition.
    public init(at: Int64, offset: Int64) {
      self.at = at
      self.offset = offset
    }
  }

  /// The zone's name, for example `Europe/Berlin`.
  public var name: String
  /// The offset before the first transition.
  var initialOffset: Int64
  /// The transitions, in order.
  var transitions: [Transition]
  /// What applies after the last transition; nil when the last offset stays.
  var yearly: YearlyOffsets?

  /// Makes rules; `offset` is seconds east of UTC before the first transition.
  public init(name: String, offset: Int64, transitions: [Transition] = []) {
    self.name = name
    initialOffset = offset
    self.transitions = transitions
  }

  /// Coordinated universal time.
  public static let utc = TimeZoneRules(name: "UTC", offset: 0)

  /// Seconds east of UTC at an instant.
  public func offset(at instant: Instant) -> Int64 { offset(atSecond: instant.secondsSinceEpoch) }

  /// The clock's minute at an instant.
  public func local(_ instant: Instant) -> CivilMinute {
    CivilMinute(secondsSinceEpoch: instant.secondsSinceEpoch + offset(at: instant))
  }

  /// When the clock shows a minute: the first time when it does so twice; the next minute that exists when it never does.
  public func instant(of minute: CivilMinute) -> Instant {
    let wanted = minute.secondsSinceEpoch
    // Offsets are less than a day and a half, so the answer lies in this stretch.
    let begin = wanted - 2 * 86_400
    var since = begin
    var offset = offset(atSecond: begin)
    for next in changes(after: begin, to: wanted + 2 * 86_400) {
      let candidate = wanted - offset
      if candidate < since { return Instant(secondsSinceEpoch: since) }
      if candidate < next.at { return Instant(secondsSinceEpoch: candidate) }
      since = next.at
      offset = next.offset
    }
    return Instant(secondsSinceEpoch: max(since, wanted - offset))
  }

  /// `Mon 30 Nov 2026 08:00 Europe/Berlin`.
  public func text(_ instant: Instant) -> String { "\(local(instant).text) \(name)" }

  private func offset(atSecond second: Int64) -> Int64 {
    if let yearly, second >= transitions.last?.at ?? .min { return yearly.offset(at: second) }
    var low = 0
    var high = transitions.count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle].at <= second { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? initialOffset : transitions[low - 1].offset
  }

  private func changes(after begin: Int64, to end: Int64) -> [Transition] {
    let last = transitions.last?.at ?? .min
    var found = begin < last ? transitions.filter { $0.at > begin && $0.at <= end } : []
    if let yearly, end > last { found += yearly.changes(after: max(begin, last), to: end) }
    return found
  }
}

extension Instant {
  /// Whole seconds since the Unix epoch, rounded down.
  var secondsSinceEpoch: Int64 { millisecondsSinceEpoch.flooredQuotientAndRemainder(dividingBy: 1_000).0 }

  /// Makes an instant from seconds since the Unix epoch.
  init(secondsSinceEpoch: Int64) { self.init(millisecondsSinceEpoch: secondsSinceEpoch * 1_000) }
}
