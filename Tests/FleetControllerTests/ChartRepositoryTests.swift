import FleetCharts
import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetPrograms
import FleetTestSupport
import Foundation
import Manifest
import Testing

/// Charts of repositories from a document to bundles, with the real helm.
@Suite(.enabled(if: ChartFixture.isAvailable && (ChartTests.helm != nil || ChartTests.isRequired)))
struct ChartRepositoryTests {
  static func with(_ body: (ControllerFixture, ChartFixture) async throws -> Void) async throws {
    try await ChartFixture.with { charts in
      try await charts.publish("shop", "1.0.0", "1.1.0", "2.0.0")
      try await ControllerFixture.with { controller in
        var controller = controller
        controller.programs = RenderPrograms(helm: ChartTests.helm)
        try await controller.addCharts(folder: "charts")
        try await body(controller, charts)
      }
    }
  }

  static func repository(_ url: String) -> String {
    """
    apiVersion: flotilla.dev/v1
    kind: Repository
    metadata: {name: charts}
    spec: {type: helm, url: "\(url)"}
    ---

    """
  }

  static func fleetSet(_ revision: String = "^1.0", chart: String = "shop", generators: String = "[{clusters: {}}]")
    -> String
  {
    """
    apiVersion: flotilla.dev/v1
    kind: FleetSet
    metadata: {name: shop}
    spec:
      generators: \(generators)
      template:
        metadata: {name: "web-{{name}}"}
        spec:
          source: {repository: charts, chart: \(chart), revision: "\(revision)", helm: {values: {region: "{{name}}"}}}
          destination: {cluster: "{{name}}", namespace: shop}
      rollout: {firstAlone: false, stages: [{name: all, rest: true, maxConcurrent: 100%, minReady: 0s}]}
    ---

    """
  }

