/// A day of the proleptic Gregorian calendar, without a time zone.
public struct CivilDate: Hashable, Comparable, Sendable {
  /// Days since 1970-01-01; negative before it.
  public var daysSinceEpoch: Int64

  /// Makes a date from days since 1970-01-01.
  public init(daysSinceEpoch: Int64) { self.daysSinceEpoch = daysSinceEpoch }

  /// Makes a date; nil for one that does not exist, as 30 February.
  public init?(year: Int64, month: Int, day: Int) {
    guard (1...12).contains(month), (1...31).contains(day) else { return nil }
    // Howard Hinnant's `days_from_civil`.
    let shiftedYear = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = shiftedYear.flooredQuotientAndRemainder(dividingBy: 400)
    let shiftedMonth = Int64(month > 2 ? month - 3 : month + 9)
    let dayOfYear = (153 * shiftedMonth + 2) / 5 + Int64(day) - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    daysSinceEpoch = era * 146_097 + dayOfEra - 719_468
    guard self.day == day else { return nil }
  }

  /// Year, month and day, by Howard Hinnant's `civil_from_days`.
  public var components: (year: Int64, month: Int, day: Int) {
    let shifted = daysSinceEpoch + 719_468
    let (era, dayOfEra) = shifted.flooredQuotientAndRemainder(dividingBy: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), Int(month), Int(day))
  }

  /// The year.
  public var year: Int64 { components.year }
  /// The month, from 1.
  public var month: Int { components.month }
  /// The day of the month, from 1.
  public var day: Int { components.day }
  /// The day of the week; 0 is Sunday, as in cron.
  public var weekday: Int { Int((daysSinceEpoch + 4).flooredQuotientAndRemainder(dividingBy: 7).1) }

  /// The number of days in the date's month.
  public var daysInMonth: Int {
    let (year, month, _) = components
    switch month {
    case 4, 6, 9, 11: return 30
    case 2: return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: return 31
    }
  }

  /// The date so many days later.
  public static func + (date: CivilDate, days: Int64) -> CivilDate {
    CivilDate(daysSinceEpoch: date.daysSinceEpoch + days)
  }

  /// Orders by time.
  public static func < (left: CivilDate, right: CivilDate) -> Bool { left.daysSinceEpoch < right.daysSinceEpoch }
}

/// A date and minute of a day in no particular time zone, as documents write them.
public struct CivilMinute: Hashable, Comparable, Sendable {
  /// The day.
  public var date: CivilDate
  /// Minutes since midnight, 0 to 1439.
  public var minute: Int

  /// Makes a value.
  public init(date: CivilDate, minute: Int) {
    self.date = date
    self.minute = minute
  }

  /// Seconds since 1970-01-01T00:00 on the same clock.
  public var secondsSinceEpoch: Int64 { date.daysSinceEpoch * 86_400 + Int64(minute) * 60 }

  /// The minute that a number of seconds since 1970-01-01T00:00 lies in.
  public init(secondsSinceEpoch: Int64) {
    let (days, seconds) = secondsSinceEpoch.flooredQuotientAndRemainder(dividingBy: 86_400)
    self.init(date: CivilDate(daysSinceEpoch: days), minute: Int(seconds / 60))
  }

  /// Reads `2026-11-27T18:00`, or `2026-11-27` for its midnight; nil for anything else.
  public init?(text: String) {
    let halves = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
    let date = halves[0].split(separator: "-", omittingEmptySubsequences: false)
    func number(_ text: Substring, _ length: Int) -> Int? {
      text.utf8.count == length && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }
    guard date.count == 3, let year = number(date[0], 4), let month = number(date[1], 2), let day = number(date[2], 2),
      let civil = CivilDate(year: Int64(year), month: month, day: day)
    else { return nil }
    self.init(date: civil, minute: 0)
    guard halves.count == 2 else { return }
    let time = halves[1].split(separator: ":", omittingEmptySubsequences: false)
    guard time.count == 2, let hour = number(time[0], 2), let minute = number(time[1], 2), hour < 24, minute < 60 else {
      return nil
    }
    self.minute = hour * 60 + minute
  }

  /// `Mon 30 Nov 2026 08:00`.
  public var text: String {
    let (year, month, day) = date.components
    let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    return "\(weekdays[date.weekday]) \(day) \(CalendarNames.months[month - 1].capitalized) \(year) \(clockText)"
  }

  /// `08:00`.
  public var clockText: String { "\(Int64(minute / 60).padded(2)):\(Int64(minute % 60).padded(2))" }

  /// Orders by time.
  public static func < (left: CivilMinute, right: CivilMinute) -> Bool {
    (left.date, left.minute) < (right.date, right.minute)
  }
}

extension CivilMinute: Codable {
  /// Decodes seconds since 1970-01-01T00:00.
  public init(from decoder: any Decoder) throws {
    self.init(secondsSinceEpoch: try decoder.singleValueContainer().decode(Int64.self))
  }

  /// Encodes seconds since 1970-01-01T00:00.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(secondsSinceEpoch)
  }
}

/// The names that schedules use.
enum CalendarNames {
  static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
  static let weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
}

extension String {
  fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst() }
}

extension Int64 {
  /// Quotient and remainder with a remainder that is never negative.
  func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  /// The number in decimal with zeros in front.
  func padded(_ width: Int) -> String {
    let digits = String(self)
    return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
  }
}
