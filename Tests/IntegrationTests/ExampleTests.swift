import FleetModel
import FleetPrograms
import FleetTestSupport
import Foundation
import Testing

/// The examples of `fleet-examples`, rolled out with the programs that users run to simulated clusters.
@Suite("fleet-examples", .serialized) struct ExampleTests {
  private static let root = URL(fileURLWithPath: BuiltPrograms.root).appendingPathComponent("fleet-examples").path

  /// An example in a repository of its own, with clusters and a controller that knows its documents.
  private struct Example {
    let repository: GitFixture
    let programs: Programs
    let name: String

    /// The example's files but its documents, as they stand in the repository.
    var files: [String] {
      let all =
        FileManager.default.enumerator(atPath: "\(ExampleTests.root)/\(name)")?.compactMap { $0 as? String } ?? []
      var isFolder: ObjCBool = false
      return all.sorted().filter {
        FileManager.default.fileExists(atPath: "\(ExampleTests.root)/\(name)/\($0)", isDirectory: &isFolder)
          && !isFolder.boolValue
      }
    }

    func text(of path: String) throws -> String {
      try String(contentsOfFile: "\(ExampleTests.root)/\(name)/\(path)", encoding: .utf8)
    }

    /// Puts the files into the repository.
    func commit() async throws -> CommitID {
      for path in files where !path.hasPrefix("fleet/") { try repository.write(try text(of: path), to: path) }
      return try await repository.commit("The example")
    }

    /// Applies a document of the example: its repository is this one, nobody waits, and the admin approves.
    func apply(_ document: String) async throws {
      let times = try text(of: "fleet/\(document)")
        .replacing(/url: .*/, with: "url: \(repository.fileURL)\n  pollInterval: 1s")
        .replacing(/soak: .*/, with: "soak: 0s")
        .replacing(/approval: .*/, with: "approval: {}")
        .replacing(/\n      - name: (\w+)\n/) { "\n      - name: \($0.1)\n        minReady: 0s\n" }
      let file = "\(repository.folder)/\(document)"
      try Data(times.utf8).write(to: URL(fileURLWithPath: file))
      try await programs.flotilla("lint", file)
      try await programs.flotilla("apply", "-f", file)
    }

    /// Waits until a rollout is there and has succeeded.
    func watch(_ rollout: String) async throws {
      for _ in 0..<120 {
        let result = try await programs.run(["rollout", "watch", rollout, "--timeout", "2m"])
        if result.exitCode == 0 { return }
        guard result.errorText.contains("there is no rollout") || result.errorText.contains("has no rollout") else {
          throw Programs.Failure(description: "\(rollout): \(result.text)\(result.errorText)\n\(await programs.logs())")
        }
        try await Task.sleep(for: .milliseconds(250))
      }
      throw Programs.Failure(description: "\(rollout) never began\n\(await programs.logs())")
    }

    /// The bundles that healthy targets run, by cluster.
    func running(_ fleetSet: String) async throws -> [String: Set<String>] {
      struct Targets: Decodable {
        struct Target: Decodable {
          struct Placed: Decodable { var bundle: String }
          var cluster: String
          var health: String
          var applied: Placed?
        }
        var items: [Target]
      }
      let text = try await programs.flotilla("get", "targets", "--set", fleetSet, "-o", "json")
      let targets = try JSONDecoder().decode(Targets.self, from: Data(text.utf8)).items
      var bundles: [String: Set<String>] = [:]
      for target in targets where target.health == "Healthy" {
        bundles[target.cluster, default: []].insert(target.applied?.bundle ?? "")
      }
      return bundles
    }
  }

  private func with(
    _ name: String, clusters: [String: String], _ body: (Example) async throws -> Void
  ) async throws {
    try await GitFixture.with { repository in
      try await TestDatabase.with { database in
        let programs = Programs(folder: repository.folder, database: database.url)
        do {
          try await programs.controller("first")
          let folder = repository.folder
          for name in ["tokens", "agents"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
          }
          for (cluster, labels) in clusters.sorted(by: { $0.key < $1.key }) {
            let options = labels.split(separator: " ").flatMap { ["--label", String($0)] }
            let added = try await programs.run(
              ["cluster", "add", cluster, "--token-out", "\(folder)/tokens/\(cluster)"] + options)
            #expect(added.exitCode == 0, "\(added.errorText)")
          }
          try await programs.start(
            "flotilla-sim",
            [
              "fleet", "--controller", await programs.address, "--token-dir", folder + "/tokens", "--state-dir",
              folder + "/agents",
            ])
          try await body(Example(repository: repository, programs: programs, name: name))
        } catch {
          Issue.record("\(error)\n\(await programs.logs())")
        }
        await programs.end()
      }
    }
  }

  private static let environments = [
    "dev-1": "environment=development", "staging-1": "environment=staging", "prod-1": "environment=production",
    "prod-2": "environment=production",
  ]

