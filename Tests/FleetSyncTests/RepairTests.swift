import FleetModel
import FleetSync
import Manifest
import Testing

@Suite("Repairs that end")
struct RepairTests {
  static let a = identity("ConfigMap", "a")

  static func edit(_ machine: inout TargetMachine, _ value: String, version: Int, at second: Int)
    -> [TargetMachine.Action]
  {
    machine.changed(
      MachineTests.scope, object: storedConfigMap("a", value: value, version: version), now: .seconds(second))
  }

  /// A machine that has repaired ConfigMap a three times and given it up after the fourth change.
  static func looping() -> (machine: TargetMachine, actions: [TargetMachine.Action]) {
    var machine = MachineTests.settled()
    for round in 1...3 {
      _ = edit(&machine, "bad", version: 100 * round, at: round)
      _ = machine.applied(
        a, answer: storedConfigMap("a", value: "hello", version: 100 * round + 1), now: .seconds(round))
    }
    let actions = edit(&machine, "bad", version: 900, at: 9)
    return (machine, actions)
  }

  @Test("a repair that the cluster refuses is no loop: it is told with its reason, and tried again")
  func refusedRepair() {
    var machine = MachineTests.settled()
    #expect(Self.edit(&machine, "bad", version: 100, at: 1).applies == ["a"])
    let denied = WriteFailure(.status(403, reason: "Forbidden"), "denied by the policy \"quiet hours\"")
    let refused = machine.applyFailed(Self.a, denied, now: .seconds(2))
    let standing = refused.observations.last?.standing
    #expect(standing?.loops == [])
    #expect(standing?.fields.last?.contains("repair failed: denied by the policy \"quiet hours\"") == true)
    #expect(refused.observations.last?.message.hasPrefix("drift: ConfigMap shop/a cannot be repaired") == true)
    #expect(refused.observations.last?.phase == .applied, "what is applied stays")
    // The same difference is not repaired at once again, another one is.
    #expect(Self.edit(&machine, "bad", version: 101, at: 3).applies == [])
    #expect(Self.edit(&machine, "worse", version: 102, at: 4).applies == ["a"])
    _ = machine.applyFailed(Self.a, denied, now: .seconds(5))
    #expect(machine.timePassed(now: .seconds(604)).applies == [])
    #expect(machine.nextWake.map { $0 <= .seconds(605) } == true)
    #expect(machine.timePassed(now: .seconds(605)).applies == ["a"])
    let repaired = machine.applied(
      Self.a, answer: storedConfigMap("a", value: "hello", version: 103), now: .seconds(606))
    #expect(repaired.observations.last?.standing == nil)
    #expect(repaired.observations.last?.message == "")
  }

  @Test("a loop is in the cluster's record, and a restarted agent neither repairs anew nor says that it has ended")
  func loopSurvivesRestart() throws {
    let (_, actions) = Self.looping()
    let record = try #require(actions.records.first)
    #expect(record.loops == [Self.a])
    let read = try #require(TargetRecord(configMap: record.configMap(namespace: "flotilla", resourceVersion: nil)))
    #expect(read == record)

    var machine = TargetMachine.fresh()
    let restored = machine.restored(read, now: .seconds(20))
    #expect(restored.observations.allSatisfy { $0.standing?.loops == ["ConfigMap shop/a"] })
    _ = machine.bundleArrived(
      MachineTests.one, objects: [configMapObject("a"), configMapObject("b")], now: .seconds(21))
    let bad = storedConfigMap("a", value: "bad", version: 900)
    let expected = machine.expected(
      Self.a, answer: storedConfigMap("a", value: "hello", version: 900), live: bad, now: .seconds(22))
    #expect(expected.applies == [])
    let standing = machine.observation(now: .seconds(23)).standing
    #expect(standing?.loops == ["ConfigMap shop/a"])
    #expect(standing?.fields == ["ConfigMap shop/a data.greeting: hello → bad"])
    // Somebody puts it right: that is told, and the record forgets it.
    let back = Self.edit(&machine, "hello", version: 901, at: 30)
    #expect(back.observations.last?.standing == nil)
    #expect(back.records.map(\.loops) == [[]])
  }

  @Test("a record that cannot be rewritten for a loop fails nothing")
  func loopWithoutRecord() {
    var (machine, _) = Self.looping()
    let failed = machine.recordFailed(
      WriteFailure(.status(403, reason: "Forbidden"), "403 no"), now: .seconds(10))
    #expect(failed.observations.allSatisfy { $0.phase == .applied })
    #expect(machine.observation(now: .seconds(11)).phase == .applied)
    let next = machine.received(makeOrder(2), now: .seconds(12))
    #expect(machine.accept(next, now: .seconds(12)).records.count == 1, "the next order begins")
  }

  @Test("the next order ends a loop when it has applied the object, not before")
  func orderEndsLoop() {
    var (machine, _) = Self.looping()
    _ = machine.recordWritten(now: .seconds(10))
    let next = machine.received(makeOrder(2), now: .seconds(11))
    _ = machine.accept(next, now: .seconds(11))
    _ = machine.recordWritten(now: .seconds(11))
    #expect(machine.observation(now: .seconds(12)).standing?.loops == ["ConfigMap shop/a"])
    _ = machine.applied(Self.a, answer: storedConfigMap("a", value: "hello", version: 950), now: .seconds(13))
    #expect(machine.observation(now: .seconds(13)).standing == nil)
  }
}
