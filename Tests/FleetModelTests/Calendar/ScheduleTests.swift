import FleetModel
import Testing

@Suite("Schedules: cron and recurrence rules")
struct ScheduleTests {
  /// The next so many openings after a moment, on the clock of a zone.
  private func next(_ schedule: Schedule, after text: String, _ count: Int, in zone: TimeZoneRules = .utc) throws
    -> [String]
  {
    var at = zone.instant(of: try #require(CivilMinute(text: text)))
    return (0..<count).map { _ in
      guard let found = schedule.next(after: at, in: zone) else { return "never" }
      at = found
      return zone.local(found).text
    }
  }

  @Test(
    "cron",
    arguments: [
      ("0 8 * * 1-5", "2026-11-27T08:00", ["Mon 30 Nov 2026 08:00", "Tue 1 Dec 2026 08:00"]),
      ("30 22 * * FRI,sat", "2026-11-23T00:00", ["Fri 27 Nov 2026 22:30", "Sat 28 Nov 2026 22:30"]),
      ("*/20 9-10 1 jan *", "2026-11-23T00:00", ["Fri 1 Jan 2027 09:00", "Fri 1 Jan 2027 09:20"]),
      ("5/25 0 * * *", "2026-11-23T00:10", ["Mon 23 Nov 2026 00:30", "Mon 23 Nov 2026 00:55"]),
      ("0 0 29 2 *", "2026-11-23T00:00", ["Tue 29 Feb 2028 00:00", "Sun 29 Feb 2032 00:00"]),
      // Both day fields restrict: one is enough. A step of one is no restriction.
      ("0 0 13 * 5", "2026-11-01T00:00", ["Fri 6 Nov 2026 00:00", "Fri 13 Nov 2026 00:00", "Fri 20 Nov 2026 00:00"]),
      ("0 0 13 * */1", "2026-11-01T00:00", ["Fri 13 Nov 2026 00:00", "Sun 13 Dec 2026 00:00"]),
      ("@weekly", "2026-11-23T00:00", ["Sun 29 Nov 2026 00:00"]),
    ])
  func cron(text: String, after: String, expected: [String]) throws {
    #expect(try next(.cron(CronSchedule(text)), after: after, expected.count) == expected)
  }

  @Test(
    "cron that is none",
    arguments: [
      ("0 8 * *", "cron has five fields, found 4"), ("60 8 * * *", "60 is no minute"),
      ("0 8 * * 7", "7 is no day of week"), ("0 8 * * mo", "\"mo\" is no day of week"),
      ("0 8 * * 5-1", "5-1 runs backwards in the day of week"), ("*/0 * * * *", "\"0\" is no step of the minute"),
      ("0 ,8 * * *", "\"\" is no hour"), ("0 +8 * * *", "\"+8\" is no hour"), ("@often", "@often is not known"),
    ])
  func noCron(text: String, message: String) {
    let error = #expect(throws: ScheduleError.self) { try CronSchedule(text) }
    #expect(error?.message == message)
  }

  @Test(
    "recurrence rules",
    arguments: [
      ("FREQ=MONTHLY;BYDAY=2TU;BYHOUR=20", "2026-11-11T00:00", ["Tue 8 Dec 2026 20:00", "Tue 12 Jan 2027 20:00"]),
      ("RRULE:FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=9;BYMINUTE=30", "2026-11-01T00:00", ["Fri 27 Nov 2026 09:30"]),
      ("FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=8", "2026-11-23T08:00", ["Wed 25 Nov 2026 08:00", "Mon 30 Nov 2026 08:00"]),
      (
        "DTSTART:20260105T080000\nRRULE:FREQ=WEEKLY;INTERVAL=2", "2026-01-05T08:00",
        ["Mon 19 Jan 2026 08:00", "Mon 2 Feb 2026 08:00"]
      ),
      ("DTSTART:20260131\nFREQ=MONTHLY", "2026-02-01T00:00", ["Tue 31 Mar 2026 00:00", "Sun 31 May 2026 00:00"]),
      ("FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=23", "2026-02-01T00:00", ["Sat 28 Feb 2026 23:00"]),
      (
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-10-01T00:00",
        ["Fri 30 Oct 2026 00:00", "Mon 30 Nov 2026 00:00"]
      ),
      ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "2026-01-01T00:00", ["Thu 26 Nov 2026 00:00"]),
      ("FREQ=YEARLY;BYDAY=1MO", "2026-02-01T00:00", ["Mon 4 Jan 2027 00:00"]),
      (
        "FREQ=DAILY;BYHOUR=9,21;UNTIL=20261124T100000", "2026-11-23T20:00",
        [
          "Mon 23 Nov 2026 21:00", "Tue 24 Nov 2026 09:00", "never",
        ]
      ),
    ])
  func rule(text: String, after: String, expected: [String]) throws {
    #expect(try next(.rule(RecurrenceRule(text)), after: after, expected.count) == expected)
  }

  @Test(
    "rules that are none",
    arguments: [
      ("BYDAY=MO", "FREQ is missing"), ("FREQ=HOURLY", "FREQ=HOURLY is not supported"),
      ("FREQ=WEEKLY", "FREQ=WEEKLY does not say on which days"),
      ("FREQ=WEEKLY;BYDAY=2MO", "BYDAY counts weekdays of a month or year"),
      ("FREQ=DAILY;INTERVAL=2", "INTERVAL=2 counts from nowhere"), ("FREQ=DAILY;COUNT=3", "COUNT is not supported"),
      ("FREQ=WEEKLY;BYDAY=XX", "BYDAY: \"XX\" is no weekday"),
      ("FREQ=DAILY;BYHOUR=24", "BYHOUR=24: \"24\" is out of place"),
      (
        "DTSTART;TZID=Europe/Berlin:20260105T080000\nFREQ=DAILY",
        "\"DTSTART;TZID=Europe/Berlin:20260105T080000\" is not understood"
      ),
      ("DTSTART:20260230\nFREQ=DAILY", "DTSTART=20260230: there is no such day"),
      ("FREQ=DAILY;UNTIL=20261124T100000Z", "UNTIL=20261124T100000Z is no time"),
    ])
  func noRule(text: String, message: String) {
    let error = #expect(throws: ScheduleError.self) { try RecurrenceRule(text) }
    #expect(error?.message == message)
  }

  @Test("a schedule whose days never come is impossible")
  func impossible() throws {
    #expect(try Schedule.cron(CronSchedule("0 0 30 2 *")).isImpossible)
    #expect(try !Schedule.cron(CronSchedule("0 0 29 2 *")).isImpossible)
    #expect(try Schedule.rule(RecurrenceRule("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30")).isImpossible)
    // The 29th of February falls on a Monday every 28 years, and once after 40.
    #expect(try !Schedule.rule(RecurrenceRule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO")).isImpossible)
  }

  @Test("looking back finds what looking ahead found")
  func backAndForth() throws {
    let berlin = try SystemZone.rules("Europe/Berlin")
    for text in ["*/7 2,3 * * *", "0 0 13 * 5", "30 2 * 3,10 0"] {
      let schedule = Schedule.cron(try CronSchedule(text))
      var at = berlin.instant(of: try #require(CivilMinute(text: "2026-03-20")))
      for _ in 0..<300 {
        let found = try #require(schedule.next(after: at, in: berlin))
        #expect(schedule.last(atOrBefore: found, since: at, in: berlin) == found)
        let before = schedule.last(atOrBefore: found - .milliseconds(1), since: at + .milliseconds(1), in: berlin)
        #expect(before == nil)
        at = found
      }
    }
  }
}
