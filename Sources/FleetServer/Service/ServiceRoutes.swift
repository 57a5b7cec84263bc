import CoreMetrics
import FleetAPI
import FleetModel
import FleetPorts
import Logging

/// The service itself: probes, metrics, version, the OpenAPI document.
struct ServiceRoutes: Sendable {
  let configuration: ServerConfiguration
  let metrics: PrometheusMetrics
  let openAPI: String
  private let readiness: SharedQuestion<String?>
  private let refresh: SharedQuestion<Void>

  /// Makes the handlers.
  init(
    store: any ControlStore, configuration: ServerConfiguration, metrics: PrometheusMetrics, fleetMetrics: FleetMetrics,
    openAPI: String
  ) {
    self.configuration = configuration
    self.metrics = metrics
    self.openAPI = openAPI
    readiness = SharedQuestion { await store.readiness() }
    refresh = SharedQuestion { await fleetMetrics.refresh() }
  }

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
    let limit = configuration.readinessLimit
    let answer = await readiness.answer(within: limit)
    guard let problem = answer ?? "the database has not answered for \(limit.text)" else { return .text("ok\n") }
    // The reason may name hosts; whoever may see it finds it in the log.
    call.logger.warning("not ready", metadata: ["error": "\(problem)"])
    return .text("the database does not answer in time, or its schema is of another version\n", status: 503)
  }

  @Sendable private func scrape(_ call: Call) async throws -> Reply {
    // What is known of this process is answered without the store.
    _ = await refresh.answer(within: .seconds(2))
    return .text(metrics.text(), type: "text/plain; version=0.0.4; charset=utf-8")
  }
}
