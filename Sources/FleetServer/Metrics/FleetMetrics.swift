import FleetModel
import FleetPlanner
import FleetPorts
import Logging
import Synchronization

/// Gauges about the fleet, read when somebody asks and at most every ten seconds: counts by state, stage and set, never
/// by cluster (AMENDMENTS 59).
struct FleetMetrics: Sendable {
  let store: any ControlStore
  let board: OrderBoard
  let bell: EventBell
  let metrics: PrometheusMetrics
  let logger: Logger
  private let freshness = Freshness()

  private final class Freshness: Sendable {
    let readAt = Mutex<ContinuousClock.Instant?>(nil)
  }

  /// Makes the gauges.
  init(
    store: any ControlStore, board: OrderBoard, bell: EventBell, metrics: PrometheusMetrics, logger: Logger
  ) {
    self.store = store
    self.board = board
    self.bell = bell
    self.metrics = metrics
    self.logger = logger
    metrics.describe("flotilla_http_requests", "Requests by route and status.")
    metrics.describe("flotilla_http_request_duration_seconds", "Time to answer by route, without polls and streams.")
    metrics.describe("flotilla_agents_connected", "Clusters whose agents poll this controller.")
    metrics.describe("flotilla_agent_polls_waiting", "Polls held open.")
    metrics.describe("flotilla_event_streams", "Event streams open.")
    metrics.describe("flotilla_rollouts_active", "Rollouts that go on, by set and state.")
    metrics.describe("flotilla_rollout_clusters", "Clusters of rollouts that go on, by set, stage and step state.")
    metrics.describe("flotilla_fleetsets", "FleetSets by whether they are as they should be.")
    metrics.describe("flotilla_targets_drifted", "Targets that differ from what was applied.")
    metrics.describe("flotilla_targets_drift_loops", "Targets with objects that are not repaired any more.")
    metrics.describe("flotilla_event_position", "The newest position in the event feed.")
  }

  /// Reads the store's numbers, unless that was just done.
  func refresh() async {
    metrics.replaceGauge("flotilla_agents_connected", [([], Double(board.clusterCount))])
    metrics.replaceGauge("flotilla_agent_polls_waiting", [([], Double(board.waiterCount))])
    metrics.replaceGauge("flotilla_event_streams", [([], Double(bell.openStreams))])
    let isDue = freshness.readAt.withLock { readAt in
      if let last = readAt, last.duration(to: .now) < .seconds(10) { return false }
      readAt = .now
      return true
    }
    guard isDue else { return }
    do {
      try await readStore()
    } catch {
      logger.warning("the fleet's metrics could not be read", metadata: ["error": "\(error)"])
    }
  }

  private func readStore() async throws {
    metrics.replaceGauge(
      "flotilla_event_position", [([], Double(try await store.lastEventPosition()))])
    let drift = try await store.driftCounts()
    metrics.replaceGauge("flotilla_targets_drifted", [([], Double(drift.drifted))])
    metrics.replaceGauge("flotilla_targets_drift_loops", [([], Double(drift.looping))])
    var ready = 0
    var degraded = 0
    var active: [[String]: Double] = [:]
    var clusters: [[String]: Double] = [:]
    var after: String?
    repeat {
      let page = try await store.fleetSets(in: .defaultProject, after: after, limit: 1_000)
      for set in page.elements {
        if set.condition.isReady { ready += 1 } else { degraded += 1 }
        guard let number = set.activeRollout?.split(separator: "/").last.flatMap({ Int($0) }),
          let rollout = try await store.rollout(of: set.name, number: number, in: set.project)
        else { continue }
        active[[set.name.rawValue, rollout.run.state.rawValue], default: 0] += 1
        for stage in rollout.stages {
          for (state, count) in stage.counters.byState {
            clusters[[set.name.rawValue, stage.name, state.rawValue], default: 0] += Double(count)
          }
        }
      }
      after = page.next
    } while after != nil
    metrics.replaceGauge(
      "flotilla_fleetsets", [([("ready", "true")], Double(ready)), ([("ready", "false")], Double(degraded))])
    metrics.replaceGauge(
      "flotilla_rollouts_active", active.map { ([("set", $0.key[0]), ("state", $0.key[1])], $0.value) })
    metrics.replaceGauge(
      "flotilla_rollout_clusters",
      clusters.map { ([("set", $0.key[0]), ("stage", $0.key[1]), ("state", $0.key[2])], $0.value) })
  }
}
