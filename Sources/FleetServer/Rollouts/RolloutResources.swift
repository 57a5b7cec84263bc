import FleetAPI
import FleetModel
import FleetPlanner
import FleetPorts

extension StageResource {
  /// A stage on the wire.
  init(_ stage: Stage, of run: Run) {
    let windows = (run.strategy.windows ?? []) + (stage.rules.windows ?? [])
    let rules = stage.rules
    let approval = rules.before.compactMap { gate -> ApprovalRule? in
      switch gate {
      case .analysis, .http: nil
      case .approval(let rule):
        ApprovalRule(
          groups: rule.groups, count: run.approvalsNeeded(by: rule), notAuthor: rule.notAuthor,
          expiresAfterMilliseconds: rule.expiresAfter?.wholeMilliseconds,
          timeoutMilliseconds: rule.timeout?.wholeMilliseconds)
      }
    }.first
    self.init(
      index: stage.index, name: stage.name, state: stage.state, clusters: stage.size, changing: stage.changing,
      targets: stage.memberCount, joined: stage.joined == 0 ? nil : stage.joined, slots: stage.slots,
      failureBudget: stage.failureBudget,
      unreachableBudget: stage.unreachableBudget, minSucceeded: stage.minSucceeded,
      minReadyMilliseconds: rules.minReady.wholeMilliseconds,
      progressDeadlineMilliseconds: rules.progressDeadline.wholeMilliseconds,
      soakMilliseconds: rules.soak.wholeMilliseconds,
      clustersByState: Dictionary(
        stage.counters.byState.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: +),
      everFailed: stage.counters.everFailed, openedAt: stage.openedAt.map(Timestamp.init),
      soakStartedAt: stage.soakStartedAt.map(Timestamp.init), passedAt: stage.passedAt.map(Timestamp.init),
      approvalRule: approval,
      approvals: stage.approvals.map {
        Approval(principal: $0.principal, groups: $0.groups, reason: $0.reason, at: Timestamp($0.at))
      },
      haltReason: stage.haltReason, checks: stage.checks.isEmpty ? nil : stage.checks.map { Check($0, of: stage) },
      windows: windows.isEmpty ? nil : windows,
      overrides: stage.overrides.isEmpty
        ? nil
        : stage.overrides.map { Approval(principal: $0.by, groups: [], reason: $0.reason, at: Timestamp($0.at)) })
  }
}

extension StageResource.Check {
  /// A check on the wire.
  init(_ record: CheckRecord, of stage: Stage) {
    let gates = record.list == .before ? stage.rules.before : stage.rules.after
    let rule = gates.indices.contains(record.place) ? gates[record.place].checkRule : nil
    self.init(
      list: record.list.rawValue, title: record.title, measured: record.measured, passes: record.passes,
      needed: rule?.count ?? 1, verdict: record.verdict?.rawValue, last: record.last?.text ?? "",
      lastAt: record.lastAt.map(Timestamp.init), nextAt: record.isOpen ? Timestamp(record.nextAt) : nil,
      waivedBy: record.waivedBy)
  }
}

extension WaitingResource {
  /// What waits, on the wire.
  init(_ waiting: Waiting) {
    self.init(
      reason: waiting.reason.rawValue, stage: waiting.stage, clusters: waiting.clusters,
      clusterCount: waiting.clusterCount, message: waiting.message, clearedBy: waiting.clearedBy,
      nextChange: waiting.nextChange.map(Timestamp.init))
  }
}

extension RolloutResource.Counts {
  /// The numbers of all stages added up.
  init(_ stages: [Stage]) {
    func sum(_ states: StepState...) -> Int {
      stages.reduce(0) { total, stage in total + states.reduce(0) { $0 + stage.counters[$1] } }
    }
    func total(_ number: (Stage) -> Int) -> Int { stages.map(number).reduce(0, +) }
    self.init(
      clusters: total(\.size), changing: total(\.changing), unchanged: sum(.unchanged),
      inFlight: total(\.counters.slotsHeld), succeeded: sum(.soaking, .succeeded),
      everFailed: total(\.counters.everFailed),
      rolledBack: sum(.rolledBack), unreachable: sum(.unreachable, .lost))
  }
}

extension RolloutResource {
  /// A run on the wire.
  init(_ record: RolloutRecord) {
    let run = record.run
    func stageName(_ index: Int) -> String { record.stages.first { $0.index == index }?.name ?? "#\(index)" }
    self.init(
      name: run.displayName, project: run.project, fleetSet: run.fleetSet, number: run.number, kind: run.kind,
      state: run.state, ended: run.state.isEnd, release: run.releaseName,
      sources: record.sources.map(ReleaseResource.Source.init), authors: run.authors, startedBy: run.startedBy,
      planHash: run.planHash, version: run.version, pause: run.pause.map { Pause(by: $0.by, reason: $0.reason) },
      breach: run.breach.map {
        Breach(
          stage: stageName($0.stage), cause: $0.cause, at: Timestamp($0.at), rollsBack: $0.rollbackScope != nil,
          scope: $0.rollbackScope ?? .all)
      },
      failureBudget: run.failureBudget, unreachableBudget: run.unreachableBudget, createdAt: Timestamp(run.createdAt),
      endedAt: run.endedAt.map(Timestamp.init), counts: Counts(record.stages),
      stages: record.stages.sorted { $0.index < $1.index }.map { StageResource($0, of: record.run) },
      waiting: record.report.waiting.map(WaitingResource.init), notes: record.report.notes, warnings: record.warnings)
  }
}

extension StepResource {
  /// A step on the wire.
  init(_ record: StepRecord) {
    self.init(
      stage: record.stage, cluster: record.clusterName, target: record.targetName, state: record.state,
      attempt: record.attempt, failure: record.failure, message: record.message,
      dispatchedAt: record.dispatchedAt.map(Timestamp.init), changedAt: Timestamp(record.changedAt))
  }
}

extension EventResource {
  /// An event on the wire.
  init(_ record: EventRecord) {
    self.init(
      position: record.position, at: Timestamp(record.at), actor: record.actor, kind: record.kind,
      project: record.project, fleetSet: record.fleetSet, rollout: record.rollout, stage: record.stage,
      cluster: record.cluster, target: record.target, message: record.message, reason: record.reason)
  }
}
