import FleetModel
public import FleetPlanner
public import FleetPorts

extension PostgresStore {
  /// Commits a plan in one transaction.
  public func commit(_ plan: Plan, input: PlanInput, cause: ChangeCause) async throws(StoreError) {
    try await change { session in
      guard plan.changes(input) else { return try session.commitReport(plan, input: input) }
      let isCommand = cause.principal != Principal.flotilla.name
      // Rows are locked in one order everywhere (run, placements, steps, work), so that deadlocks stay rare.
      try session.holdCalendar(plan, input: input)
      let taken = plan.takenSharedPlaces(input)
      if !taken.isEmpty { try session.lockSharedLimits(of: plan.run.project) }
      let fleetSet = try session.updateRun(plan, input: input)
      try session.commitOrders(plan, listened: input.listened)
      try session.commitSteps(plan, input: input)
      try session.checkSharedLimits(taken, of: plan.run)
      try session.write(plan.stages, of: plan.run.id)
      try session.commitJoined(plan)
      for bulk in plan.bulk {
        try session.execute(
          PlanQueries.bulk, .id(plan.run.id), .int(bulk.stage), .text(bulk.from.rawValue), .text(bulk.to.rawValue),
          .instant(input.now))
      }
      // A command judges nobody, so what is marked stays marked for the pass that follows it.
      if !isCommand { try session.takeMarks(input) }
      if let hold = plan.hold {
        try session.hold(
          releaseOf: plan.run.id, reason: hold.reason, by: hold.by, project: plan.run.project,
          fleetSet: plan.run.fleetSet.rawValue, release: plan.run.releaseName, cause: cause)
      }
      if plan.releasesHold { try session.releaseHold(of: plan.run, cause: cause) }
      if plan.movesLastKnownGood { try session.execute(PlanQueries.moveGood, .id(plan.run.id)) }
      try session.record(session.events(of: plan, cause: cause))
      let hasEnded = plan.run.state.isEnd && !input.run.state.isEnd
      if hasEnded {
        if plan.run.kind == .remove, plan.run.state == .aborted {
          try session.execute(RemovalQueries.keepLeft, .id(plan.run.id))
        }
        if plan.run.kind == .catchUp, plan.run.state.isGoodEnd { try session.settleCaughtUp(plan.run, cause: cause) }
        try session.wake(.start, [fleetSet])
        for kind in [WorkKind.rollout, .check] {
          try session.execute(WorkQueries.forget, .text(kind.rawValue), .id(plan.run.id))
        }
      } else if isCommand {
        // A person's change is followed by an ordinary pass; the planner's own claim decides when it looks again.
        try session.wake(.rollout, [plan.run.id.rawValue])
      }
      // Whatever waits may take the place of a run that has halted (R22).
      if plan.run.state == .halted, input.run.state != .halted { try session.wake(.start, [fleetSet]) }
      if plan.freesSharedPlaces(input) { try session.wakeWaitingForLimits(besides: plan.run) }
      if !hasEnded, plan.stages.contains(where: \.hasOpenChecks) { try session.wake(.check, [plan.run.id.rawValue]) }
      try session.signalOrders(Set(plan.steps.filter { $0.order != nil }.map(\.cluster)))
    }
  }
}

extension Session {
  /// What a pass that changes nothing leaves behind: its report, and the marks that it looked at, if it looked at them by
  /// the run as it still is.
  fileprivate func commitReport(_ plan: Plan, input: PlanInput) throws {
    let isWritten =
      try execute(
        PlanQueries.updateReport, .id(plan.run.id), .int(plan.run.version), .json(plan.report), .instant(input.now))
      == 1
    guard !input.marks.isEmpty else { return }
    guard
      try isWritten
        || first(PlanQueries.holdVersion, .id(plan.run.id), .int(plan.run.version), read: { try $0.int() }) != nil
    else { throw StoreError(.lostRace, "\(plan.run.displayName) changed since it was read") }
    try takeMarks(input)
  }

