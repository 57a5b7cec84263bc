import FleetAPI
import FleetModel

/// A stage as a test wants it.
func stage(
  _ name: String, _ state: StageState, clusters: Int, changing: Int? = nil, _ byState: [StepState: Int],
  soak: Int = 0, soaksSince: Int? = nil, approval: [String]? = nil, approvedBy: [String] = [], halt: String = ""
) -> StageResource {
  StageResource(
    index: 0, name: name, state: state, clusters: clusters, changing: changing ?? clusters, targets: clusters, slots: 1,
    failureBudget: 0, minSucceeded: 1, minReadyMilliseconds: 1_000, progressDeadlineMilliseconds: 120_000,
    soakMilliseconds: Int64(soak) * 1_000,
    clustersByState: Dictionary(uniqueKeysWithValues: byState.map { ($0.key.rawValue, $0.value) }),
    everFailed: byState[.failed] ?? 0,
    soakStartedAt: soaksSince.map { Timestamp(testNow - .seconds($0)) },
    approvalRule: approval.map { .init(groups: $0, count: 1, notAuthor: false) },
    approvals: approvedBy.map { .init(principal: $0, groups: [], reason: "", at: Timestamp(testNow)) },
    haltReason: halt)
}

/// A rollout as a test wants it, begun `seconds` before the test's time.
func rollout(
  _ state: RolloutState, seconds: Int, _ stages: [StageResource], title: String = "raise checkout replicas",
  breach: String? = nil, waiting: [WaitingResource] = [], warnings: [String] = [], pausedBy: String? = nil
) -> RolloutResource {
  func count(_ states: StepState...) -> Int {
    stages.reduce(0) { sum, stage in sum + states.reduce(0) { $0 + (stage.clustersByState[$1.rawValue] ?? 0) } }
  }
  let clusters = stages.reduce(0) { $0 + $1.clusters }
  let changing = stages.reduce(0) { $0 + $1.changing }
  var source = ReleaseResource.Source.example
  source.title = title
  return RolloutResource(
    name: "storefront/2", project: "default", fleetSet: "storefront", number: 2, kind: .rollout, state: state,
    ended: state.isEnd, release: "77ad012", sources: [source], authors: ["kim@example.com"],
    startedBy: "flotilla", planHash: RolloutResource.example.planHash, version: 3,
    pause: pausedBy.map { .init(by: $0, reason: "lunch") },
    breach: breach.map {
      .init(stage: "canary", cause: $0, at: Timestamp(testNow), rollsBack: true, scope: .stage)
    },
    unreachableBudget: 2, createdAt: Timestamp(testNow - .seconds(seconds)),
    endedAt: state.isEnd ? Timestamp(testNow) : nil,
    counts: .init(
      clusters: clusters, changing: changing, unchanged: clusters - changing,
      inFlight: count(.dispatched, .applying, .verifying), succeeded: count(.soaking, .succeeded),
      everFailed: breach == nil ? 0 : 1, rolledBack: count(.rolledBack), unreachable: count(.lost, .unreachable)),
    stages: stages, waiting: waiting, warnings: warnings)
}

/// Something a rollout waits for.
func wait(_ reason: String, stage: String, _ message: String) -> WaitingResource {
  WaitingResource(reason: reason, stage: stage, clusters: [], clusterCount: 0, message: message, clearedBy: "")
}

/// The story of the demo in six states.
let story: [(name: String, rollout: RolloutResource)] = [
  (
    "begins",
    rollout(
      .running, seconds: 1,
      [
        stage("canary", .open, clusters: 2, [.verifying: 1, .pending: 1], soak: 5),
        stage("eu-west", .waiting, clusters: 8, [.pending: 8], approval: ["release"]),
        stage("us-east", .waiting, clusters: 8, [.pending: 8]),
      ], waiting: [wait("firstAlone", stage: "canary", "the first cluster goes alone until it is healthy")])
  ),
  (
    "soaks",
    rollout(
      .running, seconds: 8,
      [
        stage("canary", .soaking, clusters: 2, [.soaking: 2], soak: 5, soaksSince: 3),
        stage("eu-west", .waiting, clusters: 8, [.pending: 8], approval: ["release"]),
        stage("us-east", .waiting, clusters: 8, [.pending: 8]),
      ])
  ),
  (
    "asks",
    rollout(
      .running, seconds: 12,
      [
        stage("canary", .passed, clusters: 2, [.succeeded: 2], soak: 5),
        stage("eu-west", .gated, clusters: 8, [.pending: 8], approval: ["release"]),
        stage("us-east", .waiting, clusters: 8, [.pending: 8]),
      ], waiting: [wait("approval", stage: "eu-west", "1 approval by group release")])
  ),
  (
    "goes-on",
    rollout(
      .running, seconds: 17,
      [
        stage("canary", .passed, clusters: 2, [.succeeded: 2], soak: 5),
        stage(
          "eu-west", .open, clusters: 8, [.soaking: 3, .verifying: 4, .pending: 1], approval: ["release"],
          approvedBy: ["release-bot"]),
        stage("us-east", .waiting, clusters: 8, [.pending: 8]),
      ])
  ),
  (
    "succeeded",
    rollout(
      .succeeded, seconds: 31,
      [
        stage("canary", .passed, clusters: 2, changing: 0, [.unchanged: 2], soak: 5),
        stage(
          "eu-west", .passed, clusters: 8, [.succeeded: 8], approval: ["release"], approvedBy: ["release-bot"]),
        stage("us-east", .empty, clusters: 8, changing: 0, [.unchanged: 8]),
      ], warnings: ["stage canary tests nothing: none of its clusters changes"])
  ),
  (
    "rolled-back",
    rollout(
      .rolledBack, seconds: 6,
      [
        stage("canary", .halted, clusters: 2, [.rolledBack: 1, .cancelled: 1], soak: 5, halt: "1 failure, 0 allowed"),
        stage("eu-west", .waiting, clusters: 8, [.cancelled: 8], approval: ["release"]),
        stage("us-east", .waiting, clusters: 8, [.cancelled: 8]),
      ], title: "new web image (broken)",
      breach: "1 failure, 0 allowed: canary-eu: Deployment shop/web: ImagePullBackOff registry.example/web:broken")
  ),
]
