import FleetModel
import FleetPlanner

/// The fleet and strategy that the planner is measured with.
enum BenchedFleet {
  /// A digest that differs for every number.
  static func digest(_ number: Int) -> Digest? {
    let text = String(number, radix: 16)
    return Digest(hexadecimal: String(repeating: "0", count: 64 - text.count) + text)
  }

  /// `count` members, one a cluster, in twenty regions; all run bundle 1 and get bundle 2.
  static func members(_ count: Int) -> [StartMember] {
    guard let old = digest(1), let new = digest(2) else { return [] }
    return (0..<count).map { number in
      let name = "cluster-" + String(100_000 + number)
      return StartMember(
        target: TargetID(Int64(number + 1)), targetName: TargetName("shop-" + name),
        cluster: ClusterID(Int64(number + 1)), clusterName: ClusterName(name),
        clusterLabels: ["region": "region-\(number % 20)", "env": "production"], bundle: new, wanted: old,
        applied: old, health: .healthy, lastKnownGood: PlacedBundle(bundle: old, release: 1),
        highestGeneration: Generation(epoch: 1, counter: 1))
    }
  }

  /// Canary of 10 clusters, 10 %, 40 % and the rest; 10 % of a stage at once, at most 400 of a region.
  static func staged() -> RolloutStrategy {
    var strategy = RolloutStrategy(stages: [
      StageStrategy(name: "canary", selection: .count(10), maxConcurrent: .count(10)),
      StageStrategy(name: "tenth", selection: .percent(10), maxConcurrent: .percent(10)),
      StageStrategy(name: "half", selection: .percent(40), maxConcurrent: .percent(10)),
      StageStrategy(name: "rest", selection: .rest, maxConcurrent: .percent(10)),
    ])
    strategy.limits = [LabelLimit(label: "region", maxInFlight: 400)]
    return strategy
  }

  /// One stage, all clusters at once after the first.
  static func atOnce() -> RolloutStrategy {
    RolloutStrategy(stages: [StageStrategy(name: "all", selection: .rest, maxConcurrent: .percent(100))])
  }

  static func startInput(_ strategy: RolloutStrategy, _ members: [StartMember]) -> StartInput {
    StartInput(
      now: Instant(millisecondsSinceEpoch: 1_800_000_000_000), project: .defaultProject, fleetSet: "shop",
      strategy: strategy, release: 2, releaseName: "abc1234", authors: ["Kim <kim@example.com>"], isHeld: false,
      lastGoodRelease: 1, members: members, activeRun: nil, nextNumber: 7)
  }
}
