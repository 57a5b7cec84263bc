public import FleetModel

/// `POST /api/v1/agent/join`: a new agent shows its one-time token and the public key it made in the cluster.
public struct JoinRequest: Codable, Sendable, Hashable {
  /// The one-time token from `flotilla cluster add NAME` or `flotilla cluster token NAME --rejoin`.
  public var token: String
  /// The raw Ed25519 public key (32 bytes) in base64.
  public var publicKey: String
  /// The agent's version.
  public var agentVersion: String

  /// Makes a request.
  public init(token: String, publicKey: String, agentVersion: String) {
    self.token = token
    self.publicKey = publicKey
    self.agentVersion = agentVersion
  }
}

/// The answer to a join: who the agent is from now on.
public struct JoinResponse: Codable, Sendable, Hashable {
  /// The cluster's row number; the agent keeps it with its key.
  public var cluster: ClusterID
  /// The cluster's name.
  public var clusterName: ClusterName

  /// Makes an answer.
  public init(cluster: ClusterID, clusterName: ClusterName) {
    self.cluster = cluster
    self.clusterName = clusterName
  }
}

/// `POST /api/v1/agent/challenge`: asks for a nonce to sign (AMENDMENTS 33).
public struct ChallengeRequest: Codable, Sendable, Hashable {
  /// The cluster.
  public var cluster: ClusterID

  /// Makes a request.
  public init(cluster: ClusterID) { self.cluster = cluster }
}

/// A nonce, good once and for a minute.
public struct ChallengeResponse: Codable, Sendable, Hashable {
  /// 32 random bytes in base64.
  public var nonce: String

  /// Makes an answer.
  public init(nonce: String) { self.nonce = nonce }
}

/// `POST /api/v1/agent/session`: proves the key and opens a session.
public struct SessionRequest: Codable, Sendable, Hashable {
  /// The cluster.
  public var cluster: ClusterID
  /// The nonce of the challenge.
  public var nonce: String
  /// The Ed25519 signature, in base64, of the UTF-8 text `flotilla-agent-session\nCLUSTER\nNONCE`.
  public var signature: String
  /// The agent process, random at its start: a second process for one cluster is refused while the first one's
  /// session lives.
  public var instance: String
  /// The agent's version.
  public var agentVersion: String
  /// The cluster's Kubernetes version, for example `v1.31.2`; empty when unknown.
  public var kubernetesVersion: String
  /// The API versions that the cluster serves besides Kubernetes' own, `group/version` and `group/version/Kind`; absent
  /// when they are not known.
  public var apiVersions: [String]?
  /// The agent's clock, which nothing is decided by: how far it is off is shown; absent from agents that do not tell.
  public var agentTime: Instant?

  /// Makes a request.
  public init(
    cluster: ClusterID, nonce: String, signature: String, instance: String, agentVersion: String,
    kubernetesVersion: String, apiVersions: [String]? = nil, agentTime: Instant? = nil
  ) {
    self.apiVersions = apiVersions
    self.agentTime = agentTime
    self.cluster = cluster
    self.nonce = nonce
    self.signature = signature
    self.instance = instance
    self.agentVersion = agentVersion
    self.kubernetesVersion = kubernetesVersion
  }

  /// The text that is signed.
  public static func signedText(cluster: ClusterID, nonce: String) -> String {
    "flotilla-agent-session\n\(cluster)\n\(nonce)"
  }
}

/// A session: its token goes into `Authorization: Bearer` of every further request.
public struct SessionResponse: Codable, Sendable, Hashable {
  /// 32 random bytes in base64.
  public var token: String
  /// How long the token is good, in seconds; a new session is opened before.
  public var expiresInSeconds: Int
  /// The controller's time; the agent's own clock is never trusted.
  public var serverTime: Instant

  /// Makes an answer.
  public init(token: String, expiresInSeconds: Int, serverTime: Instant) {
    self.token = token
    self.expiresInSeconds = expiresInSeconds
    self.serverTime = serverTime
  }
}

/// `POST /api/v1/agent/poll`: asks for orders above what the agent has seen; held open until there are some.
public struct PollRequest: Codable, Sendable, Hashable {
  /// The highest generation seen of each target the agent knows, by target number as text.
  public var seen: [String: Generation]
  /// How long the controller may hold the request, in seconds.
  public var waitSeconds: Int

  /// Makes a request.
  public init(seen: [String: Generation], waitSeconds: Int) {
    self.seen = seen
    self.waitSeconds = waitSeconds
  }
}

/// The newest order of every target whose order is above what the agent has seen; empty when the time is over.
public struct PollResponse: Codable, Sendable, Hashable {
  /// The orders.
  public var orders: [WireOrder]
  /// How long a hold on the agent's site may last, in seconds; absent from controllers that do not say.
  public var longestHoldSeconds: Int?

  /// Makes an answer.
  public init(orders: [WireOrder], longestHoldSeconds: Int? = nil) {
    self.orders = orders
    self.longestHoldSeconds = longestHoldSeconds
  }
}

/// `GET /api/v1/agent/bundles/DIGEST`: the objects of a bundle in order. The digest is that of the lines
/// `OBJECT-DIGEST\n` one after the other, so the agent checks what it was given (AMENDMENTS 31).
public struct BundleResponse: Codable, Sendable, Hashable {
  /// The digests of the objects.
  public var objects: [Digest]

  /// Makes an answer.
  public init(objects: [Digest]) { self.objects = objects }
}

/// `POST /api/v1/agent/objects`: fetches objects that the agent lacks, at most 1,000 a request.
public struct ObjectsRequest: Codable, Sendable, Hashable {
  /// The digests.
  public var digests: [Digest]

  /// Makes a request.
  public init(digests: [Digest]) { self.digests = digests }
}

/// The objects asked for, as canonical JSON texts; each one's SHA-256 is its digest.
///
/// Whoever accepts ``ObjectsResponse/lines`` gets the texts a line each, as the store yields them: what has arrived when a
/// link breaks is not fetched again. Both forms come in gzip to whoever accepts that.
public struct ObjectsResponse: Codable, Sendable, Hashable {
  /// The type of an answer with a line an object.
  public static let lines = "application/x-ndjson"

  /// The texts in the order asked; over HTTP the first of them, when the link broke.
  public var objects: [String]

  /// Makes an answer.
  public init(objects: [String]) { self.objects = objects }
}

/// `POST /api/v1/agent/observations`: what changed since the last report.
public struct ObservationsRequest: Codable, Sendable, Hashable {
  /// The observations.
  public var observations: [WireObservation]
  /// Whether the agent holds, told when that changes and after each gap; absent for no news.
  public var hold: WireHold?

  /// Makes a request.
  public init(observations: [WireObservation], hold: WireHold? = nil) {
    self.observations = observations
    self.hold = hold
  }
}

/// A hold on an agent's site.
public struct WireHold: Codable, Sendable, Hashable {
  /// Why; empty for none.
  public var reason: String
  /// Who asked.
  public var by: String
  /// How long it lasts from now; 0 for none.
  public var remainingMilliseconds: Int64

  /// Wraps a report for the wire.
  public init(_ report: HoldReport) {
    reason = report.reason
    by = report.by
    remainingMilliseconds = report.remaining.wholeMilliseconds
  }

  /// The report.
  public var report: HoldReport {
    HoldReport(reason: reason, by: by, remaining: .milliseconds(max(0, remainingMilliseconds)))
  }
}
