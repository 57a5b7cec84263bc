import FleetTestSupport
import Metrics
import MetricsTestKit
import Testing

/// `flotilla_renders_total`: how much of what sets need was known already.
@Suite struct RenderMetricTests {
  /// What one expansion counts.
  private struct Counts: Equatable {
    /// Bundles that were there.
    var bundle: Int64 = 0
    /// Directories that were there, of which a bundle was made.
    var directory: Int64 = 0
    /// What was rendered from the files.
    var none: Int64 = 0
  }

  private func counts(of set: String, _ controller: ControllerFixture) async throws -> Counts {
    let metrics = TestMetrics()
    try await withMetricsFactory(metrics) { _ = try await controller.preview(set) }
    func value(_ cached: String) -> Int64 {
      let counter = try? metrics.expectCounter("flotilla_renders_total", [("cached", cached)])
      return counter?.totalValue ?? 0
    }
    return Counts(bundle: value("bundle"), directory: value("directory"), none: value("none"))
  }

  @Test func rendersAreCountedByWhatWasKnown() async throws {
    try await ControllerFixture.with { controller in
      var controller = controller
      controller.keepsExpander()
      try await controller.apply(ControllerFixture.clusters(["east", "north", "west"]) + controller.repository())
      try await controller.settle()
      let set = ControllerFixture.fleetSet()
      // Three targets that differ in nothing that is rendered.
      #expect(try await counts(of: set, controller) == Counts(bundle: 2, none: 1))
      #expect(try await counts(of: set, controller) == Counts(bundle: 3))
      // A value of their own for each: only the directory is shared.
      let own = ControllerFixture.fleetSet(source: ", substitute: {WHERE: \"{{name}}\"}")
      #expect(try await counts(of: own, controller) == Counts(directory: 3))
      // A commit that leaves the directory alone, and one that does not.
      try await controller.git.commit("a note", to: "notes.txt")
      try await controller.poll()
      #expect(try await counts(of: set, controller) == Counts(bundle: 3))
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.poll()
      #expect(try await counts(of: set, controller) == Counts(bundle: 2, none: 1))
    }
  }
}
