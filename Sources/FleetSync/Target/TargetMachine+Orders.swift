public import FleetModel
import Manifest

extension TargetMachine {
  /// Begins with what the cluster's record says, after a start of the agent: an interrupted order goes on, a finished
  /// one is looked after.
  public mutating func restored(_ record: TargetRecord, now: Duration) -> [Action] {
    self.record = record
    looping = Set(record.loops)
    changedAt = now
    switch record.phase {
    case .applying: activity = .applying
    case .applied: activity = .settled
    case .failed: activity = .failed(record.message)
    case .removed: activity = .idle
    case .removing:
      let first = beginSteps(now: now)
      return [.watch] + first + refresh(now: now)
    }
    guard let bundle = record.order.bundle, record.phase != .removed else { return refresh(now: now) }
    return [.watch, .fetch(record.order, bundle: bundle)] + refresh(now: now)
  }

  /// An order arrived. Older ones, and another content under a known generation, are refused (R27).
  public mutating func received(_ order: Order, now: Duration) -> [Action] {
    let known = [next?.order, starting?.order, record?.order].compactMap { $0 }.max { $0.generation < $1.generation }
    if let known {
      if order.generation < known.generation {
        return [.report(refusal(of: order, "generation \(known.generation) is already in work"))]
      }
      if order.generation == known.generation {
        let isSame = order.bundle == known.bundle && order.action == known.action
        let what = known.bundle.map { "bundle \($0.short)" } ?? "a removal"
        return [
          .report(isSame ? observation(now: now) : refusal(of: order, "that generation already stands for \(what)"))
        ]
      }
    }
    guard order.action == .remove || order.bundle != nil else {
      refused = max(refused, order.generation)
      return [.report(refusal(of: order, "it names no bundle"))]
    }
    next = Pending(order: order, receivedAt: now, objects: order.action == .remove ? [] : nil)
    fetchRetry = nil
    guard order.action == .apply, let bundle = order.bundle else { return startNext(now: now) }
    if bundle == record?.order.bundle, let objects, order.namespace == record?.order.namespace,
      order.createNamespace == record?.order.createNamespace
    {
      return check(objects, now: now)
    }
    return [.fetch(order, bundle: bundle)]
  }

  /// The bundle of an order arrived, its objects already placed in namespaces.
  public mutating func bundleArrived(_ bundle: Digest, objects: [SyncObject], now: Duration) -> [Action] {
    fetchRetry = nil
    if next?.order.bundle == bundle, next?.objects == nil {
      return check(objects, now: now)
    }
    guard next == nil, record?.order.bundle == bundle, self.objects == nil else { return [] }
    // Of an interrupted order nobody remembers how far it came.
    adopt(activity == .applying ? objects.map(\.lookedAtFirst) : objects)
    switch activity {
    case .applying:
      let first = beginSteps(now: now)
      return [.watch] + first + refresh(now: now)
    case .settled:
      // Nobody remembers what the server made of the documents: dry applies tell, and show drift of the meantime.
      return [.watch] + objects.filter { owned[$0.identity] != nil }.flatMap { expect($0) } + refresh(now: now)
    default: return [.watch] + refresh(now: now)
    }
  }

  /// The bundle could not be fetched, or is not what its digest says.
  public mutating func bundleFailed(_ bundle: Digest, _ failure: WriteFailure, now: Duration) -> [Action] {
    let isNext = next?.order.bundle == bundle && next?.objects == nil
    guard isNext || (record?.order.bundle == bundle && objects == nil) else { return [] }
    var retry = fetchRetry ?? Retry(attempt: 0, firstFailure: now, message: "")
    if failure.verdict(elapsed: now - retry.firstFailure) == .terminal {
      fetchRetry = nil
      guard isNext, let order = next?.order else { return fail(failure.message, now: now) }
      next = nil
      refused = max(refused, order.generation)
      return [.report(refusal(of: order, failure.message))]
    }
    retry.attempt += 1
    retry.message = failure.message
    retry.due = now + retryDelay(attempt: retry.attempt, key: bundle.hexadecimal, retryAfter: failure.retryAfter)
    fetchRetry = retry
    return refresh(now: now)
  }

  /// Begins the next order when its bundle is there and no write of the one before is under way.
  mutating func startNext(now: Duration) -> [Action] {
    guard !isHeld, let next, next.isReady, let objects = next.objects, inFlight.isEmpty, recordWrite == nil else {
      return []
    }
    guard now - next.receivedAt <= next.order.startWithin else { return dropLate(now: now) }
    starting = next
    let inPlace = objects.filter(isInPlace).map { ($0.identity, version(of: $0)) }
    starting?.inPlace = Dictionary(inPlace) { first, _ in first }
    self.next = nil
    retries = [:]
    waiting = []
    steps = []
    deletions = []
    let kept = objects.filter { $0.isOwned && !$0.isHook }
    let names = Set(record?.inventory ?? []).union(kept.map(\.identity))
    let phase: TargetRecord.Phase = next.order.action == .apply ? .applying : .removing
    activityBefore = activity
    activity = .recording
    return write(
      TargetRecord(
        order: next.order, phase: phase, inventory: Array(names), notes: notes(of: kept, among: names),
        deletionHooks: next.order.action == .remove ? record?.deletionHooks ?? [] : deletionHooks(of: objects)))
  }

