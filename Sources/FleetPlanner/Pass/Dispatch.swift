internal import FleetModel

/// What kept pending units of the open stage from being dispatched in this pass, for the report.
struct DispatchWaits {
  /// Clusters that wait for a free slot.
  var slot: [ClusterName] = []
  /// Clusters that wait until one cluster has succeeded.
  var firstAlone: [ClusterName] = []
  /// Clusters that wait for a limit, by the limit's text.
  var limit: [String: [ClusterName]] = [:]
  /// Clusters that are silent, whose turn it is.
  var contact: [ClusterName] = []
  /// What holds the whole stage back: a window or a freeze.
  var shut: WindowClosure?
  /// Clusters whose own windows, or freezes, are closed.
  var shutFor: [WindowClosure: [ClusterName]] = [:]
}

extension Pass {
  /// Sends the next units of an open stage, as far as slots and limits allow (R1, R3, R7, V8).
  mutating func dispatch(_ index: Int) {
    // Who is away is known before anybody is sent, so that a budget they exceed stops this pass too.
    let next = passOverAway(index)
    guard mayDispatch, waits[index].shut == nil else { return }
    var free = stages[index].slots - stages[index].counters.slotsHeld
    let alone = run.strategy.firstAlone && stages.allSatisfy { $0.counters.ready == 0 }
    let freeAlone = alone ? 1 - slotsHeld : Int.max
    free = min(free, freeAlone)
    for unit in next {
      let holdsSlot = units[unit].holdsForwardSlot
      guard holdsSlot || free > 0 else {
        if alone && stages[index].slots > slotsHeld {
          waits[index].firstAlone.append(units[unit].clusterName)
        } else {
          waits[index].slot.append(units[unit].clusterName)
        }
        continue
      }
      guard holdsSlot || fitsLimits(units[unit]) else { continue }
      send(unit: unit)
      if !holdsSlot { free -= 1 }
    }
    // Everybody given was sent or waits for a limit or contact: those behind them may have what they lack.
    if free > 0, index == firstIncompleteGiven, pendingGiven(index) < stages[index].counters[.pending] {
      plan.wantsMoreUnits = true
    }
  }

  /// Passes over the pending units of a stage that are away, cordoned or held; answers the others.
  @discardableResult
  mutating func passOverAway(_ index: Int) -> [Int] {
    guard mayDispatch else { return [] }
    waits[index].contact = []
    waits[index].shutFor = [:]
    // Whose window is closed has not got its turn: it is neither sent nor missed.
    guard !isShut(index) else { return [] }
    var next: [Int] = []
    for unit in units.indices where units[unit].stage == index && units[unit].hasPendingStep {
      if !isShut(index, for: unit), !passOver(unit: unit, stage: index) { next.append(unit) }
      // The budget of unreachable ones may be used up by now: the others keep their turn.
      guard mayDispatch else { return [] }
    }
    return next
  }

  /// The stage whose next pending units this pass was given.
  var firstIncompleteGiven: Int? { input.stages.first { !$0.state.isComplete }?.index }

  /// Whether any step of a stage is pending. A unit is counted under what matters most of it, which may hide a step that is
  /// tried again; those are always given.
  func hasPending(_ stage: Int) -> Bool { stages[stage].counters[.pending] > 0 || pendingGiven(stage) > 0 }

  /// Pending units of a stage that this pass was given.
  func pendingGiven(_ stage: Int) -> Int {
    units.indices.count { units[$0].stage == stage && units[$0].hasPendingStep }
  }

  /// Whether anything may be sent forward now (V8).
  private var mayDispatch: Bool { run.state == .running && run.pause == nil && run.breach == nil }

  /// Whether the unit is not to be sent now: cordoned, held on its site, away, or silent (R15, R31).
  private mutating func passOver(unit unitIndex: Int, stage index: Int) -> Bool {
    let unit = units[unitIndex]
    let rules = stages[index].rules
    if let reason = unit.cordonReason {
      movePending(unit: unitIndex, to: .skipped)
      note("step.skipped", unit: unit, "\(unit.clusterName) is cordoned: \(reason)")
      return true
    }
    if let hold = unit.hold {
      movePending(unit: unitIndex, to: .skipped)
      note("step.skipped", unit: unit, "\(unit.clusterName) is \(hold.words)")
      return true
    }
    guard unit.silentFor >= silenceShown else { return false }
    guard unit.silentFor >= rules.unreachableAfter else {
      waits[index].contact.append(unit.clusterName)
      wakes.append(now + (rules.unreachableAfter - unit.silentFor))
      return true
    }
    let silence = "\(unit.clusterName) has been silent for \(unit.silentFor.text)"
    // Nobody waits for, or fails by, a cluster whose stage went on without it.
    switch isCatchUp(in: index) ? .skip : rules.unreachable {
    case .skip:
      movePending(unit: unitIndex, to: .unreachable)
      note("step.unreachable", unit: unit, "\(silence); it catches up when it returns")
      checkBudgets()
    case .fail:
      movePending(unit: unitIndex, to: .failed, failure: "no contact for \(unit.silentFor.text)")
      note("step.failed", unit: unit, silence)
      checkBudgets()
    case .hold:
      let heldUntil = (stages[index].openedAt ?? now) + rules.holdFor
      if now >= heldUntil {
        movePending(unit: unitIndex, to: .unreachable)
        note("step.unreachable", unit: unit, "\(silence), and was waited for \(rules.holdFor.text)")
        checkBudgets()
      } else {
        waits[index].contact.append(unit.clusterName)
        wakes.append(heldUntil)
      }
    }
    return true
  }

  private mutating func movePending(unit: Int, to state: StepState, failure: String? = nil) {
    for step in units[unit].steps.indices where units[unit].steps[step].state == .pending {
      move(unit: unit, step: step, to: state, failure: failure)
    }
  }

  /// Whether every limit that binds the unit has a place for it.
  mutating func fitsLimits(_ unit: Unit) -> Bool {
    for (limit, value) in zip(run.strategy.limits, unit.limitValues) {
      guard let value, (inFlightByLabel[limit.label]?[value] ?? 0) >= limit.maxInFlight else { continue }
      waits[unit.stage].limit["\(limit.label)=\(value) is \(limit.maxInFlight) in flight", default: []].append(
        unit.clusterName)
      return false
    }
    return fitsSharedLimits(unit)
  }

  /// Orders all pending steps of a unit together (R0), each above every generation known (R27).
  private mutating func send(unit unitIndex: Int) {
    let rules = stages[units[unitIndex].stage].rules
    for stepIndex in units[unitIndex].steps.indices where units[unitIndex].steps[stepIndex].state == .pending {
      let step = units[unitIndex].steps[stepIndex]
      let order = OrderDraft(
        action: run.kind == .remove ? .remove : .apply,
        placed: PlacedBundle(bundle: step.bundle, release: step.release),
        generation: step.highestGeneration.next(inEpoch: input.epoch), direction: .forward,
        rules: rules)
      move(unit: unitIndex, step: stepIndex, to: .dispatched, order: order)
    }
    let unit = units[unitIndex]
    let what = run.kind == .remove ? "removes \(unit.targetNames)" : "gets \(run.releaseName)"
    note("step.dispatched", unit: unit, "\(unit.clusterName) \(what)")
    wakes.append(now + rules.progressDeadline)
  }
}

extension Unit {
  /// The names of its targets, for people.
  var targetNames: String { steps.map(\.targetName.rawValue).joined(separator: ", ") }
}
