import FleetDocuments
import FleetModel
import Testing

private func document(_ kind: String, _ spec: String) -> String {
  "apiVersion: flotilla.dev/v1\nkind: \(kind)\nmetadata: {name: a}\nspec:\n\(spec)"
}

private let zones = ZoneCatalogue(version: "2026b", names: ["Europe/Berlin", "America/New_York"])

@Suite("Windows and freezes as documents")
struct CalendarDocumentTests {
  private func read(_ text: String) throws -> Document {
    let (documents, diagnostics) = Documents.read(Array(text.utf8), file: "f.yaml", zones: zones)
    #expect(diagnostics == [])
    return try #require(documents.first)
  }

  @Test func windowIsReadAndStored() throws {
    let text = document(
      "Window",
      "  cron: 0 8 * * 1-5\n  duration: 10h\n  lastStart: 30m\n  timeZone: Europe/Berlin\n")
    let read = try read(text)
    let expected = Window(
      name: "a", start: .cron(try CronSchedule("0 8 * * 1-5")), duration: .seconds(36_000), lastStart: .seconds(1_800),
      timeZone: .named("Europe/Berlin"))
    #expect(read.content == .window(expected))
    let again = try Document(
      kind: "Window", project: .defaultProject, name: "a", canonicalJSON: read.canonicalJSON)
    #expect(again.content == read.content)
  }

  @Test func denyingWindowByRule() throws {
    let read = try read(
      document(
        "Window",
        "  effect: deny\n  rrule: FREQ=MONTHLY;BYDAY=2TU;BYHOUR=20\n  duration: 4h\n  timeZone: {fromLabel: tz}\n"))
    guard case .window(let window) = read.content else { return }
    #expect(window.effect == .deny && window.timeZone == .fromLabel("tz"))
    #expect(window.start.text == "FREQ=MONTHLY;BYDAY=2TU;BYHOUR=20")
  }

  @Test func freezeIsReadAndStored() throws {
    let read = try read(
      document(
        "Freeze",
        """
          reason: sale
          from: 2026-11-27
          until: 2026-11-30T06:00
          timeZone: Europe/Berlin
          clusters: {matchLabels: {region: eu}}
          fleetSets: [shop]

        """))
    let expected = Freeze(
      name: "a", reason: "sale", from: CivilMinute(text: "2026-11-27"), until: CivilMinute(text: "2026-11-30T06:00"),
      timeZone: .named("Europe/Berlin"), clusters: LabelSelector(matchLabels: ["region": "eu"]), fleetSets: ["shop"])
    #expect(read.content == .freeze(expected))
  }

  @Test func windowNamesAreRead() throws {
    let read = try read(
      fleetSet(rollout: "  rollout: {windows: [a], stages: [{name: s, rest: true, windows: [b, c]}]}\n"))
    guard case .fleetSet(let set) = read.content else { return }
    #expect(set.rollout.windows == ["a"])
    #expect(set.rollout.stages[0].windows == ["b", "c"])
  }

  @Test(
    "everything that is wrong is said at once",
    arguments: [
      Refusal(
        "all fields",
        document(
          "Window",
          "  effect: allows\n  cron: 0 25 * * *\n  duration: 10s\n  lastStart: 1h\n  timeZone: Europe/Berlinn\n  days: [1]\n"
        ),
        """
        f.yaml:5:11  spec.effect: "allows" is not known
                     did you mean "allow"? give one of allow, deny
        f.yaml:6:9  spec.cron: 25 is no hour
                    give numbers from 0 to 23, as 1,3 or 1-5 or */2
        f.yaml:7:13  spec.duration: "10s" is out of range
                     write it like 90s, 10m or 1h30m, from 1m to 30 days
        f.yaml:9:13  spec.timeZone: "Europe/Berlinn" is no time zone of the time zone database 2026b
                     did you mean "Europe/Berlin"? give an IANA name like Europe/Berlin, or {fromLabel: flotilla.dev/timezone}
        f.yaml:10:3  spec.days: unknown field
                     known here: cron, duration, effect, lastStart, rrule, timeZone
        """),
      Refusal(
        "missing fields", document("Window", "  effect: deny\n"),
        """
        f.yaml:5:3  spec: the window does not say when it opens
                    give cron: "0 8 * * 1-5", or rrule: FREQ=MONTHLY;BYDAY=2TU;BYHOUR=20
        f.yaml:5:3  spec.duration: is missing
                    write it like 8h
        f.yaml:5:3  spec.timeZone: is missing
                    give an IANA name like Europe/Berlin, or {fromLabel: flotilla.dev/timezone}
        """),
      Refusal(
        "never open", document("Window", "  cron: 0 0 30 2 *\n  duration: 1h\n  timeZone: UTC\n"),
        """
        f.yaml:5:9  spec.cron: the window would never open: no day fits
                    look at day of month and month together
        """),
      Refusal(
        "no order fits",
        document(
          "Window", "  cron: 0 8 * * *\n  rrule: FREQ=DAILY\n  duration: 1h\n  lastStart: 1h\n  timeZone: UTC\n"),
        """
        f.yaml:5:3  spec: the window says twice when it opens
                    give cron: "0 8 * * 1-5", or rrule: FREQ=MONTHLY;BYDAY=2TU;BYHOUR=20
        f.yaml:8:14  spec.lastStart: no order could be sent: lastStart 1h is not shorter than duration 1h
                     it says how long before its end the window takes the last order
        """),
      Refusal(
        "rule", document("Window", "  rrule: FREQ=WEEKLY;BYDAY=XX\n  duration: 1h\n  timeZone: UTC\n"),
        """
        f.yaml:5:10  spec.rrule: BYDAY: "XX" is no weekday
                     give MO, TU, …, or 2TU and -1FR in a month
        """),
      Refusal(
        "freeze", document("Freeze", "  from: 2026-11-30T06:00\n  until: 2026-11-30T06:00\n  fleetSets: []\n"),
        """
        f.yaml:5:3  spec.reason: is missing
                    say why: everybody who waits for its end reads it
        f.yaml:5:3  spec.timeZone: is missing
                    give an IANA name like Europe/Berlin, or {fromLabel: flotilla.dev/timezone}
        f.yaml:6:10  spec.until: the freeze would never be on: it ends before it begins
                     the end is exclusive
        f.yaml:7:14  spec.fleetSets: the list of FleetSets is empty
                     leave it out for all of them
        """),
      Refusal(
        "no local time", document("Freeze", "  reason: a\n  from: 2026-11-30T06:00Z\n  timeZone: UTC\n"),
        """
        f.yaml:6:9  spec.from: "2026-11-30T06:00Z" is no local time
                    write it like 2026-11-27T18:00; its zone stands in timeZone
        """),
    ])
  func refused(refusal: Refusal) {
    let found = Documents.read(Array(refusal.text.utf8), file: "f.yaml", zones: zones).diagnostics
    #expect(found.map(\.text).joined(separator: "\n") == refusal.expected)
  }

  @Test("without a catalogue no zone's name is judged")
  func withoutZones() {
    let text = document("Window", "  cron: 0 8 * * *\n  duration: 1h\n  timeZone: Mars/Olympus\n")
    #expect(Documents.read(Array(text.utf8), file: "f.yaml").diagnostics == [])
  }
}
