internal import FleetModel
internal import FleetPlanner

/// People on a site who keep its agent from beginning orders, and what controllers learn of it (R31).
extension World {
  /// Asks chance whether somebody holds a site's agent, or lets it go early.
  func changeSiteHolds() {
    guard holdChances.chance(knobs.siteHoldPermille) else { return }
    let cluster = holdChances.below(clusters.count)
    guard !clusters[cluster].isRemoved else { return }
    if isHeldOnSite(cluster) { return endSiteHold(cluster) }
    let length = Int64(holdChances.within(5...1_800)) * 1_000
    coverage.add(.siteHolds)
    log("held", Int64(cluster), length)
    clusters[cluster].heldUntil = time + length
    queue.add(.siteHoldEnds(cluster), at: time + length)
    tellSiteHold(cluster)
  }

  /// Whether somebody on the site keeps the agent from beginning orders.
  func isHeldOnSite(_ cluster: Int) -> Bool { clusters[cluster].heldUntil.map { time < $0 } ?? false }

  /// The time that a hold was given is over, unless another has come since.
  func siteHoldEnds(_ cluster: Int) {
    guard let until = clusters[cluster].heldUntil, until <= time else { return }
    endSiteHold(cluster)
  }

  /// The agent begins with what it has fetched meanwhile.
  func endSiteHold(_ cluster: Int) {
    guard clusters[cluster].heldUntil != nil else { return }
    log("let go", Int64(cluster))
    clusters[cluster].heldUntil = nil
    tellSiteHold(cluster)
    for index in clusters[cluster].placements where placements[index].received != nil {
      queue.add(.begin(placement: index, token: placements[index].token), at: time + 50)
    }
  }

  /// The agent says whether it is held; out of contact it does so when it is back.
  func tellSiteHold(_ cluster: Int) {
    guard canTalk(cluster), clusters[cluster].isInContact else { return }
    let now = Instant(millisecondsSinceEpoch: databaseNow)
    if let until = clusters[cluster].heldUntil, until > time {
      let known = clusters[cluster].hold.flatMap { $0.until > now ? $0 : nil }
      clusters[cluster].hold = ClusterHold(
        reason: "the racks are moved", by: "somebody", since: known?.since ?? now,
        until: now + .milliseconds(until - time))
      clusters[cluster].holdEnded = nil
      if known == nil { mark(cluster: cluster) }
    } else if let hold = clusters[cluster].hold, clusters[cluster].holdEnded == nil {
      clusters[cluster].hold?.until = min(hold.until, now)
      clusters[cluster].holdEnded = listened
      mark(cluster: cluster)
    }
  }

  /// Whether a cluster's order back waits for its site, so that nobody waits for it (R31).
  func isHeldGoingBack(_ unit: Unit, _ commit: Committed) -> Bool {
    let given = commit.input.units.first { $0.stage == unit.stage && $0.position == unit.position }
    guard let given, given.hold != nil, unit.steps.contains(where: { $0.state == .rollingBack }) else { return false }
    let waits = unit.steps.allSatisfy { step in
      step.state != .rollingBack || commit.plan.steps.contains { $0.target == step.target && $0.order != nil }
        || given.steps.contains { $0.target == step.target && $0.report == nil }
    }
    guard waits else { return false }
    coverage.add(.heldGoingBack)
    return true
  }

  /// The hold that controllers know of, and how long ago the last one ended.
  func knownHold(of cluster: SimulatedCluster, now: Instant, listened: Int64) -> (
    hold: ClusterHold?, releasedFor: Duration?
  ) {
    guard let hold = cluster.hold else { return (nil, nil) }
    if hold.until > now { return (hold, nil) }
    let sinceEnd = cluster.holdEnded.map { Duration.milliseconds(max(0, listened - $0)) }
    return (nil, sinceEnd ?? now - hold.until)
  }
}
