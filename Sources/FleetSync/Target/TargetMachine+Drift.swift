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
      looping.remove(identity)
      awaitingRepair.remove(identity)
      guard driftSeen.removeValue(forKey: identity) != nil else { return [] }
      return [.report(observation(now: now))]
    }
    let isNews = driftSeen.updateValue(lines, forKey: identity) != lines
    let found = drift(of: [identity], lines, repaired: false)
    guard order?.selfHeal == true, !looping.contains(identity) else {
      return isNews ? [.report(observation(now: now, drift: found))] : []
    }
    let recent = repairs[identity, default: []].filter { now - $0 < Self.repairWindow }
    guard recent.count < Self.repairLimit else {
      looping.insert(identity)
      return [.report(observation(now: now, drift: found))]
    }
    guard !leavesDrift, repairBudget.take(now: now) else {
      awaitingRepair.insert(identity)
      return isNews ? [.report(observation(now: now, drift: found))] : []
    }
    awaitingRepair.remove(identity)
    repairs[identity] = recent + [now]
    repairing[identity] = lines
    return [.report(observation(now: now, drift: found))] + apply(object)
  }

  /// Repairs what had to wait, as far as the agent may by now.
  mutating func repairWaiting(now: Duration) -> [Action] {
    guard activity == .settled, !leavesDrift, isHeld || next?.isReady != true else { return [] }
    var actions: [Action] = []
    for identity in awaitingRepair.sorted() where !inFlight.contains(identity) && retries[identity] == nil {
      guard let object = owned[identity], let lines = driftSeen[identity] else {
        awaitingRepair.remove(identity)
        continue
      }
      guard repairBudget.take(now: now) else { break }
      awaitingRepair.remove(identity)
      repairs[identity, default: []].append(now)
      repairing[identity] = lines
      actions += apply(object)
    }
    return actions
  }

  /// The most lines of standing drift that a report holds.
  static let standingLines = 40

  /// What differs at present, but for what is being put right.
  var standingDrift: StandingDrift? {
    guard driftSeen.count > repairing.count || !looping.isEmpty else { return nil }
    let differing = driftSeen.keys.filter { repairing[$0] == nil }.sorted()
    guard !differing.isEmpty else { return nil }
    let lines = differing.flatMap { driftSeen[$0] ?? [] }
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
