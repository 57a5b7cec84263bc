/// The offsets of the years after a zone file's last transition: POSIX' `TZ` text, which ends the file (RFC 8536).
struct YearlyOffsets: Hashable, Sendable {
  /// When in a year an offset begins.
  struct Moment: Hashable, Sendable {
    enum Day: Hashable, Sendable {
      /// The nth weekday of a month; the fifth is the last.
      case weekday(month: Int, week: Int, weekday: Int)
      /// A day of the year from 1 that never counts 29 February.
      case julian(Int)
      /// A day of the year from 0.
      case ordinal(Int)
    }

    var day: Day
    /// Seconds after local midnight; may be negative or more than a day.
    var seconds: Int64
  }

  var standardOffset: Int64
  var daylightOffset: Int64
  /// When daylight time begins and ends; nil where there is none.
  var daylight: (begin: Moment, end: Moment)? {
    guard let begin, let end else { return nil }
    return (begin, end)
  }
  private var begin: Moment?
  private var end: Moment?

  func offset(at second: Int64) -> Int64 {
    guard daylight != nil else { return standardOffset }
    return changes(after: second - 400 * 86_400, to: second).last?.offset ?? standardOffset
  }

  /// Changes of the offset in a stretch of time, in order.
  func changes(after first: Int64, to last: Int64) -> [TimeZoneRules.Transition] {
    guard let daylight else { return [] }
    let years =
      CivilMinute(secondsSinceEpoch: first - 86_400).date
      .year...CivilMinute(
        secondsSinceEpoch: last + 86_400
      ).date.year
    let all = years.flatMap { year in
      [
        TimeZoneRules.Transition(at: daylight.begin.second(in: year) - standardOffset, offset: daylightOffset),
        TimeZoneRules.Transition(at: daylight.end.second(in: year) - daylightOffset, offset: standardOffset),
      ]
    }
    return all.filter { $0.at > first && $0.at <= last }.sorted { $0.at < $1.at }
  }

  /// Reads a text like `CET-1CEST,M3.5.0,M10.5.0/3`; nil for what is none.
  init?(_ text: String) {
    var reader = Reader(rest: Substring(text))
    guard reader.takeName(), let west = reader.takeTime() else { return nil }
    standardOffset = -west
    daylightOffset = standardOffset
    guard !reader.rest.isEmpty else { return }
    guard reader.takeName() else { return nil }
    daylightOffset = standardOffset + 3_600
    if reader.rest.first != "," {
      guard let west = reader.takeTime() else { return nil }
      daylightOffset = -west
    }
    guard let begin = reader.takeMoment(), let end = reader.takeMoment(), reader.rest.isEmpty else { return nil }
    self.begin = begin
    self.end = end
  }
}

extension YearlyOffsets.Moment {
  /// Seconds since 1970-01-01T00:00 on the local clock.
  fileprivate func second(in year: Int64) -> Int64 {
    let first = CivilDate(year: year, month: 1, day: 1) ?? CivilDate(daysSinceEpoch: 0)
    let date: CivilDate
    switch day {
    case .ordinal(let number): date = first + Int64(number)
    case .julian(let number):
      let isLeap = CivilDate(year: year, month: 2, day: 29) != nil
      date = first + Int64(number - 1 + (isLeap && number >= 60 ? 1 : 0))
    case .weekday(let month, let week, let weekday):
      let monthStart = CivilDate(year: year, month: month, day: 1) ?? first
      var place = (weekday - monthStart.weekday + 7) % 7 + (week - 1) * 7
      if place >= monthStart.daysInMonth { place -= 7 }
      date = monthStart + Int64(place)
    }
    return date.daysSinceEpoch * 86_400 + seconds
  }
}

private struct Reader {
  var rest: Substring

  /// Three letters or more, or anything between `<` and `>`.
  mutating func takeName() -> Bool {
    if rest.first == "<" {
      guard let end = rest.firstIndex(of: ">") else { return false }
      rest = rest[rest.index(after: end)...]
      return true
    }
    let name = rest.prefix { $0.isLetter }
    rest = rest.dropFirst(name.count)
    return name.count >= 3
  }

  /// `[+-]hh[:mm[:ss]]` in seconds.
  mutating func takeTime() -> Int64? {
    let isNegative = rest.first == "-"
    if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
    guard var seconds = takeNumber().map({ $0 * 3_600 }) else { return nil }
    for unit in [Int64(60), 1] where rest.first == ":" {
      rest.removeFirst()
      guard let part = takeNumber() else { return nil }
      seconds += part * unit
    }
    return isNegative ? -seconds : seconds
  }

  mutating func takeMoment() -> YearlyOffsets.Moment? {
    guard rest.first == "," else { return nil }
    rest.removeFirst()
    let day: YearlyOffsets.Moment.Day
    switch rest.first {
    case "M":
      rest.removeFirst()
      guard let month = takeNumber(), (1...12).contains(month), takeDot(), let week = takeNumber(),
        (1...5).contains(week), takeDot(), let weekday = takeNumber(), (0...6).contains(weekday)
      else { return nil }
      day = .weekday(month: Int(month), week: Int(week), weekday: Int(weekday))
    case "J":
      rest.removeFirst()
      guard let number = takeNumber(), (1...365).contains(number) else { return nil }
      day = .julian(Int(number))
    default:
      guard let number = takeNumber(), (0...365).contains(number) else { return nil }
      day = .ordinal(Int(number))
    }
    guard rest.first == "/" else { return YearlyOffsets.Moment(day: day, seconds: 7_200) }
    rest.removeFirst()
    return takeTime().map { YearlyOffsets.Moment(day: day, seconds: $0) }
  }

  private mutating func takeDot() -> Bool {
    guard rest.first == "." else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func takeNumber() -> Int64? {
    let digits = rest.prefix { ("0"..."9").contains($0) }
    rest = rest.dropFirst(digits.count)
    return digits.count <= 6 ? Int64(digits) : nil
  }
}
