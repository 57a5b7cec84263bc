public import FleetModel

/// What one pass decided: all of it is committed in one transaction, or none (R27, DESIGN rule 3).
public struct Plan: Hashable, Sendable {
  /// The run as it is after the pass; its `version` is still the one that was read.
  public var run: Run
  /// The stages that changed, as they are after the pass.
  public var stages: [Stage]
  /// The steps that changed.
  public var steps: [StepChange]
  /// Units that join the run, with their places and states (R5).
  public var joined: [Unit]
  /// Transitions of whole groups of steps that need not be loaded for it; committed after `steps`.
  public var bulk: [BulkTransition]
  /// The hold to put on the run's release; nil for none (R14).
  public var hold: HoldDraft?
  /// Whether the hold on the run's release is taken off, because a person resumed what was held (R14).
  public var releasesHold: Bool
  /// Whether the last known good bundle of every Succeeded step moves to the run's (R12).
  public var movesLastKnownGood: Bool
  /// What happened, in order.
  public var events: [EventDraft]
  /// Why everything that has not happened yet waits (DESIGN rule 2).
  public var report: PlanReport
  /// Whether there are free slots that none of the units given can take: the pass is to be made again, before anything is
  /// committed, with more of them (``PlanInput/lookahead``).
  public var wantsMoreUnits: Bool
  /// When something can change without a report or a person; nil when only they can. A millisecond from now asks for the
  /// next pass at once: it has units to look at that this one was not given.
  public var nextWake: Instant?

  /// Makes a plan that changes nothing.
  public init(run: Run) {
    self.run = run
    stages = []
    steps = []
    joined = []
    bulk = []
    releasesHold = false
    movesLastKnownGood = false
    events = []
    report = PlanReport()
    wantsMoreUnits = false
  }

  /// Whether there is something to commit besides the report.
  public func changes(_ input: PlanInput) -> Bool {
    run != input.run || !stages.isEmpty || !steps.isEmpty || !joined.isEmpty || !bulk.isEmpty || hold != nil
      || !events.isEmpty
  }
}

/// A step's transition.
public struct StepChange: Hashable, Sendable {
  /// The stage.
  public var stage: Int
  /// The cluster.
  public var cluster: ClusterID
  /// The target.
  public var target: TargetID
  /// The state that was read; the commit fails as a lost race when it is another one by then.
  public var from: StepState
  /// The state from now on.
  public var to: StepState
  /// The attempt from now on.
  public var attempt: Int
  /// The failure from now on; empty for none.
  public var failure: String
  /// The order to commit with it; nil for none.
  public var order: OrderDraft?

  /// Makes a transition.
  public init(
    stage: Int, cluster: ClusterID, target: TargetID, from: StepState, to: StepState, attempt: Int, failure: String,
    order: OrderDraft? = nil
  ) {
    self.stage = stage
    self.cluster = cluster
    self.target = target
    self.from = from
    self.to = to
    self.attempt = attempt
    self.failure = failure
    self.order = order
  }
}

/// An order to commit; the store adds what is frozen with its release (namespace, sync policy, what may be pruned).
public struct OrderDraft: Hashable, Sendable {
  /// What to do; a removal deletes what the bundle made.
  public var action: Order.Action
  /// The bundle, with the release whose settings go with it.
  public var placed: PlacedBundle
  /// The fence, above every generation known for the cluster and target.
  public var generation: Generation
  /// Which way it goes.
  public var direction: StepOrder.Direction
  /// How long an agent may take to start it (R27).
  public var startWithin: Duration
  /// For how long the target must be ready to count as ready (R9).
  public var minReady: Duration
  /// For how long it may be Degraded before it counts as failed (R10).
  public var failFast: Duration

  /// Makes a draft; times come from the rules of the step's stage.
  public init(
    action: Order.Action = .apply, placed: PlacedBundle, generation: Generation, direction: StepOrder.Direction,
    rules: StageStrategy
  ) {
    self.action = action
    self.placed = placed
    self.generation = generation
    self.direction = direction
    startWithin = rules.unreachableAfter
    minReady = rules.minReady
    failFast = rules.failFast
  }
}

/// All steps of the run (or of one stage) in one state go to another; the counters in the plan's stages have it already.
public struct BulkTransition: Hashable, Sendable {
  /// The stage; nil for all of the run.
  public var stage: Int?
  /// The state that moves.
  public var from: StepState
  /// Where it moves.
  public var to: StepState

  /// Makes a transition.
  public init(stage: Int? = nil, from: StepState, to: StepState) {
    self.stage = stage
    self.from = from
    self.to = to
  }
}

/// A hold to put on a release: automation sends none of its changed bundles again (R14).
public struct HoldDraft: Hashable, Sendable {
  /// Why.
  public var reason: String
  /// The principal, or `flotilla` for the planner itself.
  public var by: String

  /// Makes a draft.
  public init(reason: String, by: String) {
    self.reason = reason
    self.by = by
  }
}

/// Something that happened, for the event feed; actor, run and time are added at the commit (V7).
public struct EventDraft: Hashable, Sendable {
  /// What happened, as `noun.verb`, for example `step.failed`.
  public var kind: String
  /// The stage's name; empty when it is about the run.
  public var stage: String
  /// The cluster; nil when it is about the stage or run.
  public var cluster: ClusterID?
  /// The target; nil when it is about more.
  public var target: TargetID?
  /// One sentence for people.
  public var message: String

  /// Makes an event.
  public init(
    kind: String, stage: String = "", cluster: ClusterID? = nil, target: TargetID? = nil, message: String
  ) {
    self.kind = kind
    self.stage = stage
    self.cluster = cluster
    self.target = target
    self.message = message
  }
}
