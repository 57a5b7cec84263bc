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

  static func documents(_ url: String) -> String {
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

  static func manifest(_ greeting: String) -> String {
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
