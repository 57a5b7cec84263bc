import ArgumentParser
import AsyncHTTPClient
import FleetAPI
import FleetClient
import FleetModel

/// Rollouts over a fleet whose agents are connected already: as many FleetSets at once as one asks for, each in stages of 20,
/// 30 and 50 % with half of a stage at once.
struct FleetBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fleet", abstract: "Measure how long rollouts take over connected agents.")

  @OptionGroup var controller: ControllerOptions
  @Option(help: "The folder in which the repository is made; below the controller's --file-repositories.")
  var repository: String
  @Option(help: "FleetSets that a commit rolls out at once; set N goes to group N modulo 10.")
  var sets = 1
  @Option(help: "Commits that are measured, after a first one.")
  var commits = 5
  @Flag(help: "Every set goes to all clusters, not to a group.")
  var allClusters = false

  @Flag(help: "Only a ConfigMap each, which is ready when it is applied: nothing but Flotilla's own time.")
  var configMapsOnly = false

  func run() async throws {
    Figure.writeHeader()
    let git = try await BenchedRepository(folder: repository, hasDeployment: !configMapsOnly)
    let token = try controller.token()
    try await ControllerClient.with(try controller.configuration()) { client in
      let names = (0..<sets).map { "\(repositoryName)-\($0)" }
      let documents = [Self.repository(repositoryName, git.folder)] + names.enumerated().map(document)
      _ = try await client.apply(
        ApplyRequest(
          files: [.init(name: "benchmark", content: documents.joined(separator: "---\n"))], dryRun: false,
          reason: "benchmark"), in: "default")
      var runs = Figure("a run, from its start to its end")
      var all = Figure("webhook to the end of all runs")
      var clusters = 0
      _ = try await ended(1, of: names, client)
      let http = HTTPClient(eventLoopGroupProvider: .singleton)
      do {
        for number in 1...commits {
          try await git.commit(number)
          let begun = ContinuousClock.now
          try await controller.webhook(repositoryName, http, token: token)
          for run in try await ended(number + 1, of: names, client) {
            guard let end = run.endedAt else { continue }
            runs.add(end.instant - run.createdAt.instant)
            clusters = run.counts.clusters
          }
          all.add(begun.duration(to: .now))
        }
      } catch {
        try? await http.shutdown()
        throw error
      }
      try await http.shutdown()
      runs.counted =
        "\(sets) at once over \(clusters) clusters each, p90 \(Figure.text(runs.percentile(0.9) / 1_000)) s"
      for figure in [runs, all] { figure.write() }
    }
  }

  private var repositoryName: String { "fleet-\(sets)" + (allClusters ? "-all" : "") + (configMapsOnly ? "-maps" : "") }

  /// The runs of a number of all sets, when all have ended; looks twice a second.
  private func ended(_ number: Int, of sets: [String], _ client: ControllerClient) async throws -> [RolloutResource] {
    let limit = ContinuousClock.now + .seconds(900)
    var missing = Set(sets)
    var found: [RolloutResource] = []
    while .now < limit {
      for set in missing.sorted() {
        guard let run = try? await client.rollout(set, number: number, in: "default"), run.ended else { break }
        guard run.state == .succeeded else { throw ValidationError("\(run.name) ended \(run.state.rawValue)") }
        missing.remove(set)
        found.append(run)
      }
      if missing.isEmpty { return found }
      try await Task.sleep(for: .milliseconds(500))
    }
    throw ValidationError("\(missing.count) of the runs \(number) have not ended after a quarter of an hour")
  }

  private static func repository(_ name: String, _ folder: String) -> String {
    """
    apiVersion: flotilla.dev/v1
    kind: Repository
    metadata:
      name: \(name)
    spec:
      url: file://\(folder)
      pollInterval: 1h

    """
  }

  private func document(_ number: Int, _ name: String) -> String {
    """
    apiVersion: flotilla.dev/v1
    kind: FleetSet
    metadata:
      name: \(name)
    spec:
      generators:
        - clusters:
            selector:
              matchLabels: {env: production\(allClusters ? "" : ", group: group-\(number % 10)")}
      template:
        metadata:
          name: "\(name)-{{name}}"
        spec:
          source:
            repository: \(repositoryName)
            revision: {branch: main}
            path: deploy
          destination:
            cluster: "{{name}}"
            namespace: \(name)
      rollout:
        stages:
          - {name: fifth, percent: 20%, maxConcurrent: 50%, minReady: 1s}
          - {name: half, percent: 30%, maxConcurrent: 50%, minReady: 1s}
          - {name: rest, rest: true, maxConcurrent: 50%, minReady: 1s}

    """
  }
}
