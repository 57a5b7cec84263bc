public import FleetModel

/// What a person, or a job, tells a run to do.
public enum RolloutCommand: Hashable, Sendable {
  /// Agree that a stage opens or passes; nil names the stage that asks.
  case approve(stage: String?)
  /// Take back the giver's own approval, while its stage has not gone on with it (R19); nil names the first stage with one.
  case revokeApproval(stage: String?)
  /// Say no: the run halts and its release is held; nil names the stage that asks.
  case reject(stage: String?)
  /// Send nothing new (R17).
  case pause
  /// Go on.
  case resume
  /// End the run when what is in flight has ended; its release is held unless `hold` is false (AMENDMENTS 8).
  case abort(hold: Bool)
  /// Make place for a newer run, by its name (R22): a Halted run ends at once and its release is held, one whose strategy
  /// says `supersede` ends when what is in flight has ended. Given by whoever starts the newer one, never by a user.
  case supersede(by: String)
  /// Take in who joined the set during the run (R5); `stage` of each is the one that its labels name. Given by whoever
  /// decides about starts, never by a user.
  case join([Unit])
  /// Take in a measurement of a gate (R20). Given by whoever measures, never by a user.
  case measured(CheckMeasurement)
  /// Go on without the checks of a stage that have not passed (R18); nil names the stage that waits.
  case waiveChecks(stage: String?)
  /// Send every changed member back now (R14).
  case undo
  /// Try failed clusters once more (R18); an empty list means all that failed.
  case retry([ClusterName])
  /// Accept the failure of clusters (R18).
  case waive([ClusterName])
  /// Let a stage go on although its windows are closed or a freeze is on (R21); nil names the stage that waits.
  case overrideWindow(stage: String?)
}

/// Who gives a command, and why.
public struct CommandGiver: Hashable, Sendable {
  /// The principal's name.
  public var name: String
  /// The principal's groups.
  public var groups: [String]
  /// Mail addresses of the principal's commits.
  public var gitIdentities: [String]
  /// Why; empty when nobody said.
  public var reason: String

  /// Makes a giver.
  public init(name: String, groups: [String] = [], gitIdentities: [String] = [], reason: String = "") {
    self.name = name
    self.groups = groups
    self.gitIdentities = gitIdentities
    self.reason = reason
  }
}

/// A command is not carried out; nothing was changed.
public struct CommandRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// Why, as what decides status and exit code.
  public enum Code: String, Sendable {
    /// The run, or its stage, is in a state that does not allow it.
    case conflict
    /// A budget or a rule is in the way.
    case blocked
    /// This principal may not.
    case forbidden
    /// There is no such stage or cluster in the run.
    case notFound
    /// The command lacks something, for example a reason.
    case invalid
  }

  /// Why.
  public var code: Code
  /// What is in the way.
  public var message: String
  /// What to do instead.
  public var hint: String

  /// Makes a refusal.
  public init(_ code: Code, _ message: String, hint: String = "") {
    self.code = code
    self.message = message
    self.hint = hint
  }

  /// What is in the way, and what to do.
  public var description: String { hint.isEmpty ? message : "\(message); \(hint)" }
}
