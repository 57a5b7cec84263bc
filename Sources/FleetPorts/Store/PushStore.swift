public import FleetModel

/// A cluster that a controller reaches itself, as the store knows it.
public struct PushCluster: Hashable, Sendable {
  /// The cluster.
  public var id: ClusterID
  /// Its project.
  public var project: ProjectName
  /// Its name.
  public var name: ClusterName
  /// The name of the stored kubeconfig.
  public var credential: String
  /// Another text whenever the kubeconfig was stored anew; nil when there is none.
  public var credentialVersion: String?

  /// Makes a value.
  public init(
    id: ClusterID, project: ProjectName, name: ClusterName, credential: String, credentialVersion: String?
  ) {
    self.id = id
    self.project = project
    self.name = name
    self.credential = credential
    self.credentialVersion = credentialVersion
  }
}

/// The clusters whose agents a controller runs.
public struct PushClaims: Sendable {
  /// All of them, in order of their numbers.
  public var clusters: [PushCluster]
  /// Those of them to give back, because another controller has less.
  public var surplus: Set<ClusterID>
  /// How long from the question on nobody else can take them: the rest of this controller's lease, zero when it lapsed.
  public var goodFor: Duration

  /// Makes a value.
  public init(clusters: [PushCluster], surplus: Set<ClusterID>, goodFor: Duration) {
    self.clusters = clusters
    self.surplus = surplus
    self.goodFor = goodFor
  }
}

/// Who runs the agents of clusters that are reached by kubeconfig (push mode): exactly one controller each, by a claim
/// that counts while the controller's lease lives.
public protocol PushStore: Sendable {
  /// Takes free clusters up to an equal share among the live controllers, and answers all that this controller has.
  ///
  /// - Parameter limit: how many this controller takes at most; the others reckon with it.
  func claimPushClusters(for controller: ControllerID, limit: Int) async throws(StoreError) -> PushClaims
  /// Gives clusters back, and closes their sessions, so that another controller may open its own.
  func releasePushClusters(_ clusters: [ClusterID], of controller: ControllerID) async throws(StoreError)
  /// Records whether a controller reaches a cluster, with an event when the reason is another one; changes nothing when
  /// the controller no longer has the claim.
  func recordPushCondition(
    isReady: Bool, reason: String, message: String, of cluster: ClusterID, by controller: ControllerID
  ) async throws(StoreError)
}
