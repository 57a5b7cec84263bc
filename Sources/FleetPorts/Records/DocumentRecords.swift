public import FleetModel
public import FleetPlanner

/// A document to store, already found right.
public struct DocumentDraft: Hashable, Sendable {
  /// What the store keeps in columns of its own.
  public enum Content: Hashable, Sendable {
    /// A member of the fleet.
    case cluster(Cluster)
    /// A Git source.
    case repository(Repository)
    /// When orders may go.
    case window(Window)
    /// A time in which none go.
    case freeze(Freeze)
    /// A metric that gates refer to.
    case analysis(Analysis)
    /// A limit that FleetSets share.
    case limit(SharedLimit)
    /// A FleetSet: only its text.
    case fleetSet
    /// Settings that generators refer to.
    case configMap(ConfigMap)
  }

  /// The owner.
  public var project: ProjectName
  /// The name.
  public var name: String
  /// What the store keeps in columns of its own.
  public var content: Content
  /// The document's canonical JSON; equal texts are the same generation.
  public var canonicalJSON: [UInt8]

  /// Makes a draft.
  public init(project: ProjectName, name: String, content: Content, canonicalJSON: [UInt8]) {
    self.project = project
    self.name = name
    self.content = content
    self.canonicalJSON = canonicalJSON
  }
}

/// What applying a document did.
public struct AppliedDocument: Hashable, Sendable, Codable {
  /// What it did.
  public enum Result: String, Sendable, Codable {
    /// It was new.
    case created
    /// It was changed.
    case configured
    /// It was the same.
    case unchanged
  }

  /// The kind.
  public var kind: String
  /// The owner.
  public var project: ProjectName
  /// The name.
  public var name: String
  /// What it did.
  public var result: Result
  /// The generation from now on.
  public var generation: Int64

  /// Makes a result.
  public init(kind: String, project: ProjectName, name: String, result: Result, generation: Int64) {
    self.kind = kind
    self.project = project
    self.name = name
    self.result = result
    self.generation = generation
  }
}

/// A cluster with what is known of it.
public struct ClusterRecord: Hashable, Sendable {
  /// The cluster.
  public var cluster: Cluster
  /// The document's canonical JSON.
  public var canonicalJSON: [UInt8]
  /// Raised by every change.
  public var generation: Int64
  /// When it was registered.
  public var createdAt: Instant
  /// Whether an agent holds a session with a live controller now (or the controller itself reaches it in push mode).
  public var isConnected: Bool
  /// When it was last in contact; nil for never.
  public var lastContactAt: Instant?
  /// The agent's version; empty when none has joined.
  public var agentVersion: String
  /// The Kubernetes version; empty when unknown.
  public var kubernetesVersion: String
  /// Targets on it, and how many of them are in each health.
  public var targetsByHealth: [Health: Int]
  /// Whether a controller reaches it with its kubeconfig; nil for clusters with an agent.
  public var condition: Condition?
  /// The hold on its site; nil when there is none now.
  public var hold: ClusterHold?
  /// How far its agent's clock is ahead; nil when it is right to a minute, or not known.
  public var clockSkew: Duration?
  /// Why its agent is refused; nil when it is not.
  public var revocation: AgentRevocation?

  /// Makes a record.
  public init(
    cluster: Cluster, canonicalJSON: [UInt8], generation: Int64, createdAt: Instant, isConnected: Bool,
    lastContactAt: Instant?, agentVersion: String, kubernetesVersion: String, targetsByHealth: [Health: Int],
    condition: Condition? = nil
  ) {
    self.cluster = cluster
    self.canonicalJSON = canonicalJSON
    self.generation = generation
    self.createdAt = createdAt
    self.isConnected = isConnected
    self.lastContactAt = lastContactAt
    self.agentVersion = agentVersion
    self.kubernetesVersion = kubernetesVersion
    self.targetsByHealth = targetsByHealth
    self.condition = condition
  }
}

/// That the identity of a cluster's agent is refused, until another one has joined.
public struct AgentRevocation: Hashable, Sendable {
  /// Why.
  public var reason: String
  /// Who revoked it.
  public var by: String
  /// When.
  public var at: Instant

  /// Makes a value.
  public init(reason: String, by: String, at: Instant) {
    self.reason = reason
    self.by = by
    self.at = at
  }
}

extension ClusterRecord {
  /// How far an agent's clock may be off without a word. Nothing is decided by it (AMENDMENTS 33).
  public static let clockTolerance: Duration = .seconds(300)

  /// A clock that is off, in words.
  public static func words(ofClock skew: Duration) -> String {
    let isAhead = skew > .zero
    return
      "its agent's clock is \((isAhead ? skew : .zero - skew).text) \(isAhead ? "ahead of" : "behind") the controller's"
  }
}

/// A repository with what is known of it.
public struct RepositoryRecord: Hashable, Sendable {
  /// The repository.
  public var repository: Repository
  /// The document's canonical JSON.
  public var canonicalJSON: [UInt8]
  /// Raised by every change.
  public var generation: Int64
  /// The digest of all refs at the last fetch that worked; empty before.
  public var refsDigest: String
  /// When a fetch last worked; nil for never.
  public var fetchedAt: Instant?
  /// Whether the last fetch worked.
  public var condition: Condition

  /// Makes a record.
  public init(
    repository: Repository, canonicalJSON: [UInt8], generation: Int64, refsDigest: String, fetchedAt: Instant?,
    condition: Condition
  ) {
    self.repository = repository
    self.canonicalJSON = canonicalJSON
    self.generation = generation
    self.refsDigest = refsDigest
    self.fetchedAt = fetchedAt
    self.condition = condition
  }
}

/// A ConfigMap as it is stored.
public struct ConfigMapRecord: Hashable, Sendable {
  /// The ConfigMap.
  public var configMap: ConfigMap
  /// Raised by every change.
  public var generation: Int64

  /// Makes a record.
  public init(configMap: ConfigMap, generation: Int64) {
    self.configMap = configMap
    self.generation = generation
  }
}

/// A FleetSet with what is known of it.
public struct FleetSetRecord: Hashable, Sendable {
  /// The row.
  public var id: FleetSetID
  /// The owner.
  public var project: ProjectName
  /// The name.
  public var name: FleetSetName
  /// The document's canonical JSON.
  public var canonicalJSON: [UInt8]
  /// Raised by every change.
  public var generation: Int64
  /// Whether the last expansion worked and what runs is what is wanted; Degraded is `isReady: false` with the reason.
  public var condition: Condition
  /// The number of targets of the newest release.
  public var targetCount: Int
  /// The newest release; nil before the first.
  public var newestRelease: ReleaseRecord?
  /// The run that goes on, as `SET/NUMBER`; nil for none.
  public var activeRollout: String?
  /// Whether it is being deleted: its workloads are removed first (R25).
  public var isDeleting = false
  /// A smaller expansion that waits until a person accepts it (R24); nil for none.
  public var shrink: ShrinkProposal?

  /// Makes a record.
  public init(
    id: FleetSetID, project: ProjectName, name: FleetSetName, canonicalJSON: [UInt8], generation: Int64,
    condition: Condition, targetCount: Int, newestRelease: ReleaseRecord?, activeRollout: String?
  ) {
    self.id = id
    self.project = project
    self.name = name
    self.canonicalJSON = canonicalJSON
    self.generation = generation
    self.condition = condition
    self.targetCount = targetCount
    self.newestRelease = newestRelease
    self.activeRollout = activeRollout
  }
}
