import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

/// Marks say which steps a pass must look at (decision 21): none is taken off that no pass has looked at.
@Suite struct MarkTests {
  private let flotilla = ChangeCause(principal: "flotilla")

  /// A run with an order in flight whose cluster has said something that no pass has seen.
  private func marked(
    _ database: TestDatabase
  ) async throws -> (fixture: StoreFixture, rollout: RolloutID, input: PlanInput) {
    let fixture = try await StoreFixture.make(in: database.store, clusters: 1)
    _ = try await fixture.release(1)
    let rollout = try await fixture.start()
    try await fixture.pass(rollout)
    try await fixture.confirm(phase: .applying, health: .progressing, readyFor: .zero)
    let input = try #require(try await database.store.planInput(for: rollout))
    #expect(input.marks.count == 1)
    return (fixture, rollout, input)
  }

  private func marks(_ database: TestDatabase, _ rollout: RolloutID) async throws -> Int? {
    try await database.store.planInput(for: rollout)?.marks.count
  }

  @Test func aPersonsCommandLeavesWhatIsMarked() async throws {
    try await TestDatabase.with { database in
      let (_, rollout, input) = try await marked(database)
      let paused = try command(.pause, on: input, by: CommandGiver(name: "kim", reason: "lunch"))
      try await database.store.commit(paused, input: input, cause: StoreFixture.cause)
      #expect(try await marks(database, rollout) == 1)
    }
  }

  /// Two passes read the same mark, one takes it off, another report comes: the second pass has not seen that one.
  @Test(arguments: [false, true]) func aNewMarkNeverHasTheNumberOfOneThatWasRead(changes: Bool) async throws {
    try await TestDatabase.with { database in
      let (fixture, rollout, input) = try await marked(database)
      let idle = Plan(run: input.run)
      try await database.store.commit(idle, input: input, cause: flotilla)
      #expect(try await marks(database, rollout) == 0)
      try await fixture.confirm(phase: .applying, health: .degraded, readyFor: .zero)
      #expect(try await marks(database, rollout) == 1)
      let late = changes ? plan(input) : idle
      #expect(late.changes(input) == changes)
      try await database.store.commit(late, input: input, cause: flotilla)
      #expect(try await marks(database, rollout) == 1)
      // A cluster's own change is marked by numbers of the same kind.
      let again = try #require(try await database.store.planInput(for: rollout))
      try await database.store.commit(Plan(run: again.run), input: again, cause: flotilla)
      #expect(try await marks(database, rollout) == 0)
      _ = try await database.store.setCordon("c0000", in: "default", reason: "disk", cause: StoreFixture.cause)
      try await database.store.commit(Plan(run: again.run), input: again, cause: flotilla)
      #expect(try await marks(database, rollout) == 1)
    }
  }

  /// A pass that changes nothing has judged the run as it was read: when that has changed, its marks are for the next one.
  @Test func aPassOverAnOlderRunTakesNoMarks() async throws {
    try await TestDatabase.with { database in
      let (_, rollout, input) = try await marked(database)
      let paused = try command(.pause, on: input, by: CommandGiver(name: "kim", reason: "lunch"))
      try await database.store.commit(paused, input: input, cause: StoreFixture.cause)
      let error = await #expect(throws: StoreError.self) {
        try await database.store.commit(Plan(run: input.run), input: input, cause: flotilla)
      }
      #expect(error?.code == .lostRace)
      #expect(try await marks(database, rollout) == 1)
    }
  }
}