  /// Forgets an order that could not be started in time; what runs is kept. The next poll may bring it again.
  mutating func dropLate(now: Duration) -> [Action] {
    next = nil
    fetchRetry = nil
    // What the late order kept from being repeated is due.
    for identity in waiting where !inFlight.contains(identity) && retries[identity] == nil {
      retries[identity] = Retry(attempt: 1, firstFailure: now, message: "interrupted by an order", due: now)
    }
    if objects == nil, record?.phase != .removed, record?.order.bundle != nil {
      fetchRetry = Retry(attempt: 1, firstFailure: now, message: "interrupted by an order", due: now)
    }
    return refresh(now: now)
  }

  /// The record is in the cluster.
  public mutating func recordWritten(now: Duration) -> [Action] {
    guard let written = recordWrite?.record else { return [] }
    recordWrite = nil
    record = written
    switch activity {
    case .recording:
      guard let started = starting else { return [] }
      starting = nil
      begin(started, now: now)
      let first = beginSteps(now: now)
      return [.watch] + first + refresh(now: now)
    case .concluding:
      activity = written.phase == .removed ? .idle : .settled
      return discards(.succeeded) + [.watch] + recheckInPlace() + recheckDrift(now: now) + rememberLoops()
        + refresh(now: now)
        + startNext(now: now)
    default: return rememberLoops() + refresh(now: now) + startNext(now: now)
    }
  }

  /// The record could not be written.
  ///
  /// - Parameter found: what the cluster has instead, when another agent process wrote it meanwhile.
  public mutating func recordFailed(_ failure: WriteFailure, found: TargetRecord? = nil, now: Duration) -> [Action] {
    guard let write = recordWrite else { return [] }
    if let found, found.order.generation > write.record.order.generation {
      recordWrite = nil
      starting = nil
      objects = nil
      owned = [:]
      return restored(found, now: now)
    }
    var retry = write.retry ?? Retry(attempt: 0, firstFailure: now, message: "")
    guard failure.verdict(elapsed: now - retry.firstFailure) == .retried else {
      recordWrite = nil
      let message = "cannot write the record \(TargetRecord.name(of: target)): \(failure.message)"
      guard activity == .recording, let order = starting?.order else {
        if case .failed = activity { return refresh(now: now) }
        // What could not be written then are loops: a restarted agent finds out anew.
        if activity == .settled { return refresh(now: now) + startNext(now: now) }
        return fail(message, now: now)
      }
      starting = nil
      activity = activityBefore
      refused = max(refused, order.generation)
      return [.report(refusal(of: order, message))] + startNext(now: now) + refresh(now: now)
    }
    var merged = write.record
    if let found { merged.inventory = Set(merged.inventory).union(found.inventory).sorted() }
    retry.attempt += 1
    retry.message = failure.message
    retry.due = now + retryDelay(attempt: retry.attempt, key: "record \(target)", retryAfter: failure.retryAfter)
    recordWrite = (merged, retry)
    return refresh(now: now)
  }

  mutating func write(_ record: TargetRecord) -> [Action] {
    recordWrite = (record, nil)
    return [.writeRecord(record)]
  }

  private mutating func begin(_ started: Pending, now: Duration) {
    activity = started.order.action == .apply ? .applying : .deleting
    repairs = [:]
    repairing = [:]
    driftSeen = [:]
    awaitingRepair = []
    refusedRepairs = [:]
    // What was changed since is written.
    inPlace = started.inPlace.filter { live[$0.key]?.resourceVersion == $0.value }
    expectations = expectations.filter { inPlace[$0.key] != nil }
    readySince = nil
    degradedSince = nil
    changedAt = now
    deferred = started.preflight?.deferred ?? []
    absent = started.preflight?.absent ?? []
    adopt(started.objects ?? [])
    looping.formIntersection(owned.keys)
  }

  private mutating func adopt(_ objects: [SyncObject]) {
    self.objects = objects
    let kept = objects.filter { $0.isOwned && !$0.isHook }
    owned = Dictionary(kept.map { ($0.identity, $0) }) { first, _ in first }
  }

  /// An order that changes nothing: what is reported about it.
  func refusal(of order: Order, _ reason: String) -> Observation {
    Observation(
      target: target, generation: order.generation, bundle: order.bundle, phase: .failed, health: summary.health,
      message: "order \(order.generation) of \(order.targetName) refused: \(reason)", objectCount: owned.count)
  }
}
