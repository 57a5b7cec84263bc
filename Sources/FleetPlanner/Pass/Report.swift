internal import FleetModel

extension Pass {
  /// Says for everything that has not happened yet what it waits for, who can clear it and when it can next change.
  func report() -> PlanReport {
    var report = PlanReport()
    guard !run.state.isEnd else { return report }
    report.waiting += runEntries()
    if run.state == .running || run.state == .paused {
      for stage in stages where stage.state.isComplete {
        report.waiting += inFlightEntries(stage) + dispatchEntries(stage)
      }
    }
    for stage in stages where !stage.state.isComplete {
      let entries = stageEntries(stage)
      report.waiting += entries
      if !entries.isEmpty || stage.state == .halted {
        report.waiting += laterStages(after: stage)
        break
      }
    }
    report.waiting += joinedEntries() + heldEntries()
    report.notes = unreachableNotes() + unhealthyNotes() + lapsingApprovals()
    return report
  }

  /// Who is held on its site, one entry for each hold (R31).
  private func heldEntries() -> [Waiting] {
    units.compactMap { unit in
      guard let hold = unit.hold, unit.hasStep({ $0 == .skipped }) || unit.isHeldGoingBack else { return nil }
      let what = unit.isHeldGoingBack ? "goes back when that ends" : "catches up when that ends"
      return Waiting(
        reason: .held, stage: stages[unit.stage].name, clusters: [unit.clusterName],
        message: "\(unit.clusterName) is \(hold.words); it \(what)", clearedBy: "flotilla agent release, on the site",
        nextChange: hold.until)
    }
  }

  private func runEntries() -> [Waiting] {
    let name = run.displayName
    switch run.state {
    case .paused:
      let pause = run.pause.map { "paused by \($0.by)" + ($0.reason.isEmpty ? "" : ": \($0.reason)") } ?? "paused"
      return [
        Waiting(reason: .paused, message: pause, clearedBy: "flotilla rollout resume \(name)")
      ]
    case .halted:
      let cause = run.breach?.cause ?? stages.first { $0.state == .halted }?.haltReason ?? "halted"
      let halted = run.breach == nil ? stages.first { $0.state == .halted } : nil
      let isByCheck = halted?.checks.contains(where: \.stops) ?? false
      let isTimedOut = halted?.isTimedOut ?? false
      return [
        Waiting(
          reason: halted == nil ? .halted : isByCheck ? .check : isTimedOut ? .approval : .untested, message: cause,
          clearedBy: isByCheck
            ? "flotilla rollout resume \(name), which asks again, waive-checks, undo or abort"
            : isTimedOut
              ? "flotilla rollout resume \(name), which asks again, undo or abort"
              : "flotilla rollout undo|retry|waive|resume|abort \(name)")
      ]
    case .halting:
      return [
        Waiting(
          reason: .inFlight, clusters: units.filter { $0.holdsForwardSlot }.map(\.clusterName),
          message: "nothing new is sent; orders in flight end first", clearedBy: "reports of the clusters")
      ]
    case .queued:
      return [Waiting(reason: .otherRun, message: "another run of the set goes first", clearedBy: "its end")]
    case .rollingBack:
      let under = units.filter { unit in unit.steps.contains { $0.state == .rollingBack } }
      return [
        Waiting(
          reason: .rollback, clusters: under.map(\.clusterName), message: "changed clusters go back",
          clearedBy: "reports of the clusters")
      ]
    case .running, .succeeded, .succeededWithWaivers, .succeededWithUnreachable, .noChange, .rolledBack,
      .rollbackFailed, .aborted, .superseded:
      return []
    }
  }

  private func stageEntries(_ stage: Stage) -> [Waiting] {
    guard run.state == .running || run.state == .paused else { return [] }
    switch stage.state {
    case .waiting, .passed, .empty, .halted: return []
    case .gated: return gateEntries(.before, stage) + windowEntries(stage)
    case .open: return inFlightEntries(stage) + dispatchEntries(stage)
    case .soaking:
      return inFlightEntries(stage) + dispatchEntries(stage) + soakEntries(stage)
        + gateEntries(.after, stage)
    }
  }

  private func gateEntries(_ list: CheckRecord.List, _ stage: Stage) -> [Waiting] {
    stage.gates(list).enumerated().compactMap { place, gate in gateEntry(gate, list, place, stage) }
  }

