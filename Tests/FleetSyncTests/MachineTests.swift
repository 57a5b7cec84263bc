import FleetModel
import FleetSync
import Manifest
import Testing

@Suite("Target machine")
struct MachineTests {
  static let scope = WatchScope(group: "", kind: "ConfigMap", namespace: "shop")
  static let one = digest("one")
  static let two = digest("two")

  static func at(_ seconds: Int) -> Duration { .seconds(seconds) }

  /// A machine whose order 1 with ConfigMaps a and b is applied and seen at second 0.
  static func settled(selfHeal: Bool = true, minReady: Duration? = nil) -> TargetMachine {
    var machine = TargetMachine.fresh()
    _ = machine.received(makeOrder(1, selfHeal: selfHeal, minReady: minReady), now: at(0))
    _ = machine.arrived(one, objects: [configMapObject("a"), configMapObject("b")], now: at(0))
    _ = machine.recordWritten(now: at(0))
    _ = machine.listed(scope, objects: [], resourceVersion: "1", now: at(0))
    for (version, name) in ["a", "b"].enumerated() {
      _ = machine.applied(
        identity("ConfigMap", name), answer: storedConfigMap(name, value: "hello", version: 10 + version), now: at(0))
    }
    _ = machine.recordWritten(now: at(0))
    return machine
  }

  @Test("an order: fetch, fence, apply, conclude, report")
  func life() {
    var machine = TargetMachine.fresh()
    #expect(machine.received(makeOrder(1), now: Self.at(0)).fetches == [Self.one])
    let fence = machine.arrived(
      Self.one, objects: [configMapObject("a"), configMapObject("b")], now: Self.at(1))
    #expect(fence.records.map(\.phase) == [.applying])
    #expect(fence.records.first?.inventory.map(\.name) == ["a", "b"])
    #expect(fence.applies.isEmpty, "nothing is written before the fence is")
    let begun = machine.recordWritten(now: Self.at(1))
    #expect(begun.applies == ["a", "b"])
    #expect(begun.contains(.watch))
    #expect(begun.observations.map(\.phase) == [.applying])
    _ = machine.listed(Self.scope, objects: [], resourceVersion: "1", now: Self.at(1))
    _ = machine.applied(
      identity("ConfigMap", "a"), answer: storedConfigMap("a", value: "x", version: 5), now: Self.at(2))
    let last = machine.applied(
      identity("ConfigMap", "b"), answer: storedConfigMap("b", value: "x", version: 6), now: Self.at(2))
    #expect(last.records.map(\.phase) == [.applied])
    let done = machine.recordWritten(now: Self.at(3)).observations
    #expect(done.map(\.phase) == [.applied])
    #expect(done.first?.health == .healthy)
    #expect(done.first?.generation == Generation(epoch: 1, counter: 1))
    #expect(done.first?.objectCount == 2)
    #expect(machine.observation(now: Self.at(13)).readyFor == .seconds(10))
  }

