import FleetModel
import FleetPlanner
import Testing

/// A canary stage of the clusters that are labelled so, before the rest.
private func canaryFirst(
  _ configure: (inout RolloutStrategy) -> Void = { _ in }, canary: (inout StageStrategy) -> Void = { _ in }
) -> RolloutStrategy {
  strategy(
    [
      stage("canary", .clusters(LabelSelector(matchLabels: ["canary": "true"])), canary),
      stage("rest", .rest, at: .count(2)),
    ], configure)
}

private func canaryAnd(_ others: Int) -> [StartMember] {
  members(1, labels: ["canary": "true"]) + members(others, from: 1)
}

@Suite("Stories of rollouts")
struct RolloutStoryTests {
  @Test("R11 R13 R14 a canary fails in its soak")
  func canaryFailsInSoak() throws {
    let strategy = canaryFirst(
      { $0.onFailure = FailurePolicy(action: .rollback, scope: .all) }, canary: { $0.soak = .seconds(900) })
    var story = Story(try fleet(strategy, canaryAnd(3)), in: .utc)
    try story.at("2026-11-24T10:00", "the run begins")
    try story.at("2026-11-24T10:02", "the canary is healthy, and is watched for a quarter of an hour") { $0.say("c00") }
    try story.at("2026-11-24T10:09", "it is Degraded; that may pass") { fleet in
      fleet.say("c00", health: .degraded, degradedFor: .seconds(60), message: "Deployment web: CrashLoopBackOff")
    }
    try story.at("2026-11-24T10:10", "it has been Degraded for failFast: nobody else gets the release") { fleet in
      fleet.say("c00", health: .degraded, degradedFor: .seconds(120), message: "Deployment web: CrashLoopBackOff")
    }
    try story.at("2026-11-24T10:11", "it is healthy on what it ran before") { $0.say("c00") }
    #expect(story.fleet.run.state == .rolledBack)
    #expect(story.fleet.state(of: "c01") == .cancelled)
    try story.compare("canary-fails-in-soak")
  }

  @Test("R1 10 % of 7, then half, then all")
  func tenPercentOfSeven() throws {
    let strategy = strategy([
      stage("tenth", .percent(10), at: .percent(10)), stage("half", .percent(40), at: .percent(50)),
      stage("all", .rest, at: .percent(100)),
    ])
    var story = Story(try fleet(strategy, members(7)), in: .utc)
    let sizes = story.fleet.stages.map { "\($0.name) \($0.size), \($0.slots) at once" }.joined(separator: "; ")
    story.tell("10 %, 40 % and the rest of 7 clusters: \(sizes)")
    #expect(story.fleet.stages.map(\.size) == [1, 3, 3])
    try story.at("2026-11-24T10:00", "the run begins")
    try story.at("2026-11-24T10:01", "the first is healthy; half of 3 at once is 1") { $0.say("c00") }
    try story.at("2026-11-24T10:02", "the next") { $0.say("c01") }
    try story.at("2026-11-24T10:03", "the next") { $0.say("c02") }
    try story.at("2026-11-24T10:04", "the last of the half; then all three of the rest together") { $0.say("c03") }
    try story.at("2026-11-24T10:05", "all are healthy") { fleet in
      for cluster in ["c04", "c05", "c06"] as [ClusterName] { fleet.say(cluster) }
    }
    #expect(story.fleet.run.state == .succeeded)
    try story.compare("ten-percent-of-seven")
  }