  private func gateEntry(_ gate: Gate, _ list: CheckRecord.List, _ place: Int, _ stage: Stage) -> Waiting? {
    switch gate {
    case .analysis, .http: return checkEntry(list, place, stage)
    case .approval(let rule):
      let given = validApprovals(of: stage, rule: rule, run: run, now: now).count
      let needed = run.approvalsNeeded(by: rule)
      guard given < needed else { return nil }
      let who = rule.groups.isEmpty ? "anyone who may approve" : "group \(rule.groups.joined(separator: " or "))"
      let except = rule.notAuthor && !run.authors.isEmpty ? " (not \(run.authors.joined(separator: ", ")))" : ""
      let unknown = run.unknownAuthors.joined(separator: ", ")
      let doubled = needed > rule.count ? "; twice as many as usual, because no token is known for \(unknown)" : ""
      return Waiting(
        reason: .approval, stage: stage.name,
        message: "\(needed - given) approval\(needed - given == 1 ? "" : "s") by \(who)\(except)\(doubled)",
        clearedBy: "flotilla rollout approve \(run.displayName) --stage \(stage.name)",
        nextChange: answerDue(rule, stage))
    }
  }

  private func inFlightEntries(_ stage: Stage) -> [Waiting] {
    var reports: [ClusterName] = []
    var ready: [ClusterName] = []
    var nextReady: Instant?
    for index in units.indices where units[index].stage == stage.index && units[index].holdsForwardSlot {
      let unit = units[index]
      let verifying = unit.steps.first { $0.state == .verifying && ($0.report?.observation.readyFor ?? .zero) > .zero }
      if let observation = verifying?.report?.observation {
        ready.append(unit.clusterName)
        let at = now + (stage.rules.minReady - observation.readyFor)
        nextReady = min(nextReady ?? at, at)
      } else {
        reports.append(unit.clusterName)
      }
    }
    var entries: [Waiting] = []
    if !reports.isEmpty {
      entries.append(
        Waiting(
          reason: .report, stage: stage.name, clusters: reports,
          message: "in flight: \(reports.count), not healthy yet", clearedBy: "reports of the clusters",
          nextChange: wakes.filter { $0 > now }.min()))
    }
    if !ready.isEmpty {
      entries.append(
        Waiting(
          reason: .minReady, stage: stage.name, clusters: ready,
          message: "healthy, for less than \(stage.rules.minReady.text)", clearedBy: "time", nextChange: nextReady))
    }
    return entries
  }

  private func dispatchEntries(_ stage: Stage) -> [Waiting] {
    let waiting = waits[stage.index]
    var entries = windowEntries(stage)
    if !waiting.slot.isEmpty {
      let count = max(waiting.slot.count, stage.counters[.pending])
      entries.append(
        Waiting(
          reason: .slot, stage: stage.name, clusters: waiting.slot,
          message: "\(count) wait for one of \(stage.slots) slots", clearedBy: "a slot"))
    }
    if !waiting.firstAlone.isEmpty {
      entries.append(
        Waiting(
          reason: .firstAlone, stage: stage.name, clusters: waiting.firstAlone,
          message: "the first cluster goes alone until it is healthy", clearedBy: "its success"))
    }
    for (limit, clusters) in waiting.limit.sorted(by: { $0.key < $1.key }) {
      entries.append(
        Waiting(
          reason: .limit, stage: stage.name, clusters: clusters, message: "limit \(limit)",
          clearedBy: "a place under it"))
    }
    if !waiting.contact.isEmpty {
      entries.append(
        Waiting(
          reason: .contact, stage: stage.name, clusters: waiting.contact, message: "silent clusters are waited for",
          clearedBy: "their agents", nextChange: wakes.filter { $0 > now }.min()))
    }
    return entries
  }

  private func soakEntries(_ stage: Stage) -> [Waiting] {
    guard let startedAt = stage.soakStartedAt, now < startedAt + stage.rules.soak else { return [] }
    return [
      Waiting(
        reason: .soak, stage: stage.name, message: "soaks for \(stage.rules.soak.text)", clearedBy: "time",
        nextChange: startedAt + stage.rules.soak)
    ]
  }

  private func laterStages(after stage: Stage) -> [Waiting] {
    stages.filter { $0.index > stage.index && !$0.state.isComplete && $0.changing > 0 }.map { later in
      Waiting(
        reason: .earlierStage, stage: later.name, message: "stage \(stage.name) has not passed",
        clearedBy: "stage \(stage.name)")
    }
  }

  /// Failures that touch no budget are told apart (R6).
  private func unhealthyNotes() -> [String] {
    units.filter { $0.wasUnhealthy && $0.hasStep { $0 == .failed } && !$0.isFailing }
      .map { "\($0.clusterName) failed, as it had before the run, so that no budget counts it" }
  }

  private func unreachableNotes() -> [String] {
    units.indices.filter { units[$0].silentFor >= silenceShown }
      .map { "\(units[$0].clusterName) has been silent for \(units[$0].silentFor.text)" }
  }
}

extension Unit {
  /// Whether any step holds a slot with a forward order.
  var holdsForwardSlot: Bool { hasStep { $0.holdsForwardSlot } }

  /// Whether any step has an order in flight, in either direction.
  var isUnderway: Bool { hasStep { $0.holdsForwardSlot || $0 == .rollingBack } }
}
