import ArgumentParser
import AsyncHTTPClient
import FleetAPI
import FleetClient
import FleetModel

/// From a webhook to the first order in an agent's hands, over HTTP, through Git, expansion, release, run and plan.
struct DispatchBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dispatch", abstract: "Measure the time from a webhook to the first order, and to the end of the run.")

  @OptionGroup var controller: ControllerOptions
  @Option(help: "The folder in which the repository is made; below the controller's --file-repositories.")
  var repository: String
  @Option(help: "Clusters.")
  var clusters = 24
  @Option(help: "Commits.")
  var commits = 50

  func run() async throws {
    Figure.writeHeader()
    let git = try await BenchedRepository(folder: repository)
    var configuration = HTTPClient.Configuration()
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = clusters * 2 + 8
    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    let outcome: Result<Void, any Error>
    do {
      try await measure(git, http)
      outcome = .success(())
    } catch { outcome = .failure(error) }
    try? await http.shutdown()
    try outcome.get()
  }

  private func measure(_ git: BenchedRepository, _ http: HTTPClient) async throws {
    let client = ControllerClient(configuration: try controller.configuration(), http: http)
    let token = try controller.token()
    let arrivals = Arrivals()
    let names = (0..<clusters).map { "bench-\(100 + $0)" }
    try await apply(ControllerOptions.clusterDocuments(names), client)
    var agents: [BenchedAgent] = []
    for name in names {
      let joining = try await client.joinToken(
        for: name, JoinTokenRequest(expiresInSeconds: 600, reason: "benchmark"), in: "default")
      agents.append(
        try await .join(
          name, token: joining.token, controller: controller.controller, http: http, arrivals: arrivals))
    }
    var first = Figure("webhook to first order")
    var last = Figure("webhook to last order")
    var end = Figure("webhook to end of rollout")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for agent in agents { group.addTask { try await agent.run() } }
      try await apply(git.documents, client)
      try await rolledOut(1, client)
      for number in 1...commits {
        try await git.commit(number)
        arrivals.clear()
        let begun = ContinuousClock.now
        try await controller.webhook("bench", http, token: token)
        try await rolledOut(number + 1, client)
        let ended = ContinuousClock.now
        let times = arrivals.all
        guard times.count == clusters, let one = times.first, let all = times.last else {
          throw ValidationError("commit \(number) made \(times.count) orders instead of \(clusters)")
        }
        first.add(begun.duration(to: one))
        last.add(begun.duration(to: all))
        end.add(begun.duration(to: ended))
      }
      group.cancelAll()
      while let ended = await group.nextResult() { _ = ended }
    }
    first.counted = "\(clusters) clusters, \(commits) commits, one canary first"
    for figure in [first, last, end] { figure.write() }
  }

  private func apply(_ documents: String, _ client: ControllerClient) async throws {
    let file = ApplyRequest.File(name: "benchmark", content: documents)
    _ = try await client.apply(ApplyRequest(files: [file], dryRun: false, reason: "benchmark"), in: "default")
  }

  /// Waits for the end of the set's run of a number, looking twenty times a second.
  private func rolledOut(_ number: Int, _ client: ControllerClient) async throws {
    let limit = ContinuousClock.now + .seconds(60)
    while .now < limit {
      if let run = try? await client.rollout("bench", number: number, in: "default"), run.ended {
        guard run.state == .succeeded else { throw ValidationError("run \(number) ended \(run.state.rawValue)") }
        return
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw ValidationError("run \(number) did not end within a minute")
  }
}
