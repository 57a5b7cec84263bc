internal import FleetModel
internal import FleetPlanner

extension World {
  private static let authors = ["kim"]

  /// Whether automation, or a person, starts a run now.
  func startIfDue(by request: StartRequest?) throws(SimulationFailure) {
    guard !databaseDown, isListening else {
      queue.add(.start, at: time + 15_000)
      return
    }
    let input = request == nil ? nextInput() : startInput(of: releases.count - 1)
    let release = Int(input.release.rawValue) - 1
    switch decideStart(input, request: request) {
    case .run(let frozen):
      if request != nil, input.isHeld {
        holds.removeAll { $0.release == release }
        coverage.add(.heldReleasesForced)
      }
      if frozen.run.kind == .rollout, release < releases.count - 1 { coverage.add(.queuedReleases) }
      try create(frozen, forced: request != nil)
    case .supersedes(let old, let frozen):
      let number = Int(old.rawValue) - 1
      let isHalted = runs[number].run.state == .halted
      let isLate = runs[number].stages.dropFirst().contains { $0.openedAt != nil }
      try give(.supersede(by: frozen.run.displayName), by: Person(name: "flotilla", groups: []))
      if !isHalted { coverage.add(.supersededWhileRunning) }
      if !isHalted, isLate, runs[number].run.kind == .rollout { coverage.add(.supersededLate) }
      // One with orders in flight ends later, and wakes the start then.
      if activeRun == nil { try startIfDue(by: request) }
    case .joins(let active, let frozen):
      try give(.join(frozen.units), to: Int(active.rawValue) - 1)
      queue.add(.start, at: time + Int64(joinChances.within(10...2_000)))
    case .aborts(let active, _):
      coverage.add(.abortedByJoins)
      try give(.abort(hold: true), to: Int(active.rawValue) - 1)
    case .held: coverage.add(.heldReleasesPassedOver)
    case .refused(let problems): throw failure("R4", "a run cannot be frozen: \(problems)")
    case .nothing, .endSet, .recordOnly, .waits: break
    }
    if let next = nextLook(nextInput()) {
      let at = max(time + 1, trueTime(of: next) + 1)
      // One look at an opening is enough, however many ask for it.
      if startAt != at {
        coverage.add(.startsAtOpenings)
        startAt = at
        queue.add(.start, at: at)
      }
    }
  }

  /// What the decision needs about the release that is next: the newest one, or with `queue` the oldest of those that wait
  /// and change anything (R22).
  func nextInput() -> StartInput {
    let newest = startInput(of: releases.count - 1)
    guard knobs.strategy.onNewRevision == .queue, activeRun.map({ runs[$0].run.state == .halted }) ?? true else {
      return newest
    }
    let started = runs.filter { $0.run.kind == .rollout }.map { Int($0.run.release.rawValue) }.max() ?? 0
    let waiting = (started..<releases.count).filter { release in !holds.contains { $0.release == release } }
    for release in waiting.suffix(20) where release < releases.count - 1 {
      let input = startInput(of: release)
      if decideStart(input) != .recordOnly { return input }
    }
    return newest
  }

