public import FleetModel
public import Manifest

extension TargetMachine {
  /// Has the server try out everything that the next order applies. What runs goes on meanwhile.
  mutating func check(_ objects: [SyncObject], now: Duration) -> [Action] {
    let known = Set(record?.inventory ?? [])
    let placed = objects.map { known.contains($0.identity) ? $0 : $0.lookedAtFirst }
    next?.objects = placed
    // The hooks of a removal are run when nobody needs the bundle any more; until then the cluster may change.
    let checked = placed.filter { !$0.isOfRemoval && !isInPlace($0) }
    next?.preflight = Preflight(of: checked, among: placed)
    guard let order = next?.order, !checked.isEmpty else { return startNext(now: now) }
    return checked.map { .check($0, for: order.generation) }
  }

  /// The server has tried out an object.
  public mutating func checked(
    _ identity: ObjectIdentity, for generation: Generation, _ answer: DryRunAnswer, now: Duration
  ) -> [Action] {
    if let order = next?.order, order.generation == generation {
      next?.preflight?.answer(identity, answer, now: now)
      guard let preflight = next?.preflight, preflight.isDone else { return refresh(now: now) }
      guard let refusal = preflight.refusal else { return startNext(now: now) + refresh(now: now) }
      // Nothing has been written: what ran before goes on.
      next = nil
      refused = max(refused, generation)
      return [.report(self.refusal(of: order, refusal))] + refresh(now: now)
    }
    guard generation == order?.generation, activity == .applying, recheck != nil else { return [] }
    recheck?.answer(identity, answer, now: now)
    guard let preflight = recheck, preflight.isDone else { return refresh(now: now) }
    recheck = nil
    deferred = []
    absent.formUnion(preflight.absent)
    if let refusal = preflight.refusal { return fail(refusal, now: now) }
    return advance(now: now) + refresh(now: now)
  }

  /// Tries out what could not be tried out before the steps so far; nil when there is nothing of it in this step.
  mutating func checkDeferred(before step: ApplyStep) -> [Action]? {
    guard let generation = order?.generation, step.objects.contains(where: { deferred.contains($0.identity) }) else {
      return nil
    }
    if recheck != nil { return [] }
    let rest = steps.flatMap(\.objects).filter { deferred.contains($0.identity) }
    recheck = Preflight(of: rest, among: objects ?? [])
    return rest.map { .check($0, for: generation) }
  }

  /// Asks again what is due.
  mutating func checksDue(now: Duration) -> [Action] {
    var actions: [Action] = []
    if let generation = next?.order.generation, let due = next?.preflight?.due(now: now) {
      actions += due.map { .check($0, for: generation) }
    }
    if let generation = order?.generation, let due = recheck?.due(now: now) {
      actions += due.map { .check($0, for: generation) }
    }
    return actions
  }
}

extension SyncObject {
  /// The same, to be looked at before it is written.
  var lookedAtFirst: SyncObject {
    var copy = self
    copy.isNew = true
    return copy
  }

  /// Whether it is a hook of nothing but the removal.
  var isOfRemoval: Bool { options.hook.map { $0.phases.allSatisfy(\.isOfDeletion) } ?? false }
}
