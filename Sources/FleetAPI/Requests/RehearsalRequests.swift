public import FleetModel

/// `POST …/fleetsets/NAME/rehearsal`: how a rollout would go.
public struct RehearseRolloutRequest: WireValue {
  /// The release to move to, by number or by the first digits of its commit; null for the newest.
  public var revision: String?
  /// The file with what goes wrong, `kind: Rehearsal`; null when nothing does.
  public var faults: ApplyRequest.File?
  /// What chance is drawn from: the same seed gives the same answer; null for 1.
  public var seed: UInt64?
  /// When the run begins; null for the present minute.
  public var at: Timestamp?

  /// Makes a value.
  public init(
    revision: String? = nil, faults: ApplyRequest.File? = nil, seed: UInt64? = nil, at: Timestamp? = nil
  ) {
    self.revision = revision
    self.faults = faults
    self.seed = seed
    self.at = at
  }

  /// An example.
  public static var example: Self {
    Self(revision: "77ad012", faults: .example, seed: 7, at: Timestamp(text: "2026-11-27T16:00:00.000Z"))
  }
}

/// How a rollout would go; nothing was stored or sent.
public struct RehearsalResponse: WireValue {
  /// How it ends.
  public enum Verdict: String, Codable, Sendable, CaseIterable {
    /// The run ends by itself, well or not.
    case ends
    /// It stands still until a person acts.
    case stops
    /// It is not over after the longest time that is rehearsed, 90 days.
    case goesOn
    /// There is nothing to run.
    case nothing
  }

  /// Clusters by what became of them; a cluster may be in several.
  public struct Counts: WireValue {
    /// Clusters to which an order was sent, whatever became of them.
    public var touched: Int
    /// Clusters that run the release at the end.
    public var updated: Int
    /// Clusters that failed at least once.
    public var failed: Int
    /// Clusters that went back to what they ran before.
    public var rolledBack: Int
    /// Clusters that were away and do not run the release.
    public var away: Int
    /// Cordoned clusters that were passed over.
    public var skipped: Int
    /// Clusters whose turn never came.
    public var notReached: Int
    /// Clusters that do not change.
    public var unchanged: Int

    /// Makes a value.
    public init(
      touched: Int = 0, updated: Int = 0, failed: Int = 0, rolledBack: Int = 0, away: Int = 0, skipped: Int = 0,
      notReached: Int = 0, unchanged: Int = 0
    ) {
      self.touched = touched
      self.updated = updated
      self.failed = failed
      self.rolledBack = rolledBack
      self.away = away
      self.skipped = skipped
      self.notReached = notReached
      self.unchanged = unchanged
    }

    /// An example.
    public static var example: Self { Self(touched: 35, updated: 31, failed: 4, away: 1, notReached: 84, unchanged: 3) }
  }

  /// A stage, as it would be at the end.
  public struct Stage: WireValue {
    /// The name.
    public var name: String
    /// Clusters in it.
    public var clusters: Int
    /// When it would open, from the beginning; null for never.
    public var opensMilliseconds: Int64?
    /// When it would pass, from the beginning; null for never.
    public var passesMilliseconds: Int64?
    /// What becomes of its clusters.
    public var counts: Counts

    /// Makes a value.
    public init(
      name: String, clusters: Int, opensMilliseconds: Int64?, passesMilliseconds: Int64?, counts: Counts
    ) {
      self.name = name
      self.clusters = clusters
      self.opensMilliseconds = opensMilliseconds
      self.passesMilliseconds = passesMilliseconds
      self.counts = counts
    }

    /// An example.
    public static var example: Self {
      Self(name: "rest", clusters: 120, opensMilliseconds: 900_000, passesMilliseconds: 4_300_000, counts: .example)
    }
  }

  /// Where orders of the release stop before all clusters had their turn.
  public struct Stop: WireValue {
    /// The stage; empty when it is about the whole run.
    public var stage: String
    /// Why.
    public var cause: String
    /// When, from the beginning.
    public var afterMilliseconds: Int64
    /// Who or what can clear it; empty when the run ends by itself.
    public var clearedBy: String

