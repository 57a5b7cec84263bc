public import FleetModel

/// The body of calls that need nothing but a reason.
public struct ReasonRequest: WireValue {
  /// Why, for the event feed.
  public var reason: String?
  /// Whether to check only and change nothing.
  public var dryRun: Bool?

  /// Makes a value.
  public init(reason: String? = nil, dryRun: Bool? = nil) {
    self.reason = reason
    self.dryRun = dryRun
  }

  /// An example.
  public static var example: Self { Self(reason: "disk is being replaced", dryRun: false) }
}

/// `PATCH …/clusters/NAME/labels`: sets and removes labels.
public struct LabelRequest: WireValue {
  /// The labels by key; null removes.
  public var labels: [String: String?]
  /// Why, for the event feed.
  public var reason: String?
  /// Whether to answer what would be and change nothing.
  public var dryRun: Bool?

  /// Makes a value.
  public init(labels: [String: String?], reason: String? = nil, dryRun: Bool? = nil) {
    self.labels = labels
    self.reason = reason
    self.dryRun = dryRun
  }

  /// An example.
  public static var example: Self { Self(labels: ["canary": "true", "old": nil], reason: "new canary", dryRun: false) }
}

/// `POST …/clusters/NAME/join-token`: makes a one-time token for an agent.
public struct JoinTokenRequest: WireValue {
  /// Whether it may replace an agent that has joined; needs the right admin.
  public var rejoin: Bool?
  /// How long it is good, 60 to 604800; null for an hour.
  public var expiresInSeconds: Int?
  /// Why.
  public var reason: String?
  /// Whether to check only and make no token.
  public var dryRun: Bool?

  /// Makes a value.
  public init(rejoin: Bool? = nil, expiresInSeconds: Int? = nil, reason: String? = nil, dryRun: Bool? = nil) {
    self.rejoin = rejoin
    self.expiresInSeconds = expiresInSeconds
    self.reason = reason
    self.dryRun = dryRun
  }

  /// An example.
  public static var example: Self {
    Self(rejoin: false, expiresInSeconds: 3_600, reason: "new cluster", dryRun: false)
  }
}

/// A one-time token for an agent; the only time it is shown.
public struct JoinTokenCreated: WireValue {
  /// The secret; empty when the request said `dryRun`.
  public var token: String
  /// The cluster.
  public var cluster: ClusterName
  /// When it is no good any more.
  public var expiresAt: Timestamp

  /// Makes a value.
  public init(token: String, cluster: ClusterName, expiresAt: Timestamp) {
    self.token = token
    self.cluster = cluster
    self.expiresAt = expiresAt
  }

  /// An example.
  public static var example: Self {
    Self(token: "flt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", cluster: "eu-west-1", expiresAt: Example.time)
  }
}