  func startInput(of release: Int) -> StartInput {
    let good = lastGoodRelease
    var members: [StartMember] = []
    for placement in placements
    where !clusters[placement.cluster].isRemoved && !placement.hasLeft && placement.firstRelease <= release {
      let cluster = clusters[placement.cluster]
      let bundle = releases[release].bundles[placement.variant]
      members.append(
        StartMember(
          target: placement.id, targetName: placement.name, targetLabels: placement.labels, cluster: cluster.id,
          clusterName: cluster.name, clusterLabels: cluster.labels, bundle: bundle,
          lastGoodReleaseBundle: releases[good].bundles[placement.variant], wanted: placement.wanted?.bundle,
          applied: placement.applied, health: placement.health,
          hasOpenOrder: placement.wanted != nil && !placement.isConfirmed, lastKnownGood: placement.lastKnownGood,
          isBundleHeld: isHeld(bundle, for: placement.id), highestGeneration: placement.generation,
          takesOrders: takesOrders(cluster)))
      members[members.count - 1].degradedFor = degradedFor(placement)
      join(&members[members.count - 1], placement, of: release)
    }
    let active = activeRun.map { number in
      StartInput.ActiveRun(
        id: runs[number].run.id, displayName: runs[number].run.displayName, kind: runs[number].run.kind,
        state: runs[number].run.state, release: runs[number].run.release,
        hasOpenedLaterStage: runs[number].stages.dropFirst().contains { $0.openedAt != nil },
        strategy: runs[number].run.strategy)
    }
    var input = StartInput(
      now: Instant(millisecondsSinceEpoch: databaseNow), project: .defaultProject, fleetSet: "shop",
      strategy: knobs.strategy, release: releases[release].id, releaseName: releases[release].name,
      authors: Self.authors, isHeld: holds.contains { $0.release == release }, lastGoodRelease: releases[good].id,
      members: members, activeRun: active, nextNumber: runs.count + 1,
      newerRelease: release < releases.count - 1 ? releases[releases.count - 1].id : nil, lastGoodRun: lastGoodRun(),
      supersededRun: runs.last.flatMap { $0.run.state == .superseded ? $0.run.id : nil })
    if knobs.hasUnknownAuthor { input.unknownAuthors = ["stranger"] }
    input.isOnboarding = onboardRun != nil
    input.onRemoval = .remove
    input.leaving = leaving()
    input.calendar = calendar
    return input
  }

  /// How long the objects of a target have been Degraded, as far as was heard.
  func degradedFor(_ placement: Placement) -> Duration {
    guard placement.health == .degraded, let report = placement.report else { return .zero }
    return report.observation.degradedFor + .milliseconds(listened - report.receivedListened.milliseconds)
  }

  /// What the active run has to do with a member (R5).
  private func join(_ member: inout StartMember, _ placement: Placement, of next: Int) {
    guard let number = activeRun else { return }
    let release = Int(runs[number].run.release.rawValue) - 1
    if placement.firstRelease <= release {
      member.activeRunBundle = releases[release].bundles[placement.variant]
    } else {
      if releases[release].bundles == releases[next].bundles { member.activeRunBundle = member.bundle }
      member.isNewToActiveRun = !goingRuns.contains { going in
        runs[going].units.contains { unit in unit.steps.contains { $0.target == placement.id } }
      }
    }
  }

  /// Targets that have left the set and run something (R25).
  private func leaving() -> [StartMember] {
    placements.compactMap { placement in
      let cluster = clusters[placement.cluster]
      guard placement.hasLeft, !placement.isKept, !cluster.isRemoved, let wanted = placement.wanted else { return nil }
      return StartMember(
        target: placement.id, targetName: placement.name, targetLabels: placement.labels, cluster: cluster.id,
        clusterName: cluster.name, clusterLabels: cluster.labels, bundle: wanted.bundle, wanted: wanted.bundle,
        applied: placement.applied, health: placement.health, hasOpenOrder: !placement.isConfirmed,
        lastKnownGood: placement.lastKnownGood, highestGeneration: placement.generation,
        takesOrders: takesOrders(cluster), release: wanted.release)
    }
  }

  /// Whether a cluster is in contact, not cordoned and not held on its site.
  func takesOrders(_ cluster: SimulatedCluster) -> Bool {
    let now = Instant(millisecondsSinceEpoch: databaseNow)
    return cluster.cordonReason == nil && knownHold(of: cluster, now: now, listened: listened).hold == nil
      && silence(of: cluster, listened: listened) < .seconds(45)
  }

  /// The newest run of kind Rollout or Undo, if it ended well, with whom it passed over (R16).
  private func lastGoodRun() -> StartInput.LastGoodRun? {
    guard let row = runs.last(where: { $0.run.kind == .rollout || $0.run.kind == .undo }), row.run.state.isGoodEnd
    else { return nil }
    var passedOver: [StartMember] = []
    for unit in row.units {
      for step in unit.steps {
        let placement = placements[Int(step.target.rawValue) - 1]
        let cluster = clusters[placement.cluster]
        guard !cluster.isRemoved, !placement.hasLeft, placement.wanted?.bundle != step.bundle else { continue }
        var member =
          StartMember(
            target: placement.id, targetName: placement.name, targetLabels: placement.labels, cluster: cluster.id,
            clusterName: cluster.name, clusterLabels: cluster.labels, bundle: step.bundle,
            wanted: placement.wanted?.bundle, applied: placement.applied, health: placement.health,
            hasOpenOrder: placement.wanted != nil && !placement.isConfirmed, lastKnownGood: placement.lastKnownGood,
            isBundleHeld: isHeld(step.bundle, for: step.target), highestGeneration: placement.generation,
            takesOrders: takesOrders(cluster), release: step.release)
        member.degradedFor = degradedFor(placement)
        passedOver.append(member)
      }
    }
    return StartInput.LastGoodRun(
      displayName: row.run.displayName, release: row.run.release, releaseName: row.run.releaseName,
      passedOver: passedOver)
  }

