import FleetModel
import FleetSync
import Manifest
import Testing

@Suite("Dry run of an order")
struct PreflightTests {
  static let one = MachineTests.one
  static let two = MachineTests.two
  static let a = identity("ConfigMap", "a")
  static let b = identity("ConfigMap", "b")
  static func at(_ seconds: Int) -> Duration { .seconds(seconds) }
  static let generation = Generation(epoch: 1, counter: 2)

  /// Order 1 is applied; order 2 with a and b is being tried out.
  static func checking() -> (machine: TargetMachine, actions: [TargetMachine.Action]) {
    var machine = MachineTests.settled()
    _ = machine.received(makeOrder(2, bundle: two), now: at(1))
    let actions = machine.bundleArrived(two, objects: ["a", "b"].map { configMapObject($0, value: "new") }, now: at(1))
    return (machine, actions)
  }

  @Test("nothing is written before everything has been tried out")
  func accepted() {
    var (machine, actions) = Self.checking()
    #expect(actions.checks == ["a", "b"] && actions.records.isEmpty)
    #expect(machine.checked(Self.a, for: Self.generation, .accepted(nil), now: Self.at(1)).records.isEmpty)
    let fence = machine.checked(Self.b, for: Self.generation, .accepted(nil), now: Self.at(1))
    #expect(fence.records.map(\.phase) == [.applying])
    #expect(machine.recordWritten(now: Self.at(1)).applies == ["a", "b"])
  }

