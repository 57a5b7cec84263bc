import FleetModel
import FleetPlanner
import Testing

@Suite("Freezing: R1, R3, R4, R6")
struct MembershipTests {
  @Test(
    "R1 concurrency is max(1, floor(p·n/100)), never above n",
    arguments: [
      (IntOrPercent.percent(25), 94, 23), (.percent(1), 250, 2), (.percent(10), 5, 1), (.percent(100), 10, 10),
      (.count(7), 3, 3), (.count(1), 0, 1), (.percent(50), 3, 1), (.percent(34), 7, 2),
    ])
  func concurrency(limit: IntOrPercent, clusters: Int, expected: Int) {
    #expect(limit.concurrency(of: clusters) == expected)
  }

  @Test("R1 budgets are floor(p·n/100) and may be 0", arguments: [(5, 94, 4), (5, 19, 0), (10, 7, 0), (7, 100, 7)])
  func budget(share: Int, clusters: Int, expected: Int) {
    #expect(IntOrPercent.percent(share).budget(of: clusters) == expected)
  }

  @Test(
    "R1 shares are disjoint and cover n",
    arguments: [
      ([10, 40, 50], 7, [1, 3, 3]), ([7, 93], 100, [7, 93]), ([5, 5, 90], 7, [1, 0, 6]),
      ([33, 33, 34], 10, [4, 3, 3]),
    ])
  func shares(shares: [Int], clusters: Int, sizes: [Int]) throws {
    let stages = shares.enumerated().map { stage("s\($0)", .percent($1)) }
    let frozen = try freeze(startInput(strategy(stages), members(clusters)), options: FreezeOptions(startedBy: "kim"))
    #expect(frozen.stages.map(\.size) == sizes)
  }

  @Test("R4 selectors take theirs first, then counts and rest; every member is in exactly one stage")
  func selectorsFirst() throws {
    let canary = members(2, from: 8, labels: ["canary": "true"])
    let frozen = try freeze(
      startInput(
        strategy([
          stage("few", .count(3)), stage("canary", .clusters(LabelSelector(matchLabels: ["canary": "true"]))),
          stage("rest", .rest),
        ]), members(8) + canary), options: FreezeOptions(startedBy: "kim"))
    #expect(frozen.stages.map(\.size) == [3, 2, 5])
    #expect(frozen.units.filter { $0.stage == 1 }.map(\.clusterName) == ["c08", "c09"])
    #expect(Set(frozen.units.flatMap(\.steps).map(\.target)).count == 10)
  }

  @Test("R4 two stages match: the first declared wins, with a warning")
  func firstDeclaredWins() throws {
    let both = LabelSelector(matchLabels: ["region": "eu"])
    let frozen = try freeze(
      startInput(
        strategy([stage("a", .clusters(both)), stage("b", .clusters(both))]), members(1, labels: ["region": "eu"])),
      options: FreezeOptions(startedBy: "kim"))
    #expect(frozen.stages.map(\.size) == [1, 0])
    #expect(frozen.warnings.contains("c00: stage a takes it, being declared before b"))
  }

