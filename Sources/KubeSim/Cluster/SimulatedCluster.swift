public import FleetModel
import Manifest

/// One simulated Kubernetes cluster. The HTTP server is a thin shell around it; agents in the same process send their
/// requests here without a socket.
public actor SimulatedCluster {
  /// The cluster cannot be reached: the scenario has it vanish.
  public struct Unreachable: Error, Sendable {
    /// Whether the request should hang instead of being cut off.
    public let hangs: Bool
  }

  /// Its name, which is its place in URLs.
  public nonisolated let name: String
  /// The token that its requests must carry.
  public nonisolated let token: String

  private var state: ClusterState
  private let clock: @Sendable () -> Instant
  private var scenarioStart: Instant
  private var faults: SeededRandom
  private let onTimer: @Sendable (Int64) -> Void
  private var announced: Int64?

  /// Makes a cluster.
  /// - Parameters:
  ///   - runsControllers: whether workloads progress; without, it is an API server alone.
  ///   - watchHistory: how many changes it remembers for watches that come back.
  ///   - onTimer: told when the cluster next wants `advance` called, in milliseconds since the epoch.
  public init(
    name: String, token: String, seed: UInt64 = 0, nodes: Int = 3, runsControllers: Bool = true,
    watchHistory: Int = 1_000, scenario: Scenario = Scenario(), clock: @escaping @Sendable () -> Instant,
    onTimer: @escaping @Sendable (Int64) -> Void = { _ in }
  ) {
    self.name = name
    self.token = token
    self.clock = clock
    self.onTimer = onTimer
    let now = clock() + .milliseconds(scenario.clockMilliseconds(cluster: name))
    scenarioStart = clock()
    faults = SeededRandom(seed: seed ^ stableHash(name.utf8) ^ 0xFA17)
    state = ClusterState(
      options: .init(
        name: name, seed: seed, runsControllers: runsControllers, nodes: nodes, watchHistory: watchHistory),
      scenario: scenario,
      now: now)
  }

  /// Answers a request whose token was checked already, without the scenario's transport faults.
  public func handle(_ request: KubeRequest) -> KubeResponse {
    state.advance(to: ownTime)
    let response = state.handle(request)
    announceTimer()
    return response
  }

  /// Answers a request as a client far away sees it: token, delays, errors and outages included.
  /// - Throws: `Unreachable`, `CancellationError`.
  public func respond(to request: KubeRequest) async throws -> KubeResponse {
    let elapsed = Int((clock() - scenarioStart) / .milliseconds(1))
    let transport = state.scenario.transport(cluster: name, elapsedMilliseconds: elapsed)
    if let outage = transport.unreachable { throw Unreachable(hangs: outage.hangs) }
    if transport.latencyMilliseconds > 0 {
      try await Task.sleep(for: .milliseconds(transport.latencyMilliseconds))
    }
    guard request.token == token else {
      let failure = APIFailure(401, "Unauthorized", "Unauthorized")
      return KubeResponse(401, failure.document)
    }
    if let errors = transport.errors, Int(faults.next() % 100) < errors.percent {
      if errors.code == 0 { throw Unreachable(hangs: false) }
      let failure =
        errors.code == 429
        ? APIFailure(
          429, "TooManyRequests", "the server has received too many requests and has asked us to try again later",
          details: ["retryAfterSeconds": 1])
        : APIFailure(errors.code, "InternalError", "an error on the server (\"simulated\") has prevented the request")
      var response = KubeResponse(errors.code, failure.document)
      if errors.code == 429 { response.retryAfterSeconds = 1 }
      return response
    }
    return handle(request)
  }

  /// Does what is due by now. Called by the process's scheduler, or by a test with its own clock.
  public func advance() {
    announced = nil
    state.advance(to: ownTime)
    announceTimer()
  }

  /// Changes what goes wrong; times of outages count from now.
  public func setScenario(_ scenario: Scenario) {
    scenarioStart = clock()
    state.scenario = scenario
    announced = nil
    // A clock may be set back.
    state.now = ownTime
    state.wakeAllPods()
    announceTimer()
  }

  /// How often what was asked so far.
  public var counters: RequestCounters { state.counters }

  /// The number of open watches.
  public var openWatches: Int { state.watchers.count }

  private func announceTimer() {
    guard let due = state.timers.nextDue, announced.map({ due < $0 }) ?? true else { return }
    announced = due
    onTimer(due - Int64(state.scenario.clockMilliseconds(cluster: name)))
  }

  /// What the cluster's own clock shows.
  private var ownTime: Instant { clock() + .milliseconds(state.scenario.clockMilliseconds(cluster: name)) }
}

extension ClusterState {
  /// Pods and autoscalers look again at what becomes of them, because the scenario changed.
  mutating func wakeAllPods() {
    let autoscaler = ResourceType.named("HorizontalPodAutoscaler")
    for scaler in objects(autoscaler.storage) {
      wake(ObjectKey(autoscaler, scaler.objectNamespace, scaler.objectName), afterMilliseconds: 1)
    }
    for pod in objects("/pods") {
      wake(ObjectKey(ResourceType.named("Pod"), pod.objectNamespace, pod.objectName), afterMilliseconds: 1)
    }
  }
}
