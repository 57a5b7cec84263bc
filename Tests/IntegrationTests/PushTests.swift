import FleetModel
import FleetPrograms
import FleetTestSupport
import Foundation
import Testing

/// Clusters that the controller reaches by kubeconfig, with the programs that users run.
@Suite("Push mode with the programs", .serialized)
struct PushTests {
  @Test("clusters added by kubeconfig take a release without any agent, and another one when a controller was killed")
  func releases() async throws {
    try await GitFixture.with { repository in
      try await TestDatabase.with { database in
        let programs = Programs(folder: repository.folder, database: database.url)
        do { try await story(repository, programs) } catch {
          await programs.end()
          throw error
        }
        await programs.end()
      }
    }
  }

  private func story(_ repository: GitFixture, _ programs: Programs) async throws {
    let names = ["push-1", "push-2", "push-3"]
    try await programs.start(
      "flotilla-sim",
      ["serve", "--kubeconfig-dir", programs.folder + "/kubeconfig"] + names.flatMap { ["--cluster", $0] })
    _ = try await programs.text(of: "kubeconfig/all")
    let first = try await programs.controller("first")
    for name in names {
      let added = try await programs.flotilla(
        "cluster", "add", name, "--kubeconfig", programs.folder + "/kubeconfig/all", "--context", name,
        "--label", "env=production")
      #expect(added == "cluster/\(name) registered\n")
    }
    try Data(Self.documents(repository.fileURL).utf8).write(to: URL(fileURLWithPath: programs.folder + "/fleet.yaml"))
    var commit = try await repository.commit(Self.manifest("first"), to: "deploy/shop.yaml")
    try await programs.flotilla("apply", "-f", programs.folder + "/fleet.yaml")
    try await programs.flotilla("rollout", "watch", "shop", "--revision", commit.hexadecimal, "--timeout", "2m")
    let described = try await programs.flotilla("describe", "cluster/push-2")
    for words in ["Connected", "kubeconfig with credential push-2-kubeconfig", "yes, since", "cluster.reached"] {
      #expect(described.contains(words), "\(described)")
    }

    try await programs.controller("second")
    first.send(signal: SIGKILL)
    commit = try await repository.commit(Self.manifest("second"), to: "deploy/shop.yaml")
    try await programs.flotilla("rollout", "watch", "shop", "--revision", commit.hexadecimal, "--timeout", "2m")
    let history = try await programs.flotilla("rollout", "history", "shop", "--all", "--summary", "-o", "json")
    #expect(history.components(separatedBy: "\"Succeeded\"").count == 3, "\(history)")
  }

  private static func documents(_ url: String) -> String {
    """
    apiVersion: flotilla.dev/v1
    kind: Repository
    metadata: {name: shop}
    spec: {url: '\(url)', pollInterval: 1s}
    ---
    apiVersion: flotilla.dev/v1
    kind: FleetSet
    metadata: {name: shop}
    spec:
      generators: [{clusters: {selector: {matchLabels: {env: production}}}}]
      template:
        metadata: {name: 'shop-{{name}}'}
        spec:
          source: {repository: shop, revision: {branch: main}, path: deploy}
          destination: {cluster: '{{name}}', namespace: shop}
      rollout:
        stages: [{name: all, rest: true, maxConcurrent: 100%, minReady: 1s}]
    """
  }

  private static func manifest(_ greeting: String) -> String {
    """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings}
    data: {greeting: \(greeting)}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 2
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, image: 'registry.example/web:1'}]}
    """
  }
}

/// The programs of one test, with their files in one folder.
private actor Programs {
  let folder: String
  private let database: String
  private var running: [RunningProgram] = []
  private var server = ""

  struct Failure: Error, CustomStringConvertible { var description: String }

  init(folder: String, database: String) {
    self.folder = folder
    self.database = database
  }

  private var environment: [String: String] {
    [
      "PATH": ProgramSearch.searchPath().joined(separator: ":"), "HOME": folder, "FLOTILLA_DATABASE": database,
      "FLOTILLA_SERVER": server, "FLOTILLA_TOKEN_FILE": folder + "/admin-token",
    ]
  }

  @discardableResult
  func start(_ program: String, _ arguments: [String]) async throws -> RunningProgram {
    let started = try await Program.start(
      "\(DemoTests.programs)/\(program)", arguments: arguments, environment: environment,
      outputFile: folder + "/\(running.count)-\(program).log")
    running.append(started)
    return started
  }

  /// Starts a controller, which is the one that the command line speaks to from now on.
  @discardableResult
  func controller(_ name: String) async throws -> RunningProgram {
    let started = try await start(
      "flotilla-controller",
      [
        "--data-dir", "\(folder)/\(name)", "--listen", "127.0.0.1:0", "--url-file", "\(folder)/\(name)-url",
        "--token-file", folder + "/admin-token", "--encryption-key-file", folder + "/encryption-key",
        "--file-repositories", folder, "--allow-loopback",
      ])
    server = try await text(of: "\(name)-url").trimmingCharacters(in: .whitespacesAndNewlines)
    return started
  }

  /// The text of a file that somebody is about to write.
  func text(of name: String) async throws -> String {
    let end = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < end {
      if let text = try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8), !text.isEmpty { return text }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw Failure(description: "\(name) was never written\n\(logs())")
  }

  /// Runs a command that must end with 0; answers what it wrote.
  @discardableResult
  func flotilla(_ arguments: String...) async throws -> String {
    let result = try await Program.run(
      DemoTests.programs + "/flotilla", arguments: arguments, environment: environment, timeLimit: .seconds(180),
      outputLimitBytes: 1 << 20)
    guard result.isSuccess else {
      throw Failure(
        description: "flotilla \(arguments.joined(separator: " ")) ended with \(result.exitCode):\n\(result.text)"
          + "\(result.errorText)\n\(logs())")
    }
    return result.text
  }

  func end() async {
    for program in running.reversed() { await program.terminate(gracePeriod: .seconds(20)) }
  }

  private func logs() -> String {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".log") }.sorted().map { name in
      let text = (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)) ?? ""
      return "── \(name)\n" + text.split(separator: "\n").suffix(20).joined(separator: "\n")
    }.joined(separator: "\n")
  }
}