  @Test func aNewVersionInTheRangeIsANewReleaseAndTheOldOneStays() async throws {
    try await Self.with { controller, charts in
      try await controller.apply(
        ControllerFixture.clusters(["east", "west"]) + Self.repository(charts.url) + Self.fleetSet())
      try await controller.settle()
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.state == .succeeded)
      let first = try #require(try await controller.set().newestRelease)
      let source = try #require(first.sources.first)
      #expect(source.chart == ChartVersion(name: "shop", version: "1.1.0") && source.revision == "^1.0")
      let archive = try Data(contentsOf: URL(fileURLWithPath: charts.folder + "/shop-1.1.0.tgz"))
      #expect(source.commit.id.hexadecimal == FleetModel.Digest.sha256([UInt8](archive)).hexadecimal)
      let objects = try await ChartTests.objects(controller)
      #expect(objects["web-east"]?.contains(#""region":"east","text":"first","version":"1.1.0""#) == true, "\(objects)")

      // Nothing new, no release.
      try await controller.poll()
      #expect(try await controller.set().newestRelease?.id == first.id)
      try await charts.publish("shop", "1.2.0", "3.0.0")
      try await controller.poll()
      let second = try #require(try await controller.set().newestRelease)
      #expect(second.number == first.number + 1 && second.sources.first?.chart?.version == "1.2.0")
      #expect(try await ChartTests.objects(controller)["web-west"]?.contains(#""version":"1.2.0""#) == true)
    }
  }

  @Test func fieldsOfAChartHaveOriginsOfItsArchive() async throws {
    try await Self.with { controller, charts in
      try await controller.apply(
        ControllerFixture.clusters(["east", "west"]) + Self.repository(charts.url) + Self.fleetSet())
      try await controller.settle()
      try await charts.publish("shop", "1.2.0")
      try await controller.poll()
      for (revision, version) in [("1", "1.1.0"), ("2", "1.2.0")] {
        let found = try await controller.previewer.origins(
          of: "shop", on: "east", in: .defaultProject, revision: revision)
        #expect(found.keys.sorted() == ["web-east"])
        let field = found["web-east"]?.first?.fields.first { $0.path == "data.version" }
        #expect(field?.value == version)
        #expect(field?.origins.first?.text.hasPrefix("shop/templates/") == true, "\(String(describing: field))")
      }
    }
  }

  @Test func whoJoinsDuringARunBeginsWithThePinnedVersion() async throws {
    try await Self.with { controller, charts in
      try await controller.apply(ControllerFixture.clusters(["east"]) + Self.repository(charts.url) + Self.fleetSet())
      try await controller.settle()
      try await controller.confirm()
      try await charts.publish("shop", "1.2.0")
      // The version that the last good release has is pushed anew, and the registry has forgotten what it was.
      try await charts.publish("shop", "1.1.0", text: "second")
      try await controller.poll()
      let newest = try await controller.set().newestRelease?.sources.first?.chart?.version
      #expect(newest == "1.2.0")
      try await controller.apply(ControllerFixture.clusters(["west"]))
      try await controller.settle()
      let target = try await controller.store.targets(
        of: "shop", cluster: "west", in: .defaultProject, after: nil, limit: 1
      ).elements.first
      let good = try #require(target?.lastKnownGood?.bundle ?? target?.wanted?.bundle)
      let digests = try #require(try await controller.store.bundle(good))
      let object = String(decoding: try await controller.store.objects(digests).first ?? [], as: UTF8.self)
      #expect(object.contains(#""text":"first""#), "\(object)")
    }
  }

  @Test func whatCannotBeHadKeepsTheLastGoodRelease() async throws {
    try await Self.with { controller, charts in
      try await controller.apply(ControllerFixture.clusters(["east"]) + Self.repository(charts.url) + Self.fleetSet())
      try await controller.settle()
      try await controller.confirm()
      try await controller.apply(Self.fleetSet("^9"))
      try await controller.settle()
      let condition = try await controller.condition()
      #expect(condition.reason == "SourceUnavailable")
      #expect(condition.message.contains("there are: 2.0.0, 1.1.0, 1.0.0"), "\(condition)")
      #expect(try await controller.set().newestRelease?.number == 1)
      // A Git repository has no charts, and charts have no directories.
      try await controller.apply(controller.repository("charts") + Self.fleetSet())
      try await controller.settle()
      #expect(try await controller.condition().message.contains("is a Git repository"))
      try await controller.apply(Self.repository(charts.url))
      try await controller.apply(
        Self.fleetSet(generators: "[{git: {repository: charts, directories: [{path: '*'}]}}]").replacing(
          "{{name}}", with: "east"))
      try await controller.settle()
      #expect(try await controller.condition().message.contains("holds charts"))
    }
  }

  @Test func aPreviewNeedsNoFetchAndApplicationSetsNameTheURL() async throws {
    try await Self.with { controller, charts in
      try await controller.apply(ControllerFixture.clusters(["east"]))
      let text = """
        apiVersion: argoproj.io/v1alpha1
        kind: ApplicationSet
        metadata: {name: shop}
        spec:
          goTemplate: true
          generators: [{clusters: {}}]
          template:
            metadata: {name: 'web-{{.name}}'}
            spec:
              project: default
              source: {repoURL: "\(charts.url)/", chart: shop, targetRevision: 1.0.*, helm: {releaseName: web}}
              destination: {name: '{{.name}}', namespace: shop}
        """
      let expanded = try await controller.preview(Self.repository(charts.url) + text)
      #expect(expanded.sources.first?.chart?.version == "1.0.0")
      #expect(expanded.targets.first?.path == "shop")
    }
  }

  @Test(.enabled(if: RegistryServer.isAvailable))
  func aRegistryIsAskedAgainInTime() async throws {
    try await Self.with { controller, charts in
      try await RegistryServer.with(folder: charts.folder + "/..") { registry in
        func push(_ version: String) async throws {
          try await charts.helm(
            "push", "\(charts.folder)/shop-\(version).tgz", "oci://\(registry.address)/team", "--plain-http")
        }
        try await push("1.0.0")
        try await controller.apply(
          ControllerFixture.clusters(["east"])
            + Self.repository("oci://\(registry.address)/team").replacing("type: helm, ", with: "") + Self.fleetSet())
        try await controller.settle()
        try await controller.confirm()
        let set = try await controller.set()
        #expect(set.newestRelease?.sources.first?.chart == ChartVersion(name: "shop", version: "1.0.0"))
        // It is looked at again after the poll interval, and at once by a controller that remembers nothing.
        let look = try #require(try await controller.run(.expansion, row: set.id.rawValue))
        #expect(look <= (try await controller.store.now()) + .seconds(61))
        try await push("1.1.0")
        var another = controller
        try await another.addCharts(folder: "other-charts")
        _ = try await another.run(.expansion, row: set.id.rawValue)
        #expect(try await controller.set().newestRelease?.sources.first?.chart?.version == "1.1.0")
        // The first one learns of it from the release, and does not go back.
        _ = try await controller.run(.expansion, row: set.id.rawValue)
        #expect(try await controller.set().newestRelease?.sources.first?.chart?.version == "1.1.0")
        #expect(try await controller.set().newestRelease?.number == 2)
      }
    }
  }
}
