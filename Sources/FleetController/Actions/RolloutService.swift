internal import FleetDocuments
public import FleetModel
public import FleetPlanner
public import FleetPorts
public import Logging

/// What people and jobs do to rollouts: loads, asks the planner, commits; a lost race is tried again.
public struct RolloutService: Sendable {
  let store: any ControlStore
  let logger: Logger
  let desk = RehearsalDesk()

  /// Makes the service.
  public init(store: any ControlStore, logger: Logger) {
    self.store = store
    self.logger = logger
  }

  /// How a `rollout start` ended.
  public enum StartOutcome: Sendable {
    /// A run was stored.
    case started(RolloutRecord)
    /// With `dryRun`: what would be stored.
    case wouldStart(FrozenRun)
    /// No member would change (R30).
    case noChange
  }

  /// Starts a run of a FleetSet now, whatever its trigger says.
  ///
  /// - Parameters:
  ///   - revision: the release by number (`7`, `#7`, `SET/7`), commit or short name; nil for the newest.
  ///   - plan: the first digits, at least eight, of the hash of the only plan that may be started; nil for any.
  ///   - accepted: what may be deleted beyond the budget, and whether to go without targets whose objects others own.
  /// - Throws: ``CommandRefusal``, or ``StoreError`` when the store cannot be reached.
  public func start(
    _ name: FleetSetName, in project: ProjectName, revision: String? = nil, plan: String? = nil,
    by principal: Principal, reason: String, accepted: FindingAcceptance = FindingAcceptance(), dryRun: Bool
  ) async throws -> StartOutcome {
    try await retryingLostRaces {
      // Whoever only looks needs no reason yet.
      let request = StartRequest(principal: principal.name, reason: dryRun && reason.isEmpty ? "dry run" : reason)
      let due = try await due(name, in: project, revision: revision, request: request, accepted: accepted)
      switch due.decision {
      case .supersedes(let old, let frozen):
        if dryRun { return .wouldStart(frozen) }
        guard try await supersede(old, by: frozen.run.displayName) else {
          throw CommandRefusal(
            .conflict, "another run makes place for \(name): what it has in flight ends first",
            hint: "`flotilla rollout watch \(name)` shows when; start it then")
        }
        throw StoreError(.lostRace, "the run before has just made place")
      case .run(let frozen):
        if dryRun { return .wouldStart(due.warned(frozen)) }
        try Self.check(frozen, is: plan)
        try await store.create(frozen, fleetSet: due.fleetSet, cause: cause(principal, reason))
        return .started(try await rollout(name, frozen.run.number, project))
      default: return .noChange
      }
    }
  }

  /// What a start comes to, with what it was decided from.
  struct DueRun {
    var fleetSet: FleetSetID
    var input: StartInput
    var decision: StartDecision

    /// The run with what somebody should know before starting it.
    func warned(_ frozen: FrozenRun) -> FrozenRun {
      var frozen = frozen
      if input.isHeld { frozen.warnings.append("\(input.releaseName) is on hold: starting it needs --reason") }
      if frozen.holdsBack != nil {
        frozen.warnings.append("it is not the newest release: the newest one is put on hold")
      }
      return frozen
    }
  }

  /// Decides about a start; whatever keeps it from being one is thrown.
  func due(
    _ name: FleetSetName, in project: ProjectName, revision: String?, request: StartRequest,
    accepted: FindingAcceptance = FindingAcceptance()
  ) async throws -> DueRun {
    guard let record = try await store.fleetSet(name, in: project) else {
      throw CommandRefusal(.notFound, "there is no FleetSet \(name)", hint: "`flotilla get fleetsets` lists them")
    }
    var release: ReleaseID?
    if let revision { release = try await store.release(revision, of: name, in: project).id }
    guard let definition = try? FleetSetReader.definition(of: record),
      var input = try await store.startInput(for: record.id, strategy: definition.rollout, release: release)
    else {
      throw CommandRefusal(
        .conflict, "\(name) has no release yet: \(record.condition.message)",
        hint: "`flotilla describe fleetset/\(name)` says what is missing")
    }
    input.onRemoval = definition.onRemoval
    let starter = RunStarter(store: store, definition: definition)
    switch try await starter.decide(input, request: request, accepted: accepted) {
    case .stopped(RunStarter.misfit, let why): throw CommandRefusal(.invalid, why)
    case .stopped(RunStarter.conflict, let why):
      throw CommandRefusal(
        .conflict, why,
        hint: "give the object to one of them, let this set take it over (`transfer`), or --skip-conflicting")
    case .stopped(_, let why): throw CommandRefusal(.blocked, why, hint: "look at what would be deleted first")
    case .decided(.waits(let why)):
      throw CommandRefusal(
        .conflict, why, hint: "watch it with `flotilla rollout watch \(name)`, or end it with `rollout abort`")
    case .decided(.held(let why)): throw CommandRefusal(.blocked, why, hint: "give --reason to start it all the same")
    case .decided(.refused(let problems)): throw CommandRefusal(.invalid, problems.joined(separator: "; "))
    case .decided(let decision): return DueRun(fleetSet: record.id, input: input, decision: decision)
    }
  }

  /// A plan that somebody has looked at is started as it was, or not at all.
  private static func check(_ frozen: FrozenRun, is plan: String?) throws(CommandRefusal) {
    guard let plan else { return }
    guard plan.utf8.count >= 8, frozen.run.planHash.hexadecimal.hasPrefix(plan.lowercased()) else {
      throw CommandRefusal(
        .conflict, "the plan is \(frozen.run.planHash.short) by now, not \(plan)",
        hint:
          "look at it again with `flotilla rollout plan \(frozen.run.fleetSet)`: members, bundles or the strategy changed"
      )
    }
  }