  @Test("R4 no stage matches: an error that names the clusters")
  func nobodyTakesIt() throws {
    let refusal = #expect(throws: FreezeRefusal.self) {
      try freeze(
        startInput(strategy([stage("a", .count(1))]), members(3)), options: FreezeOptions(startedBy: "kim"))
    }
    #expect(
      refusal?.problems == ["no stage takes c01, c02: add their labels to a stage, or add a stage with `rest: true`"])
  }

  @Test("R3 order: the label's integer, missing last, then the name bytewise")
  func order() throws {
    var strategy = strategy([stage("all", .rest)])
    strategy.order = OrderRule(label: "order")
    let input = startInput(
      strategy,
      [
        member("b", id: 1), member("a", id: 2), member("z", id: 3, labels: ["order": "-1"]),
        member("y", id: 4, labels: ["order": "10"]), member("x", id: 5, labels: ["order": "9"]),
      ])
    let frozen = try freeze(input, options: FreezeOptions(startedBy: "kim"))
    #expect(frozen.units.map(\.clusterName) == ["z", "x", "y", "a", "b"])
  }

  @Test("R3 an order label that is no number is an error naming the cluster")
  func badOrder() throws {
    var strategy = strategy([stage("all", .rest)])
    strategy.order = OrderRule(label: "order")
    let refusal = #expect(throws: FreezeRefusal.self) {
      try freeze(
        startInput(strategy, [member("a", id: 1, labels: ["order": "first"])]), options: FreezeOptions(startedBy: "kim")
      )
    }
    #expect(refusal?.problems.first?.contains("cluster a: label order is \"first\"") == true)
  }

  @Test("R3 a shuffled order: a join moves nobody")
  func shuffle() throws {
    var strategy = strategy([stage("all", .rest)])
    strategy.order = OrderRule(shuffleSeed: "spring")
    let before = try freeze(startInput(strategy, members(30)), options: FreezeOptions(startedBy: "kim"))
    let after = try freeze(startInput(strategy, members(31)), options: FreezeOptions(startedBy: "kim"))
    let names = before.units.map(\.clusterName)
    #expect(after.units.map(\.clusterName).filter { $0 != "c30" } == names)
    #expect(names != names.sorted())
  }

  @Test("R0 all targets of a cluster are one unit; `unit: target` counts each")
  func units() throws {
    let two = [member("a", id: 1, target: "web"), member("a", id: 2, target: "api"), member("b", id: 3)]
    let byCluster = try freeze(
      startInput(strategy([stage("all", .rest)]), two), options: FreezeOptions(startedBy: "kim"))
    #expect(byCluster.stages[0].size == 2)
    #expect(byCluster.units[0].steps.map(\.targetName) == ["api", "web"])
    let byTarget = try freeze(
      startInput(strategy([stage("all", .rest)]) { $0.unit = .target }, two), options: FreezeOptions(startedBy: "kim"))
    #expect(byTarget.stages[0].size == 3)
  }

  @Test("R6 a member is Unchanged only by a fenced report of this digest, not degraded, with no open order")
  func unchanged() {
    var same = member("a", id: 1, bundle: 1)
    #expect(same.isUnchanged(for: digest(1)))
    same.health = .degraded
    #expect(!same.isUnchanged(for: digest(1)))
    same.health = .healthy
    same.hasOpenOrder = true
    #expect(!same.isUnchanged(for: digest(1)))
    same.hasOpenOrder = false
    same.applied = nil
    #expect(!same.isUnchanged(for: digest(1)))
  }

  @Test("R7 a stage without changes before one with changes is a warning")
  func emptyCanary() throws {
    let unchanged = members(2, labels: ["canary": "true"], bundle: 1)
    let frozen = try freeze(
      startInput(
        strategy([
          stage("canary", .clusters(LabelSelector(matchLabels: ["canary": "true"]))), stage("rest", .rest),
        ]), unchanged + members(3, from: 2)), options: FreezeOptions(startedBy: "kim"))
    #expect(frozen.warnings == ["stage canary has no changes, so it tests nothing for the stages after it"])
    let same = try freeze(
      startInput(
        strategy([
          stage("canary", .clusters(LabelSelector(matchLabels: ["canary": "true"]))), stage("rest", .rest),
        ]), unchanged + members(3, from: 2, bundle: 1)), options: FreezeOptions(startedBy: "kim"))
    #expect(same.warnings == [], "nobody follows who would be tested by nothing")
  }

  @Test("R19 the plan hash is the same for the same content and another for every change")
  func hash() throws {
    let one = try freeze(
      startInput(strategy([stage("all", .rest)]), members(3)), options: FreezeOptions(startedBy: "kim"))
    let same = try freeze(
      startInput(strategy([stage("all", .rest)]), members(3).reversed()), options: FreezeOptions(startedBy: "jo"))
    let soak = try freeze(
      startInput(strategy([stage("all", .rest) { $0.soak = .seconds(1) }]), members(3)),
      options: FreezeOptions(startedBy: "kim"))
    let other = try freeze(
      startInput(strategy([stage("all", .rest)]), members(2) + members(1, from: 2, bundle: 3)),
      options: FreezeOptions(startedBy: "kim"))
    let budget = try freeze(
      startInput(strategy([stage("all", .rest)]) { $0.budgets.failures = .count(2) }, members(3)),
      options: FreezeOptions(startedBy: "kim"))
    #expect(one.run.planHash == same.run.planHash)
    #expect(Set([one.run.planHash, soak.run.planHash, other.run.planHash, budget.run.planHash]).count == 4)
  }
}
