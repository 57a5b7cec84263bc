@testable import FleetCommands
import FleetAPI
import FleetModel
import Testing

/// What `why` and `explain` say.
@Suite struct ReasonsTests {
  private static func lines(
    _ state: StepState?, target change: (inout TargetResource) -> Void = { _ in }, hold: String? = nil,
    queue: ClusterReasons.Place? = nil, waiting: [WaitingResource] = []
  ) -> [String] {
    var cluster = ClusterResource.example
    (cluster.connected, cluster.cordonReason) = (true, nil)
    (cluster.hold, cluster.warnings) = (nil, [])
    cluster.revocation = nil
    var target = TargetResource.example
    target.cluster = cluster.name
    (target.abandoned, target.health, target.message) = (false, .healthy, "")
    target.wanted = target.applied
    target.newest = Digest(bytes: [UInt8](repeating: 7, count: 32))
    change(&target)
    var release = ReleaseResource.example
    release.hold = hold
    var step = StepResource.example
    (step.cluster, step.stage) = (cluster.name, "eu-west")
    if let state { step.state = state }
    let part = ClusterReasons.Part(
      targets: [target], rollout: rollout(.running, seconds: 5, [], waiting: waiting), step: state == nil ? nil : step,
      queue: queue, newestRelease: release)
    return ClusterReasons(cluster: cluster, parts: [part], now: testNow).lines
  }

  @Test func aClusterThatWaitsKnowsItsPlaceAndWhatFor() throws {
    let lines = Self.lines(
      .pending, queue: .init(position: 3, of: 4), waiting: [wait("slot", stage: "eu-west", "4 wait for one of 4 slots")]
    )
    #expect(lines.contains { $0.contains("It should run \(ReleaseResource.example.name).") })
    #expect(
      lines.contains(
        "Its turn has not come in storefront/2, stage eu-west: 4 wait for one of 4 slots; it is number 3 of 4 there."))
    #expect(lines.last == "Nothing is wrong with it.")
  }

  @Test func aReleaseOnHoldIsNotExpected() {
    let lines = Self.lines(nil, hold: "it broke a canary.")
    #expect(lines.contains { $0.hasSuffix("; \(ReleaseResource.example.name) is on hold: it broke a canary.") })
  }

  @Test func whoeverHoldsAClusterOnItsSiteIsNamed() {
    var cluster = ClusterResource.example
    (cluster.cordonReason, cluster.revocation) = (nil, nil)
    let lines = ClusterReasons(cluster: cluster, parts: [], now: testNow).lines
    #expect(
      lines.first
        == "eu-west-1 is held on its site by kim until 2026-11-23T15:41:50.000Z: its agent begins no order: the racks are moved."
    )
    #expect(lines.contains("eu-west-1: its agent's clock is 7m ahead."))
  }

  @Test func whoRevokedAnAgentIsNamed() {
    let lines = ClusterReasons(cluster: .example, parts: [], now: testNow).lines
    #expect(
      lines.first
        == "The agent of eu-west-1 was revoked by kim: the laptop was stolen. Its workloads stay; another agent joins with a token of flotilla cluster token eu-west-1"
    )
  }

  @Test func anAbandonedTargetSaysSo() {
    let lines = Self.lines(nil, target: { $0.abandoned = true })
    #expect(lines.contains { $0.contains("is in no FleetSet any more; its workload stays.") })
  }

  @Test func whatSeveralStagesWaitForIsSaidOnce() {
    var answer = RolloutExplanation.example
    answer.rollout.breach = nil
    answer.rollout.waiting = [
      wait("approval", stage: "eu-west", "1 approval by group release"),
      wait("earlierStage", stage: "us-east", "stage eu-west has not passed"),
      wait("earlierStage", stage: "ap-south", "stage eu-west has not passed"),
    ]
    let lines = Explanation(answer, now: testNow).lines(style: Style(isOn: false))
    #expect(lines.contains("· eu-west: 1 approval by group release"))
    #expect(lines.contains("· us-east, ap-south: stage eu-west has not passed"))
  }

  @Test func aHaltNamesItsCauseOnce() {
    var answer = RolloutExplanation.example
    let cause = answer.rollout.breach?.cause ?? ""
    answer.rollout.waiting = [wait("halted", stage: "canary", cause)]
    let lines = Explanation(answer, now: testNow).lines(style: Style(isOn: false))
    #expect(lines.count { $0.contains(cause) } == 1)
    #expect(lines.contains("· canary: a person must decide"))
  }

  @Test func aHaltWithoutFailuresIsResumed() {
    let untested = rollout(.halted, seconds: 5, [stage("one", .halted, clusters: 1, [.waived: 1])])
    #expect(RolloutFrame.advice(untested).last == "go on:    flotilla rollout resume storefront")
    let failed = rollout(.halted, seconds: 5, [stage("one", .halted, clusters: 1, [.failed: 1])])
    #expect(RolloutFrame.advice(failed).last?.contains("rollout retry storefront, or waive storefront") == true)
  }
}
