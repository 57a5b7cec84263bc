import FleetModel
import FleetPlanner
import Testing

@Suite("Unhealthy before the run: R6")
struct UnhealthyTests {
  /// Four clusters, of which c02 has been Degraded just as long as is a failure.
  private func fourMembers(degradedFor: Duration = .seconds(120)) -> [StartMember] {
    var all = members(4)
    all[2].health = .degraded
    all[2].degradedFor = degradedFor
    return all
  }

  private func strategy(_ policy: RolloutStrategy.UnhealthyPolicy) -> RolloutStrategy {
    FleetPlannerTests.strategy([stage("all", .rest, at: .count(4))]) { $0.alreadyUnhealthy = policy }
  }

  @Test("R6 who was unhealthy for failFast is marked and named; a shorter time is none")
  func marks() throws {
    let frozen = try freeze(startInput(strategy(.inOrder), fourMembers()), options: FreezeOptions(startedBy: "kim"))
    #expect(frozen.units.filter(\.wasUnhealthy).map(\.clusterName) == ["c02"])
    #expect(frozen.warnings == ["unhealthy before the run, so that no budget counts it if they fail: c02"])
    let shorter = fourMembers(degradedFor: .seconds(119))
    let others = try freeze(startInput(strategy(.inOrder), shorter), options: FreezeOptions(startedBy: "kim"))
    #expect(others.units.filter(\.wasUnhealthy).isEmpty)
    #expect(others.run.planHash != frozen.run.planHash)
  }

  @Test("R6 its failure touches no budget, is told apart, and the run is not plainly a success")
  func failure() throws {
    var fleet = try fleet(strategy(.inOrder), fourMembers())
    fleet.pass()
    fleet.degrade("c02")
    fleet.pass()
    #expect(fleet.state(of: "c02") == .failed)
    #expect(fleet.run.state == .running && fleet.run.breach == nil)
    #expect(fleet.report.notes == ["c02 failed, as it had before the run, so that no budget counts it"])
    fleet.succeedAll()
    #expect(fleet.run.state == .succeededWithWaivers)
  }

  @Test("R6 a failure of anybody else counts beside it")
  func others() throws {
    var fleet = try fleet(strategy(.inOrder), fourMembers())
    fleet.pass()
    fleet.degrade("c01")
    fleet.degrade("c02")
    fleet.pass()
    #expect(fleet.run.breach?.cause == "1 cluster failed in stage all, which allows 0: c01 ImagePullBackOff")
  }

  @Test("R6, R15 when it becomes unreachable it counts like anybody")
  func lost() throws {
    var fleet = try fleet(strategy(.inOrder), fourMembers())
    fleet.pass()
    fleet.silence("c02", for: .seconds(301))
    fleet.pass()
    #expect(fleet.state(of: "c02") == .lost)
    #expect(fleet.run.breach != nil)
  }

  @Test("R6 `first` puts it before the others of its stage, and moves nobody to another")
  func goesFirst() throws {
    var strategy = strategy(.first)
    strategy.stages = [stage("canary", .count(1)), stage("rest", .rest)]
    let frozen = try freeze(startInput(strategy, fourMembers()), options: FreezeOptions(startedBy: "kim"))
    #expect(frozen.units.map(\.clusterName) == ["c00", "c02", "c01", "c03"])
    #expect(frozen.units.map(\.position) == [0, 0, 1, 2])
  }

  @Test("R6 `exclude` leaves it out, and it catches up when it is healthy again")
  func leftOut() throws {
    var input = startInput(strategy(.exclude), fourMembers())
    guard case .run(let frozen) = decideStart(input) else {
      Issue.record("no run")
      return
    }
    #expect(frozen.units.map(\.clusterName) == ["c00", "c01", "c03"])
    #expect(
      frozen.warnings == ["left out, being unhealthy before the run; they catch up when they are healthy again: c02"])

    // The others have what the run gave them.
    for index in [0, 1, 3] {
      input.members[index] = member(ClusterName("c0\(index)"), id: Int64(index + 1), running: 2)
    }
    input.lastGoodRelease = 2
    input.lastGoodRun = StartInput.LastGoodRun(
      displayName: "shop/7", release: 2, releaseName: "abc1234", passedOver: [])
    #expect(decideStart(input) == .recordOnly)
    input.members[2].health = .healthy
    guard case .run(let later) = decideStart(input) else {
      Issue.record("it does not catch up")
      return
    }
    #expect(later.run.kind == .catchUp)
    #expect(later.units.map(\.clusterName) == ["c02"])
  }

  @Test(
    "R6 `exclude` leaves out the other targets of its cluster too, unless each target counts for itself",
    arguments: [(RolloutStrategy.Unit.cluster, ["app-c00"]), (.target, ["app-c00", "other"])])
  func leftOutTogether(unit: RolloutStrategy.Unit, expected: [String]) throws {
    var rules = strategy(.exclude)
    rules.unit = unit
    var ill = member("c01", id: 2)
    ill.health = .degraded
    ill.degradedFor = .seconds(3_600)
    let all = [member("c00", id: 1), ill, member("c01", id: 3, target: "other")]
    let frozen = try freeze(startInput(rules, all), options: FreezeOptions(startedBy: "kim"))
    #expect(frozen.units.flatMap(\.steps).map(\.targetName.rawValue) == expected)
  }

  @Test("R6 with `exclude` no run is made when all who would change are unhealthy")
  func allLeftOut() {
    let running = members(4).enumerated().map { index, other in
      index == 2 ? fourMembers()[2] : member(other.clusterName, id: other.target.rawValue, running: 2)
    }
    #expect(
      decideStart(startInput(strategy(.exclude), running))
        == .waits("all who would change are unhealthy, and `alreadyUnhealthy` is exclude"))
  }
}
