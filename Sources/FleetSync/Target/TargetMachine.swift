public import FleetModel
public import Manifest

/// What an agent does about one target on its cluster: orders, answers, what is seen of the cluster and the time go
/// in; what to do next comes out. It does nothing itself.
///
/// Every event function takes `now` on a monotonic clock and returns actions in the order in which they are to be
/// begun; each action that asks for an answer names the event function that takes it. After every event the caller
/// looks at `nextWake` and calls `timePassed(now:)` then.
///
/// Writes of two orders never overlap: a newer order is fetched at once and begins when the writes under way have
/// been answered.
public struct TargetMachine: Sendable {
  /// Something for the caller to do.
  public enum Action: Hashable, Sendable {
    /// Fetch and verify the bundle. Answer: `bundleArrived` or `bundleFailed` with the digest.
    case fetch(Order, bundle: Digest)
    /// Replace the record in the cluster. Answer: `recordWritten` or `recordFailed`.
    case writeRecord(TargetRecord)
    /// Try out on the server what an apply would do. Answer: `checked` with the generation.
    case check(SyncObject, for: Generation)
    /// Server-side apply, or the start of a hook's run. Answer: `applied` or `applyFailed`.
    case apply(SyncObject)
    /// A dry apply, and a read of the live object after it. Answer: `expected` or `applyFailed`.
    case expect(SyncObject)
    /// Delete, after making sure that the object is still ours. Answer: `deleted`, `kept` or `deleteFailed`.
    case delete(ObjectIdentity, awaitAbsence: Bool)
    /// Delete a hook that this run made, if it is there. No answer.
    case discard(ObjectIdentity, run: String)
    /// Watch exactly `machine.scopes` from now on. Answers: the events about scopes, at any time.
    case watch
    /// Tell the controller.
    case report(Observation)
  }

  /// What it is busy with.
  enum Activity: Hashable, Sendable {
    /// There is no order yet, or the last one removed everything. Can transition to: - `recording` by an order.
    case idle
    /// The record of the next order is being written. Can transition to: - `applying`, `deleting` when it is written;
    /// - the activity before, when it cannot be.
    case recording
    /// Objects are being applied and hooks run, step by step. Can transition to: - `deleting` at that step; - `concluding`
    /// after the last; - `failed`.
    case applying
    /// What left the bundle is being deleted. Can transition to: - `applying` for the steps after it; - `concluding`; -
    /// `failed`.
    case deleting
    /// The record is being written for the last time. Can transition to: - `settled`, `idle`.
    case concluding
    /// Everything is applied; health and drift are looked after. Can transition to: - `recording` by an order.
    case settled
    /// A terminal error; health is looked after. Can transition to: - `recording` by an order.
    case failed(String)
  }

  /// An order that has not begun.
  struct Pending: Sendable {
    var order: Order
    var receivedAt: Duration
    /// The bundle's objects; nil until they have arrived.
    var objects: [SyncObject]?
    /// Their dry run; nil while there is none.
    var preflight: Preflight?
    /// What is in the cluster as the order wants it, with the version in which it was seen when the order began.
    var inPlace: [ObjectIdentity: String] = [:]

    /// Whether it may begin.
    var isReady: Bool { objects != nil && preflight?.isDone ?? true }
  }

  /// A repair that the cluster does not take.
  struct RefusedRepair: Sendable {
    /// What the cluster says.
    var reason: String
    /// When it is tried again although nothing has changed.
    var isTriedAgainAt: Duration
  }

  /// A write to be repeated.
  struct Retry: Sendable {
    var attempt: Int
    var firstFailure: Duration
    var message: String
    /// When it is due; nil while the attempt is under way.
    var due: Duration?
  }

  /// The namespace in which the agent keeps its records.
  let agentNamespace: String
  /// The field manager of our applies.
  let manager: String
  /// The target.
  public let target: TargetID

  var activity = Activity.idle { didSet { if activity != oldValue { verdicts.isStale = true } } }
  /// What to go back to when the record of the next order cannot be written.
  var activityBefore = Activity.idle
  /// What the cluster's record says; nil when there is none.
  public internal(set) var record: TargetRecord? { didSet { verdicts.isStale = true } }
  /// The newest order that has not begun.
  var next: Pending?
  /// The order whose record is being written.
  var starting: Pending?
  /// The highest generation that was refused without being recorded, so that it is not asked for again at once.
  var refused = Generation.none

  // The order in work.
  var objects: [SyncObject]? { didSet { verdicts.isStale = true } }
  var owned: [ObjectIdentity: SyncObject] = [:] { didSet { verdicts.isStale = true } }
  var steps: [ApplyStep] = []
  var deletions: [[ObjectIdentity]] = []
  var kept: [ObjectIdentity] = []
  /// What the steps have begun, as they apply it.
  private(set) var begun: [ObjectIdentity: SyncObject] = [:]
  /// Those of them that are done only when the watch says so: definitions and hooks.
  private(set) var lasting: Set<ObjectIdentity> = []
  /// What could not be tried out before the order began.
  var deferred: Set<ObjectIdentity> = []
  /// What the order does not write, because it is as it wants it; with the version in which it was seen.
  var inPlace: [ObjectIdentity: String] = [:]
  /// What was not there when it was tried out.
  var absent: Set<ObjectIdentity> = []
  /// The dry run of those, when what they need is there.
  var recheck: Preflight?
  /// Why the order failed, while the hooks of `SyncFail` run.
  var failing: String?
  /// Not yet done of the step or group in work.
  var waiting: Set<ObjectIdentity> = []
  var inFlight: Set<ObjectIdentity> = []
  var retries: [ObjectIdentity: Retry] = [:]
  var recordWrite: (record: TargetRecord, retry: Retry?)?
  var fetchRetry: Retry?