  /// Stores a run, holds the one it undoes.
  func create(_ frozen: FrozenRun, forced: Bool) throws(SimulationFailure) {
    if let undone = frozen.undoes { hold(Int(undone.rawValue) - 1) }
    let isOnboarding = frozen.run.kind == .onboard
    try require(isOnboarding ? onboardRun == nil : activeRun == nil, "R22", "two runs of one set go on")
    if [.onboard, .catchUp, .remove].contains(frozen.run.kind) {
      let isAnybodyThere = frozen.units.contains { takesOrders(clusters[Int($0.cluster.rawValue) - 1]) }
      try require(isAnybodyThere, "R16", "a run of kind \(frozen.run.kind.rawValue) begins for nobody who is there")
    }
    var run = frozen.run
    run.id = RolloutID(Int64(runs.count + 1))
    let witness = try RunWitness(frozen, world: self)
    try checkUnhealthy(frozen, witness)
    runs.append(
      RunRow(
        run: run, stages: frozen.stages, units: frozen.units, marks: Array(repeating: 0, count: frozen.units.count),
        seenAt: run.createdAt, witness: witness, forced: forced))
    if isOnboarding {
      if mainRun != nil { coverage.add(.onboardedBeside) }
      onboardRun = runs.count - 1
    } else {
      mainRun = runs.count - 1
    }
    storeEpoch += 1
    runs[runs.count - 1].work = WorkRow(dueAt: time, claimedUntil: -1)
    if run.kind == .onboard { coverage.add(.onboardings) }
    if run.kind == .catchUp { coverage.add(.catchUpsAfterRun) }
    if run.kind == .remove { coverage.add(.removalRuns) }
    if frozen.units.contains(where: { $0.steps.contains { $0.state == .unchanged } }) {
      coverage.add(.partlyUnchanged)
    }
    log("run started", Int64(runs.count - 1), Int64(frozen.units.count), text: run.kind.rawValue)
    wake(runs.count - 1)
  }

  /// Undoes the newest ended run (R14).
  func undoEnded(by person: Person) throws(SimulationFailure) {
    guard let number = runs.indices.last, activeRun == nil, runs[number].run.kind == .rollout else { return }
    let row = runs[number]
    var members: [UndoMember] = []
    for unit in row.units {
      for step in unit.steps where step.order != nil {
        let placement = placements[Int(step.target.rawValue) - 1]
        let cluster = clusters[placement.cluster]
        guard let before = step.before, !cluster.isRemoved, !placement.hasLeft else { continue }
        members.append(
          UndoMember(
            stage: unit.stage,
            member: StartMember(
              target: placement.id, targetName: placement.name, targetLabels: placement.labels, cluster: cluster.id,
              clusterName: cluster.name, clusterLabels: cluster.labels, bundle: before.bundle,
              wanted: placement.wanted?.bundle, applied: placement.applied, health: placement.health,
              hasOpenOrder: !placement.isConfirmed, lastKnownGood: placement.lastKnownGood,
              highestGeneration: placement.generation, release: before.release)))
      }
    }
    let frozen: FrozenRun
    do throws(FreezeRefusal) {
      frozen = try freezeUndo(
        of: row.run, stages: row.stages, members: members, number: runs.count + 1,
        now: Instant(millisecondsSinceEpoch: databaseNow), startedBy: person.name)
    } catch {
      coverage.add(.refusedCommands)
      return
    }
    coverage.add(.undosOfEndedRuns)
    try create(frozen, forced: true)
  }
}
