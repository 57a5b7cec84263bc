import FleetModel
public import Manifest

extension TargetMachine {
  mutating func apply(_ object: SyncObject) -> [Action] {
    inFlight.insert(object.identity)
    return [.apply(object)]
  }

  mutating func expect(_ object: SyncObject) -> [Action] {
    inFlight.insert(object.identity)
    return [.expect(object)]
  }

  /// A dry apply told what the object should be.
  ///
  /// - Parameter live: the object as it was found after the dry apply; nil when it is not there.
  public mutating func expected(_ identity: ObjectIdentity, answer: Node, live: Node?, now: Duration) -> [Action] {
    inFlight.remove(identity)
    retries[identity] = nil
    expectations[identity] = ownedFields(of: identity, in: answer)
    if let live { takeIfNewer(live, as: identity) }
    return noticeDrift(of: identity, in: live, now: now) + startNext(now: now) + refresh(now: now)
  }

  /// An object was applied; `answer` is what the server stored.
  public mutating func applied(_ identity: ObjectIdentity, answer: Node, now: Duration) -> [Action] {
    inFlight.remove(identity)
    retries[identity] = nil
    expectations[identity] = ownedFields(of: identity, in: answer)
    take(answer, as: identity)
    looping.remove(identity)
    refusedRepairs[identity] = nil
    var actions: [Action] = []
    if let lines = repairing.removeValue(forKey: identity) {
      driftSeen[identity] = nil
      actions.append(.report(observation(now: now, drift: drift(of: [identity], lines, repaired: true))))
    }
    if !isAwaited(identity) { waiting.remove(identity) }
    return actions + progress(now: now) + refresh(now: now)
  }

  /// An object could not be applied, or the dry apply did not tell what it should be.
  public mutating func applyFailed(_ identity: ObjectIdentity, _ failure: WriteFailure, now: Duration) -> [Action] {
    inFlight.remove(identity)
    if case .failed = activity { return startNext(now: now) + refresh(now: now) }
    if failing != nil, !waiting.contains(identity) { return advance(now: now) + refresh(now: now) }
    guard note(failure, of: identity, now: now) == .terminal else {
      return startNext(now: now) + refresh(now: now)
    }
    retries[identity] = nil
    if activity == .settled {
      let lines = repairing.removeValue(forKey: identity)
      return (lines.map { repairRefused(identity, failure.advice, lines: $0, now: now) } ?? [])
        + startNext(now: now) + refresh(now: now)
    }
    return fail("\(identity.display): \(failure.advice)", now: now)
  }

  private func ownedFields(of identity: ObjectIdentity, in answer: Node) -> OwnedFields? {
    let ignored = owned[identity]?.options.ignored ?? IgnoredFields()
    return OwnedFields(applied: answer, manager: manager, ignoring: ignored)
  }

  mutating func nextDeletions() -> [Action] {
    let group = deletions.removeFirst()
    waiting = Set(group)
    inFlight.formUnion(group)
    return group.map { .delete($0, awaitAbsence: record?.order.action == .remove) }
  }

  /// An object is gone, or its deletion is accepted where that is enough.
  public mutating func deleted(_ identity: ObjectIdentity, now: Duration) -> [Action] {
    inFlight.remove(identity)
    waiting.remove(identity)
    retries[identity] = nil
    see(identity, nil)
    return advance(now: now) + refresh(now: now)
  }

  /// An object stays in the cluster as its annotations say, and in the inventory.
  public mutating func kept(_ identity: ObjectIdentity, now: Duration) -> [Action] {
    inFlight.remove(identity)
    waiting.remove(identity)
    retries[identity] = nil
    kept.append(identity)
    return advance(now: now) + refresh(now: now)
  }

  /// An object could not be deleted.
  public mutating func deleteFailed(_ identity: ObjectIdentity, _ failure: WriteFailure, now: Duration) -> [Action] {
    inFlight.remove(identity)
    if case .failed = activity { return startNext(now: now) + refresh(now: now) }
    guard note(failure, of: identity, now: now) == .terminal else { return startNext(now: now) + refresh(now: now) }
    return fail("\(identity.display): cannot delete: \(failure.message)", now: now)
  }

