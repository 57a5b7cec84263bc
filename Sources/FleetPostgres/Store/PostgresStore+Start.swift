public import FleetModel
public import FleetPlanner
public import FleetPorts

extension PostgresStore {
  /// What the decision to start a run needs.
  public func startInput(
    for fleetSet: FleetSetID, strategy: RolloutStrategy, release: ReleaseID?
  ) async throws(StoreError) -> StartInput? {
    try await snapshot { session in
      let head = try session.first(RolloutQueries.startHead, .id(fleetSet), .id(release)) { row in
        (
          now: try row.instant(), project: try row.name() as ProjectName, name: try row.name() as FleetSetName,
          release: try row.id() as ReleaseID, newer: try row.optionalID() as ReleaseID?, releaseName: try row.text(),
          isHeld: try row.bool(),
          lastGood: try row.optionalID() as ReleaseID?, lastGoodNumber: try row.int(), nextNumber: try row.count(),
          isDeleting: try row.bool(), isOnboarding: try row.bool()
        )
      }
      guard let head else { return nil }
      let authors = try session.rows(
        RolloutQueries.authors, .id(fleetSet), .int(head.lastGoodNumber), .id(head.release), read: { try $0.text() })
      let active = try session.first(RolloutQueries.activeRun, .id(fleetSet)) { row in
        StartInput.ActiveRun(
          id: try row.id(), displayName: try row.text(), kind: try row.raw(), state: try row.raw(),
          release: try row.id(), hasOpenedLaterStage: try row.bool(), strategy: try row.json())
      }
      let members = try session.rows(
        RolloutQueries.members, .id(head.release), .id(head.lastGood), .id(active?.release)
      ) { row in
        var member = try row.startMember()
        member.lastGoodReleaseBundle = try row.optionalDigest()
        member.activeRunBundle = try row.optionalDigest()
        member.isNewToActiveRun = try row.bool()
        member.isBundleHeld = try row.bool()
        member.takesOrders = try row.bool()
        return member
      }
      var input = StartInput(
        now: head.now, project: head.project, fleetSet: head.name,
        strategy: try session.resolved(strategy, in: head.project), release: head.release,
        releaseName: head.releaseName, authors: authors, isHeld: head.isHeld, lastGoodRelease: head.lastGood,
        members: members, activeRun: active, nextNumber: head.nextNumber, newerRelease: head.newer,
        lastGoodRun: try session.lastGoodRun(of: fleetSet),
        supersededRun: try session.first(RolloutQueries.supersededRun, .id(fleetSet), read: { try $0.id() }))
      let identities = try session.rows(RolloutQueries.gitIdentities, read: { try $0.text() })
      input.unknownAuthors = authors.filter { author in !identities.contains { isGitIdentity($0, of: author) } }
      input.isDeleting = head.isDeleting
      input.isOnboarding = head.isOnboarding
      input.calendar = try session.calendar(of: head.project, head.name)
      let labels = (members + (input.lastGoodRun?.passedOver ?? [])).map(\.clusterLabels)
      input.calendar.zones = try session.timeZones(named: input.calendar.zoneNames(labels))
      input.leaving = try session.rows(RolloutQueries.leaving, .id(fleetSet)) { row in
        var member = try row.startMember()
        member.release = try row.id()
        member.takesOrders = try row.bool()
        return member
      }
      return input
    }
  }

  /// Releases that no run was for yet.
  public func waitingReleases(of fleetSet: FleetSetID) async throws(StoreError) -> [ReleaseID] {
    try await read { try $0.rows(RolloutQueries.waiting, .id(fleetSet), read: { try $0.id() }) }
  }

  /// Stores a run with its stages and steps.
  @discardableResult
  public func create(
    _ frozen: FrozenRun, fleetSet: FleetSetID, cause: ChangeCause
  ) async throws(StoreError) -> RolloutID {
    try await change { session in
      guard try session.first(RolloutQueries.holdFleetSet, .id(fleetSet), read: { try $0.int() }) != nil else {
        throw StoreError(.notFound, "FleetSet \(frozen.run.fleetSet) is gone")
      }
      try session.checkOwnership(of: frozen)
      if let undone = frozen.undoes { try session.holdUndone(undone, cause: cause) }
      let id: RolloutID
      do {
        id = try session.insert(frozen, fleetSet: fleetSet, cause: cause)
      } catch let error as DatabaseError where error.isDuplicate {
        throw StoreError(.lostRace, "another run of \(frozen.run.fleetSet) was started at the same time")
      }
      if frozen.run.kind == .rollout, cause.principal != Principal.flotilla.name {
        try session.liftHolds(for: id, frozen.run, cause: cause)
      }
      if let newer = frozen.holdsBack { try session.holdBack(newer, for: id, frozen.run, cause: cause) }
      try session.record(
        Event(
          "rollout.started", project: frozen.run.project, fleetSet: frozen.run.fleetSet.rawValue,
          rollout: frozen.run.displayName, cause: cause,
          message: "\(frozen.run.kind.rawValue.lowercased()) \(frozen.run.displayName) to \(frozen.run.releaseName): "
            + "\(frozen.stages.reduce(0) { $0 + $1.changing }) of \(frozen.stages.reduce(0) { $0 + $1.size }) clusters")
      )
      try session.wake(.rollout, [id.rawValue])
      return id
    }
  }

  /// Moves every member's release pointer to the newest release.
  public func recordRelease(_ release: ReleaseID, of fleetSet: FleetSetID) async throws(StoreError) {
    try await change { try $0.execute(RolloutQueries.recordRelease, .id(release)) }
  }
}

