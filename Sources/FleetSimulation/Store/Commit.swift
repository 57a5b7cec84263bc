internal import FleetModel
internal import FleetPlanner

extension World {
  /// Commits a plan in one transaction, or refuses all of it when somebody was faster.
  func commit(_ plan: Plan, input: PlanInput, run number: Int, marks: [(unit: Int, count: Int)]) -> Bool {
    guard runs[number].run.version == plan.run.version, isCurrent(plan, number) else { return false }
    // A window or freeze that changed since the load is looked at first.
    let hasForward = plan.steps.contains { $0.order?.direction == .forward }
    guard !hasForward || input.calendar.version == calendarVersion else { return false }
    guard fitsSharedLimit(plan, input, number) else { return false }
    for mark in marks where runs[number].marks[mark.unit] == mark.count { runs[number].marks[mark.unit] = 0 }
    runs[number].report = plan.report
    runs[number].seenAt = max(runs[number].seenAt, input.now)
    guard plan.changes(input) else { return true }
    storeEpoch += 1
    runs[number].run = plan.run
    runs[number].run.version += 1
    for stage in plan.stages { runs[number].stages[stage.index] = stage }
    for change in plan.steps { apply(change, input: input, run: number) }
    take(plan.joined, run: number)
    for bulk in plan.bulk {
      for unit in runs[number].units.indices where bulk.stage == nil || runs[number].units[unit].stage == bulk.stage {
        for step in runs[number].units[unit].steps.indices
        where runs[number].units[unit].steps[step].state == bulk.from {
          runs[number].units[unit].steps[step].state = bulk.to
        }
      }
    }
    if plan.stages.contains(where: \.hasOpenChecks) { scheduleMeasurements(number) }
    if plan.hold != nil { hold(number) }
    if plan.releasesHold {
      coverage.add(.resumedHeldReleases)
      holds.removeAll { $0.release == Int(plan.run.release.rawValue) - 1 }
    }
    if plan.movesLastKnownGood { moveGood(number) }
    if plan.freesSharedPlaces(input) {
      for other in goingRuns where other != number { wake(other) }
    }
    if plan.run.state.isEnd { endRun(number) }
    return true
  }

  /// Counts the places of all runs again, as a commit does that takes some (R29).
  private func fitsSharedLimit(_ plan: Plan, _ input: PlanInput, _ number: Int) -> Bool {
    guard let most = knobs.sharedLimit, !plan.takenSharedPlaces(input).isEmpty else { return true }
    let states = Dictionary(plan.steps.map { ($0.target, $0.to) }, uniquingKeysWith: { $1 })
    let ordered = Set(plan.steps.filter { $0.order != nil }.map(\.cluster))
    var counts: [String: Int] = [:]
    var taken: Set<String> = []
    for going in goingRuns {
      for unit in runs[going].units {
        guard let region = clusters[Int(unit.cluster.rawValue) - 1].labels["region"] else { continue }
        let isOwn = going == number
        func isUnderway(_ state: StepState) -> Bool { isInFlight(state) || state == .rollingBack }
        let was = unit.steps.contains { isUnderway($0.state) }
        let isNow = isOwn ? unit.steps.contains { isUnderway(states[$0.target] ?? $0.state) } : was
        if isNow { counts[region, default: 0] += 1 }
        if isOwn, isNow, !was, ordered.contains(unit.cluster) { taken.insert(region) }
      }
    }
    return taken.allSatisfy { counts[$0] ?? 0 <= most }
  }

  private func isCurrent(_ plan: Plan, _ number: Int) -> Bool {
    plan.steps.allSatisfy { change in
      guard let place = place(of: change, in: number) else { return false }
      guard runs[number].units[place.unit].steps[place.step].state == change.from else { return false }
      guard let order = change.order else { return true }
      let placement = placements[Int(change.target.rawValue) - 1]
      return order.generation > placement.generation
        && (order.action == .apply || order.direction == .rollback || placement.hasLeft)
    }
  }

  /// Who joined stands behind the frozen ones (R5).
  private func take(_ joined: [Unit], run number: Int) {
    runs[number].units += joined
    runs[number].marks += Array(repeating: 0, count: joined.count)
    if !joined.isEmpty { coverage.add(.joinedRuns) }
  }

  private func place(of change: StepChange, in number: Int) -> (unit: Int, step: Int)? {
    for unit in runs[number].units.indices where runs[number].units[unit].stage == change.stage {
      if let step = runs[number].units[unit].steps.firstIndex(where: { $0.target == change.target }) {
        return (unit, step)
      }
    }
    return nil
  }

