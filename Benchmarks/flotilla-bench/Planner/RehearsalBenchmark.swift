import ArgumentParser
import FleetModel
import FleetPlanner
import FleetSimulation

/// A rehearsal of a run over a large inventory: 3 % of the clusters offline, 1 % fail, applies of 20 to 90 s.
struct RehearsalBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rehearsal", abstract: "Measure a rehearsal: the planner and its fleet on a virtual clock.")

  @Option(help: "Clusters, each with one step.")
  var steps = 10_000
  @Option(help: "How often it is measured.")
  var times = 10

  func run() throws {
    Figure.writeHeader()
    var strategy = BenchedFleet.staged()
    strategy.budgets.unreachable = .percent(10)
    for index in strategy.stages.indices { strategy.stages[index].failureBudget = .percent(5) }
    let members = BenchedFleet.members(steps)
    let frozen = try freeze(
      BenchedFleet.startInput(strategy, members), options: FreezeOptions(startedBy: "kim"))
    let clusters = members.map { member in
      RehearsedCluster(id: member.cluster, name: member.clusterName, labels: member.clusterLabels)
    }
    var assumptions = RehearsalAssumptions()
    assumptions.faults = [
      RehearsalFault(.offline(from: .start, for: nil), of: .percent(3)),
      RehearsalFault(.fails(.degraded), of: .percent(1)),
    ]
    var found: Rehearsal?
    var figure = try Figure.measure("rehearsal over \(steps) clusters", times: times, input: { () }) {
      found = try rehearse(frozen, clusters: clusters, assumptions: assumptions, seed: 7)
    }
    if let found { figure.counted = "\(found.verdict.rawValue), \(found.duration.text) of simulated time" }
    figure.write()
  }
}
