import FleetModel
import FleetPlanner
import Testing

/// R29: limits that several sets share.
@Suite("R29 Shared limits") struct SharedLimitTests {
  /// Three clusters in eu, three in us and one without a region; of eu another set's run has places.
  private static func shared(
    most: Int, others: Int, _ configure: (inout RolloutStrategy) -> Void = { _ in }
  ) throws -> Fleet {
    let eu = members(3, labels: ["region": "eu"])
    let us = members(3, from: 3, labels: ["region": "us"])
    var result = try fleet(strategy([stage("all", .rest, at: .count(7))], configure), eu + us + members(1, from: 6))
    for index in result.units.indices {
      switch result.units[index].clusterName {
      case "c00", "c01", "c02": result.units[index].clusterLabels = ["region": "eu"]
      case "c06": break
      default: result.units[index].clusterLabels = ["region": "us"]
      }
    }
    let limit = SharedLimit(name: "regions", label: "region", maxInFlight: most)
    result.sharedLimits = [
      SharedLimitUse(limit, inFlight: others > 0 ? ["eu": ["payments/17": others, "search/4": 0]] : [:])
    ]
    return result
  }

  @Test("R29 places of other runs count, and who has them is told")
  func others() throws {
    var fleet = try Self.shared(most: 2, others: 1)
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c03", "c04", "c06"])
    let entry = try #require(fleet.report.waiting.first { $0.reason == .limit })
    #expect(entry.message == "limit regions: region=eu is 2 in flight (payments/17 1, shop/7 1)")
    #expect(entry.clusters == ["c01", "c02"])
    // Somebody else's place becomes free without a word to this run: it looks again by itself.
    let wake = try #require(fleet.lastPlan?.nextWake)
    #expect(wake <= fleet.now + .seconds(5))
    fleet.sharedLimits[0].inFlight = [:]
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c01", "c03", "c04", "c06"])
  }

  @Test("R29 a place is given back with the last order in flight")
  func givenBack() throws {
    var fleet = try Self.shared(most: 1, others: 0)
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c03", "c06"])
    fleet.say("c00")
    fleet.pass()
    #expect(fleet.inFlight == ["c01", "c03", "c06"])
  }

  @Test("R29 the smaller of a shared limit and the set's own counts")
  func smallest() throws {
    var fleet = try Self.shared(most: 3, others: 0) { $0.limits = [LabelLimit(label: "region", maxInFlight: 1)] }
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c03", "c06"])
  }

  @Test("R14 R29 a rollback waits for places that others have, and has not ended before everybody is back")
  func rollbackWaits() throws {
    var fleet = try Self.shared(most: 1, others: 0) { $0.onFailure = FailurePolicy(action: .rollback) }
    fleet.pass()
    fleet.say("c00")
    fleet.pass()
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.inFlight == ["c02", "c03", "c06"])
    fleet.degrade("c03")
    fleet.pass()
    for cluster in fleet.inFlight { fleet.say(cluster) }
    fleet.sharedLimits[0].inFlight = ["eu": ["payments/17": 1]]
    fleet.pass()
    #expect(fleet.run.state == .rollingBack, "c00 and c01 have the new bundle still")
    fleet.sharedLimits[0].inFlight = [:]
    for _ in 0..<10 where !fleet.run.state.isEnd {
      fleet.pass()
      for cluster in fleet.inFlight { fleet.say(cluster) }
    }
    #expect(fleet.run.state == .rolledBack)
  }

  @Test("R29 rollbacks take places too")
  func rollback() throws {
    var fleet = try Self.shared(most: 3, others: 0) { $0.onFailure = FailurePolicy(action: .rollback, scope: .all) }
    fleet.pass()
    for cluster in ["c01", "c02"] as [ClusterName] { fleet.say(cluster) }
    fleet.pass()
    fleet.sharedLimits[0].inFlight = ["eu": ["payments/17": 2]]
    fleet.degrade("c00")
    fleet.pass()
    let back = fleet.units.filter { $0.steps.contains { $0.state == .rollingBack } }.map(\.clusterName)
    #expect(back.filter { ["c00", "c01", "c02"].contains($0) }.count == 1)
  }

  @Test("R29 a commit counts again what a plan takes, and nothing else")
  func counted() throws {
    var fleet = try Self.shared(most: 2, others: 1)
    let input = fleet.input
    let first = plan(input)
    #expect(first.takenSharedPlaces(input) == ["regions": ["eu", "us"]])
    #expect(!first.freesSharedPlaces(input))
    fleet.pass()
    fleet.say("c00")
    let next = fleet.input
    let second = plan(next)
    #expect(second.takenSharedPlaces(next) == ["regions": ["eu"]])
    #expect(second.freesSharedPlaces(next))
  }
}