  /// The compare-and-set of the whole commit; answers the FleetSet's row.
  fileprivate func updateRun(_ plan: Plan, input: PlanInput) throws -> Int64 {
    let run = plan.run
    let row: Int64?
    do {
      row = try first(
        PlanQueries.updateRun, .id(run.id), .int(run.version), .text(run.kind.rawValue), .text(run.state.rawValue),
        .id(run.release), .text(run.releaseName), .json(run.strategy), .int(run.failureBudget),
        .int(run.unreachableBudget), .digest(run.planHash), .json(run.authors), optional(run.pause),
        optional(run.breach), .instant(run.endedAt), .json(plan.report), .instant(input.now), read: { try $0.int() })
    } catch let error as DatabaseError where error.isDuplicate {
      throw StoreError(.lostRace, "another run of \(run.fleetSet) is active")
    }
    guard let row else { throw StoreError(.lostRace, "\(run.displayName) changed since it was read") }
    return row
  }

  fileprivate func commitOrders(_ plan: Plan, listened: ListeningTime) throws {
    let ordered = plan.steps.compactMap { step in step.order.map { (step: step, order: $0) } }
      .sorted { $0.step.target < $1.step.target }
    guard !ordered.isEmpty else { return }
    _ = try rows(PlanQueries.lockPlacements, .ids(ordered.map(\.step.target)), read: { try $0.int() })
    let count = try execute(
      PlanQueries.orders, .id(plan.run.id), .ids(ordered.map(\.step.cluster)), .ids(ordered.map(\.step.target)),
      .ints(ordered.map { Int64($0.order.generation.epoch) }), .ints(ordered.map(\.order.generation.counter)),
      .digests(ordered.map { $0.order.action == .apply ? $0.order.placed.bundle : nil }),
      .optionalInts(ordered.map { $0.order.action == .apply ? $0.order.placed.release.rawValue : nil }),
      .ints(ordered.map(\.order.startWithin.wholeMilliseconds)),
      .texts(ordered.map(\.order.direction.rawValue)), .int(listened.milliseconds),
      .texts(ordered.map(\.order.action.rawValue)), .ints(ordered.map(\.order.minReady.wholeMilliseconds)),
      .ints(ordered.map(\.order.failFast.wholeMilliseconds)))
    guard count == ordered.count else {
      throw StoreError(.lostRace, "a generation in \(plan.run.displayName) is not above the stored one")
    }
  }

  fileprivate func commitSteps(_ plan: Plan, input: PlanInput) throws {
    let steps = plan.steps
    guard !steps.isEmpty else { return }
    let count = try execute(
      PlanQueries.steps, .id(plan.run.id), .ids(steps.map(\.cluster)), .ids(steps.map(\.target)),
      .texts(steps.map(\.from.rawValue)), .texts(steps.map(\.to.rawValue)), .ints(steps.map { Int64($0.attempt) }),
      .texts(steps.map(\.failure)), .optionalInts(steps.map { $0.order.map { Int64($0.generation.epoch) } }),
      .optionalInts(steps.map { $0.order?.generation.counter }), .instant(input.now),
      .int(input.listened.milliseconds), .texts(steps.map { $0.order?.direction.rawValue }))
    guard count == steps.count else {
      throw StoreError(.lostRace, "a step of \(plan.run.displayName) changed since it was read")
    }
  }

  /// Who joined has no step in the run yet; somebody else may have been faster.
  fileprivate func commitJoined(_ plan: Plan) throws {
    guard !plan.joined.isEmpty else { return }
    do {
      try insertSteps(of: plan.joined, strategy: plan.run.strategy, rollout: plan.run.id)
    } catch let error as DatabaseError where error.isDuplicate {
      throw StoreError(.lostRace, "who joined is in \(plan.run.displayName) already")
    }
  }

  fileprivate func takeMarks(_ input: PlanInput) throws {
    guard !input.marks.isEmpty else { return }
    var clusters: [TargetID: ClusterID] = [:]
    for unit in input.units {
      for step in unit.steps { clusters[step.target] = unit.cluster }
    }
    let marks = input.marks.sorted { $0.key < $1.key }.filter { clusters[$0.key] != nil }
    try execute(
      PlanQueries.takeMarks, .id(input.run.id), .ids(marks.compactMap { clusters[$0.key] }), .ids(marks.map(\.key)),
      .ints(marks.map(\.value)))
  }

