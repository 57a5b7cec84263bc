internal import FleetModel
internal import FleetPlanner

extension World {
  /// Loads the summary that `PlanInput.units` documents, and not a unit more.
  func load(
    _ number: Int, now: Instant, listened: Int64, lookahead: Int? = nil
  ) -> (input: PlanInput, marks: [(unit: Int, count: Int)]) {
    let lookahead = lookahead ?? knobs.lookahead
    let row = runs[number]
    var isWanted = [Bool](repeating: false, count: row.units.count)
    var marks: [(unit: Int, count: Int)] = []
    let incomplete = row.stages.first { $0.state != .passed && $0.state != .empty }
    var pendingLeft = incomplete.map { $0.slots + lookahead } ?? 0
    for index in row.units.indices {
      let unit = row.units[index]
      if row.marks[index] > 0 {
        isWanted[index] = true
        marks.append((index, row.marks[index]))
      }
      var isPending = false
      for step in unit.steps {
        switch step.state {
        case .dispatched, .applying, .verifying, .rollingBack, .failed, .lost: isWanted[index] = true
        case .pending where step.attempt > 1: isWanted[index] = true
        case .skipped where unit.isJoined || wasHeldLately(unit, now: now): isWanted[index] = true
        case .pending: isPending = true
        default: break
        }
      }
      if isPending, unit.stage == incomplete?.index, pendingLeft > 0 {
        pendingLeft -= 1
        isWanted[index] = true
      }
    }
    var isSendBackComplete = true
    if row.run.state == .rollingBack, let breach = row.run.breach, let scope = breach.rollbackScope {
      isSendBackComplete = addSendBack(row, breach.stage, scope, lookahead, &isWanted)
    }
    var units: [Unit] = []
    for index in row.units.indices where isWanted[index] {
      units.append(loaded(row.units[index], now: now, listened: listened, isRemoval: row.run.kind == .remove))
    }
    var input = PlanInput(
      now: now, listened: ListeningTime(milliseconds: listened), epoch: 1, run: row.run, stages: row.stages,
      units: units, inFlightByLabel: inFlightByLabel(row))
    input.calendar = calendar
    input.sharedLimits = sharedLimits
    input.hasMoreToSendBack = !isSendBackComplete
    input.isHeld = holds.contains { $0.release == Int(row.run.release.rawValue) - 1 }
    return (input, marks)
  }

  /// The next ones to send back: changed steps in the breach's scope that have a `before`, last stage first. Answers whether
  /// those are all.
  private func addSendBack(
    _ row: RunRow, _ stage: Int, _ scope: FailurePolicy.Scope, _ lookahead: Int, _ isWanted: inout [Bool]
  ) -> Bool {
    var left = lookahead + (row.stages.map(\.rollbackSlots).max() ?? 0)
    // Who joined stands behind all others in the rows.
    let order = row.units.indices.sorted {
      (row.units[$0].stage, row.units[$0].position) > (row.units[$1].stage, row.units[$1].position)
    }
    for index in order {
      let unit = row.units[index]
      if scope == .stage, unit.stage < stage { continue }
      let isCandidate = unit.steps.contains { step in
        guard row.run.mayGoBack(step, of: unit) else { return false }
        guard step.order?.direction == .forward else { return false }
        switch step.state {
        case .failed, .lost: return true
        case .pending, .dispatched, .applying, .verifying, .soaking, .succeeded, .waived, .unreachable, .skipped:
          return scope != .failed
        case .unchanged, .removed, .cancelled, .rollingBack, .rolledBack, .rollbackFailed: return false
        }
      }
      guard isCandidate else { continue }
      if left == 0 { return false }
      isWanted[index] = true
      left -= 1
    }
    return true
  }

  /// Whether its agent is held, or was until a moment ago (R31).
  private func wasHeldLately(_ unit: Unit, now: Instant) -> Bool {
    let hold = clusters[Int(unit.cluster.rawValue) - 1].hold
    return hold.map { $0.until > now - .seconds(300) } ?? false
  }

