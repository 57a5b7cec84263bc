import FleetModel
import Manifest
import Testing

@testable import FleetSync

@Suite("What is in the cluster as an order wants it")
struct InPlaceTests {
  static let scope = MachineTests.scope
  static let a = identity("ConfigMap", "a")

  /// The next order, of a bundle of these, as far as its record.
  static func next(_ machine: inout TargetMachine, _ objects: [SyncObject]) -> [TargetMachine.Action] {
    _ = machine.received(makeOrder(2, bundle: digest("two")), now: .seconds(10))
    return machine.bundleArrived(digest("two"), objects: objects, now: .seconds(10))
  }

  static func stored(_ name: String, _ value: String, _ version: Int) -> Node {
    storedConfigMap(name, value: value, version: version)
  }

  @Test("nothing is asked or written about it, and the order ends with the rest")
  func unchanged() {
    var machine = MachineTests.settled()
    let checks = Self.next(&machine, [configMapObject("a"), configMapObject("b", value: "new")])
    #expect(checks.checks == ["b"])
    #expect(machine.accept(checks, now: .seconds(10)).records.map(\.phase) == [.applying])
    #expect(machine.recordWritten(now: .seconds(10)).applies == ["b"])
    let done = machine.applied(identity("ConfigMap", "b"), answer: Self.stored("b", "new", 20), now: .seconds(11))
    #expect(done.records.map(\.phase) == [.applied] && done.records.first?.inventory.map(\.name) == ["a", "b"])
    let ended = machine.recordWritten(now: .seconds(11))
    #expect(
      ended.observations.last?.phase == .applied && ended.observations.last?.readyFor == .zero && ended.expects == [])
    // Its drift is seen as before.
    #expect(machine.changed(Self.scope, object: Self.stored("a", "bad", 30), now: .seconds(12)).applies == ["a"])
  }

  @Test("an order of which everything is in place writes its record alone")
  func nothing() {
    var machine = MachineTests.settled()
    let begun = Self.next(&machine, [configMapObject("a"), configMapObject("b")])
    #expect(begun.checks == [] && begun.records.map(\.phase) == [.applying])
    let ended = machine.recordWritten(now: .seconds(10))
    #expect(ended.applies == [] && ended.records.map(\.phase) == [.applied])
    #expect(machine.recordWritten(now: .seconds(10)).observations.last?.generation.counter == 2)
  }

  static let unlike: [(String, @Sendable (inout TargetMachine) -> Void, @Sendable (inout SyncObject) -> Void)] = [
    ("it has drifted", { _ = $0.changed(scope, object: stored("a", "bad", 30), now: .seconds(1)) }, { _ in }),
    ("it is gone", { _ = $0.vanished(scope, object: stored("a", "hello", 30), now: .seconds(1)) }, { _ in }),
    ("it is out of sight", { _ = $0.interrupted(scope, reason: "cut", now: .seconds(1)) }, { _ in }),
    (
      "its fields are not ours any more",
      {
        var node = stored("a", "hello", 30)
        node["metadata"]?["managedFields"] = []
        _ = $0.changed(scope, object: node, now: .seconds(1))
      }, { _ in }
    ),
    ("it is replaced as a whole", { _ in }, { $0.options.isReplaced = true }),
    (
      "an ignored field of it may differ", { _ in },
      { object in
        object.options.ignoredRules = (try? IgnoredRule.read(#"[{"jsonPointers": ["/data"]}]"#, of: "x")) ?? []
      }
    ),
    ("its document differs", { _ in }, { $0.document["metadata"]?["labels"] = ["new": "yes"] }),
  ]

  @Test("it is tried out and written when that may change something", arguments: unlike.indices)
  func mayChange(_ index: Int) {
    let (why, happen, change) = Self.unlike[index]
    var machine = MachineTests.settled(selfHeal: false)
    happen(&machine)
    var object = configMapObject("a")
    change(&object)
    let checks = Self.next(&machine, [object, configMapObject("b")])
    #expect(checks.checks.contains("a"), "\(why)")
    _ = machine.accept(checks, now: .seconds(10))
    #expect(machine.recordWritten(now: .seconds(10)).applies.contains("a"), "\(why)")
  }

  @Test("what is changed while the record is written is written; what is changed later is compared at the end")
  func meanwhile() {
    var machine = MachineTests.settled()
    let c = configMapObject("c")
    var checks = Self.next(&machine, [configMapObject("a"), configMapObject("b"), c])
    #expect(checks.checks == ["c"])
    _ = machine.accept(checks, now: .seconds(10))
    _ = machine.changed(Self.scope, object: Self.stored("a", "bad", 30), now: .seconds(10))
    #expect(machine.recordWritten(now: .seconds(10)).applies == ["a", "c"])
    _ = machine.changed(Self.scope, object: Self.stored("b", "bad", 31), now: .seconds(10))
    _ = machine.applied(Self.a, answer: Self.stored("a", "hello", 32), now: .seconds(11))
    _ = machine.applied(c.identity, answer: Self.stored("c", "hello", 33), now: .seconds(11))
    #expect(machine.recordWritten(now: .seconds(11)).expects == ["b"])
    let found = machine.expected(
      identity("ConfigMap", "b"), answer: Self.stored("b", "hello", 31), live: Self.stored("b", "bad", 31),
      now: .seconds(12))
    #expect(found.applies == ["b"] && found.observations.first?.drift?.objects == ["ConfigMap shop/b"])
    // And the next order finds what it wants.
    _ = machine.applied(identity("ConfigMap", "b"), answer: Self.stored("b", "hello", 34), now: .seconds(12))
    _ = machine.received(makeOrder(3, bundle: digest("three")), now: .seconds(20))
    checks = machine.bundleArrived(digest("three"), objects: [configMapObject("a"), c], now: .seconds(20))
    #expect(checks.checks == [] && checks.records.count == 1)
  }

  @Test("an object that a dry run would create is not looked for before it is applied")
  func absent() {
    var machine = MachineTests.settled()
    let checks = Self.next(&machine, [configMapObject("a"), configMapObject("c"), configMapObject("d")])
    #expect(checks.checks == ["c", "d"])
    let generation = Generation(epoch: 1, counter: 2)
    _ = machine.checked(
      identity("ConfigMap", "c"), for: generation, .accepted(nil, isCreated: true), now: .seconds(10))
    _ = machine.checked(identity("ConfigMap", "d"), for: generation, .accepted(nil), now: .seconds(10))
    let begun = machine.recordWritten(now: .seconds(10))
    let applied = begun.compactMap { if case .apply(let object) = $0 { object } else { nil } }
    #expect(applied.map(\.isNew) == [true, true] && applied.map(\.isAbsent) == [true, false])
  }
}
