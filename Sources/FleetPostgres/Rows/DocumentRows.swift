import FleetModel
import FleetPlanner
import FleetPorts

extension Row {
  mutating func cluster() throws -> Cluster {
    let id: ClusterID = try id()
    let project: ProjectName = try name()
    let clusterName: ClusterName = try name()
    let labels: [String: String] = try json()
    let annotations: [String: String] = try json()
    let connection = try text()
    let credential = try optionalText() ?? ""
    var cluster = Cluster(
      id: id, project: project, name: clusterName, labels: labels, annotations: annotations,
      connection: connection == "agent" ? .agent : .kubeconfig(credential: credential),
      cordonReason: try optionalText())
    cluster.kubernetesVersion = KubernetesVersion(try text())
    return cluster
  }

  mutating func clusterRecord() throws -> ClusterRecord {
    let cluster = try cluster()
    let canonicalJSON = Array(try text().utf8)
    let generation = try int()
    let createdAt = try instant()
    let isConnected = try bool()
    let lastContactAt = try optionalInstant()
    let agentVersion = try text()
    let kubernetesVersion = try text()
    let counts: [String: Int] = try json()
    var targetsByHealth: [Health: Int] = [:]
    for (health, count) in counts {
      if let health = Health(rawValue: health) { targetsByHealth[health] = count }
    }
    let hold = try clusterHold()
    let clockSkew = try optionalInt().map { Duration.milliseconds($0) }
    let revocation = try agentRevocation()
    var record = ClusterRecord(
      cluster: cluster, canonicalJSON: canonicalJSON, generation: generation, createdAt: createdAt,
      isConnected: isConnected, lastContactAt: lastContactAt, agentVersion: agentVersion,
      kubernetesVersion: kubernetesVersion, targetsByHealth: targetsByHealth,
      condition: try pushCondition(of: cluster, since: createdAt))
    record.hold = hold
    record.clockSkew = clockSkew
    record.revocation = revocation
    return record
  }

  /// The hold of a cluster, in four columns; nil when the first is NULL.
  mutating func clusterHold() throws -> ClusterHold? {
    let reason = try optionalText()
    let by = try optionalText()
    let since = try optionalInstant()
    let until = try optionalInstant()
    guard let reason, let by, let since, let until else { return nil }
    return ClusterHold(reason: reason, by: by, since: since, until: until)
  }

  /// Why an agent is refused, in three columns; nil when the first is NULL.
  mutating func agentRevocation() throws -> AgentRevocation? {
    let reason = try optionalText()
    let by = try optionalText()
    let at = try optionalInstant()
    guard let reason, let by, let at else { return nil }
    return AgentRevocation(reason: reason, by: by, at: at)
  }

  /// Whether a controller reaches the cluster; its four columns are NULL when no live one has claimed it.
  private mutating func pushCondition(of cluster: Cluster, since: Instant) throws -> Condition? {
    guard case .kubeconfig = cluster.connection else { return nil }
    guard let isReady = try optionalText() else {
      return Condition(
        isReady: false, reason: "Pending",
        message: "no controller has taken it yet; one needs room for it (--push-clusters)", since: since)
    }
    return Condition(isReady: isReady == "t", reason: try text(), message: try text(), since: try instant())
  }

  mutating func repositoryRecord() throws -> RepositoryRecord {
    let repository = Repository(
      id: try id(), project: try name(), name: try name(), kind: try raw(), url: try text(),
      credential: try optionalText(),
      pollInterval: .milliseconds(try int()))
    return RepositoryRecord(
      repository: repository, canonicalJSON: Array(try text().utf8), generation: try int(), refsDigest: try text(),
      fetchedAt: try optionalInstant(), condition: try condition())
  }

  mutating func policyRecord() throws -> PolicyRecord {
    let kind: PolicyKind = try raw()
    let entry: PolicyRecord.Entry =
      switch kind {
      case .window: .window(try json())
      case .freeze: .freeze(try json())
      case .analysis: .analysis(try json())
      case .limit: .limit(try json())
      }
    return PolicyRecord(
      entry: entry, canonicalJSON: Array(try text().utf8), generation: try int(), appliedAt: try instant())
  }

  mutating func fleetSetRecord() throws -> FleetSetRecord {
    let id: FleetSetID = try id()
    let project: ProjectName = try name()
    let fleetSet: FleetSetName = try name()
    let canonicalJSON = Array(try text().utf8)
    let generation = try int()
    let condition = try condition()
    let targetCount = try count()
    let activeRollout = try optionalText()
    let isDeleting = try bool()
    let shrink: ShrinkProposal? = try optionalJSON()
    let release = try optionalReleaseRecord(of: fleetSet)
    var record = FleetSetRecord(
      id: id, project: project, name: fleetSet, canonicalJSON: canonicalJSON, generation: generation,
      condition: condition, targetCount: targetCount, newestRelease: release, activeRollout: activeRollout)
    record.isDeleting = isDeleting
    record.shrink = shrink
    return record
  }

  /// A release's columns; nil when the left join found none.
  mutating func optionalReleaseRecord(of fleetSet: FleetSetName) throws -> ReleaseRecord? {
    guard let id = try optionalInt() else { return nil }
    return ReleaseRecord(
      id: ReleaseID(id), fleetSet: fleetSet, number: try count(), fleetSetGeneration: try int(),
      sources: try json(), targetCount: try count(), createdAt: try instant(), hold: try optionalText())
  }
}
