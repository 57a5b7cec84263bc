extension RecurrenceRule {
  /// Reads a rule: `FREQ=MONTHLY;BYDAY=2TU;BYHOUR=20`, optionally after `RRULE:`, optionally with a line
  /// `DTSTART:20260105T080000` before it, whose time is local to the window's zone.
  ///
  /// - Throws: ``ScheduleError`` that names the part.
  public init(_ text: String) throws(ScheduleError) {
    var rule: Substring?
    var start: CivilMinute?
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.drop { $0 == " " }
      if line.uppercased().hasPrefix("DTSTART") {
        start = try Self.start(line)
      } else {
        if rule != nil { throw ScheduleError("there are two rules", hint: "make two windows of them") }
        rule = line.uppercased().hasPrefix("RRULE:") ? line.dropFirst(6) : line
      }
    }
    let parts = try Self.parts(rule ?? "")
    guard let word = parts["FREQ"] else {
      throw ScheduleError("FREQ is missing", hint: "write for example FREQ=WEEKLY;BYDAY=MO,TU;BYHOUR=8")
    }
    guard let frequency = Frequency(rawValue: word) else {
      throw ScheduleError(
        "FREQ=\(word) is not supported",
        hint: "give one of \(Frequency.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    self.init(text: text, frequency: frequency)
    self.start = start
    try readDays(parts)
    try readTimes(parts)
    try checkWhole(parts)
  }

  private static let known: Set<String> = [
    "FREQ", "INTERVAL", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE", "BYSETPOS", "WKST",
  ]

  private static func parts(_ rule: Substring) throws(ScheduleError) -> [String: String] {
    var parts: [String: String] = [:]
    for part in rule.uppercased().split(separator: ";") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard pair.count == 2 else { throw ScheduleError("\"\(part)\" is no part of a rule", hint: "write NAME=VALUE") }
      guard known.contains(pair[0]) else {
        let near = suggestion(for: pair[0], among: known).map { "did you mean \($0)? " } ?? ""
        throw ScheduleError(
          "\(pair[0]) is not supported", hint: near + "known here: \(known.sorted().joined(separator: ", "))")
      }
      guard parts.updateValue(pair[1], forKey: pair[0]) == nil else {
        throw ScheduleError("\(pair[0]) is given twice", hint: "write its values with commas")
      }
    }
    return parts
  }

  private mutating func readDays(_ parts: [String: String]) throws(ScheduleError) {
    interval = try Self.numbers(parts, "INTERVAL", 1...1_000).first ?? 1
    months = Set(try Self.numbers(parts, "BYMONTH", 1...12))
    daysOfMonth = Set(try Self.numbers(parts, "BYMONTHDAY", -31...31))
    positions = Set(try Self.numbers(parts, "BYSETPOS", -366...366))
    for (name, values) in [("BYMONTHDAY", daysOfMonth), ("BYSETPOS", positions)] where values.contains(0) {
      throw ScheduleError("\(name)=0 names no day", hint: "1 is the first and -1 the last")
    }
    if let word = parts["WKST"] { weekStart = try Self.weekday(word[...], "WKST").weekday }
    for word in (parts["BYDAY"] ?? "").split(separator: ",") { weekdays.append(try Self.weekday(word, "BYDAY")) }
    if weekdays.contains(where: { $0.ordinal != nil }), frequency == .daily || frequency == .weekly {
      throw ScheduleError(
        "BYDAY counts weekdays of a month or year", hint: "write FREQ=MONTHLY with 2TU, or FREQ=WEEKLY with TU")
    }
  }

  private mutating func readTimes(_ parts: [String: String]) throws(ScheduleError) {
    let hours = try Self.numbers(parts, "BYHOUR", 0...23)
    let minutes = try Self.numbers(parts, "BYMINUTE", 0...59)
    let own = start?.minute ?? 0
    let hourList = hours.isEmpty ? [own / 60] : Array(Set(hours)).sorted()
    let minuteList = minutes.isEmpty ? [own % 60] : Array(Set(minutes)).sorted()
    minutesOfDay = hourList.flatMap { hour in minuteList.map { hour * 60 + $0 } }
    if let word = parts["UNTIL"] { until = try Self.moment(word[...], "UNTIL", endOfDay: true) }
  }

  private func checkWhole(_ parts: [String: String]) throws(ScheduleError) {
    let needsStart = "add a line DTSTART:20260105T080000 before the rule"
    if interval > 1, start == nil {
      throw ScheduleError("INTERVAL=\(interval) counts from nowhere", hint: needsStart)
    }
    let hasDays = !weekdays.isEmpty || !daysOfMonth.isEmpty
    if !hasDays, start == nil, frequency != .daily {
      throw ScheduleError("FREQ=\(frequency.rawValue) does not say on which days", hint: "add BYDAY or BYMONTHDAY")
    }
    if !daysOfMonth.isEmpty, frequency == .weekly {
      throw ScheduleError("BYMONTHDAY does not go with FREQ=WEEKLY", hint: "use BYDAY, or FREQ=MONTHLY")
    }
    if !positions.isEmpty, minutesOfDay.count > 1 || !hasDays {
      throw ScheduleError("BYSETPOS chooses among days", hint: "give BYDAY or BYMONTHDAY, and one time of the day")
    }
  }

  private static func numbers(
    _ parts: [String: String], _ name: String, _ range: ClosedRange<Int>
  ) throws(ScheduleError) -> [Int] {
    guard let text = parts[name] else { return [] }
    var numbers: [Int] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let number = Int(word), range.contains(number) else {
        throw ScheduleError(
          "\(name)=\(text): \"\(word)\" is out of place",
          hint: "give numbers from \(range.lowerBound) to \(range.upperBound)")
      }
      numbers.append(number)
    }
    return numbers
  }

  private static func weekday(_ word: Substring, _ name: String) throws(ScheduleError) -> Weekday {
    let names = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
    let count = word.dropLast(2)
    if let weekday = names.firstIndex(of: String(word.suffix(2))) {
      if count.isEmpty { return Weekday(ordinal: nil, weekday: weekday) }
      if name == "BYDAY", let ordinal = Int(count), ordinal != 0, (-53...53).contains(ordinal) {
        return Weekday(ordinal: ordinal, weekday: weekday)
      }
    }
    throw ScheduleError("\(name): \"\(word)\" is no weekday", hint: "give MO, TU, …, or 2TU and -1FR in a month")
  }

  private static func start(_ line: Substring) throws(ScheduleError) -> CivilMinute {
    guard let colon = line.firstIndex(of: ":"), !line[..<colon].uppercased().contains("TZID") else {
      throw ScheduleError("\"\(line)\" is not understood", hint: "write DTSTART:20260105T080000; the zone is timeZone")
    }
    return try moment(line[line.index(after: colon)...], "DTSTART", endOfDay: false)
  }

  /// `20260105` or `20260105T080000`, local.
  private static func moment(
    _ text: Substring, _ name: String, endOfDay: Bool
  ) throws(ScheduleError) -> CivilMinute {
    let digits = text.filter { $0 != "T" }
    let isDigits = digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    let hint = "write it like 20260105T080000, without a zone: it is local time"
    guard isDigits, digits.count == 8 || digits.count == 14 else {
      throw ScheduleError("\(name)=\(text) is no time", hint: hint)
    }
    func number(_ from: Int, _ length: Int) -> Int { Int(digits.dropFirst(from).prefix(length)) ?? 0 }
    guard let date = CivilDate(year: Int64(number(0, 4)), month: number(4, 2), day: number(6, 2)) else {
      throw ScheduleError("\(name)=\(text): there is no such day", hint: hint)
    }
    guard digits.count == 14 else { return CivilMinute(date: date, minute: endOfDay ? 1_439 : 0) }
    guard number(8, 2) < 24, number(10, 2) < 60 else {
      throw ScheduleError("\(name)=\(text): there is no such time of day", hint: hint)
    }
    return CivilMinute(date: date, minute: number(8, 2) * 60 + number(10, 2))
  }
}
