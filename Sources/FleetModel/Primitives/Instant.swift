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
    let (year, month, day) = Self.civilDate(daysSinceEpoch: days)
    let seconds = milliseconds / 1_000
    let date = "\(year.padded(4))-\(month.padded(2))-\(day.padded(2))"
    let time = "\((seconds / 3_600).padded(2)):\((seconds / 60 % 60).padded(2)):\((seconds % 60).padded(2))"
    return "\(date)T\(time).\((milliseconds % 1_000).padded(3))Z"
  }

  /// The proleptic Gregorian date of a day number, by Howard Hinnant's `civil_from_days`.
  private static func civilDate(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = daysSinceEpoch + 719_468
    let (era, dayOfEra) = shifted.flooredQuotientAndRemainder(dividingBy: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, day)
  }
}

extension Int64 {
  fileprivate func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  fileprivate func padded(_ width: Int) -> String {
    let digits = String(self)
    return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
  }
}