  @Test("elk, the path model: what changes one environment reaches its clusters alone")
  func elkPaths() async throws {
    try await with("elk", clusters: Self.environments) { example in
      _ = try await example.commit()
      try await example.apply("repository.yaml")
      try await example.apply("path-model.yaml")
      for _ in 0..<120
      where try await example.programs.run(["rollout", "approve", "elk", "--stage", "production"]).exitCode != 0 {
        try await Task.sleep(for: .milliseconds(250))
      }
      try await example.watch("elk/1")
      let before = try await example.running("elk")
      #expect(Set(before.keys) == Set(Self.environments.keys))
      #expect(before["prod-1"] == before["prod-2"])
      let staging = try example.text(of: "environments/staging/kustomization.yaml")
      try await example.repository.commit(
        staging.replacing("8.15.3", with: "8.16.1"), to: "environments/staging/kustomization.yaml")
      try await example.watch("elk/2")
      let after = try await example.running("elk")
      #expect(Self.environments.keys.filter { before[$0] != after[$0] } == ["staging-1"])
    }
  }

  @Test("elk, the branch model: a change reaches an environment when it is merged into its branch")
  func elkBranches() async throws {
    try await with("elk", clusters: Self.environments) { example in
      _ = try await example.commit()
      let readme = try example.text(of: "README.md").components(separatedBy: "\n")
      let script = readme.drop { !$0.hasPrefix("    from=main") }.prefix { $0.hasPrefix("    ") }
      let made = try await Program.run(
        "/bin/bash", arguments: ["-euc", script.joined(separator: "\n")], environment: Self.git,
        workingDirectory: example.repository.workTree, timeLimit: .seconds(60), outputLimitBytes: 1 << 20)
      #expect(made.exitCode == 0, "\(made.errorText)")
      try await example.apply("repository.yaml")
      try await example.apply("branch-model.yaml")
      try await example.watch("elk/1")
      let before = try await example.running("elk")
      #expect(Set(before.keys) == Set(Self.environments.keys))
      try await example.repository.git("switch", "--quiet", "development")
      let kibana = try example.text(of: "base/kibana.yaml")
      try await example.repository.commit(
        kibana.replacing("port: 80,", with: "port: 8080,"), to: "base/kibana.yaml", message: "Kibana on 8080")
      try await example.watch("elk/2")
      let inDevelopment = try await example.running("elk")
      #expect(Self.environments.keys.filter { before[$0] != inDevelopment[$0] } == ["dev-1"])
      for (from, to, number) in [("development", "staging", 3), ("staging", "production", 4)] {
        try await example.repository.git("switch", "--quiet", to)
        try await example.repository.git("merge", "--quiet", "--no-edit", from)
        try await example.watch("elk/\(number)")
      }
      let after = try await example.running("elk")
      #expect(Set(Self.environments.keys.filter { before[$0] != after[$0] }) == Set(Self.environments.keys))
      #expect(after["dev-1"] == inDevelopment["dev-1"])
    }
  }

  @Test("monorepo: three teams, each with its own way to say what goes where")
  func monorepo() async throws {
    let clusters = [
      "eu-1": "env=production canary=true region=eu", "us-1": "env=production canary=false region=us",
      "test-1": "env=test region=eu",
    ]
    try await with("monorepo", clusters: clusters) { example in
      _ = try await example.commit()
      for document in ["repository", "checkout", "search", "platform"] { try await example.apply("\(document).yaml") }
      for set in ["checkout", "search", "platform"] { try await example.watch("\(set)/1") }
      let counts = [
        try await example.running("checkout"), try await example.running("search"),
        try await example.running("platform"),
      ].map { $0.mapValues(\.count) }
      #expect(
        counts == [["eu-1": 2, "us-1": 2], ["eu-1": 1, "us-1": 1], ["eu-1": 2, "us-1": 2, "test-1": 2]])
      let before = try await example.running("checkout")
      let cart = try example.text(of: "teams/checkout/cart/cart.yaml")
      try await example.repository.commit(
        cart.replacing("3.1.0", with: "3.2.0"), to: "teams/checkout/cart/cart.yaml")
      try await example.watch("checkout/2")
      let after = try await example.running("checkout")
      #expect(after.mapValues(\.count) == before.mapValues(\.count) && after != before)
      // The folders of the others have not changed, so they have had no rollout.
      let others = try await example.programs.flotilla("get", "rollouts", "-o", "name")
      #expect(others.split(separator: "\n").count == 4, "\(others)")
    }
  }

  @Test("helm: a chart for every cluster")
  func helm() async throws {
    guard (try? ProgramSearch.find("helm", in: [BuiltPrograms.root + "/.tools/bin"])) != nil else {
      #expect(ProcessInfo.processInfo.environment["FLOTILLA_REQUIRE"] != "all", "no helm: scripts/install-tools tests")
      print("skipped: no helm; run scripts/install-tools tests")
      return
    }
    let clusters = [
      "eu-1": "env=production canary=true region=eu-west", "us-1": "env=production canary=false region=us-east",
    ]
    try await with("helm", clusters: clusters) { example in
      _ = try await example.commit()
      try await example.apply("repository.yaml")
      try await example.apply("greeter.yaml")
      try await example.watch("greeter/1")
      let running = try await example.running("greeter")
      #expect(running.count == 2 && running["eu-1"] != running["us-1"])
    }
  }

  private static let git = [
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "HOME": "/nonexistent", "LC_ALL": "C",
    "PATH": "/usr/bin:/bin", "GIT_AUTHOR_NAME": "Kim Example", "GIT_AUTHOR_EMAIL": "kim@example.com",
    "GIT_COMMITTER_NAME": "Kim Example", "GIT_COMMITTER_EMAIL": "kim@example.com",
  ]
}
