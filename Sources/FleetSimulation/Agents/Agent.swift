internal import FleetModel
internal import FleetPlanner

extension World {
  /// Whether a cluster's agent and some controller with the database can talk.
  func canTalk(_ cluster: Int) -> Bool {
    let cluster = clusters[cluster]
    return cluster.isReachable && cluster.agentRuns && !cluster.isRemoved && isListening
  }

  /// The agent fetches its newest orders. A poll renews the time to start one that has not been started (R27).
  func poll(_ cluster: Int) throws(SimulationFailure) {
    guard canTalk(cluster) else { return }
    for index in clusters[cluster].placements {
      let wanted = placements[index].wanted
      guard wanted != nil || placements[index].wantsRemoval, placements[index].generation > placements[index].fence
      else { continue }
      placements[index].received = (
        placements[index].generation, wanted?.bundle, placements[index].startWithin, time
      )
      let token = placements[index].token
      let delay = agentChances.chance(900) ? agentChances.within(200...4_000) : agentChances.within(4_000...200_000)
      queue.add(.begin(placement: index, token: token), at: time + Int64(delay))
      if agentChances.chance(20), placements[index].fence > .none { try offerOlder(index) }
    }
  }

  /// A delayed copy of an older order, or of the same one with another bundle, arrives: the fence refuses it (R27).
  private func offerOlder(_ index: Int) throws(SimulationFailure) {
    let before = placements[index].fence
    let older = Generation(epoch: before.epoch, counter: before.counter - Int64(agentChances.below(2)))
    let isTaken = accepts(index, generation: older, bundle: releases[0].bundles[0])
    if older < before || placements[index].fenceBundle != releases[0].bundles[0] {
      coverage.add(.fencesRefused)
      try require(!isTaken, "R27", "\(placements[index].name) takes order \(older) although it has seen \(before)")
    }
  }

  /// The agent's fence: newer ones, or the very same one again.
  private func accepts(_ index: Int, generation: Generation, bundle: Digest?) -> Bool {
    let placement = placements[index]
    return generation > placement.fence || (generation == placement.fence && bundle == placement.fenceBundle)
  }

  /// The agent begins with the order that it fetched last, unless that has lapsed.
  func begin(_ index: Int, _ token: Int) throws(SimulationFailure) {
    guard placements[index].token == token, let order = placements[index].received else { return }
    let cluster = placements[index].cluster
    guard clusters[cluster].agentRuns, !clusters[cluster].isRemoved else { return }
    if isHeldOnSite(cluster) {
      coverage.add(.ordersHeldOnSite)
      return
    }
    let waited = (time - order.at) * (1_000 + clusters[cluster].drift) / 1_000
    if waited > order.startWithin, !canTalk(cluster) {
      placements[index].received = nil
      coverage.add(.lapsedOrders)
      log("order lapsed", Int64(index), order.generation.counter)
      return
    }
    placements[index].received = nil
    guard accepts(index, generation: order.generation, bundle: order.bundle) else { return }
    if let bundle = order.bundle {
      try require(
        placements[index].everOrdered.contains(bundle), "V4",
        "\(placements[index].name) begins with a bundle that was never ordered")
    }
    try require(
      order.generation > placements[index].fence, "V4",
      "\(placements[index].name) begins with \(order.generation) after \(placements[index].fence)")
    placements[index].fence = order.generation
    placements[index].fenceBundle = order.bundle
    placements[index].phase = .applying
    placements[index].isRollbackPlay =
      placements[index].direction == .rollback && placements[index].generation == order.generation
    startOver(index)
    log("begins", Int64(index), order.generation.counter)
    queue.add(.report(placement: index, token: placements[index].token), at: time + 50)
    let took = agentChances.chance(900) ? agentChances.within(500...8_000) : agentChances.within(8_000...60_000)
    queue.add(.applied(placement: index, token: placements[index].token), at: time + Int64(took))
  }

  private func startOver(_ index: Int) {
    placements[index].token += 1
    placements[index].objectHealth = .progressing
    placements[index].readySince = nil
    placements[index].degradedSince = nil
    placements[index].message = ""
  }