  // What is seen of the cluster.
  private(set) var live: [ObjectIdentity: LiveObject] = [:]
  private(set) var troubles: [String: PodTrouble] = [:]
  /// The scopes whose content is known at present.
  var seenScopes: Set<WatchScope> = [] { didSet { if seenScopes != oldValue { verdicts.isStale = true } } }
  /// What follows of it.
  var verdicts = Verdicts()
  var blindSince: Duration?
  var blindReason = ""
  /// Out of sight for longer than `blindGrace`.
  var isBlind = false

  // Drift.
  var expectations: [ObjectIdentity: OwnedFields] = [:]
  var repairs: [ObjectIdentity: [Duration]] = [:]
  var repairing: [ObjectIdentity: [String]] = [:]
  var driftSeen: [ObjectIdentity: [String]] = [:]
  /// What was changed back again and again: it is not repaired any more until somebody or an order puts it right.
  var looping: Set<ObjectIdentity> = []
  /// What the cluster does not let us repair.
  var refusedRepairs: [ObjectIdentity: RefusedRepair] = [:]
  /// What waits until the agent may repair again.
  var awaitingRepair: Set<ObjectIdentity> = []
  /// The repairs that all machines of an agent share: given before an event, taken back after it.
  public var repairBudget = RepairBudget()

  /// Whether somebody on the site holds the agent (R31): no order begins then; what has begun ends. Given before an event.
  public var isHeld = false
  /// Whether drift is seen and left alone meanwhile.
  public var leavesDrift = false

  // What was told.
  var readySince: Duration?
  /// When changed words are told that were held back.
  var textDue: Duration?
  var degradedSince: Duration?
  var changedAt: Duration = .zero
  var reportedAt: Duration?
  var reported: Summary?

  /// A target that the cluster knows nothing of.
  ///
  /// - Parameters:
  ///   - agentNamespace: where the agent keeps its records, never deleted.
  ///   - manager: the field manager of our applies.
  public init(target: TargetID, agentNamespace: String, manager: String) {
    self.target = target
    self.agentNamespace = agentNamespace
    self.manager = manager
  }

  /// The highest generation that a poll has to name as seen.
  public var seenGeneration: Generation {
    [record?.order, starting?.order, next?.order].compactMap { $0?.generation }.max().map { max($0, refused) }
      ?? refused
  }

  /// Whether an order is under way.
  public var isWriting: Bool {
    switch activity {
    case .recording, .applying, .deleting, .concluding: true
    case .idle, .settled, .failed: false
    }
  }

  /// What has to be watched for this target.
  public var scopes: Set<WatchScope> { currentVerdicts.scopes }

  /// Whether the object belongs to what this target is to hold.
  public func owns(_ identity: ObjectIdentity) -> Bool { owned[identity] != nil }

  /// The order in work; nil before the first.
  var order: Order? { record?.order }

  /// When `timePassed(now:)` has to be called next; nil when nothing waits for time.
  public var nextWake: Duration? {
    var times = retries.values.compactMap(\.due)
    for preflight in [next?.preflight, recheck] { times += preflight?.retries.values.compactMap(\.due) ?? [] }
    if let due = recordWrite?.retry?.due { times.append(due) }
    if let due = fetchRetry?.due { times.append(due) }
    if let next, !isHeld { times.append(next.receivedAt + next.order.startWithin + .milliseconds(1)) }
    if let blindSince, !isBlind { times.append(blindSince + Self.blindGrace) }
    if let due = reportDue { times.append(due) }
    if let textDue { times.append(textDue) }
    if activity == .settled, !leavesDrift, isHeld || next?.isReady != true {
      times += refusedRepairs.values.map(\.isTriedAgainAt)
      if !awaitingRepair.isEmpty, let free = repairBudget.nextFree { times.append(free) }
    }
    return times.min()
  }

  // MARK: What verdicts depend on

  /// Notes what is in the cluster; nil for nothing.
  mutating func see(_ identity: ObjectIdentity, _ object: LiveObject?) {
    let rules = live.updateOrRemove(object, for: identity)?.idleRules ?? []
    if rules != object?.idleRules ?? [] { verdicts.areRulesStale = true }
    verdicts.stale.insert(identity)
  }

  /// Notes that a Pod is in trouble, or no longer.
  mutating func see(_ trouble: PodTrouble?, ofPod key: String) {
    if troubles.updateOrRemove(trouble, for: key) != trouble { verdicts.isStale = true }
  }

  /// Notes that an order begins to write an object.
  mutating func noteBegun(_ object: SyncObject) {
    begun[object.identity] = object
    if object.identity.isDefinition || object.run != nil { lasting.insert(object.identity) }
    verdicts.stale.insert(object.identity)
  }

  /// An order begins: nothing of it is written.
  mutating func forgetBegun() {
    begun = [:]
    lasting = []
    verdicts.isStale = true
  }

  /// How long the cluster may be out of sight before its health is Unknown.
  static let blindGrace: Duration = .seconds(5)
}

extension Dictionary {
  /// Sets or, with nil, removes a value, and returns the one before.
  fileprivate mutating func updateOrRemove(_ value: Value?, for key: Key) -> Value? {
    guard let value else { return removeValue(forKey: key) }
    return updateValue(value, forKey: key)
  }
}

/// What is kept of a live object.
struct LiveObject: Sendable {
  var uid: String
  var resourceVersion: String
  var ownHealth: ObjectHealth
  /// Whether its Pods speak about its present spec.
  var heedsPods: Bool
  var isSuspended: Bool
  /// Whether we own in it what our last apply made ours.
  var isOwnedAsApplied: Bool
  /// Those of its rules about ignored fields that there is nothing for.
  var idleRules: [IgnoredRule]
}
