/// A point in time in whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Decisions receive it as a value; nothing below the double line reads a clock (DESIGN, Layers).
public struct Instant: Hashable, Comparable, Sendable, Codable {
  /// Milliseconds since the Unix epoch; negative before it.
  public var millisecondsSinceEpoch: Int64

  /// Makes an instant from milliseconds since the Unix epoch.
  public init(millisecondsSinceEpoch: Int64) {
    self.millisecondsSinceEpoch = millisecondsSinceEpoch
  }

  /// Decodes the bare number of milliseconds.
  public init(from decoder: any Decoder) throws {
    millisecondsSinceEpoch = try decoder.singleValueContainer().decode(Int64.self)
  }

  /// Encodes the bare number of milliseconds.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(millisecondsSinceEpoch)
  }

  /// Orders by time.
  public static func < (left: Instant, right: Instant) -> Bool {
    left.millisecondsSinceEpoch < right.millisecondsSinceEpoch
  }

  /// The instant a duration later.
  public static func + (instant: Instant, duration: Duration) -> Instant {
    Instant(millisecondsSinceEpoch: instant.millisecondsSinceEpoch + duration.wholeMilliseconds)
  }

  /// The instant a duration earlier.
  public static func - (instant: Instant, duration: Duration) -> Instant {
    Instant(millisecondsSinceEpoch: instant.millisecondsSinceEpoch - duration.wholeMilliseconds)
  }

  /// The time from `right` to `left`; negative when `left` is earlier.
  public static func - (left: Instant, right: Instant) -> Duration {
    .milliseconds(left.millisecondsSinceEpoch - right.millisecondsSinceEpoch)
  }
}

extension Instant {
  /// The instant as RFC 3339 in UTC with milliseconds, for example `2026-11-23T15:41:50.000Z`.
  public var rfc3339: String {
    let (days, milliseconds) = millisecondsSinceEpoch.flooredQuotientAndRemainder(dividingBy: 86_400_000)
    let (year, month, day) = CivilDate(daysSinceEpoch: days).components
    let seconds = milliseconds / 1_000
    let date = "\(year.padded(4))-\(Int64(month).padded(2))-\(Int64(day).padded(2))"
    let time = "\((seconds / 3_600).padded(2)):\((seconds / 60 % 60).padded(2)):\((seconds % 60).padded(2))"
    return "\(date)T\(time).\((milliseconds % 1_000).padded(3))Z"
  }
}