  func finishApplying(_ index: Int, _ token: Int) throws(SimulationFailure) {
    guard placements[index].token == token, placements[index].phase == .applying else { return }
    guard let bundle = placements[index].fenceBundle else { return finishRemoving(index, token) }
    let play = drawPlay(index, bundle)
    if case .terminal = play {
      coverage.add(.terminalErrors)
      placements[index].phase = .failed
      placements[index].objectHealth = .unknown
      placements[index].message = "admission denied"
      queue.add(.report(placement: index, token: token), at: time + 50)
      return
    }
    placements[index].phase = .applied
    placements[index].running = bundle
    try require(
      placements[index].everOrdered.contains(bundle), "V4",
      "\(placements[index].name) runs a bundle that was never ordered")
    queue.add(.report(placement: index, token: token), at: time + 50)
    perform(play, index, token)
  }

  /// What was applied is gone, unless something of it cannot be deleted.
  private func finishRemoving(_ index: Int, _ token: Int) {
    if !isHealed, agentChances.chance(knobs.mishapPermille) {
      placements[index].phase = .failed
      placements[index].objectHealth = .unknown
      placements[index].message = "cannot delete: a finalizer stays"
    } else {
      coverage.add(.removedTargets)
      placements[index].phase = .removed
      placements[index].objectHealth = .healthy
      placements[index].running = nil
    }
    queue.add(.report(placement: index, token: token), at: time + 50)
  }

  private func perform(_ play: Play, _ index: Int, _ token: Int) {
    func act(_ number: Int, after delay: Int64) {
      queue.add(.act(placement: index, token: token, number: number), at: time + delay)
    }
    switch play {
    case .healthy(let after): act(1, after: after)
    case .degraded(let after): act(2, after: after)
    case .stuck, .terminal: break
    case .flapping(let until):
      coverage.add(.flapping)
      act(1, after: 2_000)
      act(2, after: 4_000)
      act(0, after: 6_000)
      act(2, after: 9_000)
      act(1, after: until)
    case .regresses(let after):
      act(1, after: 2_000)
      act(2, after: after)
    case .cutsNetwork:
      vanish(placements[index].cluster, for: Int64(agentChances.within(60...1_500)) * 1_000)
      act(agentChances.chance(500) ? 1 : 2, after: 3_000)
    }
  }

  /// What the bundle's objects do here: as its fault says, or a mishap of this cluster.
  private func drawPlay(_ index: Int, _ bundle: Digest) -> Play {
    let region = clusters[placements[index].cluster].labels["region"]
    var kind = 0
    if let fault = bundleFaults[bundle], fault.region == nil || fault.region == region {
      kind = fault.kind
    } else {
      let rate = placements[index].isRollbackPlay ? knobs.rollbackMishapPermille : knobs.mishapPermille
      if !isHealed, agentChances.chance(rate) { kind = agentChances.within(1...6) }
    }
    switch kind {
    case 1: return .degraded(after: Int64(agentChances.within(500...20_000)))
    case 2: return .stuck
    case 3: return .terminal
    case 4: return .flapping(until: Int64(agentChances.within(10_000...60_000)))
    case 5: return .regresses(after: Int64(agentChances.within(5_000...400_000)))
    case 6 where !isHealed: return .cutsNetwork
    case 7: return .healthy(after: Int64(agentChances.within(100_000...900_000)))
    default: return .healthy(after: Int64(agentChances.within(500...15_000)))
    }
  }

  /// The objects' health changes: 0 progressing, 1 healthy, 2 degraded.
  func act(_ index: Int, _ token: Int, _ number: Int) {
    guard placements[index].token == token, placements[index].phase == .applied else { return }
    let health: Health = number == 1 ? .healthy : number == 2 ? .degraded : .progressing
    placements[index].objectHealth = health
    placements[index].readySince = health == .healthy ? time : nil
    placements[index].degradedSince = health == .degraded ? time : nil
    placements[index].message = health == .degraded ? "Deployment web: CrashLoopBackOff" : ""
    // The agent reports a change at once and again while it is young, for those who count how long it has lasted.
    for delay in [100, 6_000, 12_000, 32_000, 95_000] {
      queue.add(.report(placement: index, token: token), at: time + Int64(delay))
    }
  }

