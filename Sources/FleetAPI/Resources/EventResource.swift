public import FleetModel

/// Something that happened: `GET …/events`, and the data of each message of `GET …/events/stream`.
public struct EventResource: WireValue {
  /// The place in the feed; the `id` of the stream.
  public var position: Int64
  /// When.
  public var at: Timestamp
  /// Who: a principal, or `flotilla`.
  public var actor: String
  /// What happened, as `noun.verb`; also the `event` of the stream.
  public var kind: String
  /// The owner.
  public var project: ProjectName
  /// The FleetSet; empty when it is not about one.
  public var fleetSet: String
  /// The rollout as `SET/NUMBER`; empty when it is not about one.
  public var rollout: String
  /// The stage; empty when it is not about one.
  public var stage: String
  /// The cluster; empty when it is not about one.
  public var cluster: String
  /// The target; empty when it is not about one.
  public var target: String
  /// One sentence for people.
  public var message: String
  /// The reason that the actor gave; empty for none.
  public var reason: String

  /// Makes a value.
  public init(
    position: Int64, at: Timestamp, actor: String, kind: String, project: ProjectName, fleetSet: String,
    rollout: String, stage: String, cluster: String, target: String, message: String, reason: String
  ) {
    self.position = position
    self.at = at
    self.actor = actor
    self.kind = kind
    self.project = project
    self.fleetSet = fleetSet
    self.rollout = rollout
    self.stage = stage
    self.cluster = cluster
    self.target = target
    self.message = message
    self.reason = reason
  }

  /// An example.
  public static var example: Self {
    Self(
      position: 4_711, at: Example.time, actor: "kim", kind: "stage.approved", project: "default",
      fleetSet: "storefront", rollout: "storefront/43", stage: "eu-west", cluster: "", target: "",
      message: "kim approved stage eu-west", reason: "looks good")
  }
}
