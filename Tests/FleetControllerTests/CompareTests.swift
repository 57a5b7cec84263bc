import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

/// What releases differ in, and what a cluster gets.
@Suite struct CompareTests {
  private static let secret = """
    apiVersion: v1
    kind: Secret
    metadata: {name: door}
    stringData: {key: "KEY"}

    """

  @Test func equalChangesAreTogetherAndSecretsAreMasked() async throws {
    try await ControllerFixture.with { controller in
      try await controller.git.commit(Self.secret.replacing("KEY", with: "open"), to: "web/secret.yaml")
      try await controller.rollOutFirst()
      try controller.git.write(Self.secret.replacing("KEY", with: "sesame"), to: "web/secret.yaml")
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.poll()
      let found: RolloutService.ReleaseComparison = try await controller.service.compare(
        "shop", in: .defaultProject, from: "1", to: nil)
      #expect(found.unchanged == 0)
      #expect(found.changes.map(\.target) == ["web-east", "web-west"])
      #expect(found.changes.first?.changes == found.changes.last?.changes)
      let lines = found.changes.first?.changes.flatMap(\.fields) ?? []
      #expect(lines.contains { $0.contains("shop:1 → shop:2") })
      #expect(lines.contains("stringData.key: (hidden) → (hidden)"), "\(lines)")
      let same: RolloutService.ReleaseComparison = try await controller.service.compare(
        "shop", in: .defaultProject, from: "#2", to: "2")
      #expect(same.changes.isEmpty && same.unchanged == 2)
      await #expect(throws: CommandRefusal.self) {
        let _: RolloutService.ReleaseComparison = try await controller.service.compare(
          "shop", in: .defaultProject, from: "9", to: nil)
      }
    }
  }

  @Test func whoIsNewOrGoneIsToldAsThat() async throws {
    try await ControllerFixture.with { controller in
      let inTest = "[{clusters: {selector: {matchLabels: {env: test}}}}]"
      try await controller.rollOutFirst(
        set: ControllerFixture.fleetSet(generators: inTest, more: ", budgets: {removals: 100%}"))
      try await controller.apply(ControllerFixture.clusters(["west"], labels: "env: other"))
      try await controller.apply(ControllerFixture.clusters(["north"]))
      try await controller.settle()
      let found: RolloutService.ReleaseComparison = try await controller.service.compare(
        "shop", in: .defaultProject, from: "1", to: nil)
      #expect(found.changes.map { "\($0.target) \($0.action)" } == ["web-north added", "web-west removed"])
      #expect(found.unchanged == 1)
    }
  }

  @Test func aClusterGetsItsObjectsWithoutSecretValues() async throws {
    try await ControllerFixture.with { controller in
      try await controller.git.commit(Self.secret.replacing("KEY", with: "open"), to: "web/secret.yaml")
      try await controller.rollOutFirst()
      let found = try await controller.service.shownManifests(
        of: "shop", on: "east", in: .defaultProject, revision: nil)
      #expect(found.map(\.target) == ["web-east"])
      let texts = found.flatMap(\.objects).map { String(decoding: $0, as: UTF8.self) }
      #expect(texts.contains { $0.contains("\"kind\":\"Deployment\"") && $0.contains("shop:1") })
      #expect(texts.contains { $0.contains("\"key\":\"(hidden)\"") } && !texts.contains { $0.contains("open") })
      let refusal = await #expect(throws: CommandRefusal.self) {
        _ = try await controller.service.shownManifests(of: "shop", on: "mars", in: .defaultProject, revision: nil)
      }
      #expect(refusal?.code == .notFound)
    }
  }

  @Test func fieldsHaveOriginsOfTheirRelease() async throws {
    try await ControllerFixture.with { controller in
      try await controller.git.commit(Self.secret.replacing("KEY", with: "open"), to: "web/secret.yaml")
      try await controller.git.commit(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: place}\ndata:\n  name: at ${NAME}\n", to: "web/place.yaml")
      let set = ControllerFixture.fleetSet(source: ", substitute: {NAME: '{{name}}'}")
      try await controller.rollOutFirst(set: set)
      func origins(_ revision: String?) async throws -> [String: [String]] {
        let found = try await controller.previewer.origins(
          of: "shop", on: "east", in: .defaultProject, revision: revision)
        #expect(found.keys.sorted() == ["web-east"])
        let pairs = (found["web-east"] ?? []).flatMap { object in
          object.fields.map {
            ("\(object.object) \($0.path)", [$0.value] + $0.origins.reversed().map(\.text))
          }
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
      }
      let first = try await origins(nil)
      let secret = first.first { $0.key.hasSuffix("stringData.key") }
      #expect(secret?.value == ["(hidden)", "web/secret.yaml:4"], "\(first.keys.sorted())")
      let place = first.first { $0.key.hasSuffix(" data.name") && $0.key.hasPrefix("ConfigMap") }
      #expect(place?.value == ["at east", "${NAME} from source.substitute: {{name}}", "web/place.yaml:5"])
      #expect(!first.values.joined().contains("open"))
      // An earlier release keeps its own files, and says no more of templates that have changed since.
      try await controller.git.commit(
        "apiVersion: v1\n\nkind: ConfigMap\nmetadata: {name: place}\ndata:\n  name: by ${NAME}\n", to: "web/place.yaml")
      try await controller.poll()
      let second = try await origins(nil).first { $0.key.hasSuffix(" data.name") && $0.key.hasPrefix("ConfigMap") }
      #expect(second?.value.last == "web/place.yaml:6")
      try await controller.apply(set.replacing("'{{name}}'}", with: "'{{name}}', OTHER: x}"))
      try await controller.settle()
      let old = try await origins("1").first { $0.key.hasSuffix(" data.name") && $0.key.hasPrefix("ConfigMap") }
      #expect(old?.value == ["at east", "${NAME} from source.substitute", "web/place.yaml:5"])
      #expect(
        try await controller.previewer.origins(of: "shop", on: "mars", in: .defaultProject, revision: nil).isEmpty)
      await #expect(throws: CommandRefusal.self) {
        _ = try await controller.previewer.origins(of: "shop", on: "east", in: .defaultProject, revision: "77")
      }
    }
  }
}
