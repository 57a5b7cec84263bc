internal import FleetModel
internal import FleetPlanner

/// What goes wrong, and the end of all that.
extension World {
  /// Asks chance what goes wrong.
  func weather() throws(SimulationFailure) {
    guard !isHealed else { return }
    queue.add(.weather, at: time + Int64(chances.within(10...60)) * 1_000)
    let cluster = chances.below(clusters.count)
    if chances.chance(knobs.vanishPermille) { vanish(cluster, for: Int64(chances.within(5...1_200)) * 1_000) }
    if chances.chance(knobs.agentCrashPermille) { crashAgent(chances.below(clusters.count)) }
    if chances.chance(knobs.cordonPermille) { toggleCordon(chances.below(clusters.count)) }
    changeSiteHolds()
    if chances.chance(knobs.removePermille) { remove(chances.below(clusters.count)) }
    if leaveChances.chance(knobs.leavePermille) { leaveOrReturn(whoLeavesOrReturns()) }
    if chances.chance(knobs.joinPermille), clusters.count < 70 { join() }
    if chances.chance(knobs.controllerOutagePermille) { beginControllerOutage() }
    if chances.chance(knobs.databaseOutagePermille) { beginDatabaseOutage() }
    if chances.chance(knobs.clockJumpPermille) { jumpClock() }
    changeFreezes()
  }

  private func toggleCordon(_ cluster: Int) {
    guard !databaseDown, !clusters[cluster].isRemoved else { return }
    if clusters[cluster].cordonReason == nil {
      coverage.add(.cordons)
      clusters[cluster].cordonReason = "disk swap"
    } else {
      clusters[cluster].cordonReason = nil
    }
    log("cordon", Int64(cluster), clusters[cluster].cordonReason == nil ? 0 : 1)
    mark(cluster: cluster)
  }

  private func remove(_ cluster: Int) {
    guard !databaseDown, !clusters[cluster].isRemoved, clusters.count(where: { !$0.isRemoved }) > 1 else { return }
    coverage.add(.removals)
    if let number = activeRun,
      runs[number].units.contains(where: { unit in
        unit.cluster == clusters[cluster].id && unit.steps.contains { isInFlight($0.state) }
      })
    {
      coverage.add(.removedInFlight)
    }
    log("removed", Int64(cluster))
    clusters[cluster].isRemoved = true
    clusters[cluster].isInContact = false
    clusters[cluster].lastContact = listened
    mark(cluster: cluster)
  }

  /// Anybody; while a run removes, often somebody whose turn has not come.
  private func whoLeavesOrReturns() -> Int {
    if let number = activeRun, runs[number].run.kind == .remove, leaveChances.chance(700) {
      let waiting = runs[number].units.flatMap(\.steps).filter { $0.state == .pending }
      if !waiting.isEmpty { return Int(leaveChances.pick(waiting).target.rawValue) - 1 }
    }
    return leaveChances.below(placements.count)
  }

  /// A target leaves its set, or comes back to it.
  private func leaveOrReturn(_ index: Int) {
    guard !databaseDown, !clusters[placements[index].cluster].isRemoved else { return }
    guard placements[index].hasLeft || placements.count(where: { !$0.hasLeft }) > 1 else { return }
    placements[index].hasLeft.toggle()
    placements[index].isKept = false
    coverage.add(placements[index].hasLeft ? .leavers : .returners)
    log(placements[index].hasLeft ? "leaves" : "is back", Int64(index))
    mark(placement: index)
    queue.add(.start, at: time + Int64(leaveChances.within(100...5_000)))
  }

  private func join() {
    guard !databaseDown else { return }
    coverage.add(.joins)
    // New parameters make a new release of the same commit; one that is held stays held.
    let newest = releases.count - 1
    addRelease(changing: [false, false, false], fault: nil)
    if holds.contains(where: { $0.release == newest }) { holds.append(HoldRow(release: newest + 1, bundles: [:])) }
    addCluster(hasWorkload: false)
    log("joins", Int64(clusters.count - 1))
    queue.add(.start, at: time + Int64(chances.within(100...5_000)))
  }

  /// PostgreSQL's clock is set: forward by up to an hour, or back by up to five minutes.
  private func jumpClock() {
    coverage.add(.clockJumps)
    let jump = chances.chance(500) ? chances.within(1...3_600) : -chances.within(1...300)
    wallOffset += Int64(jump) * 1_000
    log("clock jumps", Int64(jump))
    // Timers go by PostgreSQL's clock.
    for number in goingRuns {
      let dueAt = runs[number].work.dueAt
      if dueAt != .max { runs[number].work.dueAt = dueAt - Int64(jump) * 1_000 }
      queue.add(.work, at: max(time + 1, dueAt == .max ? 0 : runs[number].work.dueAt + 1))
    }
  }

  /// Somebody pushes a commit: of all parts, or of some; good, or bad somewhere.
  func pushRelease() throws(SimulationFailure) {
    guard !isHealed, pushedReleases < knobs.releaseCount else { return }
    pushedReleases += 1
    var fault: BundleFault?
    if chances.chance(knobs.badReleasePermille) {
      fault = BundleFault(
        region: chances.chance(600) ? "r\(chances.below(knobs.regions))" : nil, kind: chances.within(1...7))
    }
    var changing = (0..<3).map { _ in chances.chance(700) }
    if !changing[..<knobs.targetsPerCluster].contains(true) { changing[0] = true }
    addRelease(changing: changing, fault: fault)
    if chances.chance(knobs.heldReleasePermille) {
      holds.append(HoldRow(release: releases.count - 1, bundles: [:]))
    }
    log("release", Int64(releases.count - 1), Int64(fault?.kind ?? 0))
    queue.add(.start, at: time + 500)
    queue.add(.release, at: time + Int64(chances.within(60...knobs.releasePauseSeconds)) * 1_000)
  }

  /// From now on nothing goes wrong any more, but what is wrong with a bundle stays wrong.
  func heal() {
    isHealed = true
    healedAt = time
    log("healed")
    endDatabaseOutage()
    endControllerOutage()
    for cluster in clusters.indices where !clusters[cluster].isRemoved {
      if clusters[cluster].cordonReason != nil {
        clusters[cluster].cordonReason = nil
        mark(cluster: cluster)
      }
      comeBack(cluster)
      restartAgent(cluster)
      endSiteHold(cluster)
    }
    liftFreezes()
    queue.add(.start, at: time + 1_000)
    queue.add(.person, at: time + 10_000)
  }
}
