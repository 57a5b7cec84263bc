public import FleetModel

/// Whether a thing is as it should be, in the words of Kubernetes conditions.
public struct ConditionResource: WireValue {
  /// Whether it is as it should be; false is Degraded.
  public var ready: Bool
  /// Why, as one UpperCamelCase word.
  public var reason: String
  /// Why, for people, with what to do.
  public var message: String
  /// Since when.
  public var since: Timestamp

  /// Makes a condition.
  public init(ready: Bool, reason: String, message: String, since: Timestamp) {
    self.ready = ready
    self.reason = reason
    self.message = message
    self.since = since
  }

  /// An example.
  public static var example: Self {
    Self(ready: true, reason: "Ready", message: "", since: Example.time)
  }
}

/// A hold on a cluster's site: its agent begins no order.
public struct HoldResource: WireValue {
  /// Why.
  public var reason: String
  /// Who asked.
  public var by: String
  /// Since when.
  public var since: Timestamp
  /// When it ends by itself.
  public var until: Timestamp

  /// Makes a value.
  public init(reason: String, by: String, since: Timestamp, until: Timestamp) {
    self.reason = reason
    self.by = by
    self.since = since
    self.until = until
  }

  /// An example.
  public static var example: Self {
    Self(reason: "the racks are moved", by: "kim", since: Example.time, until: Example.time)
  }
}

/// That the identity of a cluster's agent is refused.
public struct RevocationResource: WireValue {
  /// Why.
  public var reason: String
  /// Who revoked it.
  public var by: String
  /// When.
  public var at: Timestamp

  /// Makes a value.
  public init(reason: String, by: String, at: Timestamp) {
    self.reason = reason
    self.by = by
    self.at = at
  }

  /// An example.
  public static var example: Self { Self(reason: "the laptop was stolen", by: "kim", at: Example.time) }
}

/// A member of the fleet with what is known of it: `GET …/clusters`.
public struct ClusterResource: WireValue {
  /// How orders reach a cluster.
  public enum Connection: String, Codable, Sendable, CaseIterable {
    /// An agent in the cluster pulls.
    case agent
    /// The controller reaches it with a kubeconfig.
    case kubeconfig
  }

  /// The row's number.
  public var id: ClusterID
  /// The owner.
  public var project: ProjectName
  /// The name.
  public var name: ClusterName
  /// Labels.
  public var labels: [String: String]
  /// Annotations.
  public var annotations: [String: String]
  /// How orders reach it.
  public var connection: Connection
  /// The credential's name of a kubeconfig connection; null for agents.
  public var credential: String?
  /// Why it takes no forward orders; null when it does.
  public var cordonReason: String?
  /// Who holds it on its site, why and until when; null when nobody does.
  public var hold: HoldResource?
  /// Who revoked its agent, which is refused until another one has joined; null when nobody has.
  public var revocation: RevocationResource?
  /// How far its agent's clock is ahead of the controllers', behind when negative; null for less than a minute, and when
  /// that is not known.
  public var clockSkewMilliseconds: Int64?
  /// What somebody should see to: a clock that is off by more than five minutes, an agent that is not served.
  public var warnings: [String]
  /// Raised by every change; also the `ETag`.
  public var generation: Int64
  /// When it was registered.
  public var createdAt: Timestamp
  /// Whether it is in contact now.
  public var connected: Bool
  /// When it was last in contact; null for never.
  public var lastContactAt: Timestamp?
  /// The agent's version; empty when none has joined.
  public var agentVersion: String
  /// The Kubernetes version; empty when unknown.
  public var kubernetesVersion: String
  /// Targets by health (`Healthy`, `Progressing` …); health without targets is absent.
  public var targetsByHealth: [String: Int]
  /// Whether the controller reaches it with its kubeconfig; null for clusters with an agent.
  public var condition: ConditionResource?
  /// The document as it was applied; null in lists.
  public var document: JSONValue?

  /// Makes a resource.
  public init(
    id: ClusterID, project: ProjectName, name: ClusterName, labels: [String: String],
    annotations: [String: String] = [:], connection: Connection = .agent, credential: String? = nil,
    cordonReason: String? = nil, hold: HoldResource? = nil,
    revocation: RevocationResource? = nil, clockSkewMilliseconds: Int64? = nil,
    warnings: [String] = [], generation: Int64 = 1, createdAt: Timestamp, connected: Bool,
    lastContactAt: Timestamp? = nil, agentVersion: String = "", kubernetesVersion: String = "",
    targetsByHealth: [String: Int] = [:], condition: ConditionResource? = nil, document: JSONValue? = nil
  ) {
    self.id = id
    self.project = project
    self.name = name
    self.labels = labels
    self.annotations = annotations
    self.connection = connection
    self.credential = credential
    self.cordonReason = cordonReason
    self.hold = hold
    self.revocation = revocation
    self.clockSkewMilliseconds = clockSkewMilliseconds
    self.warnings = warnings
    self.generation = generation
    self.createdAt = createdAt
    self.connected = connected
    self.lastContactAt = lastContactAt
    self.agentVersion = agentVersion
    self.kubernetesVersion = kubernetesVersion
    self.targetsByHealth = targetsByHealth
    self.condition = condition
    self.document = document
  }

  /// An example.
  public static var example: Self {
    Self(
      id: 7, project: "default", name: "eu-west-1", labels: ["region": "eu-west"], annotations: ["team": "shop"],
      credential: "eu-west-1-kubeconfig", cordonReason: "disk is being replaced", hold: .example,
      revocation: .example, clockSkewMilliseconds: 420_000, warnings: ["its agent's clock is 7m ahead"], generation: 3,
      createdAt: Example.time, connected: true, lastContactAt: Example.time, agentVersion: "0.1.0",
      kubernetesVersion: "v1.31.2", targetsByHealth: ["Healthy": 2], condition: .example, document: Example.document)
  }
}

/// Parts of examples that many resources share.
enum Example {
  /// 2026-11-23T15:41:50Z.
  static let time = Timestamp(Instant(millisecondsSinceEpoch: 1_795_448_510_000))
  /// A document.
  static let document = JSONValue.object([
    "apiVersion": .string("flotilla.dev/v1"), "kind": .string("Cluster"),
    "metadata": .object(["name": .string("eu-west-1")]),
  ])
  /// A commit identifier of 40 characters.
  static let commit = String(repeating: "77ad0120", count: 5)
  /// A digest of 64 characters.
  static let digest = String(repeating: "9f2c61d0", count: 8)
  /// The same as a value.
  static let bundle: Digest = {
    guard let bundle = Digest(hexadecimal: digest) else { preconditionFailure("the example is a digest") }
    return bundle
  }()
}
