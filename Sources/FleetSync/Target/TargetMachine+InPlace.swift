import FleetModel

extension TargetMachine {
  /// Whether an object of the next order is in the cluster as the order wants it, so that nothing is asked or written about
  /// it: the same document was applied before, and since then nothing of ours was changed, as far as the watch tells.
  ///
  /// A server-side apply of it would change nothing. What it would change is written all the same: fields that are ignored
  /// as drift, an object that is replaced, a hook.
  func isInPlace(_ object: SyncObject) -> Bool {
    let identity = object.identity
    guard activity == .settled, object.isOwned, !object.isHook, !object.options.isReplaced,
      object.options.ignoredRules.isEmpty, let known = owned[identity], known.document == object.document
    else { return false }
    return live[identity]?.isOwnedAsApplied == true && seenScopes.contains(WatchScope(of: identity))
      && driftSeen[identity] == nil && !looping.contains(identity) && !inFlight.contains(identity)
      && retries[identity] == nil
  }

  func version(of object: SyncObject) -> String { live[object.identity]?.resourceVersion ?? "" }

  /// After an order has ended: what it did not write and what was changed meanwhile is compared with what was applied.
  mutating func recheckInPlace() -> [Action] {
    let changed = inPlace.filter { live[$0.key] != nil && live[$0.key]?.resourceVersion != $0.value }.keys.sorted()
    inPlace = [:]
    return changed.compactMap { owned[$0] }.flatMap { expect($0) }
  }
}
