import FleetModel

/// Go's `time.Time` as templates need it: an instant to the nanosecond with the offset that it is written in.
struct TimeValue: Hashable {
  /// Seconds since 1970-01-01T00:00:00Z.
  var seconds: Int64
  var nanoseconds: Int64
  var offsetSeconds: Int
  var abbreviation: String

  init(seconds: Int64, nanoseconds: Int64 = 0, offsetSeconds: Int = 0, abbreviation: String = "UTC") {
    let (carry, rest) = nanoseconds.flooredQuotientAndRemainder(dividingBy: 1_000_000_000)
    self.seconds = seconds &+ carry
    self.nanoseconds = rest
    self.offsetSeconds = offsetSeconds
    self.abbreviation = abbreviation
  }

  init(_ instant: Instant) {
    let (seconds, milliseconds) = instant.millisecondsSinceEpoch.flooredQuotientAndRemainder(dividingBy: 1_000)
    self.init(seconds: seconds, nanoseconds: milliseconds * 1_000_000)
  }

  /// Go's zero time, the year 1.
  static let zero = TimeValue(seconds: -62_135_596_800)

  func adding(nanoseconds more: Int64) -> TimeValue {
    let (whole, rest) = more.flooredQuotientAndRemainder(dividingBy: 1_000_000_000)
    return TimeValue(
      seconds: seconds &+ whole, nanoseconds: nanoseconds + rest, offsetSeconds: offsetSeconds,
      abbreviation: abbreviation)
  }

  /// Nanoseconds from another time to this one, as far as 64 bits go.
  func since(_ other: TimeValue) -> Int64 {
    let (seconds, overflow) = seconds.subtractingReportingOverflow(other.seconds)
    let (product, tooFar) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, beyond) = product.addingReportingOverflow(nanoseconds - other.nanoseconds)
    if overflow || tooFar || beyond { return self.seconds < other.seconds ? .min : .max }
    return sum
  }

  func inZone(offsetSeconds: Int, abbreviation: String) -> TimeValue {
    TimeValue(seconds: seconds, nanoseconds: nanoseconds, offsetSeconds: offsetSeconds, abbreviation: abbreviation)
  }

  /// The date and time of day where the time is written.
  var fields: Fields {
    let (days, second) = (seconds &+ Int64(offsetSeconds)).flooredQuotientAndRemainder(dividingBy: 86_400)
    return Fields(daysSinceEpoch: days, secondOfDay: Int(second))
  }

  /// A date of the Gregorian calendar and a time of day.
  struct Fields {
    var year: Int64
    var month: Int
    var day: Int
    var dayOfYear: Int
    /// 0 is Sunday.
    var weekday: Int
    var hour: Int
    var minute: Int
    var second: Int

    init(daysSinceEpoch days: Int64, secondOfDay: Int) {
      let (year, month, day) = Self.date(days)
      (self.year, self.month, self.day) = (year, month, day)
      dayOfYear = Int(days - Self.days(year: year, month: 1, day: 1)) + 1
      weekday = Int((days + 4).flooredQuotientAndRemainder(dividingBy: 7).1)
      hour = secondOfDay / 3_600
      minute = secondOfDay / 60 % 60
      second = secondOfDay % 60
    }

    /// Howard Hinnant's `civil_from_days`.
    private static func date(_ days: Int64) -> (Int64, Int, Int) {
      let (era, dayOfEra) = (days + 719_468).flooredQuotientAndRemainder(dividingBy: 146_097)
      let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
      let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
      let shifted = (5 * dayOfYear + 2) / 153
      let month = shifted < 10 ? shifted + 3 : shifted - 9
      return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), Int(month), Int(dayOfYear - (153 * shifted + 2) / 5 + 1))
    }

    /// Days since the epoch of a date; months and days may be beyond their ranges. His `days_from_civil`.
    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
      let (years, months) = (month - 1).flooredQuotientAndRemainder(dividingBy: 12)
      let year = year + years - (months < 2 ? 1 : 0)
      let (era, yearOfEra) = year.flooredQuotientAndRemainder(dividingBy: 400)
      let shifted = months < 2 ? months + 10 : months - 2
      let dayOfYear = (153 * shifted + 2) / 5
      let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
      return era * 146_097 + dayOfEra - 719_468 + day - 1
    }
  }

  static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
}

extension Int64 {
  func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
