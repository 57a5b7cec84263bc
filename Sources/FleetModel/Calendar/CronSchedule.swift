/// Cron's five fields: minute, hour, day of month, month, day of week; read as Argo CD's sync windows read them.
public struct CronSchedule: Hashable, Sendable {
  /// The text as written.
  public var text: String
  private var daysOfMonth: Set<Int>
  private var months: Set<Int>
  private var weekdays: Set<Int>
  /// Whether the field is `*`, so that only the other one of the two day fields restricts.
  private var isAnyDayOfMonth: Bool
  private var isAnyWeekday: Bool
  /// Minutes of a matching day, in order.
  public private(set) var minutesOfDay: [Int]

  private static let shorthands = [
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
  ]

  /// Reads a schedule.
  ///
  /// - Throws: ``ScheduleError`` that names the field.
  public init(_ text: String) throws(ScheduleError) {
    self.text = text
    let fields = (Self.shorthands[text] ?? text).split { $0 == " " || $0 == "\t" }
    guard fields.count == 5 else {
      throw ScheduleError(
        text.hasPrefix("@") ? "\(text) is not known" : "cron has five fields, found \(fields.count)",
        hint: "write minute, hour, day of month, month, day of week, for example \"0 8 * * 1-5\"")
    }
    let minutes = try Self.field(fields[0], "minute", 0...59)
    let hours = try Self.field(fields[1], "hour", 0...23)
    daysOfMonth = try Self.field(fields[2], "day of month", 1...31)
    months = try Self.field(fields[3], "month", 1...12, names: CalendarNames.months)
    weekdays = try Self.field(fields[4], "day of week", 0...6, names: CalendarNames.weekdays)
    isAnyDayOfMonth = Self.isAny(fields[2])
    isAnyWeekday = Self.isAny(fields[4])
    minutesOfDay = hours.sorted().flatMap { hour in minutes.sorted().map { hour * 60 + $0 } }
  }

  /// Whether a day is one of its days. When both day fields restrict, one of them is enough, as cron has it.
  public func matches(_ day: CivilDate) -> Bool {
    let (_, month, dayOfMonth) = day.components
    guard months.contains(month) else { return false }
    let fitsDay = daysOfMonth.contains(dayOfMonth)
    let fitsWeekday = weekdays.contains(day.weekday)
    return isAnyDayOfMonth || isAnyWeekday ? fitsDay && fitsWeekday : fitsDay || fitsWeekday
  }

  private static func isAny(_ field: Substring) -> Bool {
    field.split(separator: ",").contains { ["*", "?", "*/1", "?/1"].contains($0) }
  }

  private static func field(
    _ text: Substring, _ name: String, _ range: ClosedRange<Int>, names: [String] = []
  ) throws(ScheduleError) -> Set<Int> {
    var result: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      result.formUnion(try list(part, name, range, names))
    }
    return result
  }

  /// `*`, `7`, `1-5`, each optionally with `/STEP`.
  private static func list(
    _ part: Substring, _ name: String, _ range: ClosedRange<Int>, _ names: [String]
  ) throws(ScheduleError) -> StrideThrough<Int> {
    let hint = "give numbers from \(range.lowerBound) to \(range.upperBound), as 1,3 or 1-5 or */2"
    func number(_ text: Substring) throws(ScheduleError) -> Int {
      if let place = names.firstIndex(of: text.lowercased()) { return place + range.lowerBound }
      let isDigits = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
      guard isDigits, let number = Int(text) else {
        throw ScheduleError("\"\(text)\" is no \(name)", hint: hint)
      }
      guard range.contains(number) else {
        let isSunday = range == 0...6 && number == 7
        throw ScheduleError(
          "\(number) is no \(name)", hint: isSunday ? "Sunday is 0" : hint)
      }
      return number
    }
    let halves = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    var step = 1
    if halves.count == 2 {
      guard let given = Int(halves[1]), given > 0 else {
        throw ScheduleError("\"\(halves[1])\" is no step of the \(name)", hint: "give a step from 1, as */2")
      }
      step = given
    }
    if halves[0] == "*" || halves[0] == "?" {
      return stride(from: range.lowerBound, through: range.upperBound, by: step)
    }
    let ends = halves[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let first = try number(ends[0])
    guard ends.count == 2 else {
      return stride(from: first, through: halves.count == 2 ? range.upperBound : first, by: step)
    }
    let last = try number(ends[1])
    guard first <= last else {
      throw ScheduleError("\(halves[0]) runs backwards in the \(name)", hint: "write the smaller number first")
    }
    return stride(from: first, through: last, by: step)
  }
}
