public import FleetModel

/// All that the decision to start a run of a FleetSet may know (R30, R22, R14's holds).
public struct StartInput: Sendable {
  /// PostgreSQL's clock.
  public var now: Instant
  /// The owner.
  public var project: ProjectName
  /// The FleetSet.
  public var fleetSet: FleetSetName
  /// The strategy of the FleetSet's newest generation.
  public var strategy: RolloutStrategy
  /// The release to which members may move: the newest, or the one that a person names.
  public var release: ReleaseID
  /// Its short name.
  public var releaseName: String
  /// Authors of the commits since the release that members run.
  public var authors: [String]
  /// Those of them that are the git identity of no token (R19).
  public var unknownAuthors: [String] = []
  /// Whether a person holds the release back.
  public var isHeld: Bool
  /// The last completed, not held release: what new members get while another run is active or as their first (R30);
  /// nil when no run has ended well yet.
  public var lastGoodRelease: ReleaseID?
  /// The targets of `release` that the set still has, in any order.
  public var members: [StartMember]
  /// The run of the set that goes on; nil for none.
  public var activeRun: ActiveRun?
  /// Whether a run of kind Onboard goes on, be it beside ``activeRun`` or as that (R5).
  public var isOnboarding = false
  /// The number that the next run gets.
  public var nextNumber: Int
  /// The set's newest release, when `release` is an older one; nil otherwise.
  public var newerRelease: ReleaseID?
  /// The newest run of kind Rollout or Undo, when it ended well; nil otherwise.
  public var lastGoodRun: LastGoodRun?
  /// The newest run, when it ended Superseded: the next one takes its place (R22); nil otherwise.
  public var supersededRun: RolloutID?

  /// The windows and freezes that hold now: what catches up or is onboarded waits for them before it begins (R21).
  public var calendar = ChangeCalendar()

  /// A run that ended well, with whom it passed over.
  public struct LastGoodRun: Hashable, Sendable {
    /// `SET/NUMBER`.
    public var displayName: String
    /// The release it moved to.
    public var release: ReleaseID
    /// That release's short name.
    public var releaseName: String
    /// Its members whose newest order is not for the bundle that it had for them; `bundle` is that bundle (R16). Removed
    /// clusters are not among them.
    public var passedOver: [StartMember]

    /// Makes an entry.
    public init(displayName: String, release: ReleaseID, releaseName: String, passedOver: [StartMember]) {
      self.displayName = displayName
      self.release = release
      self.releaseName = releaseName
      self.passedOver = passedOver
    }
  }

  /// A run of the set that goes on.
  public struct ActiveRun: Hashable, Sendable {
    /// The row.
    public var id: RolloutID
    /// `SET/NUMBER`.
    public var displayName: String
    /// What it is for.
    public var kind: RolloutKindOfRun
    /// Where it stands.
    public var state: RolloutState
    /// The release it moves to.
    public var release: ReleaseID
    /// Whether a stage after the first has been opened.
    public var hasOpenedLaterStage: Bool
    /// Its frozen strategy.
    public var strategy: RolloutStrategy

    /// Makes an entry.
    public init(
      id: RolloutID, displayName: String, kind: RolloutKindOfRun, state: RolloutState, release: ReleaseID,
      hasOpenedLaterStage: Bool, strategy: RolloutStrategy
    ) {
      self.id = id
      self.displayName = displayName
      self.kind = kind
      self.state = state
      self.release = release
      self.hasOpenedLaterStage = hasOpenedLaterStage
      self.strategy = strategy
    }
  }

  /// What becomes of targets that left the set (R25).
  public var onRemoval = RemovalPolicy.keep
  /// Targets that left the set and whose workloads are to be removed, on clusters of the inventory: `bundle` and `release`
  /// are what they run.
  public var leaving: [StartMember] = []
  /// Whether the set itself is being deleted with its workloads: it has no members then, only ``leaving`` ones.
  public var isDeleting = false

  /// Makes an input.
  public init(
    now: Instant, project: ProjectName, fleetSet: FleetSetName, strategy: RolloutStrategy, release: ReleaseID,
    releaseName: String, authors: [String], isHeld: Bool, lastGoodRelease: ReleaseID?, members: [StartMember],
    activeRun: ActiveRun?, nextNumber: Int, newerRelease: ReleaseID? = nil, lastGoodRun: LastGoodRun? = nil,
    supersededRun: RolloutID? = nil
  ) {
    self.now = now
    self.project = project
    self.fleetSet = fleetSet
    self.strategy = strategy
    self.release = release
    self.releaseName = releaseName
    self.authors = authors
    self.isHeld = isHeld
    self.lastGoodRelease = lastGoodRelease
    self.members = members
    self.activeRun = activeRun
    self.nextNumber = nextNumber
    self.newerRelease = newerRelease
    self.lastGoodRun = lastGoodRun
    self.supersededRun = supersededRun
  }
}