  /// Gives a command to a run (nil: the newest of its set) and answers the run as it is then, or would be with `dryRun`.
  ///
  /// - Throws: ``CommandRefusal``, or ``StoreError`` when the store cannot be reached.
  public func act(
    _ command: RolloutCommand, on name: FleetSetName, number: Int?, in project: ProjectName, by principal: Principal,
    reason: String, dryRun: Bool = false
  ) async throws -> RolloutRecord {
    try await retryingLostRaces {
      let record = try await rollout(name, number, project)
      if case .undo = command, record.run.state.isEnd {
        return try await undoEnded(record, principal, reason, dryRun: dryRun)
      }
      guard let input = try await store.planInput(for: record.run.id) else {
        throw CommandRefusal(.notFound, "there is no rollout \(record.run.displayName)")
      }
      let giver = CommandGiver(
        name: principal.name, groups: principal.groups, gitIdentities: principal.gitIdentities, reason: reason)
      let decided = try FleetPlanner.command(command, on: input, by: giver)
      if dryRun { return record.with(decided) }
      if decided.changes(input) {
        try await store.commit(decided, input: input, cause: cause(principal, reason))
        logger.info(
          "rollout commanded",
          metadata: ["rollout": "\(record.run.displayName)", "by": "\(principal.name)", "command": "\(command)"])
      }
      return try await rollout(name, record.run.number, project)
    }
  }

  /// Tells a run to make place for a newer one (R22); answers whether it has ended.
  @discardableResult
  func supersede(_ old: RolloutID, by newer: String) async throws -> Bool {
    try await command(.supersede(by: newer), old, reason: "")
  }

  /// Gives a command that a rule asks for, not a person; answers whether the run has ended.
  @discardableResult
  func command(_ command: RolloutCommand, _ rollout: RolloutID, reason: String) async throws -> Bool {
    guard var input = try await store.planInput(for: rollout), !input.run.state.isEnd else { return true }
    let cause = ChangeCause(principal: Principal.flotilla.name, reason: reason)
    let decided = try FleetPlanner.command(command, on: input, by: CommandGiver(name: cause.principal, reason: reason))
    if decided.changes(input) {
      // A command judges nobody: what is marked stays marked for the pass that follows.
      input.marks = [:]
      try await store.commit(decided, input: input, cause: cause)
      if !decided.run.state.isEnd { try await store.wake(.rollout, row: rollout.rawValue) }
    }
    return decided.run.state.isEnd
  }

  private func undoEnded(
    _ record: RolloutRecord, _ principal: Principal, _ reason: String, dryRun: Bool
  ) async throws -> RolloutRecord {
    guard record.run.kind == .rollout else {
      throw CommandRefusal(
        .conflict,
        "\(record.run.displayName) is a run of kind \(record.run.kind.rawValue), only a Rollout can be undone")
    }
    guard !reason.isEmpty else { throw CommandRefusal(.invalid, "undo needs a reason", hint: "give --reason") }
    guard let fleetSet = try await store.fleetSet(record.run.fleetSet, in: record.run.project),
      let newest = try await store.rollout(of: record.run.fleetSet, number: nil, in: record.run.project)
    else { throw CommandRefusal(.notFound, "there is no FleetSet \(record.run.fleetSet)") }
    if !newest.run.state.isEnd {
      throw CommandRefusal(
        .conflict, "\(newest.run.displayName) goes on", hint: "abort it, or undo it instead")
    }
    let members = try await store.undoMembers(of: record.run.id)
    let now = try await store.now()
    let frozen: FrozenRun
    do throws(FreezeRefusal) {
      frozen = try freezeUndo(
        of: record.run, stages: record.stages, members: members, number: newest.run.number + 1, now: now,
        startedBy: principal.name)
    } catch {
      throw CommandRefusal(.conflict, error.problems.joined(separator: "; "))
    }
    if dryRun { return RolloutRecord(frozen) }
    try await store.create(frozen, fleetSet: fleetSet.id, cause: cause(principal, reason))
    return try await rollout(record.run.fleetSet, frozen.run.number, record.run.project)
  }

  private func rollout(_ name: FleetSetName, _ number: Int?, _ project: ProjectName) async throws -> RolloutRecord {
    guard let record = try await store.rollout(of: name, number: number, in: project) else {
      let what = number.map { "rollout \(name)/\($0)" } ?? "rollout of \(name)"
      throw CommandRefusal(.notFound, "there is no \(what)", hint: "`flotilla get rollouts` lists them")
    }
    return record
  }

  private func cause(_ principal: Principal, _ reason: String) -> ChangeCause {
    ChangeCause(principal: principal.name, reason: reason)
  }

  /// Runs the body again, at most ten times, while somebody else was faster: losing a race is normal (DESIGN rule 3).
  private func retryingLostRaces<Result>(_ body: () async throws -> Result) async throws -> Result {
    for attempt in 1...9 {
      do {
        return try await body()
      } catch let error as StoreError where error.code == .lostRace {
        // A run that is planned without a pause must not win every time.
        try await Task.sleep(for: .milliseconds(Int.random(in: 1...(5 * attempt))))
      }
    }
    return try await body()
  }
}

extension RolloutRecord {
  /// A run that is not stored.
  public init(_ frozen: FrozenRun) {
    self.init(
      run: frozen.run, stages: frozen.stages, sources: [], report: PlanReport(), warnings: frozen.warnings)
  }

  /// The run as it would be with a plan that is not committed.
  fileprivate func with(_ plan: Plan) -> RolloutRecord {
    var changed = self
    changed.run = plan.run
    changed.report = plan.report
    for stage in plan.stages {
      if let index = changed.stages.firstIndex(where: { $0.index == stage.index }) { changed.stages[index] = stage }
    }
    return changed
  }
}
