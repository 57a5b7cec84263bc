import Manifest

/// One step of an order; the next begins when it is done.
public struct ApplyStep: Hashable, Sendable {
  /// What is done.
  public enum Work: Hashable, Sendable {
    /// Apply these, all at once: objects of one rank of kinds, and hooks.
    case apply([SyncObject])
    /// Delete what left the bundle.
    case prune
  }

  /// What is done.
  public var work: Work
  /// The point of the order that it belongs to.
  public var phase: Hook.Phase
  /// Whether everything applied before has to be healthy first.
  public var awaitsHealth: Bool

  /// Makes a step.
  public init(_ work: Work, phase: Hook.Phase, awaitsHealth: Bool) {
    self.work = work
    self.phase = phase
    self.awaitsHealth = awaitsHealth
  }

  /// The objects it applies.
  public var objects: [SyncObject] { if case .apply(let objects) = work { objects } else { [] } }
}

/// The steps of an order: its phases, in them the waves, in them the ranks of kinds. What left the bundle is deleted after
/// the last wave and before the hooks of `PostSync`.
///
/// As with Argo CD a wave waits for the health of the one before, and so does `PostSync`; ranks of kinds do not wait, but
/// definitions have to be established.
///
/// - Parameter prunesLast: whether deletions wait for the health of everything.
public func applySteps(_ objects: [SyncObject], prunesLast: Bool = false) -> [ApplyStep] {
  // The namespace to create comes before everything: hooks too live in it.
  let first = objects.filter { !$0.isOwned }
  var steps = first.isEmpty ? [] : [ApplyStep(.apply(first), phase: .preSync, awaitsHealth: false)]
  let rest = objects.filter(\.isOwned)
  let prunesLast = prunesLast || rest.contains(where: \.options.isPrunedLast)
  steps += waves(rest, of: .preSync, isFirst: true)
  steps += waves(rest, of: .sync, isFirst: true)
  steps.append(ApplyStep(.prune, phase: .sync, awaitsHealth: prunesLast))
  return steps + waves(rest, of: .postSync, isFirst: false)
}

/// The steps after a failure.
public func failureSteps(_ objects: [SyncObject]) -> [ApplyStep] { waves(objects, of: .syncFail, isFirst: true) }

/// The steps of a removal: the hooks before, the deletions, the hooks after them.
public func removalSteps(_ hooks: [SyncObject]) -> [ApplyStep] {
  waves(hooks, of: .preDelete, isFirst: true) + [ApplyStep(.prune, phase: .preDelete, awaitsHealth: false)]
    + waves(hooks, of: .postDelete, isFirst: true)
}

private func waves(_ objects: [SyncObject], of phase: Hook.Phase, isFirst: Bool) -> [ApplyStep] {
  let here = objects.filter { object in
    guard let hook = object.options.hook else { return phase == .sync }
    return hook.phases.contains(phase)
  }
  let order = here.sorted { left, right in
    left.options.wave == right.options.wave
      ? isAppliedBefore(left.identity, right.identity) : left.options.wave < right.options.wave
  }
  var steps: [ApplyStep] = []
  var last: SyncObject?
  for object in order {
    var object = object
    object.phase = object.options.hook == nil ? nil : phase
    let isSameWave = last?.options.wave == object.options.wave
    if isSameWave, last?.identity.applyRank == object.identity.applyRank, let step = steps.last {
      steps[steps.count - 1].work = .apply(step.objects + [object])
    } else {
      steps.append(
        ApplyStep(.apply([object]), phase: phase, awaitsHealth: steps.isEmpty ? !isFirst : !isSameWave))
    }
    last = object
  }
  return steps
}
