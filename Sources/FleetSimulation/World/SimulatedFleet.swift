internal import FleetModel
internal import FleetPlanner

/// A member cluster as it really is, and what controllers know of its contact.
struct SimulatedCluster {
  var id: ClusterID
  var name: ClusterName
  var labels: [String: String]
  var placements: [Int] = []
  /// Whether its network reaches the controllers.
  var isReachable = true
  /// Whether its agent runs.
  var agentRuns = true
  var isRemoved = false
  var cordonReason: String?
  /// Until when somebody on the site keeps its agent from beginning orders; nil when nobody does (R31).
  var heldUntil: Int64?
  /// The hold that the agent told of last, and the listening clock when it told of its end.
  var hold: ClusterHold?
  var holdEnded: Int64?
  /// Whether its agent's session is alive: it is in contact at this moment.
  var isInContact = true
  /// The listening clock at its last contact.
  var lastContact: Int64 = 0
  /// Whether it has been heard since the last outage of all controllers (R28).
  var isHeardSinceGap = true
  /// How much faster, in thousandths, the agent's clock runs.
  var drift: Int64 = 0
  /// Counts departures, so that a late timer of an earlier one does nothing.
  var departures = 0
}

/// What the objects of a bundle do on a cluster after they were applied.
enum Play {
  case healthy(after: Int64)
  case degraded(after: Int64)
  case stuck
  case terminal
  case flapping(until: Int64)
  case regresses(after: Int64)
  case cutsNetwork
}

/// One target on its cluster: the store's row, and the agent's own state.
struct Placement {
  var id: TargetID
  var name: TargetName
  var cluster: Int
  var variant: Int
  var labels: [String: String]
  /// The first release that has it.
  var firstRelease: Int

  // The store's row
  var wanted: PlacedBundle?
  var generation = Generation.none
  var direction = StepOrder.Direction.forward
  var run: Int?
  var startWithin: Int64 = 0
  var isConfirmed = true
  var report: StepReport?
  var applied: Digest?
  var health = Health.unknown
  var lastKnownGood: PlacedBundle?
  var goodHistory: [PlacedBundle] = []
  var everOrdered: Set<Digest> = []
  /// Whether it has left the set (R25).
  var hasLeft = false
  /// Whether it left and a person keeps its workload.
  var isKept = false
  /// Whether its newest order removes it.
  var wantsRemoval = false

  // The agent: what it persists
  var fence = Generation.none
  var fenceBundle: Digest?
  var running: Digest?
  var phase: Observation.Phase = .applied
  // The agent: what a restart forgets
  var received: (generation: Generation, bundle: Digest?, startWithin: Int64, at: Int64)?
  var objectHealth = Health.healthy
  var readySince: Int64?
  var degradedSince: Int64?
  /// Raised by every new beginning: happenings of an earlier one are void.
  var token = 0
  /// Whether the report that says all is well has arrived for the current beginning.
  var message = ""
  var isRollbackPlay = false
}

/// A release of the set: a bundle per variant, and what is wrong with the new ones.
struct SimulatedRelease {
  var id: ReleaseID
  var name: String
  var bundles: [Digest]
}

/// What is wrong with a bundle: on which clusters, and how.
struct BundleFault {
  /// The region it fails in; nil for all.
  var region: String?
  var kind: Int
}

/// A hold on a release (R14).
struct HoldRow {
  var release: Int
  var bundles: [TargetID: Set<Digest>]
}

/// A run's rows in the simulated store.
struct RunRow {
  var run: Run
  var stages: [Stage]
  var units: [Unit]
  /// Per unit: when its report or cluster last changed (a number that only rises, so that a pass takes off just the mark
  /// that it has seen); 0 when a pass has seen it.
  var marks: [Int]
  var seenAt: Instant
  var report = PlanReport()
  var witness: RunWitness
  var movedLastKnownGood = false
  var held = false
  var forced = false
  var work = WorkRow()
}

/// The run's row in the queue of work: who may look at it when.
struct WorkRow {
  var dueAt: Int64 = 0
  var claimedUntil: Int64 = -1
  /// The commit of who claimed it last, who alone releases it.
  var claimant = -1
  /// The claim at whose end somebody looks again.
  var lookAfter: Int64 = -1
  /// Raised by every wake, so that one that comes during a pass is not lost.
  var wakes = 0
}

/// A plan between its load and its commit.
struct PendingCommit {
  var run: Int
  var plan: Plan
  var input: PlanInput
  var marks: [(unit: Int, count: Int)]
  var storeEpoch: Int
  var wakes: Int
  var fate: Int
}