  fileprivate func events(of plan: Plan, cause: ChangeCause) throws -> [Event] {
    let drafts = plan.events
    guard !drafts.isEmpty else { return [] }
    var names: [String: String] = [:]
    let entries = try rows(
      PlanQueries.names, .ids(drafts.compactMap(\.cluster)), .ids(drafts.compactMap(\.target)),
      read: { row in (kind: try row.text(), id: try row.int(), name: try row.text()) })
    for entry in entries { names["\(entry.kind)\(entry.id)"] = entry.name }
    return drafts.map { draft in
      Event(
        draft.kind, project: plan.run.project, fleetSet: plan.run.fleetSet.rawValue, rollout: plan.run.displayName,
        stage: draft.stage, cluster: draft.cluster.flatMap { names["c\($0)"] } ?? "",
        target: draft.target.flatMap { names["t\($0)"] } ?? "", cause: cause, message: draft.message)
    }
  }

  func optional(_ value: (some Encodable)?) throws -> Parameter { try value.map { try .json($0) } ?? .null }

  /// Writes stages as they are, new ones and known ones.
  func write(_ stages: [Stage], of rollout: RolloutID) throws {
    guard !stages.isEmpty else { return }
    try execute(
      RolloutQueries.insertStages, .id(rollout), .ints(stages.map { Int64($0.index) }), .jsons(stages.map(\.rules)),
      .ints(stages.map { Int64($0.size) }), .ints(stages.map { Int64($0.changing) }),
      .ints(stages.map { Int64($0.memberCount) }), .ints(stages.map { Int64($0.slots) }),
      .ints(stages.map { Int64($0.rollbackSlots) }), .ints(stages.map { Int64($0.failureBudget) }),
      .optionalInts(stages.map { $0.unreachableBudget.map { Int64($0) } }),
      .ints(stages.map { Int64($0.minSucceeded) }), .texts(stages.map(\.state.rawValue)),
      .jsons(stages.map(\.counters)), .optionalInts(stages.map { $0.openedAt?.millisecondsSinceEpoch }),
      .optionalInts(stages.map { $0.soakStartedAt?.millisecondsSinceEpoch }),
      .optionalInts(stages.map { $0.passedAt?.millisecondsSinceEpoch }), .jsons(stages.map(\.approvals)),
      .texts(stages.map(\.haltReason)), .jsons(stages.map(\.overrides)), .ints(stages.map { Int64($0.joined) }),
      .jsons(stages.map(\.checks)), .optionalInts(stages.map { $0.askedAt?.millisecondsSinceEpoch }))
  }

  /// Takes the hold off a run's release, because a person goes on with it.
  fileprivate func releaseHold(of run: Run, cause: ChangeCause) throws {
    try execute(RolloutQueries.releaseHold, .id(run.release), .text(cause.principal), .text(cause.reason))
    try record(
      Event(
        "release.released", project: run.project, fleetSet: run.fleetSet.rawValue, cause: cause,
        message: "\(cause.principal) took the hold off release \(run.releaseName)"))
  }

  fileprivate func settleCaughtUp(_ run: Run, cause: ChangeCause) throws {
    guard let number = try first(RolloutQueries.settleCaughtUp, .id(run.id), read: { try $0.int() }) else { return }
    let caughtUp = "\(run.fleetSet)/\(number)"
    try record(
      Event(
        "rollout.caughtUp", project: run.project, fleetSet: run.fleetSet.rawValue, rollout: caughtUp, cause: cause,
        message: "everybody whom \(caughtUp) had passed over has caught up: it is Succeeded"))
  }

  /// Puts the release of a run on hold, with what the run would have changed (R14), and takes the bundles from those whose
  /// last known good ones they are (R12).
  func hold(
    releaseOf rollout: RolloutID, reason: String, by holder: String, project: ProjectName, fleetSet: String,
    release: String, cause: ChangeCause
  ) throws {
    let held = try first(
      RolloutQueries.hold, .id(rollout), .text(reason), .text(holder), read: { try $0.id() as ReleaseID })
    try execute(RolloutQueries.retreatGood, .id(held))
    try record(
      Event(
        "release.held", project: project, fleetSet: fleetSet, cause: cause,
        message: "release \(release) is on hold: \(reason)"))
  }
}
