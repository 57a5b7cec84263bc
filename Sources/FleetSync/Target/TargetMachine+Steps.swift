import FleetModel
import Manifest

extension TargetMachine {
  /// Begins the order of the record.
  mutating func beginSteps(now: Duration) -> [Action] {
    guard let record else { return [] }
    activity = .applying
    forgetBegun()
    kept = []
    recheck = nil
    failing = nil
    if record.order.action == .remove {
      steps = removalSteps(record.deletionHooks.compactMap(SyncObject.init(hook:)))
    } else {
      steps = applySteps(objects ?? [])
    }
    return advance(now: now)
  }

  /// Goes on when the step or group in work is done.
  mutating func advance(now: Duration) -> [Action] {
    if next?.isReady == true { return startNext(now: now) }
    // Before the bundle of an interrupted order has arrived nobody knows its steps.
    let hasSteps = objects != nil || record?.order.action == .remove
    guard hasSteps, waiting.isEmpty, inFlight.isEmpty, recheck == nil else { return [] }
    switch activity {
    case .deleting where !deletions.isEmpty: return nextDeletions()
    case .applying, .deleting:
      guard let step = steps.first else { return failing.map { fail($0, now: now) } ?? conclude(now: now) }
      if step.awaitsHealth {
        judgeAgain()
        guard isHealthySoFar else { return [] }
      }
      activity = .applying
      if let checks = checkDeferred(before: step) { return checks }
      steps.removeFirst()
      if step.work == .prune { return beginDeletions(now: now) }
      let rest = step.objects.filter { inPlace[$0.identity] == nil }
      for object in step.objects where inPlace[object.identity] != nil { noteBegun(object) }
      guard !rest.isEmpty else { return advance(now: now) }
      waiting = Set(rest.map(\.identity))
      return rest.flatMap { begin($0) }
    default: return []
    }
  }

  private mutating func begin(_ object: SyncObject) -> [Action] {
    var object = object.running(in: order?.generation ?? .none)
    object.isAbsent = absent.contains(object.identity)
    noteBegun(object)
    return apply(object)
  }

  private mutating func beginDeletions(now: Duration) -> [Action] {
    guard let record else { return [] }
    activity = .deleting
    let plan = PrunePlan(
      order: record.order, previous: record.inventory, bundle: Set(owned.keys), notes: record.notes,
      agentNamespace: agentNamespace)
    kept = plan.kept
    deletions = plan.groups(notes: record.notes)
    return advance(now: now)
  }

  /// Whether an applied object is done only when the watch says so: a definition when it is established, a hook when
  /// it has ended.
  func isAwaited(_ identity: ObjectIdentity) -> Bool {
    guard lasting.contains(identity) || identity.isDefinition else { return false }
    guard let object = live[identity] else { return true }
    // A hook of a kind without health, a ConfigMap for example, is done when it is there.
    return object.ownHealth.health.map { $0 != .healthy } ?? identity.isDefinition
  }

  /// Looks what of the step in work has been done in the cluster.
  mutating func progress(now: Duration) -> [Action] {
    for identity in lasting.sorted() where activity == .applying && waiting.contains(identity) {
      guard !inFlight.contains(identity), retries[identity] == nil else { continue }
      if !isAwaited(identity) {
        waiting.remove(identity)
      } else if let object = begun[identity], object.run != nil, let why = failure(of: identity) {
        waiting.remove(identity)
        let phase = object.phase?.rawValue ?? ""
        return fail("\(phase) hook \(identity.display) failed: \(why)", now: now)
      }
    }
    return advance(now: now)
  }

  /// Why a hook that was started will not succeed; nil while it may.
  private func failure(of identity: ObjectIdentity) -> String? {
    guard let object = live[identity] else { return "it was deleted before it ended" }
    switch object.ownHealth.health {
    case .degraded, .unknown: return object.ownHealth.message.isEmpty ? "it is Degraded" : object.ownHealth.message
    default: return nil
    }
  }

  /// Whether everything that this order has applied so far is healthy.
  private var isHealthySoFar: Bool { !currentVerdicts.unwell.keys.contains { begun[$0] != nil && owned[$0] != nil } }

  // MARK: Hooks

  /// The hooks that have been started and have not ended.
  var runningHooks: Set<ObjectIdentity> {
    activity == .applying ? lasting.filter { waiting.contains($0) && begun[$0]?.run != nil } : []
  }

  /// What has to be watched besides the objects, while an order is in work.
  var hooksToWatch: [ObjectIdentity] {
    guard activity == .applying || activity == .deleting else { return [] }
    return (objects ?? []).filter(\.isHook).map(\.identity)
      + (record?.order.action == .remove ? record?.deletionHooks.compactMap(ObjectIdentity.init(of:)) ?? [] : [])
  }

  /// The deletions of ended hooks when the order has ended.
  func discards(_ policy: Hook.DeletePolicy) -> [Action] {
    begun.keys.sorted().compactMap { identity in
      guard let object = begun[identity], let run = object.run, !waiting.contains(identity),
        object.options.hook?.deletePolicies.contains(policy) == true
      else { return nil }
      return .discard(identity, run: run)
    }
  }

  /// The documents of the hooks that a removal runs.
  func deletionHooks(of objects: [SyncObject]) -> [Node] {
    objects.filter { $0.options.hook?.phases.contains(where: \.isOfDeletion) ?? false }.map(\.document)
  }

  /// What has to be remembered of objects for the time when they leave the bundle.
  func notes(of objects: [SyncObject], among names: Set<ObjectIdentity>) -> [ObjectIdentity: PruneNote] {
    var notes = (record?.notes ?? [:]).filter { names.contains($0.key) }
    for object in objects {
      let note = PruneNote(wave: object.options.wave, isLast: object.options.isPrunedLast)
      notes[object.identity] = note == PruneNote() ? nil : note
    }
    return notes
  }
}

extension SyncObject {
  /// A hook of a removal from the record; nil for one that cannot be read.
  init?(hook document: Node) {
    guard let identity = ObjectIdentity(of: document), let options = try? SyncOptions(of: document) else { return nil }
    self.init(identity: identity, document: document, options: options)
    isNew = true
  }
}
