import FleetAgent
import FleetController
import FleetModel
import FleetPorts
import KubeClient
import Logging

/// Runs the agent of one cluster that is reached by kubeconfig, for as long as its API server answers.
///
/// Contact is what the API server says, not that this process lives: a session is open while the server answers a check
/// that needs the kubeconfig's credentials, and is closed when several in a row fail. Then the agent ends, and begins anew
/// when the server is back; what it ordered and applied stands in the cluster.
struct PushAgent: Sendable {
  let cluster: PushCluster
  let controller: ControllerID
  let store: any ControlStore
  let access: ClusterAccess
  let cache: BundleCache
  let bell: Bell<ClusterID>
  let term: ClaimTerm
  let reached: ReachedClusters
  let options: PushOptions
  let logger: Logger

  /// How long a session is good; it is opened anew before.
  private static let sessionLifetime: Duration = .seconds(3_600)
  private static let namespace = ClusterAgent.Options().namespace

  /// Works until cancelled, but never past the term of the claims.
  func run() async {
    var backoff = Backoff(longest: options.longestBackoff)
    var known: PushProblem?
    var isClosed = false
    while !Task.isCancelled {
      await term.waitForBegin()
      let (problem, hadContact) = await attemptWithinTerm()
      reached.remove(cluster.id)
      if Task.isCancelled { return }
      if hadContact {
        backoff.reset()
        known = nil
      }
      if hadContact || problem == nil { isClosed = false }
      if let problem {
        if problem.reason != known?.reason {
          logger.warning(
            "the cluster is not reached", metadata: ["reason": "\(problem.reason)", "error": "\(problem.message)"])
        }
        known = problem
        if !isClosed { isClosed = await closeSession() }
        await record(problem)
      }
      await backoff.pause()
    }
  }

  private typealias Outcome = (problem: PushProblem?, hadContact: Bool)

  private func attemptWithinTerm() async -> Outcome {
    await withTaskGroup(of: Outcome?.self) { group in
      group.addTask { await attempt() }
      group.addTask {
        await term.waitForEnd()
        return nil
      }
      let first = await group.next()
      group.cancelAll()
      // The agent has ended when this returns, whatever came first.
      for await _ in group {}
      return (first ?? nil) ?? (nil, false)
    }
  }

  private func attempt() async -> Outcome {
    var hadContact = false
    do {
      let kube = try await access.kube(for: cluster, logger: logger)
      try await kube.check(namespace: Self.namespace, within: options.checkTimeout)
      try await openSession(kube)
      hadContact = true
      reached.insert(cluster.id)
      try await store.recordPushCondition(isReady: true, reason: "Reached", message: "", of: cluster.id, by: controller)
      let connection = StoreConnection(store: store, cluster: cluster.id, bell: bell, term: term)
      let agent = ClusterAgent(
        kube: kube, connection: connection, cache: cache,
        options: .init(namespace: Self.namespace, pollWait: options.pollWait), logger: logger)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await agent.run() }
        group.addTask { try await keepContact(kube) }
        defer { group.cancelAll() }
        try await group.next()
      }
      return (nil, hadContact)
    } catch {
      if !(error is CancellationError), PushProblem(error) == nil {
        logger.debug("the cluster's agent ended", metadata: ["error": "\(error)"])
      }
      return (Task.isCancelled ? nil : PushProblem(error), hadContact)
    }
  }

  /// Asks the API server again and again; throws what the last of several failures said.
  private func keepContact(_ kube: KubeClient) async throws {
    var renewAt = ContinuousClock.now + Self.sessionLifetime * 0.9
    var failures = 0
    while true {
      try await Task.sleep(for: failures == 0 ? options.checkInterval : options.retryInterval)
      do {
        try await kube.check(namespace: Self.namespace, within: options.checkTimeout)
        failures = 0
      } catch {
        failures += 1
        if failures >= options.failedChecks { throw error }
        continue
      }
      try term.check()
      do {
        if renewAt <= .now {
          try await openSession(kube)
          renewAt = .now + Self.sessionLifetime * 0.9
        } else {
          try await store.touchSession(of: cluster.id, controller: controller)
        }
      } catch let error as StoreError where error.code == .unavailable || error.code == .lostRace {
        // While the database is away the term of the claims decides.
        logger.debug("the session could not be renewed", metadata: ["error": "\(error)"])
      }
    }
  }

  private func openSession(_ kube: KubeClient) async throws {
    // For each session anew: clusters are upgraded.
    let kubernetesVersion = (try? await kube.serverVersion()) ?? ""
    let apiVersions = try? await kube.extensions()
    // Nobody has a token for it: the hash is that of nothing.
    let hash = TokenHasher.hash(TokenHasher.randomBytes(32))
    try await store.openSession(
      for: cluster.id, tokenHash: hash, instance: "controller \(controller)", controller: controller,
      expiresIn: Self.sessionLifetime, agentVersion: AgentSetup.version, kubernetesVersion: kubernetesVersion,
      apiVersions: apiVersions)
  }

  /// Ends the contact; false when that has to be tried again.
  private func closeSession() async -> Bool {
    do {
      try await store.closeSessions(of: [cluster.id], controller: controller)
      return true
    } catch {
      logger.warning("the session of a silent cluster could not be closed", metadata: ["error": "\(error)"])
      return false
    }
  }

  private func record(_ problem: PushProblem) async {
    do {
      try await store.recordPushCondition(
        isReady: false, reason: problem.reason, message: problem.message, of: cluster.id, by: controller)
    } catch { logger.debug("the condition could not be recorded", metadata: ["error": "\(error)"]) }
  }
}
