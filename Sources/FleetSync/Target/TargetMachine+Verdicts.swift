import FleetModel
import Manifest

extension TargetMachine {
  /// The health of the target's objects, kept so that an event about one of many objects has one looked at and not all.
  ///
  /// Whatever decides it and changes is noted at once; what was noted is looked at when somebody asks.
  struct Verdicts: Sendable {
    /// The objects that are not healthy, with the words about them; what an order under way has not come to is not judged.
    var unwell: [ObjectIdentity: Verdict] = [:]
    /// What an order under way has not come to, and nobody has seen.
    var pending: Set<ObjectIdentity> = []
    /// What has to be watched.
    var scopes: Set<WatchScope> = []
    /// Rules about ignored fields that match nothing, in words.
    var idleRules: [String] = []

    /// What is to be looked at again.
    var stale: Set<ObjectIdentity> = []
    /// Whether all is.
    var isStale = true
    /// Whether the rules are.
    var areRulesStale = true

    var isCurrent: Bool { !isStale && !areRulesStale && stale.isEmpty }
  }

  /// What is said about one object.
  struct Verdict: Hashable, Sendable {
    var health: Health
    var message: String
  }

  /// The verdicts by what is known now.
  var currentVerdicts: Verdicts {
    guard !verdicts.isCurrent else { return verdicts }
    var copy = verdicts
    bringUpToDate(&copy)
    return copy
  }

  /// Looks at everything that may have changed.
  mutating func judgeAgain() {
    guard !verdicts.isCurrent else { return }
    var taken = verdicts
    // The only copy is changed in place.
    verdicts = Verdicts()
    bringUpToDate(&taken)
    verdicts = taken
  }

  private func bringUpToDate(_ verdicts: inout Verdicts) {
    let sorted = sortedTroubles
    if verdicts.isStale {
      verdicts = Verdicts()
      for identity in names { judge(identity, sorted, &verdicts) }
      verdicts.scopes = neededScopes
    } else {
      let names = names
      for identity in verdicts.stale {
        verdicts.unwell[identity] = nil
        verdicts.pending.remove(identity)
        if names.contains(identity) { judge(identity, sorted, &verdicts) }
      }
    }
    if verdicts.areRulesStale { verdicts.idleRules = idleRules }
    verdicts.stale = []
    verdicts.isStale = false
    verdicts.areRulesStale = false
  }

  private func judge(_ identity: ObjectIdentity, _ troubles: [PodTrouble], _ verdicts: inout Verdicts) {
    // What has its turn later says nothing about what the order waits for.
    if activity == .applying, begun[identity] == nil, live[identity] == nil {
      verdicts.pending.insert(identity)
      return
    }
    let verdict = judge(identity, troubles: troubles)
    if verdict.health > .healthy { verdicts.unwell[identity] = verdict }
  }

  /// The objects that the target's health is about; after a start of the agent, until the bundle is there, as the record has
  /// them.
  private var names: Names { objects == nil ? .recorded(Set(record?.inventory ?? [])) : .owned(owned) }

  private enum Names: Sequence {
    case recorded(Set<ObjectIdentity>)
    case owned([ObjectIdentity: SyncObject])

    func contains(_ identity: ObjectIdentity) -> Bool {
      switch self {
      case .recorded(let names): names.contains(identity)
      case .owned(let objects): objects[identity] != nil
      }
    }

    func makeIterator() -> AnyIterator<ObjectIdentity> {
      switch self {
      case .recorded(let names): AnyIterator(names.makeIterator())
      case .owned(let objects): AnyIterator(objects.keys.makeIterator())
      }
    }
  }

  private var neededScopes: Set<WatchScope> {
    WatchScope.needed(for: Set(owned.keys).union(record?.inventory ?? []).union(hooksToWatch))
  }

  var sortedTroubles: [PodTrouble] {
    troubles.isEmpty ? [] : troubles.values.sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
  }

  /// What is said about an object by what is known of it.
  func judge(_ identity: ObjectIdentity, troubles: [PodTrouble]) -> Verdict {
    guard let object = live[identity] else {
      return seenScopes.contains(WatchScope(of: identity)) && activity != .applying
        ? Verdict(health: .missing, message: "not in the cluster")
        : Verdict(health: .progressing, message: "not seen yet")
    }
    if object.heedsPods, object.ownHealth.health.map({ $0 < .degraded }) ?? true,
      let trouble = troubles.first(where: {
        $0.concerns(kind: identity.kind, namespace: identity.namespace, name: identity.name)
      })
    {
      return Verdict(health: .degraded, message: trouble.text)
    }
    // Suspended by the manifest itself is what was asked for (AMENDMENTS 50).
    let asked = owned[identity].map { suspendsItself($0.document) } ?? object.isSuspended
    if object.ownHealth.health == .suspended, asked { return Verdict(health: .healthy, message: "") }
    return Verdict(health: object.ownHealth.health ?? .healthy, message: object.ownHealth.message)
  }
}
