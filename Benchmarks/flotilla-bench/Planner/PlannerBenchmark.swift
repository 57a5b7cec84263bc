import ArgumentParser
import FleetModel
import FleetPlanner

/// One pass of the planner over a large run, and the freeze of one.
struct PlannerBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "planner", abstract: "Measure planner passes over a large run, and its freeze.")

  @Option(help: "Clusters, each with one step.")
  var steps = 10_000
  @Option(help: "How often each figure is measured.")
  var times = 200
  @Flag(help: "Measure only the passes that are given all units, as the store never does.")
  var wholeOnly = false

  func run() throws {
    Figure.writeHeader()
    let members = BenchedFleet.members(steps)
    let frozen = try freeze(
      BenchedFleet.startInput(BenchedFleet.staged(), members), options: FreezeOptions(startedBy: "kim"))
    var fleet = BenchedRun(frozen)
    try advanceIntoLastStage(&fleet)
    pass("pass with reports", on: fleet)
    fleet.commit(plan(fleet.input(.whole)))
    pass("pass without news", on: fleet)

    var all = BenchedRun(
      try freeze(BenchedFleet.startInput(BenchedFleet.atOnce(), members), options: FreezeOptions(startedBy: "kim")))
    all.commit(plan(all.input(.summary)))
    all.report()
    all.advance(.seconds(1))
    pass("pass that sends \(steps - 1) orders at once", on: all, given: [.whole])
    all.commit(plan(all.input(.whole)))
    all.report()
    all.advance(.seconds(1))
    pass("pass with \(steps - 1) reports at once", on: all, given: [.whole])

    guard !wholeOnly else { return }
    var figure = try Figure.measure(
      "freeze of \(steps) members", times: max(5, times / 10),
      input: { BenchedFleet.startInput(BenchedFleet.staged(), members) },
      { _ = try freeze($0, options: FreezeOptions(startedBy: "kim")) })
    figure.counted = "\(frozen.stages.count) stages, \(frozen.units.count) units"
    figure.write()
  }

  /// Lets the run go on until half of its last stage is ready; everything in flight has reported then.
  private func advanceIntoLastStage(_ fleet: inout BenchedRun) throws {
    for _ in 0..<1_000 {
      guard let last = fleet.stages.last, last.counters.ready < last.size / 2 else { return }
      fleet.advance(.seconds(1))
      fleet.commit(plan(fleet.input(.summary)))
      fleet.report()
    }
    throw ValidationError("the run does not get into its last stage")
  }

  private func pass(_ name: String, on fleet: BenchedRun, given: [BenchedRun.Given] = [.summary, .whole]) {
    for given in given where given == .whole || !wholeOnly {
      let input = fleet.input(given)
      let label = given == .whole ? "all units" : "as loaded"
      var figure = Figure.measure("\(name), \(label)", times: times, input: { input }, { _ = plan($0) })
      let decided = plan(input)
      figure.counted =
        "\(input.units.count) units, \(decided.steps.count) steps change, \(decided.events.count) events"
      figure.write()
    }
  }
}
