import CoreMetrics
import FleetAPI
import FleetModel
import FleetPorts
import Logging

/// The service itself: probes, metrics, version, the OpenAPI document.
struct ServiceRoutes: Sendable {
  let store: any ControlStore
  let configuration: ServerConfiguration
  let metrics: PrometheusMetrics
  let fleetMetrics: FleetMetrics
  let openAPI: String

  var handlers: [String: Handler] {
    [
      Routes.live.id: { _ in .text("ok\n") },
      Routes.ready.id: ready,
      Routes.metrics.id: scrape,
      Routes.version.id: { _ in
        try .json(
          VersionResource(
            version: configuration.version, controller: configuration.controller.rawValue,
            serverTime: Timestamp(WallClock.now)))
      },
      Routes.openAPI.id: { _ in .text(openAPI, type: "application/json") },
    ]
  }

  @Sendable private func ready(_ call: Call) async throws -> Reply {
    guard let problem = await store.readiness() else { return .text("ok\n") }
    // The reason may name hosts; whoever may see it finds it in the log.
    call.logger.warning("not ready", metadata: ["error": "\(problem)"])
    return .text("the database does not answer, or its schema is of another version\n", status: 503)
  }

  @Sendable private func scrape(_ call: Call) async throws -> Reply {
    await fleetMetrics.refresh()
    return .text(metrics.text(), type: "text/plain; version=0.0.4; charset=utf-8")
  }
}
