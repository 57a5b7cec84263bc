import FleetGenerators
import FleetModel

/// Clusters as the workloads describe them: always the same ones, as many as are wanted. Fields are drawn from a linear
/// congruential generator that is seeded by the cluster's number, as the workloads' own script does, so that what other
/// systems made of them can be compared.
enum BenchedClusters {
  private static let regions = [
    "us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-south-1", "ap-northeast-1", "sa-east-1",
    "ca-central-1", "af-south-1", "me-central-1",
  ]

  /// The first `count` clusters.
  static func first(_ count: Int) -> [InventoryCluster] { (0..<count).map(cluster) }

  /// The first `count` clusters as rows of the inventory.
  static func rows(_ count: Int) -> [Cluster] { (0..<count).map { row($0) } }

  /// One cluster as a row of the inventory.
  static func row(_ number: Int) -> Cluster {
    let cluster = cluster(number)
    return Cluster(
      id: ClusterID(Int64(number + 1)), name: ClusterName("edge-\(padded(number, to: 7))"), labels: cluster.labels,
      annotations: cluster.annotations)
  }

  private static func cluster(_ number: Int) -> InventoryCluster {
    let drawn = next(next(UInt64(number) + 1))
    func pick(_ count: UInt64, _ shift: UInt64) -> Int { Int((drawn >> shift) % count) }
    let region = regions[pick(10, 11)]
    let digits = padded(number, to: 5)
    return InventoryCluster(
      name: "Edge_\(digits).\(region)", server: "https://edge-\(digits).\(region).fleet.example.com:6443",
      labels: [
        "fleet": "main",
        "env": ["dev", "staging", "prod"][pick(3, 17)],
        "region": region,
        "zone": ["a", "b", "c"][pick(3, 23)],
        "tier": ["gold", "silver", "bronze"][pick(3, 29)],
        "team": "team-\(padded(pick(20, 33), to: 2))",
        "size": ["s", "m", "l", "xl"][pick(4, 41)],
        "channel": "v1.\(pick(12, 47)).\(pick(30, 53))",
      ],
      annotations: [
        "fleet.example.com/owner": "owner-\(padded(pick(50, 19), to: 2))@example.com",
        "fleet.example.com/cost-center": "cc-\(pick(9_000, 37) + 1_000)",
      ])
  }

  private static func next(_ state: UInt64) -> UInt64 {
    state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
  }

  private static func padded(_ number: Int, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