extension Session {
  /// Two sets whose runs are stored at the same moment do not claim one object: the second sees what the first has.
  fileprivate func checkOwnership(of frozen: FrozenRun) throws {
    try execute(FindingQueries.lockOwnership, .name(frozen.run.project))
    let conflicts = try findings(of: frozen, withPrunes: false).conflicts
    guard let conflict = conflicts.first(where: { !frozen.knownConflicts.contains($0) }) else { return }
    throw StoreError(
      .lostRace, "\(conflict.ownerSet)/\(conflict.owner) has claimed \(conflict.object) on \(conflict.clusterName)")
  }

  /// The newest run of kind Rollout or Undo if it ended well, with whom it passed over.
  fileprivate func lastGoodRun(of fleetSet: FleetSetID) throws -> StartInput.LastGoodRun? {
    let run = try first(RolloutQueries.lastGoodRun, .id(fleetSet)) { row in
      (
        id: try row.id() as RolloutID,
        run: StartInput.LastGoodRun(
          displayName: try row.text(), release: try row.id(), releaseName: try row.text(), passedOver: [])
      )
    }
    guard var run else { return nil }
    run.run.passedOver = try rows(RolloutQueries.passedOver, .id(run.id)) { row in
      var member = try row.startMember()
      member.release = try row.id()
      member.isBundleHeld = try row.bool()
      member.takesOrders = try row.bool()
      return member
    }
    return run.run
  }

  fileprivate func insert(_ frozen: FrozenRun, fleetSet: FleetSetID, cause: ChangeCause) throws -> RolloutID {
    let run = frozen.run
    let id: RolloutID = try present(
      first(
        RolloutQueries.insert, .name(run.project), .id(fleetSet), .int(run.number), .text(run.kind.rawValue),
        .text(run.state.rawValue), .int(max(1, run.version)), .id(run.release), .text(run.releaseName),
        .json(run.strategy), .int(run.failureBudget), .int(run.unreachableBudget), .digest(run.planHash),
        .json(run.authors), .json(run.unknownAuthors), .text(run.startedBy), .text(cause.reason), optional(run.pause),
        optional(run.breach),
        .json(PlanReport()), .json(frozen.warnings), .id(frozen.supersedes), .instant(run.createdAt),
        .instant(run.endedAt), read: { try $0.id() }))
    try write(frozen.stages, of: id)
    try insertSteps(of: frozen.units, strategy: run.strategy, rollout: id)
    return id
  }

  /// Stores the steps of new units.
  func insertSteps(of units: [Unit], strategy: RolloutStrategy, rollout id: RolloutID) throws {
    let steps = units.flatMap { unit in unit.steps.map { (unit: unit, step: $0) } }
    let limits = strategy.limits.map(\.label)
    for start in stride(from: 0, to: steps.count, by: 5_000) {
      let part = steps[start..<min(start + 5_000, steps.count)]
      try execute(
        RolloutQueries.insertSteps, .id(id), .ints(part.map { Int64($0.unit.stage) }),
        .ints(part.map { Int64($0.unit.position) }), .ids(part.map(\.unit.cluster)), .ids(part.map(\.step.target)),
        .texts(part.map(\.step.state.rawValue)), .ints(part.map { Int64($0.step.attempt) }),
        .digests(part.map(\.step.bundle)), .ids(part.map(\.step.release)),
        .digests(part.map { $0.step.before?.bundle }),
        .optionalInts(part.map { $0.step.before?.release.rawValue }),
        .jsons(
          part.map { entry in
            Dictionary(
              zip(limits, entry.unit.limitValues).compactMap { label, value in value.map { (label, $0) } },
              uniquingKeysWith: { first, _ in first })
          }), .bools(part.map(\.unit.isJoined)), .bools(part.map(\.unit.wasUnhealthy)))
    }
  }

  /// Takes off the holds that a person overrides by starting a run all the same (R14).
  fileprivate func liftHolds(for rollout: RolloutID, _ run: Run, cause: ChangeCause) throws {
    let lifted = try rows(
      RolloutQueries.liftHolds, .id(rollout), .text(cause.principal), .text(cause.reason), read: { try $0.int() })
    guard !lifted.isEmpty else { return }
    try record(
      Event(
        "release.released", project: run.project, fleetSet: run.fleetSet.rawValue, rollout: run.displayName,
        cause: cause, message: "\(cause.principal) took the hold off by starting \(run.displayName)"))
  }

  /// Holds the newest release, which automation would bring back after a run to an older one (R14).
  fileprivate func holdBack(_ newer: ReleaseID, for rollout: RolloutID, _ run: Run, cause: ChangeCause) throws {
    let reason =
      "\(cause.principal) went back to \(run.releaseName)" + (cause.reason.isEmpty ? "" : ": \(cause.reason)")
    let held = try rows(
      RolloutQueries.holdNewer, .id(rollout), .text(reason), .text(cause.principal), .id(newer),
      read: { try $0.int() })
    guard !held.isEmpty else { return }
    try execute(RolloutQueries.retreatGood, .id(newer))
    try record(
      Event(
        "release.held", project: run.project, fleetSet: run.fleetSet.rawValue, rollout: run.displayName, cause: cause,
        message: "the newest release is on hold: \(reason)"))
  }

  fileprivate func holdUndone(_ rollout: RolloutID, cause: ChangeCause) throws {
    guard let record = try first(RolloutQueries.byID, .id(rollout), read: { try $0.rolloutRecord() }) else {
      throw StoreError(.notFound, "there is no run \(rollout) to undo")
    }
    try hold(
      releaseOf: rollout, reason: cause.reason.isEmpty ? "undone by \(cause.principal)" : cause.reason,
      by: cause.principal, project: record.run.project, fleetSet: record.run.fleetSet.rawValue,
      release: record.run.releaseName, cause: cause)
  }
}