/// A target of a release, with what its cluster runs.
public struct StartMember: Hashable, Sendable {
  /// The target.
  public var target: TargetID
  /// The target's name.
  public var targetName: TargetName
  /// The target's own labels.
  public var targetLabels: [String: String]
  /// The cluster.
  public var cluster: ClusterID
  /// The cluster's name.
  public var clusterName: ClusterName
  /// The cluster's labels.
  public var clusterLabels: [String: String]
  /// The bundle of the release.
  public var bundle: Digest
  /// The bundle that the last good release's commits give it, for onboarding: that release's own, or the newest
  /// release's when both have the same sources; nil otherwise.
  public var lastGoodReleaseBundle: Digest?
  /// The bundle of its newest committed order; nil when it never got one.
  public var wanted: Digest?
  /// The bundle that its last fenced report says is applied; nil before the first.
  public var applied: Digest?
  /// The worst health of its objects at the last report.
  public var health: Health
  /// How long it has been Degraded without a break, as far as its cluster was heard; zero when it is not (R6).
  public var degradedFor = Duration.zero
  /// Whether an order is committed that the cluster has not confirmed.
  public var hasOpenOrder: Bool
  /// The last known good bundle; nil for none.
  public var lastKnownGood: PlacedBundle?
  /// The bundle that the active run's commits give it: its release's own, or the newest release's when both are of the same
  /// sources and FleetSet; nil otherwise.
  public var activeRunBundle: Digest?
  /// Whether it is in the newest release, not in that of the active run, and in no run that goes on (R5).
  public var isNewToActiveRun = false
  /// Whether its newest bundle is among those that a hold names for it.
  public var isBundleHeld: Bool
  /// The highest generation stored or reported.
  public var highestGeneration: Generation
  /// Whether its cluster is in contact and not cordoned (R16); only catching up asks.
  public var takesOrders: Bool
  /// The release that `bundle` came from, when that is not the run's own: for a member that catches up after a run back.
  public var release: ReleaseID?

  /// Makes a member.
  public init(
    target: TargetID, targetName: TargetName, targetLabels: [String: String] = [:], cluster: ClusterID,
    clusterName: ClusterName, clusterLabels: [String: String] = [:], bundle: Digest,
    lastGoodReleaseBundle: Digest? = nil, wanted: Digest? = nil, applied: Digest? = nil, health: Health = .unknown,
    hasOpenOrder: Bool = false, lastKnownGood: PlacedBundle? = nil, isBundleHeld: Bool = false,
    highestGeneration: Generation = .none, takesOrders: Bool = true, release: ReleaseID? = nil
  ) {
    self.target = target
    self.targetName = targetName
    self.targetLabels = targetLabels
    self.cluster = cluster
    self.clusterName = clusterName
    self.clusterLabels = clusterLabels
    self.bundle = bundle
    self.lastGoodReleaseBundle = lastGoodReleaseBundle
    self.wanted = wanted
    self.applied = applied
    self.health = health
    self.hasOpenOrder = hasOpenOrder
    self.lastKnownGood = lastKnownGood
    self.isBundleHeld = isBundleHeld
    self.highestGeneration = highestGeneration
    self.takesOrders = takesOrders
    self.release = release
  }

  /// Whether nothing is to be sent for `bundle`: the last fenced report says it is applied, it is not degraded on it,
  /// and no older order is open (R6).
  public func isUnchanged(for bundle: Digest) -> Bool {
    applied == bundle && wanted == bundle && !hasOpenOrder && health != .degraded
  }
}

/// A member of an ended run that is to be undone: `member.bundle` and `member.release` are what it had before that run.
public struct UndoMember: Hashable, Sendable {
  /// The stage it had in that run.
  public var stage: Int
  /// The member.
  public var member: StartMember

  /// Makes a member.
  public init(stage: Int, member: StartMember) {
    self.stage = stage
    self.member = member
  }
}

/// A run ready to be stored: everything that R3 freezes.
public struct FrozenRun: Hashable, Sendable {
  /// The run; `id` is given by the store.
  public var run: Run
  /// The stages.
  public var stages: [Stage]
  /// The units of all stages, in order; steps that do not change are `Unchanged`.
  public var units: [Unit]
  /// What somebody should know before starting it.
  public var warnings: [String]
  /// The run that made place for it and has ended Superseded (R22); nil for none.
  public var supersedes: RolloutID?
  /// The ended run that it undoes: that run's release is held; nil for none.
  public var undoes: RolloutID?
  /// The newest release, which automation would bring back after this run to an older one: it is held; nil for none.
  public var holdsBack: ReleaseID?
  /// Objects that it takes over from others, as was found and allowed (R23).
  public var knownConflicts: [OwnershipConflict] = []

  /// Makes a run.
  public init(
    run: Run, stages: [Stage], units: [Unit], warnings: [String], supersedes: RolloutID? = nil,
    undoes: RolloutID? = nil
  ) {
    self.run = run
    self.stages = stages
    self.units = units
    self.warnings = warnings
    self.supersedes = supersedes
    self.undoes = undoes
  }
}