  mutating func conclude(now: Duration) -> [Action] {
    guard let record else { return [] }
    activity = .concluding
    var final = record
    final.phase = record.order.action == .apply ? .applied : .removed
    final.inventory = (Array(owned.keys) + kept).sorted()
    final.notes = final.notes.filter { final.inventory.contains($0.key) }
    return write(final)
  }

  /// A terminal error: nothing is begun any more, what is applied stays and is looked after.
  mutating func fail(_ message: String, now: Duration) -> [Action] {
    deletions = []
    retries = [:]
    let isWorking = activity == .applying || activity == .deleting
    let rest = isWorking && failing == nil ? failureSteps(objects ?? []) : []
    steps = rest
    guard rest.isEmpty else {
      waiting = []
      failing = message
      return advance(now: now) + refresh(now: now)
    }
    let message = failing.map { $0 == message ? message : "\($0); then \(message)" } ?? message
    failing = nil
    let discarded = discards(.failed)
    waiting = []
    activity = .failed(message)
    var actions = discarded
    if var failed = record, recordWrite == nil {
      failed.phase = .failed
      failed.message = message
      actions += write(failed)
    }
    return actions + startNext(now: now) + refresh(now: now)
  }

  private mutating func note(_ failure: WriteFailure, of identity: ObjectIdentity, now: Duration)
    -> WriteFailure.Verdict
  {
    var retry = retries[identity] ?? Retry(attempt: 0, firstFailure: now, message: "")
    if failure.verdict(elapsed: now - retry.firstFailure) == .terminal { return .terminal }
    retry.attempt += 1
    retry.message = failure.message
    retry.due = now + retryDelay(attempt: retry.attempt, key: identity.text, retryAfter: failure.retryAfter)
    retries[identity] = retry
    return .retried
  }

  /// Repeats what is due.
  public mutating func timePassed(now: Duration) -> [Action] {
    var actions: [Action] = []
    // A hold takes none of an order's time, which the hold's end gives back.
    if let next, !isHeld, now - next.receivedAt > next.order.startWithin {
      actions += dropLate(now: now)
    }
    if let late = starting, now - late.receivedAt > late.order.startWithin, recordWrite?.retry?.due != nil {
      // The fence could not be written in time: the order has not begun, and must not any more.
      starting = nil
      recordWrite = nil
      activity = activityBefore
    }
    if let due = fetchRetry?.due, due <= now {
      fetchRetry?.due = nil
      if let order = next?.order ?? record?.order, let bundle = order.bundle {
        actions.append(.fetch(order, bundle: bundle))
      }
    }
    if let write = recordWrite, let due = write.retry?.due, due <= now {
      recordWrite?.retry?.due = nil
      actions.append(.writeRecord(write.record))
    }
    actions += checksDue(now: now) + repairWaiting(now: now)
    if isHeld || next?.isReady != true {
      for identity in retries.filter({ $0.value.due.map { $0 <= now } ?? false }).keys.sorted() {
        if leavesDrift, activity == .settled, repairing.removeValue(forKey: identity) != nil {
          retries[identity] = nil
          awaitingRepair.insert(identity)
          continue
        }
        retries[identity]?.due = nil
        actions += again(identity)
      }
    } else {
      retries = [:]
    }
    return actions + startNext(now: now) + progress(now: now) + refresh(now: now)
  }

  private mutating func again(_ identity: ObjectIdentity) -> [Action] {
    switch activity {
    case .applying, .settled, .failed:
      guard let object = begun[identity] ?? objects?.first(where: { $0.identity == identity }) else {
        retries[identity] = nil
        return []
      }
      return activity == .settled && repairing[identity] == nil ? expect(object) : apply(object)
    case .deleting:
      inFlight.insert(identity)
      return [.delete(identity, awaitAbsence: record?.order.action == .remove)]
    case .idle, .recording, .concluding: return []
    }
  }
}
