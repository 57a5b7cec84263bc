/// When something begins, again and again, on the clock of some time zone: days that match, and minutes of those days.
public enum Schedule: Hashable, Sendable {
  /// Cron's five fields.
  case cron(CronSchedule)
  /// A recurrence rule of RFC 5545.
  case rule(RecurrenceRule)

  /// The minutes of a day at which it begins, in order; empty on a day that does not match.
  public func minutes(on day: CivilDate) -> [Int] {
    switch self {
    case .cron(let cron): cron.matches(day) ? cron.minutesOfDay : []
    case .rule(let rule): rule.minutes(on: day)
    }
  }

  /// How many days are looked through for the next beginning: rules that match at all match within 40 years, as 29
  /// February on a given weekday does.
  static let horizonInDays: Int64 = 40 * 366

  /// Whether no day of 40 years fits: such a schedule never begins.
  public var isImpossible: Bool {
    var first = CivilDate(daysSinceEpoch: 0)
    if case .rule(let rule) = self, let start = rule.start { first = start.date }
    return !(0...Self.horizonInDays).contains { !minutes(on: first + $0).isEmpty }
  }

  /// The text as written: cron's fields, or the rule.
  public var text: String {
    switch self {
    case .cron(let cron): cron.text
    case .rule(let rule): rule.text
    }
  }

  /// The last beginning at or before an instant, and not before another.
  public func last(atOrBefore instant: Instant, since: Instant, in zone: TimeZoneRules) -> Instant? {
    // A day more on both sides: local dates and offsets may differ by that.
    var day = zone.local(instant).date + 1
    let end = zone.local(since).date + -1
    while day >= end {
      let times = minutes(on: day)
      if !times.isEmpty {
        let count = times.partitionPoint { zone.instant(of: CivilMinute(date: day, minute: $0)) > instant }
        if count > 0 {
          let found = zone.instant(of: CivilMinute(date: day, minute: times[count - 1]))
          return found >= since ? found : nil
        }
      }
      day = day + -1
    }
    return nil
  }

  /// The first beginning after an instant; nil when there is none within 40 years.
  public func next(after instant: Instant, in zone: TimeZoneRules) -> Instant? {
    var day = zone.local(instant).date + -1
    for _ in 0...Self.horizonInDays {
      let times = minutes(on: day)
      if !times.isEmpty {
        let count = times.partitionPoint { zone.instant(of: CivilMinute(date: day, minute: $0)) > instant }
        if count < times.count { return zone.instant(of: CivilMinute(date: day, minute: times[count])) }
      }
      day = day + 1
    }
    return nil
  }
}

extension Schedule: Codable {
  private enum CodingKeys: String, CodingKey { case cron, rrule }

  /// Decodes the text that it was read from.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    do throws(ScheduleError) {
      if let text = try? container.decode(String.self, forKey: .cron) {
        self = .cron(try CronSchedule(text))
        return
      }
      if let text = try? container.decode(String.self, forKey: .rrule) {
        self = .rule(try RecurrenceRule(text))
        return
      }
    } catch {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: container.codingPath, debugDescription: error.message))
    }
    throw DecodingError.dataCorrupted(
      DecodingError.Context(codingPath: container.codingPath, debugDescription: "a schedule is cron or rrule"))
  }

  /// Encodes the text that it was read from.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .cron(let cron): try container.encode(cron.text, forKey: .cron)
    case .rule(let rule): try container.encode(rule.text, forKey: .rrule)
    }
  }
}

/// A schedule's text is not one; nothing was changed.
public struct ScheduleError: Error, Hashable, Sendable {
  /// What is wrong, with the offending part in it.
  public var message: String
  /// What would be right.
  public var hint: String

  /// Makes an error.
  public init(_ message: String, hint: String) {
    self.message = message
    self.hint = hint
  }
}

extension Array {
  /// The number of elements before the first for which `isBehind` holds, in an array in which it holds from some element on.
  fileprivate func partitionPoint(_ isBehind: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
