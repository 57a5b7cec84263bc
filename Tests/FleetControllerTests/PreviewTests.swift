import FleetController
import FleetDocuments
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Foundation
import Testing

@Suite struct PreviewTests {
  @Test func aPreviewOfProposedDocumentsStoresNothing() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst()
      let text = ControllerFixture.clusters(["north"]) + ControllerFixture.fleetSet(name: "shop-{{name}}")
      let documents = Documents.read(Array(text.utf8), file: "new.yaml").documents
      let (set, names) = try await controller.previewer.expand(
        "shop", documents: documents, cluster: nil, in: .defaultProject)
      #expect(set.targets.map(\.name) == ["shop-east", "shop-north", "shop-west"])
      #expect(set.targets.map { names[$0.cluster] } == ["east", "north", "west"])
      #expect(set.sources.map(\.repository) == ["fleet"])
      #expect(try await controller.set().targetCount == 2)
      #expect(try await controller.store.inventory(of: .defaultProject).count == 2)
    }
  }

  @Test func aDifferenceNamesWhatWouldChangeAndMasksSecrets() async throws {
    try await ControllerFixture.with { controller in
      func secret(_ text: String) -> String {
        "apiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {password: \(text)}\n"
      }
      try await controller.git.commit(secret("hunter2"), to: "web/secret.yaml")
      try await controller.rollOutFirst()
      try await controller.git.commit(secret("swordfish"), to: "web/secret.yaml")
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:1", name: "new"), to: "web/new.yaml")
      // Fetched, and not expanded yet.
      try await controller.store.wake(.repository, row: 1)
      try await controller.settle([.repository])
      let difference = try await controller.previewer.difference(
        "shop", documents: [], cluster: "east", in: .defaultProject)
      #expect(difference.changes.map(\.target) == ["web-east"])
      let changes = try #require(difference.changes.first).changes
      #expect(changes.map(\.action.rawValue).sorted() == ["added", "changed", "changed"])
      let fields = changes.flatMap(\.fields).joined(separator: "\n")
      #expect(fields.contains("shop:1") && fields.contains("shop:2"))
      #expect(!fields.contains("hunter2") && !fields.contains("swordfish"))
    }
  }

  @Test func targetsAreComparedFieldByField() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst()
      func changes(_ text: String, cluster: ClusterName? = nil) async throws -> [String] {
        let documents = Documents.read(Array(text.utf8), file: "new.yaml").documents
        return try await controller.previewer.targetDifference(
          "shop", documents: documents, cluster: cluster, in: .defaultProject
        ).changes.map { "\($0.target) \($0.action) \($0.changes.flatMap(\.fields).joined(separator: ", "))" }
      }
      #expect(try await changes("") == ["web-east changed ", "web-west changed "])
      // What is rendered alone is no difference.
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.store.wake(.repository, row: 1)
      try await controller.settle([.repository])
      #expect(try await changes("", cluster: "east") == ["web-east changed "])
      let sync = ControllerFixture.fleetSet(also: "sync: {selfHeal: false, prune: false}")
      #expect(
        try await changes(sync + ControllerFixture.clusters(["north"])) == [
          "web-east changed sync.prune: true → false, sync.selfHeal: true → false", "web-north added ",
          "web-west changed sync.prune: true → false, sync.selfHeal: true → false",
        ])
      #expect(
        try await changes(ControllerFixture.fleetSet(name: "shop-{{name}}"), cluster: "east") == [
          "shop-east added ", "web-east removed ",
        ])
    }
  }

  /// A target that comes from elsewhere is in another release, also when the same is rendered; nothing is rolled out.
  @Test func whereATargetComesFromIsPartOfARelease() async throws {
    try await ControllerFixture.with { controller in
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:1"), to: "shop/web.yaml")
      func clusters(_ folder: String) -> String {
        ControllerFixture.clusters(["east", "west"], labels: "folder: \(folder)")
      }
      func differences() async throws -> [String] {
        try await controller.previewer.targetDifference("shop", documents: [], cluster: nil, in: .defaultProject)
          .changes.flatMap(\.changes).flatMap(\.fields)
      }
      let set = ControllerFixture.fleetSet(path: "{{metadata.labels.folder}}")
      try await controller.apply(clusters("web") + controller.repository() + set)
      try await controller.settle()
      try await controller.confirm()
      let first = try #require(try await controller.set().newestRelease)
      try await controller.apply(clusters("shop"))
      #expect(try await differences().contains("source.path: web → shop"))
      try await controller.settle()
      let second = try #require(try await controller.set().newestRelease)
      #expect(second.number == first.number + 1)
      #expect(try await differences() == [])
      #expect(try await controller.rollout()?.run.number == 1)
      try await controller.store.wake(.expansion, row: try await controller.set().id.rawValue)
      try await controller.settle()
      #expect(try await controller.set().newestRelease?.number == second.number)
    }
  }

  @Test func whatStopsAnExpansionIsFoundByItsPreview() async throws {
    try await ControllerFixture.with { controller in
      let unknown = await #expect(throws: CommandRefusal.self) {
        _ = try await controller.previewer.expand("shop", documents: [], cluster: nil, in: .defaultProject)
      }
      #expect(unknown?.code == .notFound)
      try await controller.rollOutFirst()
      let text = ControllerFixture.fleetSet(path: "wbe")
      let documents = Documents.read(Array(text.utf8), file: "new.yaml").documents
      let error = await #expect(throws: DiagnosticsError.self) {
        _ = try await controller.previewer.expand("shop", documents: documents, cluster: nil, in: .defaultProject)
      }
      #expect(error?.description.contains("wbe") == true)
      #expect(try await controller.condition().isReady)
    }
  }

  /// Templates see when their target's commit was made, and chance that stays.
  @Test func templatesSeeTheCommitsTimeAndChanceThatStays() async throws {
    try await ControllerFixture.with { controller in
      let labels = "labels: {day: '{{ now | date \"20060102\" }}', id: '{{ uuidv4 }}'}"
      let text = ControllerFixture.fleetSet()
        .replacingOccurrences(of: "  generators:", with: "  goTemplate: true\n  generators:")
        .replacingOccurrences(of: "{{name}}", with: "{{.name}}")
        .replacingOccurrences(
          of: "metadata: {name: \"web-{{.name}}\"}", with: "metadata: {name: \"web-{{.name}}\", \(labels)}")
      try await controller.rollOutFirst(set: text)
      let committedAt = try #require(
        try await controller.store.releases(of: "shop", in: .defaultProject, after: nil, limit: 1).elements.first?
          .sources.first?.commit.committedAt)
      let day = committedAt.rfc3339.prefix(10).filter { $0 != "-" }
      var drawn: [Set<String>] = []
      for _ in 0..<2 {
        let (set, _) = try await controller.previewer.expand(
          "shop", documents: [], cluster: nil, in: .defaultProject)
        #expect(set.targets.map { $0.labels["day"] } == [day, day])
        drawn.append(Set(set.targets.compactMap { $0.labels["id"] }))
      }
      #expect(drawn[0].count == 2)
      #expect(drawn[0] == drawn[1])
    }
  }

  /// The same directory of the same commit is rendered once, and a bundle is handed on for every target of it.
  @Test func everyTargetsBundleIsHandedOn() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst(clusters: ["a", "b", "c"])
      let definition = try await #require(
        { () async throws -> FleetSetDefinition? in
          let text = ControllerFixture.fleetSet()
          guard case .fleetSet(let definition) = Documents.read(Array(text.utf8), file: "").documents.first?.content
          else { return nil }
          return definition
        }())
      var kept: [TargetName: Digest] = [:]
      let set = try await controller.expander.expand(
        definition, inventory: try await controller.store.inventory(of: .defaultProject),
        repositories: try await controller.store.repositories(in: .defaultProject, after: nil, limit: 9).elements.map(
          \.repository), asker: GeneratorAsker(project: .defaultProject, set: "shop"), file: "",
        keep: { target, bundle in
          #expect(target.bundle == bundle.digest)
          kept[target.name] = bundle.digest
        })
      #expect(kept.count == 3)
      #expect(Set(kept.values).count == 1)
      #expect(set.targets.map(\.name) == ["web-a", "web-b", "web-c"])
    }
  }
}