  @Test("R22 two revisions at once: the newest waits, and takes the place of a run that halted")
  func twoRevisionsAtOnce() throws {
    let strategy = canaryFirst({ $0.onFailure = FailurePolicy(action: .pause) })
    var input = startInput(strategy, canaryAnd(2))
    var story = Story(try fleet(strategy, canaryAnd(2)), in: .utc)
    try story.at("2026-11-24T10:00", "shop/7 to abc1234 begins")
    for (number, release) in [(3, "bcd2345"), (4, "cde3456")] {
      input = newer(input, number, release, while: story.fleet)
      story.tell("commit \(release) is pushed; automation: \(Self.text(decideStart(input)))")
    }
    try story.at("2026-11-24T10:04", "the canary fails on abc1234, for which cde3456 is the fix") { $0.degrade("c00") }
    input = newer(input, 4, "cde3456", while: story.fleet)
    let decision = decideStart(input)
    story.tell("automation looks again: \(Self.text(decision))")
    try story.at("2026-11-24T10:05", "it makes place") {
      try $0.give(.supersede(by: "shop/8"), by: "flotilla", reason: "")
    }
    guard case .supersedes(_, then: let next) = decision else { throw StoryProblem.noNextRun }
    story.turn(to: Fleet(next))
    try story.at("2026-11-24T10:06", "shop/8 to cde3456 begins; bcd2345 was never sent to anybody")
    try story.at("2026-11-24T10:07", "the canary is healthy again") { $0.say("c00") }
    try story.at("2026-11-24T10:08", "the others are healthy") { fleet in
      fleet.say("c01")
      fleet.say("c02")
    }
    #expect(story.fleet.run.state == .succeeded)
    try story.compare("two-revisions-at-once")
  }

  @Test("R15 R16 an offline cluster returns")
  func offlineClusterReturns() throws {
    let strategy = canaryFirst(
      {
        $0.budgets.unreachable = .percent(50)
        $0.stages[1].failureBudget = .count(1)
        $0.stages[1].soak = .seconds(600)
      }, canary: { $0.soak = .seconds(600) })
    var story = Story(try fleet(strategy, canaryAnd(4)), in: .utc)
    try story.at("2026-11-24T10:00", "the run begins")
    try story.at("2026-11-24T10:01", "the canary is healthy; c02 has been silent for an hour") { fleet in
      fleet.say("c00")
      fleet.silence("c02", for: .seconds(3_600))
    }
    try story.at("2026-11-24T10:11", "the canary has soaked; c02 is passed over and delays nobody")
    try story.at("2026-11-24T10:12", "c01 is healthy; c03 vanishes right after its order") { fleet in
      fleet.say("c01")
      fleet.silence("c03", for: .seconds(50))
    }
    try story.at("2026-11-24T10:16", "c04 is healthy; c03 has been silent for five minutes: its slot is free") {
      fleet in
      fleet.say("c04")
      fleet.silence("c02", for: .seconds(4_500))
      fleet.silence("c03", for: .seconds(300))
    }
    try story.at("2026-11-24T10:20", "both return: the lost one gets its order again, the other one its turn") {
      fleet in
      fleet.silence("c02", for: .zero)
      fleet.silence("c03", for: .zero)
    }
    try story.at("2026-11-24T10:21", "both are healthy") { fleet in
      fleet.say("c02")
      fleet.say("c03")
    }
    try story.at("2026-11-24T10:31", "the stage has soaked anew")
    #expect(story.fleet.states().allSatisfy { $0 == .succeeded })
    try story.compare("offline-cluster-returns")
  }

  @Test("R19 the author of the change tries to approve it")
  func approvalByTheAuthor() throws {
    var rest = stage("rest", .rest, at: .count(2))
    rest.before = [.approval(ApprovalRule(groups: ["sre"], count: 2, notAuthor: true, expiresAfter: .seconds(86_400)))]
    let canary = stage("canary", .clusters(LabelSelector(matchLabels: ["canary": "true"])))
    var frozen = startInput(strategy([canary, rest]), canaryAnd(2))
    frozen.authors = ["Ann <ann@example.com>"]
    var story = Story(Fleet(try freeze(frozen, options: FreezeOptions(startedBy: "flotilla"))), in: .utc)
    try story.at("2026-11-24T10:00", "the run of Ann's commit begins")
    try story.at("2026-11-24T10:05", "the canary is healthy") { $0.say("c00") }
    try story.at("2026-11-24T10:06") { _ in }
    story.tellRefusal("ann, who wrote the commit, approves") { fleet throws(CommandRefusal) in
      let ann = CommandGiver(name: "ann", groups: ["sre"], gitIdentities: ["ann@example.com"])
      fleet.commit(try command(.approve(stage: nil), on: fleet.input, by: ann))
    }
    story.tellRefusal("bob of the developers approves") { fleet throws(CommandRefusal) in
      try fleet.give(.approve(stage: nil), by: "bob", groups: ["dev"])
    }
    try story.at("2026-11-24T10:10", "kim of the sre approves, twice") { fleet in
      try fleet.give(.approve(stage: nil), groups: ["sre"])
      try fleet.give(.approve(stage: nil), groups: ["sre"])
    }
    try story.at("2026-11-24T11:00", "joe of the sre approves too") {
      try $0.give(.approve(stage: nil), by: "joe", groups: ["sre"])
    }
    try story.at("2026-11-24T11:01", "all are healthy") { fleet in
      fleet.say("c01")
      fleet.say("c02")
    }
    #expect(story.fleet.run.state == .succeeded)
    try story.compare("approval-by-the-author")
  }

