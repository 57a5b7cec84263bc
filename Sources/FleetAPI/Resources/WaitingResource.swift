public import FleetModel

/// One thing that waits: for what, who can clear it, when it can next change.
public struct WaitingResource: WireValue {
  /// What it waits for: `paused`, `halted`, `inFlight`, `earlierStage`, `approval`, `slot`, `firstAlone`, `limit`, `report`, `minReady`, `soak`, `contact`, `held`, `rollback`, `otherRun`, `window`, `freeze`, `untested`, `check`; more may come.
  public var reason: String
  /// The stage's name; empty for the run.
  public var stage: String
  /// The clusters concerned, by name in order, at most twenty.
  public var clusters: [ClusterName]
  /// How many clusters are concerned.
  public var clusterCount: Int
  /// One sentence for people.
  public var message: String
  /// Who or what can clear it.
  public var clearedBy: String
  /// When it can next change by itself; null when only a report or a person changes it.
  public var nextChange: Timestamp?

  /// Makes a value.
  public init(
    reason: String, stage: String, clusters: [ClusterName], clusterCount: Int, message: String, clearedBy: String,
    nextChange: Timestamp? = nil
  ) {
    self.reason = reason
    self.stage = stage
    self.clusters = clusters
    self.clusterCount = clusterCount
    self.message = message
    self.clearedBy = clearedBy
    self.nextChange = nextChange
  }

  /// An example.
  public static var example: Self {
    Self(
      reason: "approval", stage: "eu-west", clusters: ["eu-west-1"], clusterCount: 8,
      message: "eu-west needs an approval by sre", clearedBy: "a member of sre other than kim", nextChange: Example.time
    )
  }
}

/// A release that no run is for yet, and why: `GET …/fleetsets/NAME/waiting`.
public struct WaitingReleaseResource: WireValue {
  /// Its place in the set's queue, from 1.
  public var position: Int
  /// Its short name.
  public var release: String
  /// What it waits for, one sentence for people.
  public var reason: String
  /// When it can go on by itself; null when only a run's end or a person changes it.
  public var nextChange: Timestamp?

  /// Makes a value.
  public init(position: Int, release: String, reason: String, nextChange: Timestamp? = nil) {
    self.position = position
    self.release = release
    self.reason = reason
    self.nextChange = nextChange
  }

  /// An example.
  public static var example: Self {
    Self(position: 1, release: "5e5f910", reason: "storefront/43 goes first", nextChange: Example.time)
  }
}

/// Why a run stands where it stands: `GET …/rollouts/SET/NUMBER/explain`.
public struct RolloutExplanation: WireValue {
  /// The run, with what waits.
  public var rollout: RolloutResource
  /// Steps that hold a slot, at most 100.
  public var inFlight: [StepResource]
  /// Steps that failed, at most 100.
  public var failed: [StepResource]
  /// Steps whose cluster is away or lost, at most 100.
  public var away: [StepResource]
  /// What failed clusters have in common and healthy ones lack, the clearest first.
  public var correlations: [CorrelationResource]
  /// Releases of the set that wait, in the order of their turns; empty for a run that is not the set's newest.
  public var waitingReleases: [WaitingReleaseResource]
  /// Commands that may be of use now, for example `flotilla rollout approve storefront --stage rest`.
  public var next: [String]

  /// Makes a value.
  public init(
    rollout: RolloutResource, inFlight: [StepResource], failed: [StepResource], away: [StepResource],
    correlations: [CorrelationResource] = [], waitingReleases: [WaitingReleaseResource] = [], next: [String]
  ) {
    self.rollout = rollout
    self.inFlight = inFlight
    self.failed = failed
    self.away = away
    self.correlations = correlations
    self.waitingReleases = waitingReleases
    self.next = next
  }

  /// An example.
  public static var example: Self {
    Self(
      rollout: .example, inFlight: [.example], failed: [.example], away: [.example], correlations: [.example],
      waitingReleases: [.example], next: ["flotilla rollout approve storefront --stage rest"])
  }
}

/// A label value that all failed clusters of a run share and hardly any healthy one has.
public struct CorrelationResource: WireValue {
  /// The label; `kubernetes` is the version that agents report.
  public var label: String
  /// The value.
  public var value: String
  /// Failed clusters that have it, which is all of them.
  public var failed: Int
  /// Healthy clusters that have it.
  public var healthy: Int
  /// All healthy clusters.
  public var healthyTotal: Int
  /// One sentence for people.
  public var message: String
  /// The selector that leaves such clusters out, as `kubectl -l` takes it; null for what is no label.
  public var exclusion: String?

  /// Makes a value.
  public init(
    label: String, value: String, failed: Int, healthy: Int, healthyTotal: Int, message: String, exclusion: String?
  ) {
    self.label = label
    self.value = value
    self.failed = failed
    self.healthy = healthy
    self.healthyTotal = healthyTotal
    self.message = message
    self.exclusion = exclusion
  }

  /// An example.
  public static var example: Self {
    Self(
      label: "region", value: "eu-west", failed: 4, healthy: 0, healthyTotal: 31,
      message: "4 of 4 failures have region=eu-west; 0 of 31 others", exclusion: "region!=eu-west")
  }
}
