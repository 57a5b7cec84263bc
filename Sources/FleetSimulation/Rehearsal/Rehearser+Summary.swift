internal import FleetModel
internal import FleetPlanner

extension Rehearser {
  /// How the run went.
  func summary() -> Rehearsal {
    let counts = stages.map { stage in tally(units.indices.filter { units[$0].stage == stage.index }) }
    return Rehearsal(
      verdict: run.state.isEnd ? .ends : isOver || queue.nextTime == nil ? .stops : .goesOn, state: run.state,
      duration: .milliseconds(time), stop: stop(),
      stages: zip(stages, counts).map { stage, counts in
        Rehearsal.Stage(
          name: stage.name, size: stage.size, changing: stage.changing,
          openedAfter: stage.openedAt.map { $0 - beginning }, passedAfter: stage.passedAt.map { $0 - beginning },
          counts: counts)
      },
      counts: counts.reduce(into: Rehearsal.Counts()) { $0.add($1) }, casualties: casualties(),
      correlations: correlations(), occupations: occupations.filter { $0.value > 0 }.mapValues { .milliseconds($0) },
      passes: passes, violations: violations)
  }

  private func stop() -> Rehearsal.Stop? {
    if let breach = run.breach {
      return Rehearsal.Stop(
        stage: stages[breach.stage].name, cause: breach.cause, after: breach.at - beginning,
        clearedBy: run.state.isEnd ? "" : report.waiting.first?.clearedBy ?? "")
    }
    guard !run.state.isEnd, let first = report.waiting.first else { return nil }
    let stage = first.stage.isEmpty ? stages.first { !$0.state.isComplete }?.name ?? "" : first.stage
    return Rehearsal.Stop(
      stage: stage, cause: first.message, after: .milliseconds(time), clearedBy: first.clearedBy)
  }

  private func tally(_ indices: [Int]) -> Rehearsal.Counts {
    var counts = Rehearsal.Counts()
    for index in indices {
      if touched[index] { counts.touched += 1 }
      if units[index].hasFailed { counts.failed += 1 }
      switch units[index].state {
      case .soaking, .succeeded: counts.updated += 1
      case .rolledBack: counts.rolledBack += 1
      case .unreachable, .lost: counts.away += 1
      case .skipped: counts.skipped += 1
      case .pending, .cancelled: counts.notReached += 1
      case .unchanged: counts.unchanged += 1
      case .dispatched, .applying, .verifying, .failed, .waived, .removed, .rollingBack, .rollbackFailed: break
      }
    }
    return counts
  }

  private func casualties() -> [Rehearsal.Casualty] {
    units.lazy.compactMap { [stages] unit -> Rehearsal.Casualty? in
      guard let failure = unit.steps.first(where: { !$0.failure.isEmpty })?.failure else { return nil }
      return Rehearsal.Casualty(cluster: unit.clusterName, stage: stages[unit.stage].name, reason: failure)
    }
    .prefix(100).map { $0 }
  }

  /// What the failed clusters have in common, as `rollout explain` finds it out.
  private func correlations() -> [FailureCorrelation] {
    struct Label: Hashable {
      var key: String
      var value: String
    }
    var tallies: [Label: (failed: Int, healthy: Int)] = [:]
    var totals = (failed: 0, healthy: 0)
    for place in cast.clusters.indices {
      let hasFailed = cast.units[place].contains { units[$0].hasFailed }
      guard hasFailed || cast.units[place].contains(where: { wasReady[$0] }) else { continue }
      if hasFailed { totals.failed += 1 } else { totals.healthy += 1 }
      let cluster = cast.clusters[place]
      var labels = cluster.labels.map { Label(key: $0.key, value: $0.value) }
      if let version = cluster.minorVersion {
        labels.append(Label(key: LabelTally.kubernetesVersion, value: version))
      }
      for label in labels {
        if hasFailed {
          tallies[label, default: (0, 0)].failed += 1
        } else {
          tallies[label, default: (0, 0)].healthy += 1
        }
      }
    }
    let list = tallies.map { label, counts in
      LabelTally(label: label.key, value: label.value, failed: counts.failed, healthy: counts.healthy)
    }
    return correlate(list, failed: totals.failed, healthy: totals.healthy)
  }
}

extension Rehearsal.Counts {
  fileprivate mutating func add(_ other: Self) {
    touched += other.touched
    updated += other.updated
    failed += other.failed
    rolledBack += other.rolledBack
    away += other.away
    skipped += other.skipped
    notReached += other.notReached
    unchanged += other.unchanged
  }
}

extension RehearsedCluster {
  /// `1.29` of `v1.29.4+k3s1`; nil when the version is unknown.
  fileprivate var minorVersion: String? {
    let text = kubernetes.first == "v" ? kubernetes.dropFirst() : Substring(kubernetes)
    let parts = text.split(separator: ".")
    guard parts.count >= 2, parts[0].allSatisfy(\.isNumber) else { return nil }
    return "\(parts[0]).\(parts[1].prefix { $0.isNumber })"
  }
}