  @Test("older orders, and another content under a known generation, are refused; the same order is only reported")
  func fence() {
    var machine = Self.settled()
    _ = machine.received(makeOrder(5, bundle: Self.two), now: Self.at(1))
    let older = machine.received(makeOrder(4), now: Self.at(1))
    #expect(older.observations.map(\.phase) == [.failed])
    #expect(older.observations.first?.message == "order 1.4 of shop/eu refused: generation 1.5 is already in work")
    let other = machine.received(makeOrder(5, bundle: digest("three")), now: Self.at(1))
    #expect(
      other.observations.first?.message.hasPrefix("order 1.5 of shop/eu refused: that generation already") == true)
    #expect(older.fetches.isEmpty && other.fetches.isEmpty)
    let same = machine.received(makeOrder(5, bundle: Self.two), now: Self.at(1))
    #expect(same.observations.map(\.phase) == [.applied], "what runs is reported")
    #expect(machine.seenGeneration == Generation(epoch: 1, counter: 5))
    let restored = TargetRecord(order: makeOrder(9), phase: .applied, inventory: [])
    var second = TargetMachine.fresh()
    _ = second.restored(restored, now: Self.at(0))
    #expect(second.received(makeOrder(8), now: Self.at(0)).observations.map(\.phase) == [.failed])
  }

  @Test("an order that could not be started in time is dropped, and what runs is kept")
  func startWithin() {
    var machine = Self.settled()
    _ = machine.received(makeOrder(2, bundle: Self.two, startWithin: .seconds(30)), now: Self.at(10))
    #expect(machine.nextWake.map { $0 <= Self.at(41) } == true)
    let late = machine.arrived(Self.two, objects: [configMapObject("a")], now: Self.at(41))
    #expect(late.records.isEmpty)
    #expect(machine.observation(now: Self.at(41)).bundle == Self.one)
    #expect(machine.seenGeneration == Generation(epoch: 1, counter: 1), "the next poll brings it again")
    let again = machine.received(makeOrder(2, bundle: Self.two, startWithin: .seconds(30)), now: Self.at(50))
    #expect(again.fetches == [Self.two])
    #expect(machine.arrived(Self.two, objects: [configMapObject("a")], now: Self.at(51)).records.count == 1)
  }

  @Test("an order whose fence cannot be written in time has not begun, and does not begin")
  func lateFence() {
    var machine = Self.settled()
    _ = machine.received(makeOrder(2, bundle: Self.two, startWithin: .seconds(30)), now: Self.at(10))
    _ = machine.arrived(Self.two, objects: [configMapObject("a")], now: Self.at(11))
    _ = machine.recordFailed(WriteFailure(.connection, "refused"), now: Self.at(12))
    let late = machine.timePassed(now: Self.at(41))
    #expect(late.records.isEmpty)
    #expect(machine.observation(now: Self.at(41)).phase == .applied)
    #expect(machine.observation(now: Self.at(41)).bundle == Self.one)
    #expect(machine.seenGeneration == Generation(epoch: 1, counter: 1))
  }

  @Test("a bundle without objects is applied by deleting what is named")
  func emptyBundle() {
    var machine = Self.settled()
    _ = machine.received(makeOrder(2, bundle: Self.two, mayPrune: ["/ConfigMap/shop/b"]), now: Self.at(1))
    _ = machine.arrived(Self.two, objects: [], now: Self.at(1))
    #expect(machine.recordWritten(now: Self.at(1)).deletes == ["b"])
    let final = machine.deleted(identity("ConfigMap", "b"), now: Self.at(1)).records
    #expect(final.first?.inventory.map(\.name) == ["a"])
    #expect(machine.recordWritten(now: Self.at(1)).observations.last?.phase == .applied)
  }

  @Test("a newer order waits for the writes under way and begins then")
  func supersede() {
    var machine = TargetMachine.fresh()
    _ = machine.received(makeOrder(1), now: Self.at(0))
    _ = machine.arrived(Self.one, objects: [configMapObject("a"), configMapObject("b")], now: Self.at(0))
    // A newer one arrives while the first fence is being written.
    _ = machine.received(makeOrder(2, bundle: Self.two), now: Self.at(0))
    #expect(machine.recordWritten(now: Self.at(0)).applies == ["a", "b"])
    #expect(
      machine.arrived(Self.two, objects: [configMapObject("a", value: "new")], now: Self.at(1)).records.isEmpty)
    _ = machine.applied(
      identity("ConfigMap", "a"), answer: storedConfigMap("a", value: "x", version: 5), now: Self.at(1))
    let last = machine.applied(
      identity("ConfigMap", "b"), answer: storedConfigMap("b", value: "x", version: 6), now: Self.at(1))
    #expect(last.records.map(\.order.generation.counter) == [2])
    #expect(last.records.first?.inventory.map(\.name) == ["a", "b"], "b may still have to be pruned")
    #expect(machine.recordWritten(now: Self.at(1)).applies == ["a"])
  }

  @Test("what left the bundle and is named is deleted, the rest stays in the inventory")
  func prune() {
    var machine = Self.settled()
    let pruning = makeOrder(2, bundle: Self.two, mayPrune: ["/ConfigMap/shop/b"])
    _ = machine.received(pruning, now: Self.at(1))
    _ = machine.arrived(Self.two, objects: [configMapObject("c")], now: Self.at(1))
    #expect(machine.recordWritten(now: Self.at(1)).applies == ["c"])
    let applied = machine.applied(
      identity("ConfigMap", "c"), answer: storedConfigMap("c", value: "hello", version: 20), now: Self.at(1))
    #expect(applied.deletes == ["b"])
    let final = machine.deleted(identity("ConfigMap", "b"), now: Self.at(1)).records
    #expect(final.first?.inventory.map(\.name) == ["a", "c"])
  }

  @Test("a removal deletes what it names and ends as removed")
  func remove() {
    var machine = Self.settled()
    let named = ["/ConfigMap/shop/a", "/ConfigMap/shop/b"]
    let fence = machine.received(makeOrder(2, action: .remove, bundle: nil, mayPrune: named), now: Self.at(1))
    #expect(fence.records.map(\.phase) == [.removing])
    #expect(Set(machine.recordWritten(now: Self.at(1)).deletes) == ["a", "b"])
    _ = machine.deleted(identity("ConfigMap", "a"), now: Self.at(1))
    // Still there because of a finalizer: tried again.
    _ = machine.deleteFailed(identity("ConfigMap", "b"), WriteFailure(.stillThere, "waits"), now: Self.at(1))
    #expect(machine.timePassed(now: Self.at(3)).deletes == ["b"])
    #expect(machine.deleted(identity("ConfigMap", "b"), now: Self.at(3)).records.map(\.phase) == [.removed])
    #expect(machine.recordWritten(now: Self.at(3)).observations.map(\.phase) == [.removed])
  }

  @Test("a terminal error ends the order, another is tried again until it works")
  func failures() {
    var machine = TargetMachine.fresh()
    _ = machine.received(makeOrder(1), now: Self.at(0))
    _ = machine.arrived(Self.one, objects: [configMapObject("a"), configMapObject("b")], now: Self.at(0))
    _ = machine.recordWritten(now: Self.at(0))
    let a = identity("ConfigMap", "a")
    let busy = machine.applyFailed(a, WriteFailure(.status(503, reason: ""), "503 busy"), now: Self.at(1))
    #expect(busy.observations.last?.message == "ConfigMap shop/a: 503 busy (attempt 1)")
    #expect(machine.timePassed(now: Self.at(1)).applies.isEmpty)
    #expect(machine.timePassed(now: Self.at(2)).applies == ["a"])
    let refused = machine.applyFailed(
      identity("ConfigMap", "b"), WriteFailure(.status(422, reason: "Invalid"), "422 no"), now: Self.at(2))
    #expect(refused.observations.last?.phase == .failed)
    #expect(refused.observations.last?.message == "ConfigMap shop/b: 422 no")
    #expect(refused.records.map(\.phase) == [.failed])
    // The other's answer changes nothing any more.
    let late = machine.applyFailed(a, WriteFailure(.status(503, reason: ""), "503 busy"), now: Self.at(3))
    #expect(late.records.isEmpty && late.applies.isEmpty)
    _ = machine.recordWritten(now: Self.at(3))
    let next = machine.received(makeOrder(2), now: Self.at(4))
    #expect(machine.accept(next, now: Self.at(4)).records.count == 1, "the next order begins")
  }

  @Test("a bundle that is not what its digest says is refused; what runs is kept")
  func badBundle() {
    var machine = Self.settled()
    _ = machine.received(makeOrder(2, bundle: Self.two), now: Self.at(1))
    let refused = machine.bundleFailed(Self.two, WriteFailure(.content, "not what its digest says"), now: Self.at(1))
    #expect(refused.observations.map(\.phase) == [.failed])
    #expect(refused.observations.first?.bundle == Self.two)
    #expect(machine.observation(now: Self.at(2)).bundle == Self.one)
    #expect(machine.seenGeneration == Generation(epoch: 1, counter: 2), "it is not asked for again at once")
  }

  @Test("drift is reported and repaired; after three repairs in ten minutes it stops and says so")
  func drift() {
    var machine = Self.settled()
    let a = identity("ConfigMap", "a")
    for round in 1...3 {
      let edited = storedConfigMap("a", value: "bad", version: 100 * round)
      let seen = machine.changed(Self.scope, object: edited, now: Self.at(round))
      #expect(seen.applies == ["a"])
      #expect(seen.observations.first?.drift?.repaired == false)
      #expect(seen.observations.first?.drift?.details == "ConfigMap shop/a data.greeting: hello → bad")
      let repaired = machine.applied(
        a, answer: storedConfigMap("a", value: "hello", version: 100 * round + 1), now: Self.at(round))
      #expect(repaired.observations.first?.drift?.repaired == true)
      // The event of the edit may come after our own answer: it is old news.
      #expect(machine.changed(Self.scope, object: edited, now: Self.at(round)).applies.isEmpty)
    }
    let fourth = machine.changed(Self.scope, object: storedConfigMap("a", value: "bad", version: 900), now: Self.at(9))
    #expect(fourth.applies.isEmpty)
    #expect(fourth.observations.last?.message.hasPrefix("drift-loop: ConfigMap shop/a") == true)
    #expect(
      machine.changed(Self.scope, object: storedConfigMap("a", value: "worse", version: 901), now: Self.at(10)).applies
        .isEmpty)
  }

  @Test("what differs stands in every report until it is put right or as it should be")
  func standingDrift() {
    var machine = Self.settled(selfHeal: false)
    #expect(machine.observation(now: Self.at(1)).standing == nil)
    _ = machine.changed(Self.scope, object: storedConfigMap("a", value: "bad", version: 100), now: Self.at(1))
    let expected = StandingDrift(objectCount: 1, fields: ["ConfigMap shop/a data.greeting: hello → bad"])
    #expect(machine.observation(now: Self.at(600)).standing == expected)
    let back = machine.changed(
      Self.scope, object: storedConfigMap("a", value: "hello", version: 101), now: Self.at(601))
    #expect(!back.observations.isEmpty && back.observations.allSatisfy { $0.standing == nil })
  }

  @Test("an object that is given up is told as a loop until it is as it should be")
  func standingLoop() {
    var machine = Self.settled()
    for round in 1...3 {
      _ = machine.changed(
        Self.scope, object: storedConfigMap("a", value: "bad", version: 100 * round), now: Self.at(round))
      let repaired = machine.applied(
        identity("ConfigMap", "a"), answer: storedConfigMap("a", value: "hello", version: 100 * round + 1),
        now: Self.at(round))
      #expect(repaired.observations.first?.standing == nil, "what is put right does not stand")
    }
    _ = machine.changed(Self.scope, object: storedConfigMap("a", value: "bad", version: 900), now: Self.at(9))
    #expect(machine.observation(now: Self.at(10)).standing?.loops == ["ConfigMap shop/a"])
    let back = machine.changed(Self.scope, object: storedConfigMap("a", value: "hello", version: 901), now: Self.at(11))
    #expect(back.observations.last?.standing == nil)
    #expect(back.observations.last?.message == "")
  }

  @Test("repairs beyond what the agent may make wait, and are made when it may again")
  func repairBudget() {
    var machine = Self.settled()
    var budget = RepairBudget(limit: 1, window: .seconds(60))
    // Another target of the agent has used it.
    var other = Self.settled()
    other.repairBudget = budget
    #expect(
      other.changed(Self.scope, object: storedConfigMap("a", value: "bad", version: 100), now: Self.at(1)).applies
        == ["a"])
    budget = other.repairBudget
    machine.repairBudget = budget
    let seen = machine.changed(Self.scope, object: storedConfigMap("a", value: "bad", version: 100), now: Self.at(2))
    #expect(seen.applies == [] && seen.observations.first?.standing?.objectCount == 1)
    #expect(machine.timePassed(now: Self.at(60)).applies == [])
    #expect(machine.nextWake.map { $0 <= Self.at(61) } == true)
    #expect(machine.timePassed(now: Self.at(61)).applies == ["a"])
    #expect(machine.observation(now: Self.at(61)).standing == nil)
  }

  @Test("a deleted object is drift")
  func deletedObject() {
    var machine = Self.settled()
    let gone = machine.vanished(Self.scope, object: storedConfigMap("a", value: "hello", version: 50), now: Self.at(1))
    #expect(gone.applies == ["a"])
    #expect(gone.observations.first?.drift?.details == "ConfigMap shop/a: deleted")
    #expect(gone.observations.last?.health == .missing)
  }

  @Test("without self-healing drift is reported once and left alone")
  func driftOnly() {
    var machine = Self.settled(selfHeal: false)
    let edited = storedConfigMap("a", value: "bad", version: 100)
    let seen = machine.changed(Self.scope, object: edited, now: Self.at(1))
    #expect(seen.applies.isEmpty)
    #expect(seen.observations.first?.drift?.repaired == false)
    let again = machine.changed(Self.scope, object: storedConfigMap("a", value: "bad", version: 101), now: Self.at(1))
    #expect(again.observations.isEmpty)
  }

  @Test("a gap in watching restarts readyFor; out of sight for long is Unknown")
  func gap() {
    var machine = Self.settled()
    #expect(machine.observation(now: Self.at(20)).readyFor == .seconds(20))
    _ = machine.interrupted(Self.scope, reason: "refused", now: Self.at(20))
    #expect(machine.observation(now: Self.at(21)).readyFor == .zero)
    let blind = machine.timePassed(now: Self.at(25))
    #expect(blind.observations.last?.health == .unknown)
    let back = machine.resumed(Self.scope, now: Self.at(30))
    #expect(back.observations.last?.health == .healthy)
    #expect(machine.observation(now: Self.at(31)).readyFor == .seconds(1))
  }

  @Test("what is out of sight keeps nobody from being healthy who has nothing there any more")
  func gapElsewhere() {
    var machine = Self.settled()
    let gone = WatchScope(group: "", kind: "Service", namespace: "shop")
    _ = machine.interrupted(gone, reason: "refused", now: Self.at(20))
    _ = machine.timePassed(now: Self.at(25))
    let observation = machine.observation(now: Self.at(30))
    #expect(observation.health == .healthy && observation.readyFor == .seconds(30))
  }

  @Test("reports: every two seconds at first, then ever rarer, so that a month costs few")
  func reporting() {
    var machine = Self.settled()
    var times: [Duration] = []
    while let wake = machine.nextWake, wake < .seconds(30 * 24 * 3_600) {
      if !machine.timePassed(now: wake).observations.isEmpty { times.append(wake) }
    }
    #expect(times.prefix(3) == [.seconds(2), .seconds(4), .seconds(6)])
    #expect(times.count < 300)
    for (earlier, later) in zip(times, times.dropFirst()) {
      #expect(later - earlier <= max(.seconds(2), earlier / 19))
    }
  }

  @Test(
    "reports: exactly when the target was ready as long as the order asks, and otherwise seldom",
    arguments: [Duration.milliseconds(1), .seconds(1), .seconds(10), .seconds(90)])
  func reportsWhenAwaited(minReady: Duration) {
    var machine = Self.settled(minReady: minReady)
    var told: [Observation] = []
    while let wake = machine.nextWake, wake < .seconds(3_600) {
      told += machine.timePassed(now: wake).observations
    }
    let met = told.first { $0.readyFor >= minReady }
    #expect(met?.readyFor == minReady)
    #expect(told.count < 70)
  }

  @Test("reports: a Degraded target is told again when it has been for failFast")
  func reportsFailFast() {
    var machine = TargetMachine.fresh()
    _ = machine.received(makeOrder(1, minReady: .seconds(5), failFast: .seconds(7)), now: Self.at(0))
    let claim: Node = [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim",
      "metadata": ["name": "a", "namespace": "shop", "uid": "1", "resourceVersion": "7"], "status": ["phase": "Lost"],
    ]
    let found = identity("PersistentVolumeClaim", "a")
    _ = machine.arrived(Self.one, objects: [SyncObject(identity: found, document: claim)], now: Self.at(0))
    _ = machine.recordWritten(now: Self.at(0))
    for scope in machine.scopes {
      _ = machine.listed(scope, objects: [], resourceVersion: "1", now: Self.at(0))
    }
    _ = machine.applied(found, answer: claim, now: Self.at(1))
    _ = machine.recordWritten(now: Self.at(1))
    #expect(machine.observation(now: Self.at(1)).health == .degraded)
    #expect(machine.timePassed(now: Self.at(7)).observations.isEmpty)
    #expect(machine.timePassed(now: Self.at(8)).observations.map(\.degradedFor) == [.seconds(7)])
  }

  @Test("a restarted agent resumes an interrupted apply and finds drift of the meantime")
  func restart() {
    var machine = TargetMachine.fresh()
    let inventory = [identity("ConfigMap", "a")]
    let interrupted = TargetRecord(order: makeOrder(3), phase: .applying, inventory: inventory)
    #expect(machine.restored(interrupted, now: Self.at(0)).fetches == [Self.one])
    let early = machine.listed(Self.scope, objects: [], resourceVersion: "1", now: Self.at(0))
    #expect(early.records.isEmpty && early.deletes.isEmpty, "what it consists of is not known yet")
    #expect(machine.arrived(Self.one, objects: [configMapObject("a")], now: Self.at(500)).applies == ["a"])

    machine = .fresh()
    let finished = TargetRecord(order: makeOrder(3), phase: .applied, inventory: inventory)
    _ = machine.restored(finished, now: Self.at(0))
    let edited = storedConfigMap("a", value: "bad", version: 10)
    _ = machine.listed(Self.scope, objects: [edited], resourceVersion: "10", now: Self.at(0))
    #expect(machine.observation(now: Self.at(1)).phase == .applied)
    #expect(machine.observation(now: Self.at(1)).objectCount == 1)
    #expect(machine.arrived(Self.one, objects: [configMapObject("a")], now: Self.at(1)).expects == ["a"])
    let found = machine.expected(
      identity("ConfigMap", "a"), answer: storedConfigMap("a", value: "hello", version: 10), live: edited,
      now: Self.at(1))
    #expect(found.applies == ["a"])
  }

  @Test("definitions are awaited before what they define is applied")
  func definitions() throws {
    let crd = try yaml(
      """
      {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: things.x.io, resourceVersion: '1'}}
      """)
    let thing = try yaml("{apiVersion: x.io/v1, kind: Thing, metadata: {name: t, namespace: shop}}")
    let objects = [crd, thing].compactMap { node in
      ObjectIdentity(of: node).map { SyncObject(identity: $0, document: node) }
    }
    var machine = TargetMachine.fresh()
    _ = machine.received(makeOrder(1), now: Self.at(0))
    _ = machine.arrived(Self.one, objects: objects, now: Self.at(0))
    #expect(machine.recordWritten(now: Self.at(0)).applies == ["things.x.io"])
    #expect(machine.applied(objects[0].identity, answer: crd, now: Self.at(0)).applies.isEmpty)
    var established = crd
    established["metadata"]?["resourceVersion"] = "2"
    established["status"] = ["conditions": [["type": "Established", "status": "True"]]]
    let scope = WatchScope(group: "apiextensions.k8s.io", kind: "CustomResourceDefinition", namespace: "")
    #expect(machine.changed(scope, object: established, now: Self.at(1)).applies == ["t"])
  }

  @Test("the record's write is tried again; another process' newer fence wins")
  func recordFailures() {
    var machine = Self.settled()
    _ = machine.received(makeOrder(2, bundle: Self.two), now: Self.at(1))
    _ = machine.arrived(Self.two, objects: [configMapObject("a")], now: Self.at(1))
    let conflict = WriteFailure(.status(409, reason: "Conflict"), "409")
    _ = machine.recordFailed(
      conflict, found: TargetRecord(order: makeOrder(1), phase: .applied, inventory: [identity("ConfigMap", "z")]),
      now: Self.at(1))
    let again = machine.timePassed(now: Self.at(3)).records
    #expect(again.first?.inventory.map(\.name) == ["a", "b", "z"])
    let newer = TargetRecord(order: makeOrder(9, bundle: digest("nine")), phase: .applied, inventory: [])
    #expect(machine.recordFailed(conflict, found: newer, now: Self.at(3)).fetches == [digest("nine")])
    #expect(machine.seenGeneration == Generation(epoch: 1, counter: 9))
  }
}
