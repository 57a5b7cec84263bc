import FleetModel
import FleetPlanner
import Testing

@Suite("Held on their sites: R31")
struct HoldTests {
  private static func twoStages(at once: IntOrPercent = .count(2)) -> RolloutStrategy {
    strategy([stage("canary", .count(2), at: once), stage("rest", .rest, at: once)]) {
      $0.onFailure = FailurePolicy(action: .rollback, scope: .all)
    }
  }

  private static func hold(_ fleet: inout Fleet, _ cluster: ClusterName, for length: Duration = .seconds(7_200)) {
    let hold = ClusterHold(
      reason: "the racks are moved", by: "kim", since: fleet.now, until: fleet.now + length)
    for unit in fleet.units.indices where fleet.units[unit].clusterName == cluster { fleet.units[unit].hold = hold }
  }

  private static func release(_ fleet: inout Fleet, _ cluster: ClusterName) {
    for unit in fleet.units.indices where fleet.units[unit].clusterName == cluster {
      fleet.units[unit].hold = nil
      fleet.units[unit].releasedFor = .zero
    }
  }

  @Test("a held cluster is passed over, in no budget, named with its reason and end, and catches up")
  func passedOver() throws {
    var fleet = try fleet(Self.twoStages(), members(4))
    Self.hold(&fleet, "c01")
    fleet.pass()
    #expect(fleet.state(of: "c01") == .skipped)
    #expect(fleet.inFlight == ["c00"])
    let entry = try #require(fleet.report.waiting.first { $0.reason == .held })
    #expect(entry.clusters == ["c01"] && entry.nextChange == fleet.units[1].hold?.until)
    #expect(entry.message.contains("held on its site by kim until 1970-01-01T02:16:40"), "\(entry.message)")
    #expect(entry.message.hasSuffix(": the racks are moved; it catches up when that ends"))
    #expect(fleet.lastPlan?.nextWake != nil)
    #expect(fleet.run.breach == nil)
    Self.release(&fleet, "c01")
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c01"])
    #expect(!fleet.reasons().contains(.held))
    fleet.succeedAll()
    #expect(fleet.run.state == .succeeded)
  }

  @Test("an order that had not begun is taken for passed over and frees its slot; one that has goes on")
  func notBegun() throws {
    var fleet = try fleet(Self.twoStages(), members(4))
    fleet.pass()
    fleet.say("c00", .applying, health: .progressing)
    fleet.pass()
    for cluster in ["c00", "c01"] as [ClusterName] { Self.hold(&fleet, cluster) }
    fleet.pass()
    #expect(fleet.state(of: "c00") == .applying)
    #expect(fleet.state(of: "c01") == .skipped)
    #expect(fleet.events.last { $0.kind == "step.skipped" }?.message.hasSuffix("; it had not begun") == true)
    fleet.say("c00")
    fleet.pass()
    #expect([.soaking, .succeeded].contains(fleet.state(of: "c00")))
  }

  @Test("a stage whose only testers are held is halted by R7")
  func untested() throws {
    var fleet = try fleet(Self.twoStages(), members(4))
    for cluster in ["c00", "c01"] as [ClusterName] { Self.hold(&fleet, cluster) }
    fleet.pass()
    #expect(fleet.run.state == .halted)
    #expect(fleet.reasons().contains(.untested))
  }

  @Test("an order back waits for the hold without a place of the rollback, and has its whole time from its end on")
  func rollback() throws {
    var fleet = try fleet(Self.twoStages(at: .count(1)), members(5))
    for cluster in ["c00", "c01", "c02"] as [ClusterName] {
      fleet.pass()
      fleet.say(cluster)
    }
    fleet.pass()
    #expect(fleet.inFlight == ["c03"])
    Self.hold(&fleet, "c02")
    fleet.degrade("c03")
    fleet.pass()
    #expect(fleet.run.state == .rollingBack)
    fleet.say("c03")
    fleet.pass()
    #expect(fleet.state(of: "c03") == .rolledBack)
    #expect(fleet.state(of: "c02") == .rollingBack, "it is told where to go")
    fleet.pass()
    #expect(fleet.inFlight.contains("c01") || fleet.inFlight.contains("c00"), "nobody waits for it: \(fleet.inFlight)")
    for _ in 0..<4 {
      for cluster in fleet.inFlight where cluster != "c02" { fleet.say(cluster) }
      fleet.pass()
    }
    #expect(fleet.inFlight == ["c02"])
    let entry = try #require(fleet.report.waiting.first { $0.reason == .held })
    #expect(entry.message.hasSuffix("; it goes back when that ends"))
    // Far beyond the deadline.
    fleet.advance(.seconds(7_199))
    fleet.pass()
    #expect(fleet.state(of: "c02") == .rollingBack)
    Self.release(&fleet, "c02")
    fleet.pass()
    #expect(fleet.state(of: "c02") == .rollingBack)
    fleet.say("c02", .applying, health: .progressing)
    fleet.pass()
    #expect(fleet.state(of: "c02") == .rollingBack)
    fleet.say("c02")
    fleet.pass()
    #expect(fleet.state(of: "c02") == .rolledBack)
    #expect(fleet.run.state == .rolledBack)
  }

  @Test("R14 R31 nobody waits for a last stage that is held on its sites: the one before it follows at once")
  func heldLastStage() throws {
    var rules = Self.twoStages()
    rules.stages[1].soak = .seconds(600)
    var fleet = try fleet(rules, members(4))
    fleet.succeedAll()
    for cluster in ["c02", "c03"] as [ClusterName] { Self.hold(&fleet, cluster) }
    try fleet.give(.undo)
    fleet.pass()
    #expect(fleet.states() == [.rollingBack, .rollingBack, .rollingBack, .rollingBack])
  }

  @Test("R14 R31 whoever is held takes no place on its way back, and waits for one before")
  func heldBeyondSlots() throws {
    var fleet = try fleet(
      strategy([stage("all", .rest, at: .count(2))]) {
        $0.onFailure = FailurePolicy(action: .rollback, scope: .all)
      }, members(5))
    for _ in 0..<2 {
      fleet.pass()
      for cluster in fleet.inFlight { fleet.say(cluster) }
    }
    fleet.pass()
    Self.hold(&fleet, "c00")
    Self.hold(&fleet, "c03")
    fleet.degrade("c04")
    fleet.pass()
    // c04 failed, c03 is held and takes no place, c02 has the second one; c00 has not got its turn.
    #expect(fleet.inFlight == ["c02", "c03", "c04"])
    fleet.say("c04")
    fleet.pass()
    #expect(fleet.inFlight == ["c01", "c02", "c03"])
    fleet.say("c02")
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c01", "c03"])
  }
}
