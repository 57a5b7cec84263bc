import FleetModel
import FleetSync
import Manifest
import Testing

@Suite("Hooks and waves")
struct HookTests {
  static let jobs = WatchScope(group: "batch", kind: "Job", namespace: "shop")
  static let one = MachineTests.one
  static func at(_ seconds: Int) -> Duration { .seconds(seconds) }

  static func hook(_ name: String, _ annotations: String) throws -> SyncObject {
    let document = try yaml(
      "{apiVersion: batch/v1, kind: Job, metadata: {name: \(name), namespace: shop, annotations: {\(annotations)}}}")
    return SyncObject(
      identity: identity("Job", name, group: "batch"), document: document, options: try SyncOptions(of: document))
  }

  /// The Job as the cluster has it.
  static func job(_ name: String, _ status: String = "{}", version: Int) throws -> Node {
    try yaml(
      """
      {apiVersion: batch/v1, kind: Job, metadata: {name: \(name), namespace: shop, resourceVersion: '\(version)', uid: u},
       status: \(status)}
      """)
  }

  static let complete = "{conditions: [{type: Complete, status: 'True'}]}"
  static let failed = "{conditions: [{type: Failed, status: 'True', reason: BackoffLimitExceeded, message: too often}]}"

  static func begun(_ objects: [SyncObject]) -> (TargetMachine, [TargetMachine.Action]) {
    var machine = TargetMachine.fresh()
    _ = machine.received(makeOrder(1), now: at(0))
    _ = machine.arrived(one, objects: objects, now: at(0))
    let actions = machine.recordWritten(now: at(0))
    _ = machine.listed(MachineTests.scope, objects: [], resourceVersion: "1", now: at(0))
    return (machine, actions)
  }

  @Test("PreSync before anything else, PostSync after health; ended hooks are deleted with the end of the order")
  func phases() throws {
    let policy = "argocd.argoproj.io/hook-delete-policy: HookSucceeded"
    let before = try Self.hook("before", "argocd.argoproj.io/hook: PreSync, \(policy)")
    let after = try Self.hook("after", "argocd.argoproj.io/hook: PostSync")
    var (machine, first) = Self.begun([configMapObject("a"), before, after])
    #expect(first.applies == ["before"])
    #expect(machine.scopes.contains(Self.jobs), "hooks are watched while the order is in work")
    guard case .apply(let started)? = first.first(where: { if case .apply = $0 { true } else { false } }) else {
      return
    }
    #expect(started.document["metadata", "annotations", "flotilla.dev/hook-run"]?.string == "1.1/PreSync")
    let running = machine.applied(before.identity, answer: try Self.job("before", version: 5), now: Self.at(0))
    #expect(running.applies.isEmpty, "it has to end first")
    // The Job of an older run is no news.
    let old = try Self.job("before", Self.complete, version: 4)
    #expect(machine.changed(Self.jobs, object: old, now: Self.at(0)).applies.isEmpty)
    let ended = try Self.job("before", Self.complete, version: 6)
    #expect(machine.changed(Self.jobs, object: ended, now: Self.at(1)).applies == ["a"])
    let stored = storedConfigMap("a", value: "hello", version: 7)
    #expect(machine.applied(identity("ConfigMap", "a"), answer: stored, now: Self.at(2)).applies == ["after"])
    _ = machine.applied(after.identity, answer: try Self.job("after", version: 8), now: Self.at(2))
    let last = machine.changed(Self.jobs, object: try Self.job("after", Self.complete, version: 9), now: Self.at(3))
    #expect(last.records.map(\.phase) == [.applied])
    #expect(last.records.first?.inventory.map(\.name) == ["a"], "hooks are not kept")
    let done = machine.recordWritten(now: Self.at(3))
    #expect(done.discards == ["before"])
    #expect(done.observations.last?.phase == .applied && done.observations.last?.objectCount == 1)
    #expect(!machine.scopes.contains(Self.jobs))
  }

  @Test("a failed hook fails the order, after the hooks of SyncFail have run")
  func failure() throws {
    let policy = "argocd.argoproj.io/hook-delete-policy: HookFailed"
    let before = try Self.hook("before", "argocd.argoproj.io/hook: PreSync, \(policy)")
    let alarm = try Self.hook("alarm", "argocd.argoproj.io/hook: SyncFail")
    var (machine, _) = Self.begun([configMapObject("a"), before, alarm])
    _ = machine.applied(before.identity, answer: try Self.job("before", version: 5), now: Self.at(0))
    let failed = machine.changed(Self.jobs, object: try Self.job("before", Self.failed, version: 6), now: Self.at(1))
    #expect(failed.applies == ["alarm"])
    _ = machine.applied(alarm.identity, answer: try Self.job("alarm", version: 7), now: Self.at(1))
    let last = machine.changed(Self.jobs, object: try Self.job("alarm", Self.complete, version: 8), now: Self.at(2))
    let why = "PreSync hook Job shop/before failed: BackoffLimitExceeded: too often"
    #expect(last.records.first?.phase == .failed && last.records.first?.message == why)
    #expect(last.observations.last?.message == why && last.observations.last?.phase == .failed)
    #expect(last.discards == ["before"])
    #expect(last.applies.isEmpty, "nothing else is begun")
  }

