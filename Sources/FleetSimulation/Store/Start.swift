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
    let input = startInput()
    switch decideStart(input, request: request) {
    case .run(let frozen):
      if request != nil, input.isHeld {
        holds.removeAll { $0.release == releases.count - 1 }
        coverage.add(.heldReleasesForced)
      }
      try create(frozen, forced: request != nil)
    case .held: coverage.add(.heldReleasesPassedOver)
    case .refused(let problems): throw failure("R4", "a run cannot be frozen: \(problems)")
    case .nothing, .recordOnly, .waits: break
    }
  }

  func startInput() -> StartInput {
    let newest = releases.count - 1
    let good = lastGoodRelease
    var members: [StartMember] = []
    for placement in placements where !clusters[placement.cluster].isRemoved {
      let cluster = clusters[placement.cluster]
      let bundle = releases[newest].bundles[placement.variant]
      members.append(
        StartMember(
          target: placement.id, targetName: placement.name, targetLabels: placement.labels, cluster: cluster.id,
          clusterName: cluster.name, clusterLabels: cluster.labels, bundle: bundle,
          lastGoodReleaseBundle: releases[good].bundles[placement.variant], wanted: placement.wanted?.bundle,
          applied: placement.applied, health: placement.health,
          hasOpenOrder: placement.wanted != nil && !placement.isConfirmed, lastKnownGood: placement.lastKnownGood,
          isBundleHeld: isHeld(bundle, for: placement.id), highestGeneration: placement.generation))
    }
    let active = activeRun.map { number in
      StartInput.ActiveRun(
        id: runs[number].run.id, displayName: runs[number].run.displayName, kind: runs[number].run.kind,
        state: runs[number].run.state, release: runs[number].run.release,
        hasOpenedLaterStage: runs[number].stages.dropFirst().contains { $0.openedAt != nil })
    }
    return StartInput(
      now: Instant(millisecondsSinceEpoch: databaseNow), project: .defaultProject, fleetSet: "shop",
      strategy: knobs.strategy, release: releases[newest].id, releaseName: releases[newest].name,
      authors: Self.authors, isHeld: holds.contains { $0.release == newest }, lastGoodRelease: releases[good].id,
      members: members, activeRun: active, nextNumber: runs.count + 1)
  }

  /// Stores a run, ends the one it supersedes, holds the one it undoes.
  func create(_ frozen: FrozenRun, forced: Bool) throws(SimulationFailure) {
    if let old = frozen.supersedes { try supersede(Int(old.rawValue) - 1) }
    if let undone = frozen.undoes { hold(Int(undone.rawValue) - 1) }
    try require(activeRun == nil, "R22", "two runs of one set go on")
    var run = frozen.run
    run.id = RolloutID(Int64(runs.count + 1))
    let witness = try RunWitness(frozen, world: self)
    runs.append(
      RunRow(
        run: run, stages: frozen.stages, units: frozen.units, marks: Array(repeating: 0, count: frozen.units.count),
        seenAt: run.createdAt, witness: witness, forced: forced))
    activeRun = runs.count - 1
    storeEpoch += 1
    work = WorkRow(dueAt: time, claimedUntil: -1, wakes: work.wakes)
    if run.kind == .onboard { coverage.add(.onboardings) }
    if frozen.units.contains(where: { $0.steps.contains { $0.state == .unchanged } }) {
      coverage.add(.partlyUnchanged)
    }
    log("run started", Int64(runs.count - 1), Int64(frozen.units.count), text: run.kind.rawValue)
    wake()
  }

  /// Ends a halted run for a newer one (R22).
  private func supersede(_ number: Int) throws(SimulationFailure) {
    try require(runs[number].run.state == .halted, "R22", "a run that is not halted is superseded")
    runs[number].run.state = .superseded
    runs[number].run.version += 1
    runs[number].run.endedAt = Instant(millisecondsSinceEpoch: databaseNow)
    for unit in runs[number].units.indices {
      for step in runs[number].units[unit].steps.indices
      where runs[number].units[unit].steps[step].state == .pending {
        runs[number].units[unit].steps[step].state = .cancelled
      }
    }
    hold(number)
    coverage.add(.supersededRuns)
    coverage.add(.endSuperseded)
    activeRun = nil
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
        guard let before = step.before, !cluster.isRemoved else { continue }
        members.append(
          UndoMember(
            stage: unit.stage, release: before.release,
            member: StartMember(
              target: placement.id, targetName: placement.name, targetLabels: placement.labels, cluster: cluster.id,
              clusterName: cluster.name, clusterLabels: cluster.labels, bundle: before.bundle,
              wanted: placement.wanted?.bundle, applied: placement.applied, health: placement.health,
              hasOpenOrder: !placement.isConfirmed, lastKnownGood: placement.lastKnownGood,
              highestGeneration: placement.generation)))
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
