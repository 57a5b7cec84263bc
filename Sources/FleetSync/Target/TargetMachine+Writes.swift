import FleetModel
public import Manifest

extension TargetMachine {
  mutating func beginWaves(now: Duration) -> [Action] {
    activity = .applying
    waves = applyWaves(objects ?? [])
    return advance(now: now)
  }

  /// Begins the next wave, or the deletions after the last one.
  private mutating func nextWave() -> [Action] {
    let wave = waves.removeFirst()
    waiting = Set(wave.map(\.identity))
    return wave.flatMap { apply($0) }
  }

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
    expectations[identity] = OwnedFields(applied: answer, manager: manager)
    if let live { takeIfNewer(live, as: identity) }
    return noticeDrift(of: identity, in: live, now: now) + startNext(now: now) + refresh(now: now)
  }

  /// An object was applied; `answer` is what the server stored.
  public mutating func applied(_ identity: ObjectIdentity, answer: Node, now: Duration) -> [Action] {
    inFlight.remove(identity)
    retries[identity] = nil
    expectations[identity] = OwnedFields(applied: answer, manager: manager)
    take(answer, as: identity)
    var actions: [Action] = []
    if let lines = repairing.removeValue(forKey: identity) {
      driftSeen[identity] = nil
      actions.append(.report(observation(now: now, drift: drift(of: [identity], lines, repaired: true))))
    }
    // A definition is done when it is established, which only the watch tells.
    if !identity.isDefinition || live[identity]?.ownHealth.health == .healthy { waiting.remove(identity) }
    return actions + advance(now: now) + refresh(now: now)
  }

  /// An object could not be applied, or the dry apply did not tell what it should be.
  public mutating func applyFailed(_ identity: ObjectIdentity, _ failure: WriteFailure, now: Duration) -> [Action] {
    inFlight.remove(identity)
    if case .failed = activity { return startNext(now: now) + refresh(now: now) }
    guard note(failure, of: identity, now: now) == .terminal else {
      return startNext(now: now) + refresh(now: now)
    }
    retries[identity] = nil
    if activity == .settled {
      // What is applied stays; only the repair is given up.
      guard let lines = repairing.removeValue(forKey: identity) else { return startNext(now: now) + refresh(now: now) }
      looping.insert(identity)
      let all = lines + ["\(identity.display): repair failed: \(failure.message)"]
      return [.report(observation(now: now, drift: drift(of: [identity], all, repaired: false)))]
        + startNext(now: now) + refresh(now: now)
    }
    return fail("\(identity.display): \(failure.message)", now: now)
  }

  /// Goes on when the wave or group in work is done.
  mutating func advance(now: Duration) -> [Action] {
    if next?.objects != nil { return startNext(now: now) }
    guard waiting.isEmpty, inFlight.isEmpty else { return [] }
    switch activity {
    case .applying: return waves.isEmpty ? beginDeletions(now: now) : nextWave()
    case .deleting: return deletions.isEmpty ? conclude(now: now) : nextDeletions(now: now)
    default: return []
    }
  }

  mutating func beginDeletions(now: Duration) -> [Action] {
    guard let record else { return [] }
    activity = .deleting
    let plan = PrunePlan(
      order: record.order, previous: record.inventory, bundle: Set(owned.keys), agentNamespace: agentNamespace)
    kept = plan.kept
    deletions = []
    for identity in plan.deleted {
      if let last = deletions.last?.last, last.applyRank == identity.applyRank {
        deletions[deletions.count - 1].append(identity)
      } else {
        deletions.append([identity])
      }
    }
    return advance(now: now)
  }

  private mutating func nextDeletions(now: Duration) -> [Action] {
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
    live[identity] = nil
    return advance(now: now) + refresh(now: now)
  }

  /// An object could not be deleted.
  public mutating func deleteFailed(_ identity: ObjectIdentity, _ failure: WriteFailure, now: Duration) -> [Action] {
    inFlight.remove(identity)
    if case .failed = activity { return startNext(now: now) + refresh(now: now) }
    guard note(failure, of: identity, now: now) == .terminal else { return startNext(now: now) + refresh(now: now) }
    return fail("\(identity.display): cannot delete: \(failure.message)", now: now)
  }

  private mutating func conclude(now: Duration) -> [Action] {
    guard let record else { return [] }
    activity = .concluding
    var final = record
    final.phase = record.order.action == .apply ? .applied : .removed
    final.inventory = (Array(owned.keys) + kept).sorted()
    return write(final)
  }

  /// A terminal error: nothing is begun any more, what is applied stays and is looked after.
  mutating func fail(_ message: String, now: Duration) -> [Action] {
    activity = .failed(message)
    waves = []
    deletions = []
    waiting = []
    retries = [:]
    var actions: [Action] = []
    if var failed = record, recordWrite == nil {
      failed.phase = .failed
      failed.message = message
      actions = write(failed)
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
    if let next, now - next.receivedAt > next.order.startWithin {
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
    if next?.objects == nil {
      for identity in retries.filter({ $0.value.due.map { $0 <= now } ?? false }).keys.sorted() {
        retries[identity]?.due = nil
        actions += again(identity)
      }
    } else {
      retries = [:]
    }
    return actions + startNext(now: now) + refresh(now: now)
  }

  private mutating func again(_ identity: ObjectIdentity) -> [Action] {
    switch activity {
    case .applying, .settled, .failed:
      guard let object = objects?.first(where: { $0.identity == identity }) else {
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
