import ArgumentParser
import FleetDocuments
import FleetGenerators
import FleetModel
import Foundation

/// How fast sets are expanded.
struct GeneratorsBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generators", abstract: "Measure the expansion of sets into targets and Applications.")

  @Option(help: "The folder with the workloads W1 to W4; without it, they are left out.")
  var workloads: String?
  @Option(help: "How often each figure is measured.")
  var times = 10

  func run() throws {
    Figure.writeHeader()
    if let workloads { try measureWorkloads(in: URL(fileURLWithPath: workloads, isDirectory: true)) }
    let rows = BenchedClusters.rows(10_000)
    try measure("clusters, 12 Go templates", try BenchedSets.clusters(), rows)
    try measure("100 directories × 100 clusters", try BenchedSets.matrix(), Array(rows.prefix(100)))
    try measureChangedLabel(of: 100_000)
  }

  /// One label of one cluster changes in a large fleet, once its row is read.
  private func measureChangedLabel(of count: Int) throws {
    var clusters = BenchedClusters.first(count)
    var kept = KeptExpansion(try BenchedSets.clusters())
    guard case .targets = kept.expand(inventory: Inventory(clusters)) else {
      throw ValidationError("the set expands to no targets")
    }
    var number = 0
    var figure = try Figure.measure("one label of \(count) clusters changes", times: times, input: {}) {
      number += 1
      clusters[number * 7].labels["team"] = "team-\(number)-new"
      guard let changes = kept.update([clusters[number * 7]]), changes.count == 1 else {
        throw ValidationError("the change of one cluster is not one of its target")
      }
    }
    figure.counted = "\(kept.evaluated - count) parameter sets evaluated for \(number) changes"
    figure.write()
  }

  private func measureWorkloads(in folder: URL) throws {
    for (name, clusters) in [("W1", 1_000), ("W1", 10_000), ("W2", 1_000), ("W2", 10_000), ("W3", 100), ("W4", 1_000)] {
      let workload = try Workload(name, in: folder, clusters: clusters)
      let compared = clusters >= 1_000 ? try workload.check(against: folder) : 0
      let count = try workload.applications().count
      var figure = try Figure.measure("\(name), \(count) Applications", times: times, input: {}) {
        _ = try workload.applications()
      }
      let same = compared > 0 ? "; \(compared) compared with Argo CD's, all the same" : ""
      figure.counted = "\(rate(count, figure)) Applications/s of processor time\(same)"
      figure.write()
    }
  }

  private func measure(_ name: String, _ definition: FleetSetDefinition, _ rows: [Cluster]) throws {
    let paths = (0..<100).map { "apps/service-\($0)" }
    let answers: [GeneratorRequest: GeneratorAnswer] = [
      .tree(repository: "apps", revision: .branch("main")): .tree(try BenchedDirectories(paths))
    ]
    func targets() throws -> Int {
      guard case .targets(let targets, _, _) = expand(definition, inventory: rows, answers: answers) else {
        throw ValidationError("\(name): the set expands to no targets")
      }
      return targets.count
    }
    let count = try targets()
    var figure = try Figure.measure("\(name), \(count) targets", times: times, input: {}) { _ = try targets() }
    figure.counted = "\(rate(count, figure)) targets/s of processor time"
    figure.write()
  }

  private func rate(_ count: Int, _ figure: Figure) -> String {
    Figure.text(Double(count * times) / (figure.processor ?? .nan) * 1_000)
  }
}
