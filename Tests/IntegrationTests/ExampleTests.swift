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

    /// Applies a document of the example: its repository is this one, and nothing is waited for but people.
    func apply(_ document: String) async throws {
      try await programs.flotilla("lint", "\(ExampleTests.root)/\(name)/fleet/\(document)")
      let times = try text(of: "fleet/\(document)")
        .replacing(/url: .*/, with: "url: \(repository.fileURL)\n  pollInterval: 1s")
        .replacing(/soak: .*/, with: "soak: 0s")
        .replacing(/\n      - name: (\w+)\n/) { "\n      - name: \($0.1)\n        minReady: 0s\n" }
      let file = "\(repository.folder)/\(document)"
      try Data(times.utf8).write(to: URL(fileURLWithPath: file))
      try await programs.flotilla("apply", "-f", file)
    }

    /// Waits until the rollout of a commit has begun and succeeded, or until it is known that it changes nothing.
    @discardableResult
    func watch(_ fleetSet: String, _ commit: CommitID) async throws -> String {
      try await programs.flotilla(
        "rollout", "watch", fleetSet, "--revision", commit.hexadecimal, "--timeout", "2m")
    }

    /// Makes an access token of somebody who may approve; answers its file.
    func approver(_ person: String, _ options: [String]) async throws -> String {
      let file = "\(repository.folder)/\(person).token"
      let made = try await programs.run(
        ["token", "create", person, "--right", "approve", "--token-out", file] + options)
      #expect(made.exitCode == 0, "\(made.errorText)")
      return file
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
      let programs = example.programs
      var commit = try await example.commit()
      // The author of the commit, whom a run knows when it starts, and somebody else of the group that is asked.
      let kim = try await example.approver("kim", ["--group", "platform", "--git-identity", "kim@example.com"])
      let robin = try await example.approver("robin", ["--group", "platform"])
      try await example.apply("repository.yaml")
      try await example.apply("path-model.yaml")
      try await programs.flotilla(
        "rollout", "watch", "elk", "--revision", commit.hexadecimal, "--exit-code", "--timeout", "2m", exitCode: 8)
      #expect(Set(try await example.running("elk").keys) == ["dev-1", "staging-1"])
      let refused = try await programs.run(["rollout", "approve", "elk", "--token-file", kim])
      #expect(refused.exitCode != 0 && refused.errorText.contains("author"), "\(refused.errorText)")
      try await programs.flotilla("rollout", "approve", "elk", "--token-file", robin)
      try await example.watch("elk", commit)
      let before = try await example.running("elk")
      #expect(Set(before.keys) == Set(Self.environments.keys))
      #expect(before["prod-1"] == before["prod-2"])
      let staging = try example.text(of: "environments/staging/kustomization.yaml")
      commit = try await example.repository.commit(
        staging.replacing("8.15.3", with: "8.16.1"), to: "environments/staging/kustomization.yaml")
      try await example.watch("elk", commit)
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
      try await example.watch("elk", try await example.repository.head())
      let before = try await example.running("elk")
      #expect(Set(before.keys) == Set(Self.environments.keys))
      try await example.repository.git("switch", "--quiet", "development")
      let kibana = try example.text(of: "base/kibana.yaml")
      let change = try await example.repository.commit(
        kibana.replacing("port: 80,", with: "port: 8080,"), to: "base/kibana.yaml", message: "Kibana on 8080")
      try await example.watch("elk", change)
      var last = try await example.running("elk")
      #expect(Self.environments.keys.filter { before[$0] != last[$0] } == ["dev-1"])
      for (from, to, clusters) in [
        ("development", "staging", ["staging-1"]), ("staging", "production", ["prod-1", "prod-2"]),
      ] {
        try await example.repository.git("switch", "--quiet", to)
        try await example.repository.git("merge", "--quiet", "--no-edit", from)
        try await example.watch("elk", try await example.repository.head())
        let merged = try await example.running("elk")
        #expect(Self.environments.keys.filter { last[$0] != merged[$0] }.sorted() == clusters)
        last = merged
      }
    }
  }

  @Test("monorepo: three teams, each with its own way to say what goes where")
  func monorepo() async throws {
    let clusters = [
      "eu-1": "env=production canary=true region=eu", "new-1": "env=production canary=false",
      "test-1": "env=test region=eu",
    ]
    try await with("monorepo", clusters: clusters) { example in
      let first = try await example.commit()
      for document in ["repository", "checkout", "search", "platform"] { try await example.apply("\(document).yaml") }
      for set in ["checkout", "search", "platform"] { try await example.watch(set, first) }
      let counts = [
        try await example.running("checkout"), try await example.running("search"),
        try await example.running("platform"),
      ].map { $0.mapValues(\.count) }
      #expect(
        counts == [["eu-1": 2, "new-1": 2], ["eu-1": 1, "new-1": 1], ["eu-1": 2, "new-1": 2, "test-1": 2]])
      // A cluster without a region takes the default of the manifests.
      for (cluster, region) in [("eu-1", "eu"), ("new-1", "nowhere")] {
        let rendered = try await example.programs.flotilla("render", "search", "--cluster", cluster)
        for line in ["cluster: \(cluster)", "region: \(region)", "index: products-\(region)"] {
          #expect(rendered.contains("  \(line)\n"), "\(rendered)")
        }
      }
      let origins = try await example.programs.flotilla("render", "search", "--cluster", "eu-1", "--origin")
      #expect(
        origins.contains(
          "  # ${CLUSTER} from source.substitute: {{ .name }}, over teams/search/base/kustomization.yaml:8 configMapGenerator[0]\n"
        ), "\(origins)")
      let before = try await example.running("checkout")
      let cart = try example.text(of: "teams/checkout/cart/cart.yaml")
      let second = try await example.repository.commit(
        cart.replacing("3.1.0", with: "3.2.0"), to: "teams/checkout/cart/cart.yaml")
      try await example.watch("checkout", second)
      let after = try await example.running("checkout")
      for cluster in ["eu-1", "new-1"] {
        // One of two applications has changed.
        #expect(after[cluster]?.count == 2 && after[cluster]?.intersection(before[cluster] ?? []).count == 1)
      }
      // The folders of the others have not changed, so they have had no rollout.
      let rollouts = try await example.programs.flotilla("get", "rollouts", "-o", "name")
      #expect(rollouts.split(separator: "\n").count == 4, "\(rollouts)")
    }
  }

  private static let mayRunHelm: Bool = {
    if (try? ProgramSearch.find("helm", in: [BuiltPrograms.root + "/.tools/bin"])) != nil { return true }
    print("skipped: no helm; run scripts/install-tools tests")
    return ProcessInfo.processInfo.environment["FLOTILLA_REQUIRE"] == "all"
  }()

  @Test("helm: a chart for every cluster", .enabled(if: mayRunHelm))
  func helm() async throws {
    let clusters = [
      "eu-1": "env=production canary=true region=eu-west", "us-1": "env=production canary=false region=us-east",
    ]
    try await with("helm", clusters: clusters) { example in
      let commit = try await example.commit()
      try await example.apply("repository.yaml")
      try await example.apply("greeter.yaml")
      try await example.watch("greeter", commit)
      #expect(Set(try await example.running("greeter").keys) == Set(clusters.keys))
      for (cluster, greeting) in [("eu-1", "Bonjour"), ("us-1", "Howdy")] {
        let rendered = try await example.programs.flotilla("render", "greeter", "--cluster", cluster)
        #expect(rendered.contains("  CLUSTER: \(cluster)\n  GREETING: \(greeting)\n"), "\(rendered)")
        let origins = try await example.programs.flotilla("render", "greeter", "--cluster", cluster, "--origin")
        #expect(origins.contains("# chart/templates/deployment.yaml (helm)\n"), "\(origins)")
      }
    }
  }

  private static let git = [
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "HOME": "/nonexistent", "LC_ALL": "C",
    "PATH": "/usr/bin:/bin", "GIT_AUTHOR_NAME": "Kim Example", "GIT_AUTHOR_EMAIL": "kim@example.com",
    "GIT_COMMITTER_NAME": "Kim Example", "GIT_COMMITTER_EMAIL": "kim@example.com",
  ]
}
