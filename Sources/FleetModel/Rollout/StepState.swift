/// Where one target stands in a rollout (R8 as amended by AMENDMENTS 4).
///
/// Waiting reasons (gate, slot, limit, window, contact) are in the report, not states.
public enum StepState: String, Sendable, Codable, CaseIterable {
  /// Not begun. Leads to dispatched, unchanged, unreachable, skipped, failed (away, with `unreachable: fail`),
  /// cancelled, removed; a further attempt's also to rollingBack.
  case pending = "Pending"
  /// An order is committed. Leads to applying, verifying, soaking (one report may tell all), failed, lost, rollingBack,
  /// removed; to skipped when its agent holds and has not begun. As a catch-up (R16), like Applying and Verifying, also to succeeded, and to unreachable instead of failed and
  /// lost.
  case dispatched = "Dispatched"
  /// The agent has begun. Leads to verifying, soaking, failed, lost, rollingBack, removed.
  case applying = "Applying"
  /// Applied, not yet ready for minReady. Leads to soaking, failed, lost, rollingBack, removed.
  case verifying = "Verifying"
  /// Ready; its stage has not passed. Leads to succeeded, failed, lost, rollingBack, removed.
  case soaking = "Soaking"
  /// Its stage has passed. Leads to failed (only by a regression while the run lasts, R11), rollingBack, removed.
  case succeeded = "Succeeded"
  /// It failed. Leads to waived, pending of the next attempt, rollingBack, removed.
  case failed = "Failed"
  /// No contact since unreachableAfter after its dispatch (R15). Leads to soaking or succeeded (a late success), failed,
  /// pending, waived, rollingBack, removed.
  case lost = "Lost"
  /// Away before its dispatch; catches up later (R15, R16). Leads to pending, cancelled, removed; a further attempt's also to
  /// rollingBack.
  case unreachable = "Unreachable"
  /// Passed over: cordoned or held; catches up later (R31). Leads to pending, cancelled, removed; a further attempt's also to
  /// rollingBack.
  case skipped = "Skipped"
  /// Its digest does not change (R6). Final.
  case unchanged = "Unchanged"
  /// A person accepted its failure (R18). Leads to rollingBack.
  case waived = "Waived"
  /// Its cluster left the inventory (R5). Final.
  case removed = "Removed"
  /// Not begun when the run ended. Final.
  case cancelled = "Cancelled"
  /// It waits for a slot of the rollback, or its rollback order is on its way. Leads to rolledBack, rollbackFailed.
  case rollingBack = "RollingBack"
  /// It runs what it ran before the run. Final.
  case rolledBack = "RolledBack"
  /// Its way back failed, and is not tried again by itself (R14). Final.
  case rollbackFailed = "RollbackFailed"

  /// Whether a forward order holds a slot (R8): from Dispatched to the end of Verifying.
  public var holdsForwardSlot: Bool {
    switch self {
    case .dispatched, .applying, .verifying: true
    default: false
    }
  }

  /// Whether an order of this run was committed for the step and not taken back.
  public var isChangedByRun: Bool {
    switch self {
    case .dispatched, .applying, .verifying, .soaking, .succeeded, .failed, .lost, .waived: true
    default: false
    }
  }

  /// Whether the step moves to `next` by the state machine above.
  public func mayBecome(_ next: StepState) -> Bool {
    switch self {
    case .pending:
      [.dispatched, .unchanged, .unreachable, .skipped, .failed, .cancelled, .removed, .rollingBack].contains(next)
    case .dispatched:
      [
        .applying, .verifying, .soaking, .succeeded, .unreachable, .skipped, .failed, .lost, .rollingBack, .removed,
      ].contains(next)
    case .applying:
      [.verifying, .soaking, .succeeded, .unreachable, .failed, .lost, .rollingBack, .removed].contains(next)
    case .verifying: [.soaking, .succeeded, .unreachable, .failed, .lost, .rollingBack, .removed].contains(next)
    case .soaking: [.succeeded, .failed, .lost, .rollingBack, .removed].contains(next)
    case .succeeded: [.failed, .rollingBack, .removed].contains(next)
    case .failed: [.waived, .pending, .rollingBack, .removed].contains(next)
    case .lost: [.soaking, .succeeded, .pending, .failed, .waived, .rollingBack, .removed].contains(next)
    case .unreachable, .skipped: [.pending, .cancelled, .removed, .rollingBack].contains(next)
    case .waived: [.rollingBack, .removed].contains(next)
    case .rollingBack: [.rolledBack, .rollbackFailed, .removed].contains(next)
    case .unchanged, .removed, .cancelled, .rolledBack, .rollbackFailed: false
    }
  }
}
