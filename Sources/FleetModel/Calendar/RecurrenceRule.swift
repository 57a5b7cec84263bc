/// A recurrence rule of RFC 5545 whose occurrences are minutes of days.
public struct RecurrenceRule: Hashable, Sendable {
  /// How often.
  public enum Frequency: String, Sendable, CaseIterable {
    /// Every day, or every so many days.
    case daily = "DAILY"
    /// On days of every week.
    case weekly = "WEEKLY"
    /// On days of every month.
    case monthly = "MONTHLY"
    /// On days of every year.
    case yearly = "YEARLY"
  }

  /// A weekday, or the nth one of a month or year; negative counts from its end.
  struct Weekday: Hashable, Sendable {
    var ordinal: Int?
    /// 0 is Sunday.
    var weekday: Int
  }

  /// The text as written.
  public var text: String
  var frequency: Frequency
  var interval = 1
  /// The first day that counts, from which intervals are counted; nil for none.
  var start: CivilMinute?
  /// The last minute that counts; nil for none.
  var until: CivilMinute?
  var months: Set<Int> = []
  var daysOfMonth: Set<Int> = []
  var weekdays: [Weekday] = []
  var positions: Set<Int> = []
  /// 0 is Sunday.
  var weekStart = 1
  /// Minutes of a matching day, in order.
  var minutesOfDay: [Int] = [0]

  init(text: String, frequency: Frequency) {
    self.text = text
    self.frequency = frequency
  }

  /// The minutes of a day at which it occurs, in order.
  func minutes(on day: CivilDate) -> [Int] {
    guard isChosen(day) else { return [] }
    guard day == start?.date || day == until?.date else { return minutesOfDay }
    return minutesOfDay.filter { minute in
      let moment = CivilMinute(date: day, minute: minute)
      return start.map { $0 <= moment } ?? true && until.map { moment <= $0 } ?? true
    }
  }

  private func isChosen(_ day: CivilDate) -> Bool {
    guard isCandidate(day) else { return false }
    guard !positions.isEmpty else { return true }
    let candidates = period(of: day).filter(isCandidate)
    guard let index = candidates.firstIndex(of: day) else { return false }
    return positions.contains(index + 1) || positions.contains(index - candidates.count)
  }

  private func isCandidate(_ day: CivilDate) -> Bool {
    if let start, day < start.date { return false }
    if let until, day > until.date { return false }
    guard isInInterval(day) else { return false }
    let (_, month, dayOfMonth) = day.components
    guard months.isEmpty || months.contains(month) else { return false }
    let hasDays = !daysOfMonth.isEmpty || !weekdays.isEmpty
    if !daysOfMonth.isEmpty {
      let fromEnd = dayOfMonth - day.daysInMonth - 1
      guard daysOfMonth.contains(dayOfMonth) || daysOfMonth.contains(fromEnd) else { return false }
    }
    if !weekdays.isEmpty { return weekdays.contains { fits($0, day) } }
    guard !hasDays, let start else { return true }
    switch frequency {
    case .daily: return true
    case .weekly: return day.weekday == start.date.weekday
    case .monthly: return dayOfMonth == start.date.day
    case .yearly: return dayOfMonth == start.date.day && (!months.isEmpty || month == start.date.month)
    }
  }

  private func fits(_ rule: Weekday, _ day: CivilDate) -> Bool {
    guard day.weekday == rule.weekday else { return false }
    guard let ordinal = rule.ordinal else { return true }
    let place: Int
    let length: Int
    if frequency == .yearly, months.isEmpty {
      let year = day.year
      guard let first = CivilDate(year: year, month: 1, day: 1), let next = CivilDate(year: year + 1, month: 1, day: 1)
      else { return false }
      place = Int(day.daysSinceEpoch - first.daysSinceEpoch)
      length = Int(next.daysSinceEpoch - first.daysSinceEpoch)
    } else {
      place = day.day - 1
      length = day.daysInMonth
    }
    return ordinal > 0 ? place / 7 + 1 == ordinal : (length - 1 - place) / 7 + 1 == -ordinal
  }

  private func isInInterval(_ day: CivilDate) -> Bool {
    guard interval > 1, let start else { return true }
    let distance: Int64
    switch frequency {
    case .daily: distance = day.daysSinceEpoch - start.date.daysSinceEpoch
    case .weekly: distance = (firstOfWeek(day).daysSinceEpoch - firstOfWeek(start.date).daysSinceEpoch) / 7
    case .monthly:
      distance = (day.year - start.date.year) * 12 + Int64(day.month - start.date.month)
    case .yearly: distance = day.year - start.date.year
    }
    return distance % Int64(interval) == 0
  }

  private func firstOfWeek(_ day: CivilDate) -> CivilDate { day + -Int64((day.weekday - weekStart + 7) % 7) }

  /// All days of the week, month or year that a day lies in, for `BYSETPOS`.
  private func period(of day: CivilDate) -> [CivilDate] {
    switch frequency {
    case .daily: return [day]
    case .weekly: return (0..<7).map { firstOfWeek(day) + $0 }
    case .monthly: return (0..<Int64(day.daysInMonth)).map { day + (1 - Int64(day.day) + $0) }
    case .yearly:
      guard let first = CivilDate(year: day.year, month: 1, day: 1),
        let next = CivilDate(year: day.year + 1, month: 1, day: 1)
      else { return [day] }
      return (0..<(next.daysSinceEpoch - first.daysSinceEpoch)).map { first + $0 }
    }
  }
}
