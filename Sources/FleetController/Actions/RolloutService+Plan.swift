public import FleetModel
public import FleetPlanner
public import FleetPorts

extension RolloutService {
  /// A run as it would be started now, and what it would change.
  public struct PlannedRollout: Sendable {
    /// The run; its hash names exactly this plan.
    public var run: FrozenRun
    /// What every changed target would get, compared with what it was ordered last.
    public var changes: [Previewer.TargetChange]
    /// How long it would take by what earlier clusters of the set took; nil when none is known.
    public var predicted: Duration?
  }

  /// What `start` would start now; nil when nothing changes.
  ///
  /// - Throws: ``CommandRefusal`` for what would keep it from starting, ``StoreError``.
  public func plan(
    _ name: FleetSetName, in project: ProjectName, revision: String? = nil, by principal: Principal
  ) async throws -> PlannedRollout? {
    let request = StartRequest(principal: principal.name, reason: "plan")
    let due = try await due(name, in: project, revision: revision, request: request)
    switch due.decision {
    case .run(let frozen), .supersedes(_, let frozen):
      let perCluster = try await store.medianStepDuration(of: name, in: project)
      var run = due.warned(frozen)
      run.warnings += windowDelays(of: frozen, due.input)
      return PlannedRollout(
        run: run, changes: try await changes(of: frozen, from: due.input),
        predicted: perCluster.map { predictedDuration(of: frozen.stages, perCluster: $0) })
    default: return nil
    }
  }

  /// Targets that go from the same bundle to the same bundle change alike: each pair is compared once.
  private func changes(of frozen: FrozenRun, from input: StartInput) async throws -> [Previewer.TargetChange] {
    var wanted: [TargetID: Digest] = [:]
    for member in input.members + input.leaving { wanted[member.target] = member.wanted }
    var targets: [BundlePair: [TargetName]] = [:]
    for step in frozen.units.flatMap(\.steps) where step.state != .unchanged {
      let new = frozen.run.kind == .remove ? nil : step.bundle
      targets[BundlePair(old: wanted[step.target], new: new), default: []].append(step.targetName)
    }
    return try await changes(of: targets)
  }

  /// What changes on targets, by the bundles that they go from and to.
  func changes(of targets: [BundlePair: [TargetName]]) async throws -> [Previewer.TargetChange] {
    var changes: [Previewer.TargetChange] = []
    for (pair, names) in targets {
      let differences = BundleDifference.changes(
        from: try await objects(of: pair.old), to: try await objects(of: pair.new))
      let action: ObjectChange.Action = pair.new == nil ? .removed : pair.old == nil ? .added : .changed
      changes += names.map { Previewer.TargetChange(target: $0, action: action, changes: differences) }
    }
    return changes.sorted { $0.target < $1.target }
  }

  func objects(of bundle: Digest?) async throws -> [[UInt8]] {
    guard let bundle, let digests = try await store.bundle(bundle) else { return [] }
    return try await store.objects(digests)
  }
}