  /// The agent says how one target is; what is lost on the way is said again.
  func report(_ index: Int, _ token: Int) {
    guard placements[index].token == token, clusters[placements[index].cluster].agentRuns,
      !clusters[placements[index].cluster].isRemoved
    else { return }
    let cluster = placements[index].cluster
    guard canTalk(cluster) else { return }
    if !isHealed, agentChances.chance(knobs.loseReportPermille) {
      coverage.add(.lostReports)
      queue.add(.report(placement: index, token: token), at: time + 15_000)
      return
    }
    let observation = observation(index)
    var delay = Int64(agentChances.within(5...300))
    if !isHealed, agentChances.chance(knobs.lateReportPermille) {
      coverage.add(.lateReports)
      delay = Int64(agentChances.within(1_000...60_000))
      // The agent's next one comes after the late one, which is older.
      queue.add(.report(placement: index, token: token), at: time + delay + 1_000)
    }
    queue.add(.arrival(observation, cluster: cluster), at: time + delay)
    if !isHealed, agentChances.chance(knobs.doubleReportPermille) {
      coverage.add(.doubledReports)
      queue.add(.arrival(observation, cluster: cluster), at: time + delay + Int64(agentChances.within(1...5_000)))
      queue.add(.report(placement: index, token: token), at: time + delay + 6_000)
    }
  }

  func observation(_ index: Int) -> Observation {
    let placement = placements[index]
    let drift = clusters[placement.cluster].drift
    func lasted(_ since: Int64?) -> Duration {
      since.map { .milliseconds((time - $0) * (1_000 + drift) / 1_000) } ?? .zero
    }
    return Observation(
      target: placement.id, generation: placement.fence, bundle: placement.fenceBundle, phase: placement.phase,
      health: placement.objectHealth, readyFor: lasted(placement.readySince),
      degradedFor: lasted(placement.degradedSince), message: placement.message)
  }

  /// A report reaches the store: the newest order's counts, every other changes nothing (R27).
  func arrive(_ observation: Observation, from cluster: Int) {
    guard isListening, !clusters[cluster].isRemoved else { return }
    let index = Int(observation.target.rawValue) - 1
    guard observation.generation == placements[index].generation,
      observation.bundle == placements[index].wanted?.bundle
    else {
      coverage.add(.staleReports)
      return
    }
    placements[index].report = StepReport(
      observation: observation, receivedListened: ListeningTime(milliseconds: listened))
    placements[index].health = observation.health
    if observation.phase == .applied {
      placements[index].isConfirmed = true
      placements[index].applied = observation.bundle
    }
    if observation.phase == .removed {
      placements[index].isConfirmed = true
      placements[index].applied = nil
      placements[index].lastKnownGood = nil
      placements[index].goodHistory = []
    }
    log("report", Int64(index), observation.generation.counter, observation.readyFor.wholeMilliseconds)
    mark(placement: index)
  }

  /// The agent forgets what it does not persist: fetched orders, and how long objects have been as they are.
  func crashAgent(_ cluster: Int) {
    guard clusters[cluster].agentRuns, !clusters[cluster].isRemoved else { return }
    coverage.add(.agentCrashes)
    clusters[cluster].agentRuns = false
    loseContact(cluster)
    for index in clusters[cluster].placements { placements[index].received = nil }
    queue.add(.agentRestart(cluster), at: time + Int64(agentChances.within(1...90)) * 1_000)
  }

  func restartAgent(_ cluster: Int) {
    guard !clusters[cluster].agentRuns else { return }
    clusters[cluster].agentRuns = true
    for index in clusters[cluster].placements {
      // Objects may have changed meanwhile; the agent looks again and counts anew.
      let health = placements[index].objectHealth
      let phase = placements[index].phase
      let message = placements[index].message
      startOver(index)
      switch phase {
      case .applying: queue.add(.applied(placement: index, token: placements[index].token), at: time + 3_000)
      case .applied:
        placements[index].objectHealth = health
        let number = health == .healthy ? 1 : health == .degraded ? 2 : 0
        if number > 0 {
          act(index, placements[index].token, number)
        } else if let bundle = placements[index].fenceBundle {
          perform(drawPlay(index, bundle), index, placements[index].token)
        }
      case .failed, .removed:
        placements[index].objectHealth = health
        placements[index].message = message
        queue.add(.report(placement: index, token: placements[index].token), at: time + 100)
      }
    }
    if clusters[cluster].isReachable { queue.add(.reconnect(cluster), at: time + 100) }
  }
}
