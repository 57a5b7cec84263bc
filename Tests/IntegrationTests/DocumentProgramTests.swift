import FleetPrograms
import FleetTestSupport
import Foundation
import Testing

/// Documents and the controller, with the programs that users run.
@Suite("Documents with the programs", .serialized)
struct DocumentProgramTests {
  private static let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("fleet-examples").path

  private func withController(_ body: (GitFixture, Programs) async throws -> Void) async throws {
    try await GitFixture.with { repository in
      try await TestDatabase.with { database in
        let programs = Programs(folder: repository.folder, database: database.url)
        do {
          try await programs.controller("first")
          try await body(repository, programs)
        } catch {
          await programs.end()
          throw error
        }
        await programs.end()
      }
    }
  }

  @Test("what import prints is stored by apply, and a window that an ApplicationSet names cannot be deleted")
  func imports() async throws {
    try await withController { repository, programs in
      for (system, folder, project) in [("argocd", "argocd/documents", "argocd"), ("fleet", "rancher", "default")] {
        let file = repository.folder + "/\(system).yaml"
        let text = try await programs.flotilla("import", system, "-f", "\(Self.examples)/\(folder)", "--report", "none")
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        try await programs.flotilla("apply", "-f", file, "--project", project)
        let again = try await programs.flotilla("apply", "-f", file, "--project", project)
        #expect(!again.contains("created"), "\(again)")
      }
      let clusters = try await programs.flotilla("get", "clusters", "--project", "argocd", "-o", "name")
      #expect(clusters == "cluster/edge-1.example\ncluster/eu-1\ncluster/in-cluster\n")
      let sets = try await programs.flotilla("get", "fleetsets", "--project", "argocd", "-o", "name")
      #expect(sets == "fleetset/addons\nfleetset/guestbook\nfleetset/reviews\nfleetset/tenants\n")
      let refused = try await programs.run(["delete", "window/platform-allow-1", "--project", "argocd"])
      #expect(refused.exitCode == 5)
      #expect(refused.errorText.contains("FleetSet addons"), "\(refused.errorText)")
      try await programs.flotilla("delete", "window/platform-deny-2", "--project", "argocd")
    }
  }

  @Test("preview --diff compares with what the controller has, and says so with its exit code")
  func differences() async throws {
    try await withController { repository, programs in
      func file(_ name: String, _ text: String) throws -> String {
        let path = "\(repository.folder)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
      }
      try await repository.commit("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", to: "deploy/a.yaml")
      let stored = try file("stored.yaml", Self.documents(repository.fileURL, clusters: ["east", "west"]))
      try await programs.flotilla("apply", "-f", stored)
      let end = ContinuousClock.now + .seconds(60)
      while try await programs.run(["preview", "shop", "--diff"]).exitCode != 0, ContinuousClock.now < end {}
      #expect(try await programs.flotilla("preview", "shop", "--diff") == "2 targets unchanged\n")
      let changed = try file(
        "changed.yaml",
        Self.documents(repository.fileURL, clusters: ["east", "north", "west"])
          .replacingOccurrences(of: "namespace: shop", with: "namespace: store")
          .replacingOccurrences(of: "spec:\n  generators", with: "spec:\n  sync: {selfHeal: false}\n  generators"))
      let text = try await programs.flotilla("preview", "shop", "-f", changed, "--diff", exitCode: 1)
      #expect(
        text == """
          2 targets changed: shop-east, shop-west
            ~ Target
                destination.namespace: shop → store
                sync.selfHeal: true → false
          1 target new: shop-north

          """)
      let json = try await programs.flotilla("preview", "shop", "-f", changed, "--diff", "-o", "json", exitCode: 1)
      #expect(json.contains("\"destination.namespace: shop → store\""), "\(json)")
      #expect(try await programs.run(["preview", "shop", "-f", changed, "--diff", "--offline"]).exitCode == 2)
    }
  }

  private static func documents(_ url: String, clusters: [String]) -> String {
    clusters.map { "apiVersion: flotilla.dev/v1\nkind: Cluster\nmetadata: {name: \($0)}\n---\n" }.joined() + """
      apiVersion: flotilla.dev/v1
      kind: Repository
      metadata: {name: shop}
      spec: {url: '\(url)', pollInterval: 1s}
      ---
      apiVersion: flotilla.dev/v1
      kind: FleetSet
      metadata: {name: shop}
      spec:
        generators: [{clusters: {}}]
        template:
          metadata: {name: 'shop-{{name}}'}
          spec:
            source: {repository: shop, revision: {branch: main}, path: deploy}
            destination: {cluster: '{{name}}', namespace: shop}
      """
  }
}