  @Test("a hook that is deleted before it ended has failed")
  func vanished() throws {
    let before = try Self.hook("before", "argocd.argoproj.io/hook: PreSync")
    var (machine, _) = Self.begun([configMapObject("a"), before])
    _ = machine.applied(before.identity, answer: try Self.job("before", version: 5), now: Self.at(0))
    let gone = machine.vanished(Self.jobs, object: try Self.job("before", version: 6), now: Self.at(1))
    #expect(gone.observations.last?.message.contains("it was deleted before it ended") == true)
  }

  @Test("an interrupted order runs its hooks under the same name, so that one that has ended is not run again")
  func resumed() throws {
    var machine = TargetMachine.fresh()
    let record = TargetRecord(order: makeOrder(3), phase: .applying, inventory: [identity("ConfigMap", "a")])
    _ = machine.restored(record, now: Self.at(0))
    let before = try Self.hook("before", "argocd.argoproj.io/hook: PreSync")
    let actions = machine.bundleArrived(Self.one, objects: [configMapObject("a"), before], now: Self.at(0))
    guard case .apply(let started)? = actions.first(where: { if case .apply = $0 { true } else { false } }) else {
      Issue.record("nothing is applied")
      return
    }
    #expect(started.run == "1.3/PreSync")
    // The writer found this very run, ended.
    let ended = try Self.job("before", Self.complete, version: 5)
    let next = machine.applied(before.identity, answer: ended, now: Self.at(0))
    #expect(next.applies == ["a"])
    guard case .apply(let object)? = next.first(where: { if case .apply = $0 { true } else { false } }) else { return }
    #expect(object.isNew, "nobody knows whether it was taken over already")
  }

  @Test("a wave waits for the health of the one before")
  func waves() throws {
    let claims = WatchScope(group: "", kind: "PersistentVolumeClaim", namespace: "shop")
    func claim(_ phase: String, _ version: Int) throws -> Node {
      try yaml(
        """
        {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: c, namespace: shop, resourceVersion: '\(version)'},
         status: {phase: \(phase)}}
        """)
    }
    let volume = SyncObject(
      identity: identity("PersistentVolumeClaim", "c"), document: try claim("Pending", 1))
    var late = configMapObject("late")
    late.options.wave = 1
    var (machine, first) = Self.begun([late, volume])
    #expect(first.applies == ["c"])
    #expect(machine.applied(volume.identity, answer: try claim("Pending", 5), now: Self.at(0)).applies.isEmpty)
    #expect(machine.changed(claims, object: try claim("Bound", 6), now: Self.at(1)).applies == ["late"])
  }

  @Test("a removal runs its hooks from the record, before and after the deletions")
  func removal() throws {
    let before = try Self.hook("before", "argocd.argoproj.io/hook: PreDelete")
    let after = try Self.hook(
      "after", "argocd.argoproj.io/hook: PostDelete, argocd.argoproj.io/hook-delete-policy: HookSucceeded")
    var (machine, first) = Self.begun([configMapObject("a"), before, after])
    #expect(first.applies == ["a"])
    let stored = storedConfigMap("a", value: "hello", version: 7)
    let concluded = machine.applied(identity("ConfigMap", "a"), answer: stored, now: Self.at(0)).records
    let record = try #require(concluded.first)
    #expect(record.deletionHooks.count == 2)
    // Another process takes over, and only has the record.
    machine = .fresh()
    _ = machine.restored(record, now: Self.at(1))
    _ = machine.received(
      makeOrder(2, action: .remove, bundle: nil, mayPrune: ["/ConfigMap/shop/a"]), now: Self.at(1))
    #expect(machine.recordWritten(now: Self.at(1)).applies == ["before"])
    let ended = try Self.job("before", Self.complete, version: 9)
    #expect(machine.applied(before.identity, answer: ended, now: Self.at(1)).deletes == ["a"])
    #expect(machine.deleted(identity("ConfigMap", "a"), now: Self.at(2)).applies == ["after"])
    let last = try Self.job("after", Self.complete, version: 10)
    #expect(machine.applied(after.identity, answer: last, now: Self.at(2)).records.map(\.phase) == [.removed])
    #expect(machine.recordWritten(now: Self.at(2)).discards == ["after"])
  }

  @Test("what its annotations keep stays in the inventory")
  func kept() {
    var machine = MachineTests.settled()
    _ = machine.received(makeOrder(2, bundle: MachineTests.two, mayPrune: ["/ConfigMap/shop/b"]), now: Self.at(1))
    _ = machine.arrived(MachineTests.two, objects: [configMapObject("a", value: "new")], now: Self.at(1))
    _ = machine.recordWritten(now: Self.at(1))
    let stored = storedConfigMap("a", value: "new", version: 30)
    #expect(machine.applied(identity("ConfigMap", "a"), answer: stored, now: Self.at(1)).deletes == ["b"])
    let last = machine.kept(identity("ConfigMap", "b"), now: Self.at(1))
    #expect(last.records.first?.inventory.map(\.name) == ["a", "b"])
  }
}
