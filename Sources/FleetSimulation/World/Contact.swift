internal import FleetModel
internal import FleetPlanner

/// Contact between clusters and controllers, and their outages (R15, R28).
extension World {
  /// The cluster's session ends: its silence begins on the listening clock.
  func loseContact(_ cluster: Int) {
    guard clusters[cluster].isInContact else { return }
    clusters[cluster].isInContact = false
    clusters[cluster].lastContact = listened
    clusters[cluster].departures += 1
    storeEpoch += 1
    queue.add(.sessionClosed(cluster), at: time + 46_000)
  }

  /// The store notices that a session has ended.
  func closeSession(_ cluster: Int) {
    guard !clusters[cluster].isInContact, !clusters[cluster].isRemoved else { return }
    if isListening { mark(cluster: cluster) }
  }

  /// The agent polls again: everything it has to say comes with it.
  func reconnect(_ cluster: Int) {
    guard canTalk(cluster), !clusters[cluster].isInContact else { return }
    clusters[cluster].isInContact = true
    clusters[cluster].isHeardSinceGap = true
    log("contact", Int64(cluster))
    tellSiteHold(cluster)
    // Some agents report before they ask, so that what became of an order while they were away is known with their return.
    if agentChances.chance(500) {
      for index in clusters[cluster].placements where placements[index].fence > .none {
        arrive(observation(index), from: cluster)
      }
    }
    mark(cluster: cluster)
    queue.add(.poll(cluster), at: time + 100)
    for index in clusters[cluster].placements where placements[index].fence > .none {
      queue.add(
        .report(placement: index, token: placements[index].token), at: time + Int64(agentChances.within(50...3_000)))
    }
  }

  func vanish(_ cluster: Int, for duration: Int64) {
    guard clusters[cluster].isReachable, !clusters[cluster].isRemoved else { return }
    coverage.add(.vanishedClusters)
    log("vanishes", Int64(cluster), duration)
    clusters[cluster].isReachable = false
    loseContact(cluster)
    queue.add(.comeback(cluster), at: time + duration)
  }

  func comeBack(_ cluster: Int) {
    guard !clusters[cluster].isReachable else { return }
    clusters[cluster].isReachable = true
    log("comes back", Int64(cluster))
    queue.add(.reconnect(cluster), at: time + Int64(agentChances.within(10...2_000)))
  }

  // Outages of all controllers, or of the database

  func beginControllerOutage() {
    guard !controllersDown else { return }
    coverage.add(.controllerOutages)
    controllersDown = true
    log("controllers down")
    stopListening()
    queue.add(.controllersBack, at: time + Int64(chances.within(2...900)) * 1_000)
  }

  func endControllerOutage() {
    guard controllersDown else { return }
    controllersDown = false
    log("controllers up")
    listenAgain()
  }

  func beginDatabaseOutage() {
    guard !databaseDown else { return }
    coverage.add(.databaseOutages)
    databaseDown = true
    log("database down")
    stopListening()
    queue.add(.databaseBack, at: time + Int64(chances.within(2...300)) * 1_000)
  }

  func endDatabaseOutage() {
    guard databaseDown else { return }
    databaseDown = false
    log("database up")
    listenAgain()
  }

  /// The lease of every controller lapses: the listening clock stands still.
  private func stopListening() {
    guard isListening else { return }
    for cluster in clusters.indices { loseContact(cluster) }
    listenedBefore = listened
    listeningSince = nil
    downSince = time
  }

  private func listenAgain() {
    guard !isListening, !controllersDown, !databaseDown else { return }
    listeningSince = time
    storeEpoch += 1
    let isGap = time - downSince > 15_000
    if isGap { lastGapEnd = listened }
    for cluster in clusters.indices where !clusters[cluster].isRemoved {
      if isGap { clusters[cluster].isHeardSinceGap = false }
      queue.add(.reconnect(cluster), at: time + Int64(agentChances.within(10...15_000)))
      queue.add(.sessionClosed(cluster), at: time + 46_000)
    }
    // Work that came due, or whose claim was left behind, is taken up again.
    queue.add(.work, at: time + Int64(controllerChances.within(10...5_000)))
    for number in goingRuns { queue.add(.work, at: max(time, runs[number].work.claimedUntil) + 5_001) }
    queue.add(.start, at: time + 5_000)
  }
}