    /// Makes a value.
    public init(stage: String, cause: String, afterMilliseconds: Int64, clearedBy: String) {
      self.stage = stage
      self.cause = cause
      self.afterMilliseconds = afterMilliseconds
      self.clearedBy = clearedBy
    }

    /// An example.
    public static var example: Self {
      Self(
        stage: "rest", cause: "4 clusters failed in stage rest, which allows 3", afterMilliseconds: 1_500_000,
        clearedBy: "flotilla rollout undo|retry|waive|resume|abort storefront/43")
    }
  }

  /// A cluster that would fail.
  public struct Failure: WireValue {
    /// The cluster.
    public var cluster: ClusterName
    /// Its stage.
    public var stage: String
    /// Why.
    public var reason: String

    /// Makes a value.
    public init(cluster: ClusterName, stage: String, reason: String) {
      self.cluster = cluster
      self.stage = stage
      self.reason = reason
    }

    /// An example.
    public static var example: Self { Self(cluster: "eu-west-1", stage: "rest", reason: "Degraded, as the faults say") }
  }

  /// What a part of the time is spent on.
  public struct TimeSpent: WireValue {
    /// What on: `applying`, `soaks`, `approvals`, `windows`, `checks` or `awayClusters`.
    public var on: String
    /// How much.
    public var milliseconds: Int64

    /// Makes a value.
    public init(on: String, milliseconds: Int64) {
      self.on = on
      self.milliseconds = milliseconds
    }

    /// An example.
    public static var example: Self { Self(on: "soaks", milliseconds: 900_000) }
  }

  /// The run as it would be named; null when there is nothing to run.
  public var rollout: String?
  /// The release's short name; null when there is nothing to run.
  public var release: String?
  /// What chance was drawn from.
  public var seed: UInt64
  /// When it begins, as it was asked for; null for the present.
  public var at: Timestamp?
  /// How it ends.
  public var verdict: Verdict
  /// The run's state then; null when there is nothing to run.
  public var state: RolloutState?
  /// How long it takes until then.
  public var durationMilliseconds: Int64
  /// Where it stops before all clusters had their turn; null when it does not.
  public var stop: Stop?
  /// All clusters.
  public var counts: Counts
  /// The stages.
  public var stages: [Stage]
  /// Clusters that would fail, in order, at most 100.
  public var failures: [Failure]
  /// What failures would have in common.
  public var correlations: [CorrelationResource]
  /// What the time is spent on, the most first.
  public var time: [TimeSpent]
  /// What is taken for granted, one sentence each.
  public var assumptions: [String]
  /// What somebody should know.
  public var warnings: [String]

  /// Makes a value.
  public init(
    rollout: String? = nil, release: String? = nil, seed: UInt64, at: Timestamp? = nil, verdict: Verdict,
    state: RolloutState? = nil, durationMilliseconds: Int64 = 0, stop: Stop? = nil, counts: Counts = Counts(),
    stages: [Stage] = [], failures: [Failure] = [], correlations: [CorrelationResource] = [], time: [TimeSpent] = [],
    assumptions: [String], warnings: [String] = []
  ) {
    self.rollout = rollout
    self.release = release
    self.seed = seed
    self.at = at
    self.verdict = verdict
    self.state = state
    self.durationMilliseconds = durationMilliseconds
    self.stop = stop
    self.counts = counts
    self.stages = stages
    self.failures = failures
    self.correlations = correlations
    self.time = time
    self.assumptions = assumptions
    self.warnings = warnings
  }

  /// An example.
  public static var example: Self {
    Self(
      rollout: "storefront/43", release: "77ad012", seed: 7, at: Timestamp(text: "2026-11-27T16:00:00.000Z"),
      verdict: .stops, state: .halted, durationMilliseconds: 1_500_000, stop: .example, counts: .example,
      stages: [.example], failures: [.example], correlations: [.example], time: [.example],
      assumptions: ["clusters take 20s..1m30s from their order to being healthy"],
      warnings: ["2 clusters are cordoned"])
  }
}
