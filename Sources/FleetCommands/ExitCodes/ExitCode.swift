internal import FleetAPI
internal import FleetModel

/// The exit codes of `flotilla`: disjoint, documented, and the same for every verb (DESIGN, Wire; AMENDMENTS 41).
public enum ExitCode: Int32, CaseIterable, Sendable {
  /// It worked, or there was nothing to do.
  case ok = 0
  /// The rollout failed, a difference was found, or something was left out that was not to be.
  case failed = 1
  /// The command line or a document is not valid.
  case invalid = 2
  /// There is no such thing.
  case notFound = 3
  /// No credentials, or they do not allow it.
  case notAllowed = 4
  /// The thing is in a state that does not allow it.
  case conflict = 5
  /// A gate, policy or window is in the way.
  case blocked = 6
  /// The time given with `--timeout` is over.
  case timedOut = 7
  /// A person must approve.
  case needsApproval = 8
  /// The controller cannot be reached, or cannot answer now.
  case unreachable = 9
  /// The rollout ended well after failures were waived.
  case waivers = 10
  /// The rollout ended well for all clusters that can be reached.
  case unreachableClusters = 11
  /// The rollout was aborted.
  case aborted = 12
  /// A newer rollout took the rollout's place.
  case superseded = 13
  /// Ctrl-C; the rollout goes on.
  case interrupted = 130

  /// The code's line in `flotilla help exit-codes`.
  public var meaning: String {
    switch self {
    case .ok: "it worked, the rollout succeeded, or there was nothing to do"
    case .failed:
      "the rollout failed (Halted, RolledBack, RollbackFailed), diff or preview --diff found a difference, or import --strict left something out"
    case .invalid: "the command line or a document is not valid; nothing was changed"
    case .notFound: "there is no such thing"
    case .notAllowed: "no valid credentials, or they do not allow it"
    case .conflict: "the thing is in a state that does not allow it, or changed meanwhile"
    case .blocked: "a gate, policy or window is in the way"
    case .timedOut: "the time given with --timeout is over; the rollout goes on"
    case .needsApproval: "a person must approve"
    case .unreachable: "the controller cannot be reached, or cannot answer now"
    case .waivers: "the rollout ended with waivers (also when clusters are unreachable)"
    case .unreachableClusters: "the rollout ended with unreachable clusters"
    case .aborted: "the rollout was aborted"
    case .superseded: "a newer rollout took its place"
    case .interrupted: "interrupted with Ctrl-C; a rollout that was watched goes on"
    }
  }

  /// The table of `flotilla help exit-codes`.
  public static var table: String {
    let rows = allCases.map { code in
      String(repeating: " ", count: 3 - String(code.rawValue).count) + "\(code.rawValue)  \(code.meaning)"
    }
    return "Exit codes of every verb:\n\n" + rows.joined(separator: "\n") + "\n"
  }

  /// The code for an answer of the controller.
  init(_ code: ErrorEnvelope.Code) {
    switch code {
    case .invalid, .tooLarge: self = .invalid
    case .unauthenticated, .forbidden: self = .notAllowed
    case .notFound: self = .notFound
    case .conflict: self = .conflict
    case .blocked: self = .blocked
    case .rateLimited, .internal, .unavailable: self = .unreachable
    }
  }

  /// The code for a rollout that `--wait` and `watch` return from; nil while it goes on by itself.
  init?(end state: RolloutState) {
    switch state {
    case .succeeded, .noChange: self = .ok
    case .halted, .rolledBack, .rollbackFailed: self = .failed
    case .succeededWithWaivers: self = .waivers
    case .succeededWithUnreachable: self = .unreachableClusters
    case .aborted: self = .aborted
    case .superseded: self = .superseded
    case .queued, .running, .paused, .halting, .rollingBack: return nil
    }
  }
}
