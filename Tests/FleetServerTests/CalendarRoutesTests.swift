import FleetAPI
import FleetController
import FleetModel
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Foundation
import Logging
import Testing

@testable import FleetServer

@Suite struct CalendarRoutesTests {
  private static let documents = """
    apiVersion: flotilla.dev/v1
    kind: Window
    metadata: {name: always}
    spec: {cron: 0 0 * * *, duration: 24h, timeZone: Europe/Berlin}
    ---
    apiVersion: flotilla.dev/v1
    kind: Window
    metadata: {name: local}
    spec: {effect: deny, rrule: FREQ=MONTHLY;BYMONTHDAY=-1, duration: 24h, timeZone: {fromLabel: tz}}
    ---
    apiVersion: flotilla.dev/v1
    kind: Freeze
    metadata: {name: sale}
    spec: {reason: no changes, clusters: {matchLabels: {region: eu}}}
    """

  private func apply(_ text: String, to server: ServerFixture) async throws -> ServerFixture.Answer {
    try await server.call(
      Routes.applyDocuments, Routes.applyDocuments.path("default"),
      ApplyRequest(files: [.init(name: "calendar.yaml", content: text)], reason: "rules"))
  }

  @Test func windowsAndFreezesSayWhereTheyStand() async throws {
    try await ServerFixture.with { server in
      try await TimeZoneLoader(store: server.store, logger: Logger(label: "flotilla.test")).load()
      let applied = try await apply(Self.documents, to: server)
      #expect(try applied.decode(ApplyResponse.self).items.map(\.kind) == ["Window", "Window", "Freeze"])
      let windows = try await server.call(Routes.listWindows, Routes.listWindows.path("default"))
        .decode(ListPage<WindowResource>.self).items
      #expect(windows.map(\.name) == ["always", "local"])
      #expect(windows.map(\.timeZone) == ["Europe/Berlin", "from label tz"])
      #expect(windows[1].state == .perCluster && windows[1].changesAt == nil)
      let window = try await server.call(Routes.getWindow, Routes.getWindow.path("default", "local"))
        .decode(WindowResource.self)
      #expect(window.effect == .deny && window.document != nil)
      let freeze = try await server.call(Routes.getFreeze, Routes.getFreeze.path("default", "sale"))
        .decode(FreezeResource.self)
      #expect(freeze.state == .on && freeze.clusters == "region=eu" && freeze.until.isEmpty)
    }
  }

  @Test func aZoneThatNobodyKnowsIsRefusedWithWhatWasMeant() async throws {
    try await ServerFixture.with { server in
      try await TimeZoneLoader(store: server.store, logger: Logger(label: "flotilla.test")).load()
      let answer = try await apply(
        Self.documents.replacingOccurrences(of: "Europe/Berlin", with: "Europe/Berlni"), to: server)
      #expect(answer.status == 400)
      let finding = try #require(try answer.envelope().diagnostics.first)
      #expect(finding.field == "spec.timeZone")
      #expect(finding.hint.hasPrefix("did you mean \"Europe/Berlin\"?"))
    }
  }

  @Test func aSetMayNameOnlyWindowsAndAnalysesThatThereAre() async throws {
    @Sendable func set(_ window: String) -> String {
      """

      ---
      apiVersion: flotilla.dev/v1
      kind: FleetSet
      metadata: {name: shop}
      spec:
        generators: [{clusters: {}}]
        template:
          metadata: {name: "{{name}}"}
          spec: {source: {repository: shop, path: app}, destination: {cluster: "{{name}}"}}
        rollout:
          windows: [local]
          stages:
            - {name: all, rest: true, windows: [\(window)], before: [{analysis: errors}]}

      """
    }
    let analysis = """
      ---
      apiVersion: flotilla.dev/v1
      kind: Analysis
      metadata: {name: errors}
      spec: {prometheus: {url: "https://prometheus.example.com"}, query: up, pass: "> 0"}
      """
    try await ServerFixture.with { server in
      let documents = Self.documents.replacingOccurrences(of: "Europe/Berlin", with: "UTC")
      let refused = try await apply(documents + set("alway"), to: server)
      #expect(refused.status == 400)
      let found = try refused.envelope().diagnostics
      #expect(found.map(\.field) == ["spec.rollout.stages[0].windows[0]", "spec.rollout.stages[0].before[0].analysis"])
      #expect(found.first?.hint.hasPrefix("did you mean \"always\"?") == true)
      #expect(found.allSatisfy { $0.line > 20 })
      // Nothing was stored, not even what was right.
      #expect(
        try await server.call(Routes.listWindows, Routes.listWindows.path("default"))
          .decode(ListPage<WindowResource>.self).items.isEmpty)
      #expect(try await apply(documents + set("always") + analysis, to: server).status == 200)
      #expect(try await apply(set("always"), to: server).status == 200)
    }
  }

  @Test func liftingAFreezeNeedsAReason() async throws {
    try await ServerFixture.with { server in
      _ = try await apply(Self.documents.replacingOccurrences(of: "Europe/Berlin", with: "UTC"), to: server)
      let path = Routes.removeFreeze.path("default", "sale")
      #expect(try await server.call(Routes.removeFreeze, path).status == 400)
      #expect(try await server.call(Routes.removeFreeze, path + "?reason=over&dryRun=true").status == 200)
      #expect(try await server.call(Routes.removeFreeze, path + "?reason=over").status == 200)
      #expect(try await server.call(Routes.removeFreeze, path + "?reason=over").status == 404)
      var isTold = false
      // The server gives positions too: while it does, this does nothing, and its commit may come a moment later.
      for _ in 0..<500 where !isTold {
        _ = try await server.store.assignEventPositions()
        let events = try await server.store.events(
          EventFilter(project: "default"), after: 0, newestFirst: false, limit: 50)
        isTold = events.contains { $0.kind == "freeze.removed" && $0.reason == "over" }
        if !isTold { try await Task.sleep(for: .milliseconds(10)) }
      }
      #expect(isTold)
    }
  }
}
