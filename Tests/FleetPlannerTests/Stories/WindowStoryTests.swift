import FleetModel
import FleetPlanner
import Testing

@Suite("Stories of windows")
struct WindowStoryTests {
  @Test("R21 a window closes mid-stage")
  func closesMidStage() throws {
    let berlin = TimeZoneRules(name: "Europe/Berlin", offset: 3_600)
    let canary = stage("canary", .clusters(LabelSelector(matchLabels: ["canary": "true"]))) { $0.soak = .seconds(900) }
    var rest = stage("rest", .rest, at: .count(2))
    rest.windows = ["office"]
    var fleet = try fleet(strategy([canary, rest]), members(1, labels: ["canary": "true"]) + members(4, from: 1))
    fleet.calendar = ChangeCalendar(
      windows: [
        "office": Window(
          name: "office", start: .cron(try CronSchedule("0 8 * * 1-5")), duration: .seconds(9 * 3_600),
          lastStart: .seconds(1_800), timeZone: .named("Europe/Berlin"))
      ], zones: ["Europe/Berlin": berlin])
    var story = Story(fleet, in: berlin)
    try story.at("2026-11-27T16:00", "the run begins")
    try story.at("2026-11-27T16:05", "the canary is healthy") { $0.say("c00") }
    try story.at("2026-11-27T16:20", "the canary has soaked")
    try story.at("2026-11-27T16:28", "one of two is healthy") { $0.say("c01") }
    try story.at("2026-11-27T16:30", "half an hour before the end no order is sent any more") { $0.say("c02") }
    try story.at("2026-11-27T16:36", "the last in flight is healthy") { $0.say("c03") }
    try story.at("2026-11-28T10:00", "Saturday: a freeze is declared until Monday noon") { fleet in
      let freeze = Freeze(
        name: "sale", reason: "no changes during the sale", until: CivilMinute(text: "2026-11-30T12:00"),
        timeZone: .named("Europe/Berlin"))
      fleet.calendar.freezes.append(ChangeCalendar.AppliedFreeze(freeze, appliedAt: fleet.now))
    }
    try story.at("2026-11-30T08:00", "Monday: the window opens, the freeze is on")
    try story.at("2026-11-30T09:15", "kim overrides") {
      try $0.give(.overrideWindow(stage: nil), reason: "a security fix")
    }
    try story.at("2026-11-30T09:20", "ann overrides too") {
      try $0.give(.overrideWindow(stage: nil), by: "ann", reason: "agreed with the shop")
    }
    try story.at("2026-11-30T09:25", "it is healthy") { $0.say("c04") }
    #expect(story.fleet.run.state == .succeeded)
    try story.compare("window-closes-mid-stage")
  }
}
