public import FleetModel

/// Why everything that has not happened yet waits: for what, who can clear it, when it can next change (DESIGN rule 2).
public struct PlanReport: Hashable, Sendable, Codable {
  /// What waits.
  public var waiting: [Waiting]
  /// What somebody should know though nothing waits for it.
  public var notes: [String]

  /// Makes an empty report.
  public init() {
    waiting = []
    notes = []
  }
}

/// One thing that waits.
public struct Waiting: Hashable, Sendable, Codable {
  /// What a thing waits for; the CLI and tests go by it, people by `message`.
  public enum Reason: String, Sendable, Codable, CaseIterable {
    /// A person paused the run, or a rule did.
    case paused
    /// A budget was breached and a person must act.
    case halted
    /// In-flight steps end first.
    case inFlight
    /// An earlier stage has not passed.
    case earlierStage
    /// People must approve.
    case approval
    /// All slots of the stage are taken.
    case slot
    /// Nobody has succeeded yet, so one cluster goes first (R7).
    case firstAlone
    /// A limit per label value is reached.
    case limit
    /// A cluster has not confirmed yet.
    case report
    /// A cluster must be ready for some time.
    case minReady
    /// The stage soaks.
    case soak
    /// A cluster is away.
    case contact
    /// Somebody holds an agent on its site (R31).
    case held
    /// A rollback order has not been confirmed.
    case rollback
    /// Another run of the set goes first.
    case otherRun
    /// A window is closed.
    case window
    /// A freeze is on.
    case freeze
    /// Nobody in the stage has tested the release.
    case untested
    /// A metric or a check of the owner has not passed.
    case check
  }

  /// What it waits for.
  public var reason: Reason
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
  /// When it can next change by itself; nil when only a report or a person changes it.
  public var nextChange: Instant?

  /// Makes an entry; only the first twenty clusters are kept by name.
  public init(
    reason: Reason, stage: String = "", clusters: [ClusterName] = [], message: String, clearedBy: String,
    nextChange: Instant? = nil
  ) {
    self.reason = reason
    self.stage = stage
    self.clusters = Array(clusters.prefix(20))
    clusterCount = clusters.count
    self.message = message
    self.clearedBy = clearedBy
    self.nextChange = nextChange
  }
}
