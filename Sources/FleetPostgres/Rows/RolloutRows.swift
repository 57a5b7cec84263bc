import FleetModel
import FleetPlanner
import FleetPorts

extension Row {
  /// The columns of ``RolloutQueries/runColumns``.
  mutating func run() throws -> Run {
    Run(
      id: try id(), project: try name(), fleetSet: try name(), number: try count(), kind: try raw(),
      state: try raw(), version: try int(), release: try id(), releaseName: try text(), strategy: try json(),
      failureBudget: try optionalInt().map { Int($0) }, unreachableBudget: try count(), planHash: try digest(),
      authors: try json(), unknownAuthors: try json(), startedBy: try text(), pause: try optionalJSON(),
      breach: try optionalJSON(), createdAt: try instant(), endedAt: try optionalInstant())
  }

  mutating func rolloutRecord() throws -> RolloutRecord {
    RolloutRecord(run: try run(), stages: [], sources: try json(), report: try json(), warnings: try json())
  }

  mutating func stage() throws -> (rollout: RolloutID, stage: Stage) {
    let rollout: RolloutID = try id()
    let index = try count()
    let rules: StageStrategy = try json()
    let size = try count()
    let changing = try count()
    let memberCount = try count()
    let slots = try count()
    let rollbackSlots = try count()
    let failureBudget = try count()
    let unreachableBudget = try optionalInt().map { Int($0) }
    let minSucceeded = try count()
    let state: StageState = try raw()
    var stage = Stage(
      index: index, rules: rules, size: size, changing: changing, memberCount: memberCount, slots: slots,
      rollbackSlots: rollbackSlots, failureBudget: failureBudget, unreachableBudget: unreachableBudget,
      minSucceeded: minSucceeded, counters: try json())
    stage.state = state
    stage.openedAt = try optionalInstant()
    stage.soakStartedAt = try optionalInstant()
    stage.passedAt = try optionalInstant()
    stage.approvals = try json()
    stage.haltReason = try text()
    stage.overrides = try json()
    stage.joined = try count()
    stage.checks = try json()
    stage.askedAt = try optionalInstant()
    return (rollout, stage)
  }

  /// The columns that ``RolloutQueries`` lists for a member, and then its bundle.
  mutating func startMember() throws -> StartMember {
    let target: TargetID = try id()
    let targetName: TargetName = try name()
    let targetLabels: [String: String] = try json()
    let cluster: ClusterID = try id()
    let clusterName: ClusterName = try name()
    let clusterLabels: [String: String] = try json()
    let wanted = try optionalDigest()
    let applied = try optionalDigest()
    let health: Health = try raw()
    let degradedFor = Duration.milliseconds(try int())
    let hasOpenOrder = try bool()
    let good = try placed()
    let generation = Generation(epoch: Int32(truncatingIfNeeded: try int()), counter: try int())
    var member = StartMember(
      target: target, targetName: targetName, targetLabels: targetLabels, cluster: cluster, clusterName: clusterName,
      clusterLabels: clusterLabels, bundle: try digest(), wanted: wanted, applied: applied, health: health,
      hasOpenOrder: hasOpenOrder, lastKnownGood: good, highestGeneration: generation)
    member.degradedFor = health == .degraded ? degradedFor : .zero
    return member
  }

  /// A bundle and its release; nil when there is none.
  mutating func placed() throws -> PlacedBundle? {
    let bundle = try optionalDigest()
    let release = try optionalInt()
    guard let bundle, let release else { return nil }
    return PlacedBundle(bundle: bundle, release: ReleaseID(release))
  }
}

/// A step as ``PlanQueries/units`` reads it, with what belongs to its unit.
struct LoadedStep {
  var unit: Unit
  var step: Step
  var attention: Int64

  /// - Parameter limits: the labels of the strategy's limits, in order.
  init(_ row: inout Row, limits: [String]) throws {
    let stage = try row.count()
    let position = try row.count()
    let cluster: ClusterID = try row.id()
    let clusterName: ClusterName = try row.name()
    let limitValues: [String: String] = try row.json()
    let silentFor = Duration.milliseconds(try row.int())
    let cordonReason = try row.optionalText()
    let isRemoved = try row.bool()
    var step = Step(
      target: try row.id(), targetName: try row.name(), state: try row.raw(), attempt: try row.count(),
      bundle: try row.digest(), release: try row.id(), before: try row.placed())
    step.order = try Self.order(&row)
    let observation: Observation? = try row.optionalJSON()
    let receivedListened = try row.optionalInt()
    if let observation, let receivedListened {
      step.report = StepReport(
        observation: observation, receivedListened: ListeningTime(milliseconds: receivedListened))
    }
    step.highestGeneration = Generation(epoch: Int32(truncatingIfNeeded: try row.int()), counter: try row.int())
    step.failure = try row.text()
    attention = try row.int()
    step.isBackInSet = try row.bool()
    let clusterLabels: [String: String]? = try row.optionalJSON()
    self.step = step
    unit = Unit(
      stage: stage, position: position, cluster: cluster, clusterName: clusterName,
      limitValues: limits.map { limitValues[$0] }, silentFor: silentFor, cordonReason: cordonReason,
      isRemoved: isRemoved, steps: [step])
    unit.clusterLabels = clusterLabels ?? [:]
    unit.isJoined = try row.bool()
    unit.wasUnhealthy = try row.bool()
    unit.hold = try row.clusterHold()
    unit.releasedFor = try row.optionalInt().map { .milliseconds($0) }
  }

  private static func order(_ row: inout Row) throws -> StepOrder? {
    let epoch = try row.optionalInt()
    let counter = try row.optionalInt()
    let direction = try row.optionalText().flatMap { StepOrder.Direction(rawValue: $0) }
    let committedAt = try row.optionalInstant()
    let listened = try row.optionalInt()
    guard let epoch, let counter, let direction, let committedAt, let listened else { return nil }
    return StepOrder(
      generation: Generation(epoch: Int32(truncatingIfNeeded: epoch), counter: counter), direction: direction,
      committedAt: committedAt, committedListened: ListeningTime(milliseconds: listened))
  }
}