  private func apply(_ change: StepChange, input: PlanInput, run number: Int) {
    guard let place = place(of: change, in: number) else { return }
    runs[number].units[place.unit].steps[place.step].state = change.to
    runs[number].units[place.unit].steps[place.step].attempt = change.attempt
    runs[number].units[place.unit].steps[place.step].failure = change.failure
    guard let order = change.order else { return }
    runs[number].units[place.unit].steps[place.step].order = StepOrder(
      generation: order.generation, direction: order.direction, committedAt: input.now,
      committedListened: input.listened)
    let index = Int(change.target.rawValue) - 1
    placements[index].wanted = order.action == .apply ? order.placed : nil
    placements[index].wantsRemoval = order.action == .remove
    placements[index].generation = order.generation
    placements[index].direction = order.direction
    placements[index].run = number
    placements[index].startWithin = order.startWithin.wholeMilliseconds
    placements[index].isConfirmed = false
    placements[index].report = nil
    if order.action == .apply { placements[index].everOrdered.insert(order.placed.bundle) }
  }

  /// Holds the run's release with the bundles it would have changed; what is held is nobody's last known good (R12, R14).
  func hold(_ number: Int) {
    coverage.add(.holds)
    runs[number].held = true
    let release = Int(runs[number].run.release.rawValue) - 1
    var bundles: [TargetID: Set<Digest>] = [:]
    for unit in runs[number].units {
      for step in unit.steps where step.state != .unchanged { bundles[step.target, default: []].insert(step.bundle) }
    }
    if let index = holds.firstIndex(where: { $0.release == release }) {
      holds[index].bundles.merge(bundles) { $0.union($1) }
    } else {
      holds.append(HoldRow(release: release, bundles: bundles))
    }
    for (target, held) in bundles.sorted(by: { $0.key < $1.key }) {
      let index = Int(target.rawValue) - 1
      guard let good = placements[index].lastKnownGood, held.contains(good.bundle) else { continue }
      placements[index].lastKnownGood = placements[index].goodHistory.last { !isHeld($0.bundle, for: target) }
    }
  }

  func isHeld(_ bundle: Digest, for target: TargetID) -> Bool {
    holds.contains { $0.bundles[target]?.contains(bundle) ?? false }
  }

  private func moveGood(_ number: Int) {
    runs[number].movedLastKnownGood = true
    for unit in runs[number].units {
      for step in unit.steps where step.state == .succeeded && !isHeld(step.bundle, for: step.target) {
        let index = Int(step.target.rawValue) - 1
        let good = PlacedBundle(bundle: step.bundle, release: step.release)
        placements[index].lastKnownGood = good
        placements[index].goodHistory.append(good)
      }
    }
  }

  /// The run that passed members over has succeeded wholly when all of them have caught up (R16).
  private func settleCaughtUp() {
    guard let number = runs.lastIndex(where: { $0.run.kind == .rollout || $0.run.kind == .undo }),
      runs[number].run.state == .succeededWithUnreachable
    else { return }
    let isBehind = runs[number].units.contains { unit in
      !clusters[Int(unit.cluster.rawValue) - 1].isRemoved
        && unit.steps.contains { step in
          [.unreachable, .skipped, .lost].contains(step.state) && !unit.isJoined
            && !placements[Int(step.target.rawValue) - 1].hasLeft
            && placements[Int(step.target.rawValue) - 1].applied != step.bundle
        }
    }
    guard !isBehind else { return }
    coverage.add(.caughtUpRuns)
    runs[number].run.state = .succeeded
    runs[number].run.version += 1
  }

  /// Who is left when a run that removes is aborted stays (R25).
  private func keepLeft(_ number: Int) {
    for unit in runs[number].units {
      for step in unit.steps where [.cancelled, .unreachable, .skipped].contains(step.state) {
        placements[Int(step.target.rawValue) - 1].isKept = placements[Int(step.target.rawValue) - 1].hasLeft
      }
    }
  }

  private func endRun(_ number: Int) {
    if mainRun == number { mainRun = nil }
    if onboardRun == number { onboardRun = nil }
    let run = runs[number].run
    if run.state.isGoodEnd, run.kind == .rollout { lastGoodRelease = Int(run.release.rawValue) - 1 }
    if run.state.isGoodEnd, run.kind == .catchUp { settleCaughtUp() }
    if run.state == .aborted, run.kind == .remove { keepLeft(number) }
    log("run ended", Int64(number), text: run.state.rawValue)
    queue.add(.start, at: time + Int64(controllerChances.within(10...2_000)))
  }
}
