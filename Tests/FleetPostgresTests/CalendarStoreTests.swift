import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import FoundationEssentials
import Testing

@Suite struct CalendarStoreTests {
  private let flotilla = ChangeCause(principal: "flotilla")
  private let kim = StoreFixture.cause

  private func draft(_ window: Window) -> DocumentDraft {
    DocumentDraft(
      project: "default", name: window.name, content: .window(window),
      canonicalJSON: Array("{\"window\":\"\(window.start.text)\"}".utf8))
  }

  private func draft(_ freeze: Freeze) -> DocumentDraft {
    DocumentDraft(
      project: "default", name: freeze.name, content: .freeze(freeze),
      canonicalJSON: Array("{\"freeze\":\"\(freeze.reason)\"}".utf8))
  }

  /// A window that is open at all times but in one minute a year.
  private func window(_ cron: String = "0 0 * * *", in zone: ZoneReference = .named("UTC")) throws -> Window {
    Window(
      name: "office", start: .cron(try CronSchedule(cron)), duration: .seconds(30 * 86_400), lastStart: .zero,
      timeZone: zone)
  }

  private func strategy(windows: [String]) -> RolloutStrategy {
    var strategy = StoreFixture.strategy()
    strategy.stages[0].windows = windows
    return strategy
  }

  @Test func windowsAndFreezesAreKeptListedChangedAndRemoved() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let first = try window()
      let applied = try await store.apply(
        [draft(first), draft(Freeze(name: "sale", reason: "sale"))], cause: kim, dryRun: false)
      #expect(applied.map(\.result) == [.created, .created])
      #expect(try await store.apply([draft(first)], cause: kim, dryRun: false).map(\.result) == [.unchanged])
      let second = try window("0 8 * * *")
      let changed = try await store.apply([draft(second)], cause: kim, dryRun: false)
      #expect(changed.map(\.result) == [.configured] && changed.map(\.generation) == [2])
      let page = try await store.policies(.window, in: "default", after: nil, limit: 5)
      #expect(page.elements.map(\.entry) == [.window(second)])
      let freeze = try #require(try await store.policy(.freeze, named: "sale", in: "default"))
      #expect(freeze.entry == .freeze(Freeze(name: "sale", reason: "sale")))
      try await store.removePolicy(.freeze, named: "sale", in: "default", cause: kim)
      #expect(try await store.policy(.freeze, named: "sale", in: "default") == nil)
      let missing = await #expect(throws: StoreError.self) {
        try await store.removePolicy(.freeze, named: "sale", in: "default", cause: kim)
      }
      #expect(missing?.code == .notFound)
    }
  }

  @Test func aWindowThatARunNamesCannotBeRemoved() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      _ = try await store.apply([draft(try window())], cause: kim, dryRun: false)
      _ = try await fixture.release(1)
      _ = try await fixture.start(strategy(windows: ["office"]))
      let error = await #expect(throws: StoreError.self) {
        try await store.removePolicy(.window, named: "office", in: "default", cause: kim)
      }
      #expect(error?.code == .conflict)
      #expect(error?.message.contains("rollout storefront/1") == true)
    }
  }

  @Test func aFreezeActsOnPlansThatDidNotKnowIt() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 2)
      _ = try await fixture.release(1)
      let rollout = try await fixture.start()
      _ = try await store.claim(.rollout, limit: 1, by: fixture.controller, for: .seconds(30))
      let before = try #require(try await store.planInput(for: rollout))
      _ = try await store.apply(
        [draft(Freeze(name: "sale", reason: "sale", clusters: LabelSelector(matchLabels: ["region": "eu"])))],
        cause: kim, dryRun: false)
      let error = await #expect(throws: StoreError.self) {
        try await store.commit(plan(before), input: before, cause: flotilla)
      }
      #expect(error?.code == .lostRace)
      let input = try #require(try await store.planInput(for: rollout))
      #expect(input.calendar.freezes.map(\.freeze.name) == ["sale"])
      #expect(input.units.map(\.clusterLabels) == [["region": "eu"], ["region": "us"]])
      try await store.commit(plan(input), input: input, cause: flotilla)
      let record = try #require(try await store.rollout(of: "storefront", number: nil, in: "default"))
      #expect(record.report.waiting.first { $0.reason == .freeze }?.clusters == ["c0000"])
      #expect(record.stages.first?.counters[.dispatched] == 1)
      // Lifting it makes the run due again.
      try await store.removePolicy(.freeze, named: "sale", in: "default", cause: kim)
      let lifted = try #require(try await store.planInput(for: rollout))
      #expect(lifted.calendar.freezes == [])
      try await store.commit(plan(lifted), input: lifted, cause: flotilla)
      #expect(try await store.planInput(for: rollout)?.stages.first?.counters[.dispatched] == 2)
    }
  }

  @Test func freezesOfOtherSetsAndOverridesOfStages() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      _ = try await fixture.release(1)
      _ = try await store.apply(
        [
          draft(Freeze(name: "other", reason: "other", fleetSets: ["payments"])),
          draft(Freeze(name: "own", reason: "own", fleetSets: ["storefront"])),
        ], cause: kim, dryRun: false)
      let rollout = try await fixture.start()
      for person in ["kim", "ann"] {
        let input = try #require(try await store.planInput(for: rollout))
        #expect(input.calendar.freezes.map(\.freeze.name) == ["own"])
        // The run was stored after the freeze: nobody has passed yet.
        let opened = plan(input)
        try await store.commit(opened, input: input, cause: flotilla)
        let again = try #require(try await store.planInput(for: rollout))
        let decided = try command(
          .overrideWindow(stage: nil), on: again, by: CommandGiver(name: person, reason: "a fix"))
        try await store.commit(decided, input: again, cause: ChangeCause(principal: person, reason: "a fix"))
      }
      let input = try #require(try await store.planInput(for: rollout))
      #expect(input.stages[0].overrides.map(\.by) == ["kim", "ann"])
      #expect(plan(input).steps.contains { $0.order != nil })
    }
  }

  @Test func zonesComeFromTheNewestDatabase() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let data = try #require(FileManager.default.contents(atPath: "/usr/share/zoneinfo/Europe/Berlin"))
      let file = TimeZoneFile(name: "Europe/Berlin", bytes: [UInt8](data))
      #expect(try await store.storeTimeZones([file], version: "2025b"))
      #expect(try await store.storeTimeZones([], version: "2025a") == false)
      #expect(try await store.timeZoneCatalogue() == ZoneCatalogue(version: "2025b", names: ["Europe/Berlin"]))
      let rules = try #require(try await store.timeZones(named: ["Europe/Berlin", "Mars/Olympus"])["Europe/Berlin"])
      #expect(rules == TimeZoneRules(name: "Europe/Berlin", bytes: file.bytes))
      // A pass gets the zones that its windows and its clusters' labels name.
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      _ = try await fixture.release(1)
      _ = try await store.label("c0000", in: "default", changes: ["tz": "Europe_Berlin"], cause: kim)
      _ = try await store.apply([draft(try window(in: .fromLabel("tz")))], cause: kim, dryRun: false)
      let rollout = try await fixture.start(strategy(windows: ["office"]))
      let input = try #require(try await store.planInput(for: rollout))
      #expect(input.calendar.zones == ["Europe/Berlin": rules])
    }
  }
}