  @Test("R14 rollback of a mixed fleet: everybody goes to its own last known good")
  func rollbackOfAMixedFleet() throws {
    let strategy = canaryFirst({
      $0.onFailure = FailurePolicy(action: .rollback, scope: .all)
      $0.budgets.unreachable = .percent(50)
    })
    let mixed = [
      member("c00", id: 1, labels: ["canary": "true"], running: 1), member("c01", id: 2, running: 5),
      member("c02", id: 3, running: 6), member("c03", id: 4, bundle: 2, running: 2), member("c04", id: 5, running: nil),
      member("c05", id: 6, running: 1), member("c06", id: 7, running: 1),
    ]
    var story = Story(try fleet(strategy, mixed), in: .utc)
    story.tell("c00, c05 and c06 run bundle 1, c01 bundle 5, c02 bundle 6; c03 has the new one, c04 runs nothing yet")
    try story.at("2026-11-24T10:00", "the run begins")
    try story.at("2026-11-24T10:01", "the canary is healthy") { $0.say("c00") }
    try story.at("2026-11-24T10:02", "c01 is healthy") { $0.say("c01") }
    try story.at("2026-11-24T10:03", "c04 is healthy, c02 fails") { fleet in
      fleet.say("c04")
      fleet.degrade("c02")
    }
    let orders = story.fleet.units.flatMap { unit in
      unit.steps.filter { $0.order?.direction == .rollback }.compactMap(\.before).map { before in
        "\(unit.clusterName) to bundle \(before.bundle.hexadecimal.drop { $0 == "0" })"
      }
    }
    story.tell("on their way back: \(orders.joined(separator: ", "))")
    for (minute, clusters) in [("10:04", ["c02"]), ("10:05", ["c01"]), ("10:06", ["c00"])] {
      try story.at("2026-11-24T\(minute)", "healthy on what they ran before: \(clusters.joined(separator: ", "))") {
        fleet in
        for cluster in clusters { fleet.say(ClusterName(cluster)) }
      }
    }
    #expect(story.fleet.run.state == .rolledBack)
    try story.compare("rollback-of-a-mixed-fleet")
  }

  /// The input of automation when a newer release is there.
  private func newer(_ input: StartInput, _ number: Int, _ name: String, while fleet: Fleet) -> StartInput {
    var newer = input
    newer.release = ReleaseID(Int64(number))
    newer.releaseName = name
    newer.nextNumber = 8
    newer.members = input.members.map { member in
      var member = member
      member.bundle = digest(number)
      return member
    }
    newer.activeRun = StartInput.ActiveRun(
      id: fleet.run.id, displayName: fleet.run.displayName, kind: .rollout, state: fleet.run.state,
      release: fleet.run.release, hasOpenedLaterStage: false, strategy: fleet.run.strategy)
    return newer
  }

  private static func text(_ decision: StartDecision) -> String {
    switch decision {
    case .waits(let why): "it waits, as \(why)"
    case .supersedes(_, let then): "the run that halted makes place for \(then.run.displayName)"
    case .run(let run): "\(run.run.displayName) starts"
    default: "\(decision)"
    }
  }
}

private enum StoryProblem: Error {
  case noNextRun
}

extension Story {
  /// Tells how somebody is told no.
  fileprivate mutating func tellRefusal(_ words: String, _ act: (inout Fleet) throws(CommandRefusal) -> Void) {
    do throws(CommandRefusal) {
      try act(&fleet)
      tell("\(words): done")
    } catch {
      tell("\(words): refused, \(error)")
    }
  }
}
