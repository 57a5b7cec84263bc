import FleetModel
import Manifest

extension TargetMachine {
  /// How often one object is repaired within `repairWindow` before the agent stops and says so.
  static let repairLimit = 3
  /// The time over which repairs are counted.
  static let repairWindow: Duration = .seconds(600)

  /// Compares a live object, nil when it is gone, with what we applied, and repairs or reports it.
  mutating func noticeDrift(of identity: ObjectIdentity, in node: Node?, now: Duration) -> [Action] {
    guard activity == .settled, let object = owned[identity], !inFlight.contains(identity), retries[identity] == nil,
      isHeld || next?.isReady != true
    else { return [] }
    let lines: [String]
    if let node {
      guard let expectation = expectations[identity] else { return [] }
      lines = expectation.differences(in: node, manager: manager).map {
        $0.line(of: identity, isHidden: object.isDecrypted)
      }
    } else {
      lines = ["\(identity.display): deleted"]
    }
    guard !lines.isEmpty else {
      let wasLoop = looping.remove(identity) != nil
      awaitingRepair.remove(identity)
      refusedRepairs[identity] = nil
      guard driftSeen.removeValue(forKey: identity) != nil || wasLoop else { return [] }
      return [.report(observation(now: now))] + rememberLoops()
    }
    let isNews = driftSeen.updateValue(lines, forKey: identity) != lines
    if isNews { refusedRepairs[identity] = nil }
    let found = drift(of: [identity], lines, repaired: false)
    guard order?.selfHeal == true, !looping.contains(identity), refusedRepairs[identity] == nil else {
      return isNews ? [.report(observation(now: now, drift: found))] : []
    }
    repairs[identity, default: []].removeAll { now - $0 >= Self.repairWindow }
    guard repairs[identity, default: []].count < Self.repairLimit else {
      looping.insert(identity)
      return [.report(observation(now: now, drift: found))] + rememberLoops()
    }
    let isBegun = beginRepair(of: identity, lines, now: now)
    return (isBegun || isNews ? [.report(observation(now: now, drift: found))] : []) + (isBegun ? apply(object) : [])
  }

  /// Repairs what had to wait, as far as the agent may by now.
  mutating func repairWaiting(now: Duration) -> [Action] {
    guard activity == .settled, !leavesDrift, isHeld || next?.isReady != true else { return [] }
    for (identity, refused) in refusedRepairs where refused.isTriedAgainAt <= now {
      refusedRepairs[identity] = nil
      awaitingRepair.insert(identity)
    }
    var actions: [Action] = []
    for identity in awaitingRepair.sorted() where !inFlight.contains(identity) && retries[identity] == nil {
      guard let object = owned[identity], let lines = driftSeen[identity] else {
        awaitingRepair.remove(identity)
        continue
      }
      guard beginRepair(of: identity, lines, now: now) else { break }
      actions += apply(object)
    }
    return actions
  }

  /// Notes that a repair begins, if the agent may repair by now and is not held; otherwise that it waits for its turn.
  private mutating func beginRepair(of identity: ObjectIdentity, _ lines: [String], now: Duration) -> Bool {
    guard !leavesDrift, repairBudget.take(now: now) else {
      awaitingRepair.insert(identity)
      return false
    }
    awaitingRepair.remove(identity)
    repairs[identity, default: []].append(now)
    repairing[identity] = lines
    return true
  }

  /// The cluster refuses a repair for good, as an admission rule does: it is tried again when the object differs in another
  /// way, or after `repairWindow`. What is applied stays.
  mutating func repairRefused(_ identity: ObjectIdentity, _ reason: String, lines: [String], now: Duration) -> [Action]
  {
    refusedRepairs[identity] = RefusedRepair(reason: reason, isTriedAgainAt: now + Self.repairWindow)
    let told = lines + ["\(identity.display): repair failed: \(reason)"]
    return [.report(observation(now: now, drift: drift(of: [identity], told, repaired: false)))]
  }

  /// Writes into the record which objects are in a loop, so that a restarted agent neither repairs them anew nor says that
  /// the loop has ended.
  mutating func rememberLoops() -> [Action] {
    guard activity == .settled, recordWrite == nil, var changed = record, Set(changed.loops) != looping else {
      return []
    }
    changed.loops = looping.sorted()
    return write(changed)
  }

  /// The most lines of standing drift that a report holds.
  static let standingLines = 40

  /// What differs at present, but for what is being put right.
  var standingDrift: StandingDrift? {
    guard driftSeen.count > repairing.count || !looping.isEmpty else { return nil }
    // After a start of the agent a loop is known before what differs.
    let differing = looping.union(driftSeen.keys.filter { repairing[$0] == nil }).sorted()
    guard !differing.isEmpty else { return nil }
    let lines = differing.flatMap { identity in
      (driftSeen[identity] ?? [])
        + (refusedRepairs[identity].map { ["\(identity.display): repair failed: \($0.reason)"] } ?? [])
    }
    let more = lines.count > Self.standingLines ? ["and \(lines.count - Self.standingLines) more"] : []
    return StandingDrift(
      objectCount: differing.count, fields: lines.prefix(Self.standingLines) + more,
      loops: differing.filter(looping.contains).map(\.display))
  }

  /// After an order has ended: what was deleted while its writes were under way shows now.
  mutating func recheckDrift(now: Duration) -> [Action] {
    var actions: [Action] = []
    for identity in owned.keys.sorted() where live[identity] == nil && seenScopes.contains(WatchScope(of: identity)) {
      actions += noticeDrift(of: identity, in: nil, now: now)
    }
    return actions
  }

  func drift(of identities: [ObjectIdentity], _ lines: [String], repaired: Bool) -> Drift {
    Drift(objects: identities.map(\.display), details: lines.joined(separator: "\n"), repaired: repaired)
  }
}
