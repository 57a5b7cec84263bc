import FleetModel
import Manifest
import Testing

@testable import FleetSync

/// What is kept about many objects is what looking at all of them would tell.
@Suite("Verdicts")
struct VerdictTests {
  @Test("are the same after any events as when all objects are looked at anew", arguments: 0..<200 as Range<UInt64>)
  func areCurrent(seed: UInt64) throws {
    var play = try VerdictPlay(seed: seed)
    for number in 0..<120 {
      let event = try play.next()
      let kept = play.machine.currentVerdicts
      var copy = play.machine
      copy.verdicts = TargetMachine.Verdicts()
      let anew = copy.currentVerdicts
      #expect(kept.unwell == anew.unwell, "event \(number) of seed \(seed): \(event)")
      #expect(kept.pending == anew.pending, "event \(number) of seed \(seed): \(event)")
      #expect(kept.scopes == anew.scopes, "event \(number) of seed \(seed): \(event)")
      #expect(kept.idleRules == anew.idleRules, "event \(number) of seed \(seed): \(event)")
    }
  }
}

/// A machine that gets random events: orders, answers, what a watch shows, time.
private struct VerdictPlay {
  var machine = TargetMachine.fresh()
  private var random: Seeded
  private var now = Duration.zero
  private var version = 10
  private var counter: Int64 = 0
  private var bundles: [Digest: [SyncObject]] = [:]
  /// What the machine asked for and nobody has answered.
  private var asked: [TargetMachine.Action] = []

  private static let scopes = [
    WatchScope(group: "", kind: "ConfigMap", namespace: "shop"),
    WatchScope(group: "batch", kind: "Job", namespace: "shop"),
    WatchScope(group: "", kind: "Pod", namespace: "shop"),
    WatchScope(group: "apiextensions.k8s.io", kind: "CustomResourceDefinition", namespace: ""),
  ]

  init(seed: UInt64) throws { random = Seeded(state: seed &* 0x9E37_79B9_7F4A_7C15 &+ 1) }

  /// Gives the machine one event; what it was.
  mutating func next() throws -> String {
    now += .milliseconds(Int64(random.below(4_000)))
    switch random.below(10) {
    case 0: return try order()
    case 1...4 where !asked.isEmpty: return try answer()
    case 5: return try list()
    case 6, 7: return try change()
    case 8: return cut()
    default:
      take(machine.timePassed(now: now))
      return "time"
    }
  }

  private mutating func take(_ actions: [TargetMachine.Action]) {
    asked += actions.filter {
      switch $0 {
      case .report, .watch, .discard: false
      default: true
      }
    }
  }

  private mutating func order() throws -> String {
    counter += 1
    var objects: [SyncObject] = []
    for name in ["a", "b", "c", "d"] where random.below(3) > 0 {
      var object = configMapObject(name, value: "\(random.below(2))")
      object.options.wave = random.below(2)
      if random.below(4) == 0 {
        let annotations: Node = [
          IgnoredDifference.setAnnotation: "[{\"jsonPointers\":[\"/data/nothing\"]}]"
        ]
        object.document["metadata"]?["annotations"] = annotations
        object.options = try SyncOptions(of: object.document)
      }
      objects.append(object)
    }
    if random.below(2) == 0 { objects.append(try Self.object(Self.job(hook: random.below(2) == 0))) }
    if random.below(3) == 0 { objects.append(try Self.object(Self.definition)) }
    let bundle = digest("\(counter)")
    bundles[bundle] = objects
    let action: Order.Action = random.below(6) == 0 ? .remove : .apply
    take(machine.received(makeOrder(counter, action: action, bundle: action == .apply ? bundle : nil), now: now))
    return "order \(counter)"
  }

  private mutating func answer() throws -> String {
    let action = asked.remove(at: random.below(asked.count))
    let succeeds = random.below(5) > 0
    let failure =
      random.below(2) == 0 ? WriteFailure(.connection, "reset") : WriteFailure(.status(422, reason: "Invalid"), "no")
    switch action {
    case .fetch(_, let bundle):
      take(
        succeeds
          ? machine.bundleArrived(bundle, objects: bundles[bundle] ?? [], now: now)
          : machine.bundleFailed(bundle, failure, now: now))
      return "fetch"
    case .writeRecord:
      take(succeeds ? machine.recordWritten(now: now) : machine.recordFailed(failure, now: now))
      return "record \(succeeds)"
    case .check(let object, let generation):
      take(machine.checked(object.identity, for: generation, succeeds ? .accepted(nil) : .refused(failure), now: now))
      return "check \(object.identity.display) \(succeeds)"
    case .apply(let object):
      take(
        succeeds
          ? machine.applied(object.identity, answer: try stored(object.identity), now: now)
          : machine.applyFailed(object.identity, failure, now: now))
      return "apply \(object.identity.display) \(succeeds)"
    case .expect(let object):
      let answer = try stored(object.identity)
      take(machine.expected(object.identity, answer: answer, live: succeeds ? answer : nil, now: now))
      return "expect \(object.identity.display)"
    case .delete(let identity, _):
      take(succeeds ? machine.deleted(identity, now: now) : machine.kept(identity, now: now))
      return "delete \(identity.display)"
    case .discard, .watch, .report: return "nothing"
    }
  }