  private func loaded(_ stored: Unit, now: Instant, listened: Int64, isRemoval: Bool) -> Unit {
    var unit = stored
    let cluster = clusters[Int(stored.cluster.rawValue) - 1]
    unit.silentFor = silence(of: cluster, listened: listened)
    unit.clusterLabels = cluster.labels
    unit.cordonReason = cluster.cordonReason
    (unit.hold, unit.releasedFor) = knownHold(of: cluster, now: now, listened: listened)
    unit.isRemoved = cluster.isRemoved
    for step in unit.steps.indices {
      let placement = placements[Int(unit.steps[step].target.rawValue) - 1]
      unit.steps[step].highestGeneration = placement.generation
      unit.steps[step].isBackInSet = isRemoval && !placement.hasLeft
      if let order = unit.steps[step].order, order.generation == placement.generation {
        unit.steps[step].report = placement.report
      } else {
        unit.steps[step].report = nil
      }
    }
    return unit
  }

  private func inFlightByLabel(_ row: RunRow) -> [String: [String: Int]] {
    guard !row.run.strategy.limits.isEmpty else { return [:] }
    var counts: [String: [String: Int]] = [:]
    for unit in row.units where unit.steps.contains(where: { isInFlight($0.state) || $0.state == .rollingBack }) {
      for (limit, value) in zip(row.run.strategy.limits, unit.limitValues) {
        if let value { counts[limit.label, default: [:]][value, default: 0] += 1 }
      }
    }
    return counts
  }

  /// The limit that all runs share, with the places of all that go on (R29).
  private var sharedLimits: [SharedLimitUse] {
    guard let most = knobs.sharedLimit else { return [] }
    var use = SharedLimitUse(SharedLimit(name: "regions", label: "region", maxInFlight: most))
    for number in goingRuns {
      for (value, count) in inFlightByRegion(number) {
        use.inFlight[value, default: [:]][runs[number].run.displayName] = count
      }
    }
    return [use]
  }

  /// Clusters of a run with an order in flight, in either direction, by region.
  func inFlightByRegion(_ number: Int) -> [String: Int] {
    var counts: [String: Int] = [:]
    for unit in runs[number].units
    where unit.steps.contains(where: { isInFlight($0.state) || $0.state == .rollingBack }) {
      guard let region = clusters[Int(unit.cluster.rawValue) - 1].labels["region"] else { continue }
      counts[region, default: 0] += 1
    }
    return counts
  }

  /// A forward order of this step holds a slot (R8).
  func isInFlight(_ state: StepState) -> Bool {
    state == .dispatched || state == .applying || state == .verifying
  }

  /// Loads and decides, with more pending units as long as the plan asks for them.
  func decide(
    _ number: Int, now: Instant, listened: Int64
  ) -> (input: PlanInput, marks: [(unit: Int, count: Int)], plan: Plan) {
    var lookahead = knobs.lookahead
    while true {
      let (input, marks) = load(number, now: now, listened: listened, lookahead: lookahead)
      let plan = decisions.plan(input)
      guard plan.wantsMoreUnits else { return (input, marks, plan) }
      coverage.add(.widerLooks)
      precondition(lookahead < 1_000, "a plan asks for more units than there are")
      lookahead *= 4
    }
  }

  /// Notes that a report or a cluster of the run changed, and wakes its pass.
  func mark(cluster: Int) {
    storeEpoch += 1
    if activeRun == nil || isNew(cluster) {
      // Who is back may catch up (R16), or be onboarded (R5).
      queue.add(.start, at: time + Int64(controllerChances.within(10...2_000)))
    }
    let id = clusters[cluster].id
    for number in goingRuns {
      for index in runs[number].units.indices where runs[number].units[index].cluster == id {
        runs[number].marks[index] = storeEpoch
      }
      wake(number)
    }
  }

  /// Whether a cluster has a target without any order that no run has a place for.
  private func isNew(_ cluster: Int) -> Bool {
    clusters[cluster].placements.contains { index in
      placements[index].wanted == nil
        && !goingRuns.contains { number in
          runs[number].units.contains { $0.steps.contains { $0.target == placements[index].id } }
        }
    }
  }

  func mark(placement: Int) {
    storeEpoch += 1
    let id = placements[placement].id
    for number in goingRuns {
      for index in runs[number].units.indices
      where runs[number].units[index].steps.contains(where: { $0.target == id }) {
        runs[number].marks[index] = storeEpoch
      }
      wake(number)
    }
  }

  /// Makes a run due now.
  func wake(_ number: Int) {
    runs[number].work.wakes += 1
    runs[number].work.dueAt = min(runs[number].work.dueAt, time)
    queue.add(.work, at: time + Int64(controllerChances.within(1...400)))
  }
}
