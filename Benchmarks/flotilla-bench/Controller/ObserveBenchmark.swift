import ArgumentParser
import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Logging

/// One report of one cluster in the middle of a run, with a real PostgreSQL: what it costs must not grow with the run.
struct ObserveBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "observe", abstract: "Measure what one observation in a large run costs.")

  @Option(help: "Clusters, each with one step.")
  var clusters: [Int] = [1_000, 10_000, 100_000]
  @Option(help: "How often each figure is measured.")
  var times = 200
  @Option(help: "Clusters in flight at once.")
  var concurrent = 20

  func run() async throws {
    Figure.writeHeader()
    let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
    for count in clusters {
      try await TestDatabase.with(logger: logger) { database in try await measure(count, database, logger) }
    }
  }

  private func measure(_ count: Int, _ database: TestDatabase, _ logger: Logger) async throws {
    let store = database.store
    let fixture = try await StoreFixture.make(in: store, clusters: count)
    _ = try await fixture.release(1)
    let rollout = try await fixture.start(StoreFixture.strategy(maxConcurrent: .count(concurrent)))
    try await PostgresScript.run("ANALYZE", url: database.url)
    let task = RolloutTask(store: store, logger: logger)
    try await fixture.pass(rollout)
    var recorded = Figure("record one observation")
    var passed = Figure("the pass that takes it and sends the next order")
    for (number, cluster) in fixture.clusters.prefix(times + 20).enumerated() {
      let observations = try await store.orders(for: cluster.id, above: [:]).map { order in
        Observation(
          target: order.target, generation: order.generation, bundle: order.bundle, phase: .applied, health: .healthy,
          readyFor: .seconds(60), message: "", objectCount: 1)
      }
      guard !observations.isEmpty else { throw ValidationError("\(cluster.name) has no order") }
      let begun = ContinuousClock.now
      try await store.record(observations, from: cluster.id)
      let between = ContinuousClock.now
      _ = try await task.run(row: rollout.rawValue)
      // The first ones fill caches and are not counted.
      guard number >= 20 else { continue }
      recorded.add(begun.duration(to: between))
      passed.add(between.duration(to: .now))
    }
    for var figure in [recorded, passed] {
      figure.counted = "a run of \(count) steps, \(concurrent) in flight"
      figure.write()
    }
  }
}
