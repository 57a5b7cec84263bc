public import FleetModel

/// All that one pass over a run may know: a summary, whose size does not grow with the run (AMENDMENTS 18).
public struct PlanInput: Sendable {
  /// PostgreSQL's clock, read in the transaction that loaded the rest (R28).
  public var now: Instant
  /// The listening clock at `now`.
  public var listened: ListeningTime
  /// The current epoch of generations (R27).
  public var epoch: Int32
  /// The run.
  public var run: Run
  /// All its stages, in order.
  public var stages: [Stage]
  /// The units that this pass has to look at, each with all its steps:
  /// every unit with an order in flight, in either direction; every failed or lost one; every unit whose report or
  /// cluster changed since the last pass; every one that is pending with a further attempt; every one that joined and waits for its turn; of the first incomplete stage
  /// the next pending ones in order, at least `lookahead` beyond its slots; and, when the run rolls back, the next ones to send back: steps in the breach's scope
  /// that have a forward order of this run (whatever became of it, also with a further attempt pending, skipped or
  /// unreachable) and a `before`, last stage first, at least `lookahead` of them.
  public var units: [Unit]
  /// Clusters in flight per label and value, over all runs of the set: `[label: [value: count]]`.
  public var inFlightByLabel: [String: [String: Int]]
  /// The limits that the set shares with others, with the places of all runs.
  public var sharedLimits: [SharedLimitUse] = []

  /// The windows and freezes that hold now (R21).
  public var calendar = ChangeCalendar()
  /// Whether more units could be sent back than were given.
  public var hasMoreToSendBack = false
  /// Whether the run's release is on hold (R14).
  public var isHeld = false
  /// What the store had marked as new about the loaded steps, by target: a commit takes exactly these marks off, so that
  /// one set between load and commit stays. Decisions do not look at it.
  public var marks: [TargetID: Int64] = [:]

  /// How many pending units beyond a stage's slots the loader adds at first, so that away and cordoned ones are passed over
  /// without another pass; it adds more when a plan says ``Plan/wantsMoreUnits``.
  public static let lookahead = 64

  /// Makes an input.
  public init(
    now: Instant, listened: ListeningTime, epoch: Int32, run: Run, stages: [Stage], units: [Unit],
    inFlightByLabel: [String: [String: Int]] = [:]
  ) {
    self.now = now
    self.listened = listened
    self.epoch = epoch
    self.run = run
    self.stages = stages
    self.units = units
    self.inFlightByLabel = inFlightByLabel
  }
}