  private mutating func list() throws -> String {
    let scope = Self.scopes[random.below(Self.scopes.count)]
    var objects: [Node] = []
    for name in ["a", "b", "c", "d", "stray"] where random.below(2) == 0 {
      if let object = try object(in: scope, name) { objects.append(object) }
    }
    take(machine.listed(scope, objects: objects, resourceVersion: "\(version)", now: now))
    return "list \(scope.kind)"
  }

  private mutating func change() throws -> String {
    let scope = Self.scopes[random.below(Self.scopes.count)]
    guard let object = try object(in: scope, ["a", "b", "c", "d", "stray"][random.below(5)]) else { return "nothing" }
    if random.below(3) == 0 {
      take(machine.vanished(scope, object: object, now: now))
      return "gone \(scope.kind)"
    }
    take(machine.changed(scope, object: object, now: now))
    return "change \(scope.kind)"
  }

  private mutating func cut() -> String {
    let scope = Self.scopes[random.below(Self.scopes.count)]
    switch random.below(3) {
    case 0: take(machine.interrupted(scope, reason: "cut", now: now))
    case 1: take(machine.resumed(scope, now: now))
    default:
      // A start of the agent, with what the cluster has of the target.
      guard let record = machine.record else { return "nothing" }
      machine = TargetMachine.fresh()
      asked = []
      take(machine.restored(record, now: now))
    }
    return "cut"
  }

  // MARK: Objects

  private static let definition = """
    {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: a}, spec: {group: x, names: {kind: A}}}
    """

  private static func job(hook: Bool) -> String {
    let mark = hook ? ", annotations: {argocd.argoproj.io/hook: PreSync}" : ""
    return "{apiVersion: batch/v1, kind: Job, metadata: {name: a, namespace: shop\(mark)}}"
  }

  private static func object(_ text: String) throws -> SyncObject {
    let document = try yaml(text)
    return SyncObject(
      identity: try #require(ObjectIdentity(of: document)), document: document, options: try SyncOptions(of: document))
  }

  /// An object as a server has it.
  private mutating func stored(_ identity: ObjectIdentity) throws -> Node {
    version += 1
    switch identity.kind {
    case "ConfigMap":
      var node = storedConfigMap(identity.name, value: "\(random.below(2))", version: version)
      if random.below(6) == 0 { node["data"]?["nothing"] = "x" }
      return node
    case "Job":
      let conditions = ["", "{type: Complete, status: 'True'}", "{type: Failed, status: 'True', message: broke}"]
      let condition = conditions[random.below(3)]
      return try yaml(
        "{apiVersion: batch/v1, kind: Job, metadata: {name: a, namespace: shop, uid: u, resourceVersion: '\(version)'}, status: {conditions: [\(condition)]}}"
      )
    default:
      let isEstablished = random.below(2) == 0 ? "True" : "False"
      return try yaml(
        """
        {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: a, uid: u, resourceVersion: '\(version)'},
         status: {conditions: [{type: Established, status: '\(isEstablished)'}]}}
        """)
    }
  }

  private mutating func object(in scope: WatchScope, _ name: String) throws -> Node? {
    if scope.isPods {
      version += 1
      let reason = random.below(2) == 0 ? "ErrImagePull" : "ContainerCreating"
      return try yaml(
        """
        {apiVersion: v1, kind: Pod, metadata: {name: \(name), namespace: shop, resourceVersion: '\(version)',
         ownerReferences: [{kind: Job, name: a, controller: true}]},
         status: {phase: Pending, containerStatuses: [{state: {waiting: {reason: \(reason), message: text}}}]}}
        """)
    }
    guard scope.kind == "ConfigMap" || name == "a" else { return nil }
    return try stored(
      ObjectIdentity(group: scope.group, version: "v1", kind: scope.kind, namespace: scope.namespace, name: name))
  }
}

/// Numbers that only a seed decides.
private struct Seeded {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }
}
