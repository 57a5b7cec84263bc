import FleetModel
import FleetSync
import Testing

@Suite("A held machine: R31")
struct HoldTests {
  private static func at(_ seconds: Int) -> Duration { .seconds(seconds) }

  @Test("an order is fetched and tried out, begins when the hold ends, and loses no time by it")
  func order() {
    var machine = MachineTests.settled()
    machine.isHeld = true
    machine.leavesDrift = true
    #expect(machine.received(makeOrder(2, bundle: MachineTests.two), now: Self.at(1)).fetches == [MachineTests.two])
    let tried = machine.arrived(MachineTests.two, objects: [configMapObject("a", value: "new")], now: Self.at(1))
    #expect(tried.records.isEmpty && tried.applies.isEmpty)
    #expect(machine.seenGeneration.counter == 2)
    #expect(machine.timePassed(now: Self.at(59)).records.isEmpty)
    #expect(machine.nextWake.map { $0 > Self.at(59) } ?? true)
    machine.isHeld = false
    machine.leavesDrift = false
    #expect(machine.timePassed(now: Self.at(60)).records.map(\.order.generation.counter) == [2])
  }

  @Test("an order that waited longer than it may be started is forgotten, and asked for again")
  func late() {
    var machine = MachineTests.settled()
    machine.isHeld = true
    _ = machine.received(makeOrder(2, bundle: MachineTests.two), now: Self.at(1))
    _ = machine.arrived(MachineTests.two, objects: [configMapObject("a", value: "new")], now: Self.at(1))
    #expect(machine.timePassed(now: Self.at(3_600)).records.isEmpty)
    #expect(machine.seenGeneration.counter == 2, "it is not asked for while nothing would come of it")
    machine.isHeld = false
    #expect(machine.timePassed(now: Self.at(7_200)).records.isEmpty)
    #expect(machine.seenGeneration.counter == 1)
  }

  @Test("what has begun ends")
  func begun() {
    var machine = TargetMachine.fresh()
    _ = machine.received(makeOrder(1), now: Self.at(0))
    _ = machine.arrived(MachineTests.one, objects: [configMapObject("a"), configMapObject("b")], now: Self.at(0))
    machine.isHeld = true
    machine.leavesDrift = true
    #expect(machine.recordWritten(now: Self.at(1)).applies == ["a", "b"])
    _ = machine.listed(MachineTests.scope, objects: [], resourceVersion: "1", now: Self.at(1))
    _ = machine.applied(
      identity("ConfigMap", "a"), answer: storedConfigMap("a", value: "hello", version: 5), now: Self.at(2))
    let last = machine.applied(
      identity("ConfigMap", "b"), answer: storedConfigMap("b", value: "hello", version: 6), now: Self.at(2))
    #expect(last.records.map(\.phase) == [.applied])
  }

  @Test("drift is seen and left alone, and put right when the hold ends; or at once, when that was asked for")
  func drift() {
    for leavesDrift in [true, false] {
      var machine = MachineTests.settled()
      machine.isHeld = true
      machine.leavesDrift = leavesDrift
      let changed = machine.changed(
        MachineTests.scope, object: storedConfigMap("a", value: "edited", version: 20), now: Self.at(5))
      #expect(changed.observations.contains { $0.drift?.repaired == false })
      #expect(changed.applies == (leavesDrift ? [] : ["a"]))
      guard leavesDrift else { continue }
      #expect(machine.observation(now: Self.at(6)).standing?.objectCount == 1)
      #expect(machine.timePassed(now: Self.at(600)).applies.isEmpty)
      machine.isHeld = false
      machine.leavesDrift = false
      #expect(machine.timePassed(now: Self.at(601)).applies == ["a"])
    }
  }
}
