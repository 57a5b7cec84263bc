import FleetModel
public import Manifest

extension TargetMachine {
  /// A scope was listed: at the start, and after a gap that could not be bridged.
  ///
  /// - Parameter resourceVersion: of the list; what we wrote later than that is not taken for deleted.
  public mutating func listed(
    _ scope: WatchScope, objects listed: [Node], resourceVersion: String, now: Duration
  ) -> [Action] {
    if scope.isPods {
      let prefix = scope.namespace + "/"
      for pod in troubles.keys.filter({ $0.hasPrefix(prefix) }) { see(nil, ofPod: pod) }
      for pod in listed { noteTrouble(of: pod) }
    }
    var present: [ObjectIdentity: Node] = [:]
    for node in listed {
      guard let identity = ownIdentity(of: node) else { continue }
      present[identity] = node
      takeIfNewer(node, as: identity)
    }
    for (identity, object) in live where WatchScope(of: identity) == scope && present[identity] == nil {
      if !isNewer(object.resourceVersion, than: resourceVersion) { see(identity, nil) }
    }
    seenScopes.insert(scope)
    var actions: [Action] = []
    for identity in owned.keys.filter({ WatchScope(of: $0) == scope }).sorted() {
      actions += noticeDrift(of: identity, in: present[identity], now: now)
    }
    return actions + progress(now: now) + refresh(now: now)
  }

  /// An object, or a Pod beside ours, was created or changed.
  public mutating func changed(_ scope: WatchScope, object: Node, now: Duration) -> [Action] {
    if scope.isPods { noteTrouble(of: object) }
    var actions: [Action] = []
    if let identity = ownIdentity(of: object), takeIfNewer(object, as: identity) {
      actions = noticeDrift(of: identity, in: object, now: now)
    }
    return actions + progress(now: now) + refresh(now: now)
  }

  /// An object, or a Pod beside ours, is gone.
  public mutating func vanished(_ scope: WatchScope, object: Node, now: Duration) -> [Action] {
    if scope.isPods { see(nil, ofPod: Self.podKey(object)) }
    var actions: [Action] = []
    if let identity = ownIdentity(of: object) {
      let version = object["metadata", "resourceVersion"]?.string ?? ""
      if let known = live[identity], !isNewer(known.resourceVersion, than: version) {
        see(identity, nil)
        actions = noticeDrift(of: identity, in: nil, now: now)
      }
    }
    return actions + progress(now: now) + refresh(now: now)
  }

  /// The watch of a scope broke: until it is whole again nothing is known to be ready (AMENDMENTS 50).
  public mutating func interrupted(_ scope: WatchScope, reason: String, now: Duration) -> [Action] {
    seenScopes.remove(scope)
    blindReason = reason
    if blindSince == nil { blindSince = now }
    return refresh(now: now)
  }

  /// The watch of a scope goes on without a loss.
  public mutating func resumed(_ scope: WatchScope, now: Duration) -> [Action] {
    seenScopes.insert(scope)
    return refresh(now: now)
  }

  /// The scope is no longer watched by the caller.
  public mutating func unwatched(_ scope: WatchScope) { seenScopes.remove(scope) }

  /// The identity as we have it, when the object is one of ours.
  private func ownIdentity(of node: Node) -> ObjectIdentity? {
    guard let identity = ObjectIdentity(of: node), owned[identity] != nil || live[identity] != nil else {
      return ObjectIdentity(of: node).flatMap { isInventoried($0) ? $0 : nil }
    }
    return identity
  }

  private func isInventoried(_ identity: ObjectIdentity) -> Bool {
    objects == nil && record?.inventory.contains(identity) == true
  }

  private mutating func noteTrouble(of pod: Node) { see(PodTrouble(of: pod), ofPod: Self.podKey(pod)) }

  private static func podKey(_ pod: Node) -> String {
    "\(pod["metadata", "namespace"]?.string ?? "")/\(pod["metadata", "name"]?.string ?? "")"
  }

  /// Keeps what is needed of a live object.
  mutating func take(_ node: Node, as identity: ObjectIdentity) {
    let own = owned[identity]
    let judged = health(of: node, troubles: [], custom: own?.options.customHealth)
    see(
      identity,
      LiveObject(
        uid: node["metadata", "uid"]?.string ?? "",
        resourceVersion: node["metadata", "resourceVersion"]?.string ?? "", ownHealth: judged,
        heedsPods: node["metadata", "deletionTimestamp"] == nil && !isBehind(node), isSuspended: suspendsItself(node),
        isOwnedAsApplied: expectations[identity]?.areOwned(in: node, by: manager) == true,
        idleRules: own.map { own in own.options.ignoredRules.filter { !$0.matches(node, manifest: own.document) } }
          ?? []))
  }

  private func isBehind(_ node: Node) -> Bool {
    guard let generation = node["metadata", "generation"]?.integer else { return false }
    return (node["status", "observedGeneration"]?.integer ?? generation) < generation
  }

  /// False for an event that is older than what an apply has already told.
  @discardableResult
  mutating func takeIfNewer(_ node: Node, as identity: ObjectIdentity) -> Bool {
    let version = node["metadata", "resourceVersion"]?.string ?? ""
    if let known = live[identity], isNewer(known.resourceVersion, than: version) { return false }
    take(node, as: identity)
    return true
  }

  /// Kubernetes promises since 1.35, and has always kept, that resource versions are decimal numbers that grow.
  private func isNewer(_ left: String, than right: String) -> Bool {
    guard let left = UInt64(left), let right = UInt64(right) else { return false }
    return left > right
  }
}
