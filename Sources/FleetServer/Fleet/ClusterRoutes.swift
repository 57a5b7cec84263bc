import FleetAPI
import FleetController
import FleetModel
import FleetPorts

/// Clusters: lists, labels, cordons, join tokens, removal.
struct ClusterRoutes: Sendable {
  let store: any ControlStore
  /// The version of this controller.
  let version: String
  let authenticator: Authenticator

  var handlers: [String: Handler] {
    [
      Routes.listClusters.id: list,
      Routes.getCluster.id: get,
      Routes.removeCluster.id: remove,
      Routes.labelCluster.id: label,
      Routes.cordonCluster.id: cordon,
      Routes.uncordonCluster.id: uncordon,
      Routes.createJoinToken.id: createJoinToken,
      Routes.revokeAgent.id: revokeAgent,
    ]
  }

  @Sendable private func list(_ call: Call) async throws -> Reply {
    let selector = try call.query["selector"].map(LabelText.selector)
    return try await call.list(
      { try await store.clusters(in: call.project, selector: selector, after: $0, limit: $1) }
    ) { try ClusterResource($0, version: version, withDocument: false) }
  }

  @Sendable private func get(_ call: Call) async throws -> Reply {
    let record = try await cluster(call)
    return try .json(ClusterResource(record, version: version, withDocument: true), generation: record.generation)
  }

  @Sendable private func remove(_ call: Call) async throws -> Reply {
    let record = try await cluster(call)
    try call.checkGeneration(record.generation)
    let name = record.cluster.name
    if try call.flag("dryRun") {
      return try .json(Acknowledgement(message: "cluster \(name) would be removed; its workloads would stay"))
    }
    try await store.removeCluster(name, in: call.project, cause: call.cause(nil))
    return try .json(Acknowledgement(message: "cluster \(name) was removed; its workloads stay"))
  }

  @Sendable private func label(_ call: Call) async throws -> Reply {
    let request = try call.decode(LabelRequest.self)
    for (key, value) in request.labels.sorted(by: { $0.key < $1.key }) {
      if let problem = LabelText.problem(key: key, value: value) {
        throw ErrorEnvelope(code: .invalid, message: problem, field: "labels[\(key)]")
      }
    }
    var record = try await cluster(call)
    try call.checkGeneration(record.generation)
    if request.dryRun == true {
      for (key, value) in request.labels { record.cluster.labels[key] = value }
    } else {
      record = try await store.label(
        record.cluster.name, in: call.project, changes: request.labels, cause: call.cause(request.reason))
    }
    return try .json(ClusterResource(record, version: version, withDocument: true), generation: record.generation)
  }

  @Sendable private func cordon(_ call: Call) async throws -> Reply {
    let request = try call.decode(ReasonRequest.self)
    guard let reason = request.reason, !reason.isEmpty else {
      throw ErrorEnvelope(
        code: .invalid, message: "a cordon needs a reason, because somebody will wonder why", field: "reason",
        hint: "give one, for example --reason \"disk is being replaced\"")
    }
    return try await setCordon(call, reason: reason, request)
  }

  @Sendable private func uncordon(_ call: Call) async throws -> Reply {
    try await setCordon(call, reason: nil, try call.decode(ReasonRequest.self))
  }

  private func setCordon(_ call: Call, reason: String?, _ request: ReasonRequest) async throws -> Reply {
    var record = try await cluster(call)
    try call.checkGeneration(record.generation)
    if request.dryRun == true {
      record.cluster.cordonReason = reason
    } else {
      record = try await store.setCordon(
        record.cluster.name, in: call.project, reason: reason, cause: call.cause(request.reason))
    }
    return try .json(ClusterResource(record, version: version, withDocument: true), generation: record.generation)
  }

  @Sendable private func createJoinToken(_ call: Call) async throws -> Reply {
    let request = try call.decode(JoinTokenRequest.self)
    let seconds = request.expiresInSeconds ?? 3_600
    guard (60...604_800).contains(seconds) else {
      throw ErrorEnvelope(
        code: .invalid, message: "expiresInSeconds is \(seconds)", field: "expiresInSeconds",
        hint: "give 60 (a minute) to 604800 (a week)")
    }
    let rejoin = request.rejoin ?? false
    guard !rejoin || call.principal.right >= .admin else {
      throw ErrorEnvelope(
        code: .forbidden, message: "a token that replaces a cluster's agent needs the right admin", field: "rejoin",
        hint: "ask an admin")
    }
    let record = try await cluster(call)
    guard record.cluster.connection == .agent else {
      throw ErrorEnvelope(
        code: .conflict, message: "cluster \(record.cluster.name) is reached by a kubeconfig, not by an agent",
        hint: "change spec.connection of its document to agent first")
    }
    guard record.revocation == nil || call.principal.right >= .admin else {
      throw ErrorEnvelope(
        code: .forbidden,
        message: "the agent of \(record.cluster.name) was revoked; a token for another needs the right admin",
        hint: "ask an admin")
    }
    let isDryRun = request.dryRun ?? false
    let token = isDryRun ? "" : TokenHasher.makeToken()
    if !isDryRun {
      try await store.createJoinToken(
        for: record.cluster.name, in: call.project, tokenHash: TokenHasher.hash(token), expiresIn: .seconds(seconds),
        rejoin: rejoin, cause: call.cause(request.reason))
    }
    return try .json(
      JoinTokenCreated(
        token: token, cluster: record.cluster.name, expiresAt: Timestamp(WallClock.now + .seconds(seconds))),
      status: 201)
  }

  @Sendable private func revokeAgent(_ call: Call) async throws -> Reply {
    let request = try call.decode(ReasonRequest.self)
    guard let reason = request.reason, !reason.isEmpty else {
      throw ErrorEnvelope(
        code: .invalid, message: "a revocation needs a reason: the agent and whoever looks for it are told",
        field: "reason",
        hint: "give one, for example --reason \"the node was stolen\"")
    }
    var record = try await cluster(call)
    try call.checkGeneration(record.generation)
    guard record.cluster.connection == .agent else {
      throw ErrorEnvelope(
        code: .conflict, message: "cluster \(record.cluster.name) is reached by a kubeconfig, not by an agent",
        hint: "revoke the kubeconfig's credentials in the cluster")
    }
    if request.dryRun == true {
      record.revocation =
        record.revocation ?? AgentRevocation(reason: reason, by: call.principal.name, at: WallClock.now)
    } else {
      record = try await store.revokeAgent(of: record.cluster.name, in: call.project, cause: call.cause(reason))
      authenticator.sessions.removeAll()
    }
    return try .json(ClusterResource(record, version: version, withDocument: true), generation: record.generation)
  }

  private func cluster(_ call: Call) async throws -> ClusterRecord {
    let name = ClusterName(call.parameter("name"))
    guard let record = try await store.cluster(name, in: call.project) else {
      throw ErrorEnvelope(
        code: .notFound, message: "there is no cluster \(name) in project \(call.project)",
        hint: "flotilla get clusters lists them")
    }
    return record
  }
}