  @Test("a refusal refuses the whole order with every reason, and what ran goes on")
  func refused() {
    var (machine, _) = Self.checking()
    _ = machine.checked(
      Self.a, for: Self.generation, .refused(WriteFailure(.status(403, reason: "Forbidden"), "403 no")), now: Self.at(1)
    )
    let last = machine.checked(
      Self.b, for: Self.generation, .refused(WriteFailure(.status(422, reason: "Invalid"), "422 bad")), now: Self.at(1))
    #expect(last.records.isEmpty && last.applies.isEmpty)
    #expect(last.observations.first?.phase == .failed)
    #expect(last.observations.first?.bundle == Self.two)
    #expect(
      last.observations.first?.message
        == "order 1.2 of shop/eu refused: 2 objects are refused: ConfigMap shop/a: 403 no; ConfigMap shop/b: 422 bad")
    #expect(machine.observation(now: Self.at(2)).bundle == Self.one)
    #expect(machine.observation(now: Self.at(2)).phase == .applied)
    #expect(machine.seenGeneration == Self.generation, "it is not asked for again at once")
    // Drift of what runs is still repaired.
    let edited = storedConfigMap("a", value: "bad", version: 100)
    #expect(machine.changed(MachineTests.scope, object: edited, now: Self.at(3)).applies == ["a"])
  }

  @Test("what runs is repaired while the next order is tried out")
  func meanwhile() {
    var (machine, _) = Self.checking()
    let edited = storedConfigMap("a", value: "bad", version: 100)
    #expect(machine.changed(MachineTests.scope, object: edited, now: Self.at(3)).applies == ["a"])
    _ = machine.checked(Self.a, for: Self.generation, .accepted(nil), now: Self.at(3))
    #expect(machine.checked(Self.b, for: Self.generation, .accepted(nil), now: Self.at(3)).records.isEmpty)
    let repaired = machine.applied(Self.a, answer: storedConfigMap("a", value: "hello", version: 101), now: Self.at(3))
    #expect(repaired.records.map(\.order.generation) == [Self.generation], "it begins when the repair is answered")
  }

  @Test("no answer is no refusal: asked again, told, and dropped in time")
  func noAnswer() {
    var (machine, _) = Self.checking()
    _ = machine.checked(Self.a, for: Self.generation, .accepted(nil), now: Self.at(1))
    let told = machine.checked(
      Self.b, for: Self.generation, .refused(WriteFailure(.status(500, reason: ""), "webhook timed out")),
      now: Self.at(1))
    #expect(told.observations.last?.message == "dry run of ConfigMap shop/b: webhook timed out (attempt 1)")
    #expect(machine.nextWake.map { $0 <= Self.at(2) } == true)
    #expect(machine.timePassed(now: Self.at(2)).checks == ["b"])
    let begun = machine.checked(Self.b, for: Self.generation, .accepted(nil), now: Self.at(2))
    #expect(begun.records.count == 1)

    var (late, _) = Self.checking()
    _ = late.timePassed(now: Self.at(70))
    #expect(late.checked(Self.a, for: Self.generation, .accepted(nil), now: Self.at(70)).isEmpty)
    #expect(late.seenGeneration == Generation(epoch: 1, counter: 1), "the next poll brings it again")
  }

  @Test("a webhook that takes no dry runs refuses nothing")
  func webhookWithoutDryRun() {
    var (machine, _) = Self.checking()
    let unasked = WriteFailure(
      .status(400, reason: "BadRequest"), "400 BadRequest: admission webhook \"a.b.c\" does not support dry run")
    _ = machine.checked(Self.a, for: Self.generation, .refused(unasked), now: Self.at(1))
    #expect(machine.checked(Self.b, for: Self.generation, .accepted(nil), now: Self.at(1)).records.count == 1)
  }

  @Test("answers about an order that was superseded count for nothing")
  func superseded() {
    var (machine, _) = Self.checking()
    _ = machine.received(makeOrder(3, bundle: digest("three")), now: Self.at(2))
    let no = WriteFailure(.status(422, reason: "Invalid"), "422 bad")
    #expect(machine.checked(Self.a, for: Self.generation, .refused(no), now: Self.at(2)).isEmpty)
    let next = machine.bundleArrived(digest("three"), objects: [configMapObject("a")], now: Self.at(2))
    #expect(machine.accept(next, now: Self.at(2)).records.count == 1)
  }

  @Test("what waits for the order's own namespace or kind is tried out when that is there")
  func deferred() throws {
    var namespace = SyncObject(
      identity: identity("Namespace", "shop", namespace: ""),
      document: try yaml("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"), isOwned: false)
    namespace.isNew = true
    let absent = WriteFailure(.namespaceAbsent, "404 namespaces \"shop\" not found")
    let generation = Generation(epoch: 1, counter: 1)
    func begun() -> TargetMachine {
      var machine = TargetMachine.fresh()
      _ = machine.received(makeOrder(1), now: Self.at(0))
      _ = machine.bundleArrived(Self.one, objects: [namespace, configMapObject("a")], now: Self.at(0))
      _ = machine.checked(namespace.identity, for: generation, .accepted(nil), now: Self.at(0))
      #expect(machine.checked(Self.a, for: generation, .refused(absent), now: Self.at(0)).records.count == 1)
      #expect(machine.recordWritten(now: Self.at(0)).applies == ["shop"])
      let second = machine.applied(namespace.identity, answer: namespace.document, now: Self.at(0))
      #expect(second.checks == ["a"] && second.applies.isEmpty)
      return machine
    }
    var machine = begun()
    #expect(machine.checked(Self.a, for: generation, .accepted(nil), now: Self.at(1)).applies == ["a"])
    machine = begun()
    let no = WriteFailure(.status(403, reason: "Forbidden"), "403 no")
    let failed = machine.checked(Self.a, for: generation, .refused(no), now: Self.at(1))
    #expect(failed.applies.isEmpty && failed.observations.last?.message == "ConfigMap shop/a: 403 no")
    #expect(failed.records.map(\.phase) == [.failed])
  }

  @Test("FailOnSharedResource refuses what another program keeps, with what would change")
  func adoption() throws {
    let live = try yaml(
      """
      {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop, annotations: {
       argocd.argoproj.io/tracking-id: 'shop:/ConfigMap:shop/a'}}, data: {greeting: old}}
      """)
    var answer = live
    answer["data"]?["greeting"] = "new"
    let set = ApplySet(target: 7, agentNamespace: "flotilla-system")
    let adoption = try #require(Adoption(of: live, answer: answer, fresh: nil, manager: "flotilla", applySet: set))
    #expect(adoption.text == "from Argo CD application shop, changes data.greeting: old → new")
    func decide(_ options: String) throws -> String? {
      var object = configMapObject("a")
      object.options = try SyncOptionsTests.options("flotilla.dev/sync-options: '\(options)'")
      var machine = TargetMachine.fresh()
      _ = machine.received(makeOrder(1), now: Self.at(0))
      _ = machine.bundleArrived(Self.one, objects: [object], now: Self.at(0))
      let generation = Generation(epoch: 1, counter: 1)
      return machine.checked(Self.a, for: generation, .accepted(adoption), now: Self.at(0)).observations.first?.message
    }
    let refused = try decide("FailOnSharedResource=true")
    #expect(refused?.contains("ConfigMap shop/a: would be taken over from Argo CD application shop, changes") == true)
    #expect(refused?.contains("FailOnSharedResource=true forbids it") == true)
    #expect(try decide("") == nil)
  }

  @Test("what a later order kept waiting goes on when that one came too late")
  func late() {
    var machine = TargetMachine.fresh()
    _ = machine.received(makeOrder(1), now: Self.at(0))
    _ = machine.arrived(Self.one, objects: [configMapObject("a"), configMapObject("b")], now: Self.at(0))
    _ = machine.recordWritten(now: Self.at(0))
    _ = machine.applyFailed(Self.a, WriteFailure(.status(503, reason: ""), "503 busy"), now: Self.at(0))
    // b's answer does not come, so the accepted order 2 cannot begin.
    _ = machine.received(makeOrder(2, bundle: Self.two), now: Self.at(1))
    #expect(machine.arrived(Self.two, objects: [configMapObject("a")], now: Self.at(1)).records.isEmpty)
    #expect(machine.timePassed(now: Self.at(30)).applies.isEmpty)
    #expect(machine.timePassed(now: Self.at(70)).applies == ["a"])
  }
}
