/// Where a rollout stands (R8 as amended by AMENDMENTS 4).
public enum RolloutState: String, Sendable, Codable, CaseIterable {
  /// Waits for another run of its set to end. Leads to running, superseded, aborted.
  case queued = "Queued"
  /// Dispatches as slots, gates and budgets allow. Leads to paused, halting, and every end.
  case running = "Running"
  /// A person stopped new dispatches (R17). Leads to running, halting, aborted, rollingBack.
  case paused = "Paused"
  /// A budget is breached, or a person or a newer run ends it; in-flight steps end (R13, R17, R22). Leads to halted,
  /// rollingBack, aborted, superseded.
  case halting = "Halting"
  /// A budget was breached, or a person or a gate is needed. Leads to running, aborted (while a
  /// catch-up is in flight by halting), superseded, rollingBack.
  case halted = "Halted"
  /// Changed members go back (R14). Leads to rolledBack, rollbackFailed, aborted.
  case rollingBack = "RollingBack"
  /// Every member that had to change succeeded. Final.
  case succeeded = "Succeeded"
  /// As succeeded, after a person accepted failures (R18). Final.
  case succeededWithWaivers = "SucceededWithWaivers"
  /// As succeeded, with clusters that have not been reached. Final, but for becoming succeeded by catch-up.
  case succeededWithUnreachable = "SucceededWithUnreachable"
  /// No member had to change. Final.
  case noChange = "NoChange"
  /// Every changed member that could go back did. Final.
  case rolledBack = "RolledBack"
  /// A member could not go back. Final.
  case rollbackFailed = "RollbackFailed"
  /// A person, or a policy, ended it. Final.
  case aborted = "Aborted"
  /// A newer run took its place. Final.
  case superseded = "Superseded"

  /// Whether it is over.
  public var isEnd: Bool {
    switch self {
    case .queued, .running, .paused, .halting, .halted, .rollingBack: false
    case .succeeded, .succeededWithWaivers, .succeededWithUnreachable, .noChange, .rolledBack, .rollbackFailed,
      .aborted, .superseded:
      true
    }
  }

  /// Whether its members keep the release as their last good one (R12).
  public var isGoodEnd: Bool {
    switch self {
    case .succeeded, .succeededWithWaivers, .succeededWithUnreachable: true
    default: false
    }
  }

  /// Whether the run moves to `next` by the state machine above.
  public func mayBecome(_ next: RolloutState) -> Bool {
    switch self {
    case .queued: [.running, .superseded, .aborted].contains(next)
    case .running: next != .queued && next != self
    case .paused: [.running, .halting, .halted, .aborted, .rollingBack, .superseded].contains(next)
    case .halting: [.halted, .rollingBack, .aborted, .superseded].contains(next)
    case .halted: [.running, .halting, .aborted, .superseded, .rollingBack].contains(next)
    case .rollingBack: [.rolledBack, .rollbackFailed, .aborted].contains(next)
    case .succeededWithUnreachable: next == .succeeded
    default: false
    }
  }
}

/// Where a stage of a rollout stands (R8 as amended by AMENDMENTS 4).
public enum StageState: String, Sendable, Codable, CaseIterable {
  /// An earlier stage has not passed. Leads to gated, open, empty.
  case waiting = "Waiting"
  /// Its `before` gates are asked. Leads to open.
  case gated = "Gated"
  /// Its members are dispatched as slots allow. Leads to soaking, halted.
  case open = "Open"
  /// All its members left Verifying; soak and `after` gates run. Leads to passed, halted, open (after a retry).
  case soaking = "Soaking"
  /// The next stage may open. Final.
  case passed = "Passed"
  /// It has nothing to dispatch (R7). Final.
  case empty = "Empty"
  /// A budget was breached in it, or nobody in it tested the release. Leads to open, soaking.
  case halted = "Halted"

  /// Whether the next stage may open.
  public var isComplete: Bool { self == .passed || self == .empty }
}

/// What a rollout is for.
public enum RolloutKindOfRun: String, Sendable, Codable, CaseIterable {
  /// Moves members to a newer release under the whole strategy.
  case rollout = "Rollout"
  /// Brings new members to the last good release, without gates and soak (R30).
  case onboard = "Onboard"
  /// Sends members back to what they ran before a run (R14).
  case undo = "Undo"
  /// Brings members that a run passed over to what it gave the others, without gates and soak (R16).
  case catchUp = "CatchUp"
  /// Takes workloads away (R25).
  case remove = "Remove"
}

extension RolloutKindOfRun {
  /// Whether it brings members to where others are already, or takes them away, without gates and soak: it makes place
  /// for newer releases.
  public var isPlain: Bool { self == .onboard || self == .catchUp || self == .remove }
}
