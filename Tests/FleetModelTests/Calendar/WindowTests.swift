import FleetModel
import Testing

@Suite("R21 windows in their zones")
struct WindowTests {
  private static func window(_ cron: String, _ duration: Duration) throws -> Window {
    Window(name: "w", start: .cron(try CronSchedule(cron)), duration: duration, timeZone: .named("x"))
  }

  /// Where a window opens and closes on some days, in UTC.
  private func openings(_ window: Window, in zone: String, from: String, _ count: Int) throws -> [String] {
    let rules = try SystemZone.rules(zone)
    var at = TimeZoneRules.utc.instant(of: try #require(CivilMinute(text: from)))
    var found: [String] = []
    for _ in 0..<count {
      let opens = try #require(window.nextOpening(after: at, in: rules))
      let closes = try #require(window.closing(after: opens, in: rules))
      #expect(window.isOpen(at: opens, in: rules) && !window.isOpen(at: opens - .milliseconds(1), in: rules))
      #expect(window.isOpen(at: closes - .milliseconds(1), in: rules) && !window.isOpen(at: closes, in: rules))
      found.append("\(TimeZoneRules.utc.local(opens).clockText)-\(TimeZoneRules.utc.local(closes).clockText)")
      at = closes
    }
    return found
  }

  /// The day before, the day itself, the day after: elapsed time, so the local end moves by the shift.
  @Test(
    "both days of daylight saving in three zones",
    arguments: [
      ("Europe/Berlin", "2026-03-27T23:00", "0 1 * * *", ["00:00-04:00", "00:00-04:00", "23:00-03:00"]),
      ("Europe/Berlin", "2026-03-27T12:00", "30 2 * * *", ["01:30-05:30", "01:00-05:00", "00:30-04:30"]),
      ("Europe/Berlin", "2026-10-24T00:00", "30 2 * * *", ["00:30-04:30", "00:30-04:30", "01:30-05:30"]),
      ("America/New_York", "2026-03-07T00:00", "30 2 * * *", ["07:30-11:30", "07:00-11:00", "06:30-10:30"]),
      ("America/New_York", "2026-10-31T00:00", "30 1 * * *", ["05:30-09:30", "05:30-09:30", "06:30-10:30"]),
      ("Australia/Lord_Howe", "2026-10-02T00:00", "15 2 * * *", ["15:45-19:45", "15:30-19:30", "15:15-19:15"]),
      ("Australia/Lord_Howe", "2026-04-03T00:00", "45 1 * * *", ["14:45-18:45", "14:45-18:45", "15:15-19:15"]),
    ])
  func daylightSaving(zone: String, from: String, cron: String, expected: [String]) throws {
    #expect(try openings(Self.window(cron, .seconds(4 * 3_600)), in: zone, from: from, 3) == expected)
  }

  @Test("R21 a start that exists twice counts once: in the repeated hour nothing begins")
  func once() throws {
    let window = try Self.window("0,30 * * * *", .seconds(600))
    // Berlin repeats 02:00 to 03:00 on 25 October: 00:00Z to 01:00Z counts, 01:00Z to 02:00Z does not.
    #expect(
      try openings(window, in: "Europe/Berlin", from: "2026-10-24T23:59", 4)
        == ["00:00-00:10", "00:30-00:40", "02:00-02:10", "02:30-02:40"])
  }

  @Test("windows that touch or overlap are one, and one that never closes says so")
  func joined() throws {
    #expect(
      try openings(Self.window("* 10 * * *", .seconds(7_200)), in: "UTC", from: "2026-11-23", 1) == ["10:00-12:59"])
    #expect(
      try openings(Self.window("0 8-11 * * *", .seconds(3_600)), in: "UTC", from: "2026-11-23", 1) == ["08:00-12:00"])
    let always = try Self.window("0 0 * * *", .seconds(86_400))
    let now = TimeZoneRules.utc.instant(of: try #require(CivilMinute(text: "2026-11-23T12:00")))
    #expect(always.isOpen(at: now, in: .utc) && always.closing(after: now, in: .utc) == nil)
    // A day of 25 hours leaves an hour of it closed.
    let berlin = try SystemZone.rules("Europe/Berlin")
    let october = TimeZoneRules.utc.instant(of: try #require(CivilMinute(text: "2026-10-25T12:00")))
    let closes = try #require(always.closing(after: october, in: berlin))
    #expect(berlin.text(closes) == "Sun 25 Oct 2026 23:00 Europe/Berlin")
  }

  @Test("R21 a freeze is on from its beginning, and its end is exclusive; its clock goes by the zone")
  func freeze() throws {
    let freeze = Freeze(
      name: "sale", reason: "sale", from: CivilMinute(text: "2026-03-29T02:30"),
      until: CivilMinute(text: "2026-10-25T02:30"), timeZone: .named("Europe/Berlin"))
    let berlin = try SystemZone.rules("Europe/Berlin")
    func at(_ text: String) throws -> Instant { TimeZoneRules.utc.instant(of: try #require(CivilMinute(text: text))) }
    #expect(try freeze.begin(in: berlin) == at("2026-03-29T01:00"))
    #expect(try freeze.end(in: berlin) == at("2026-10-25T00:30"))
    #expect(try freeze.isOn(at: at("2026-03-29T01:00"), in: berlin))
    #expect(try !freeze.isOn(at: at("2026-10-25T00:30"), in: berlin))
    #expect(try freeze.isOn(at: at("2026-10-25T00:30") - .milliseconds(1), in: berlin))
  }

  @Test("a cluster's label names its zone, without slashes")
  func labels() {
    let reference = ZoneReference.fromLabel("tz")
    #expect(reference.names(labels: [:]) == [])
    #expect(reference.names(labels: ["tz": "UTC"]) == ["UTC"])
    #expect(reference.names(labels: ["tz": "America_New_York"]).contains("America/New_York"))
    #expect(
      reference.names(labels: ["tz": "America_Argentina_Buenos_Aires"]).contains("America/Argentina/Buenos_Aires"))
  }
}
