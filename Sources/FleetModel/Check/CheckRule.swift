/// How often something is measured for a gate, and what the measurements come to (R20).
public struct CheckRule: Hashable, Sendable, Codable {
  /// What follows a verdict that is neither pass nor fail. None of them ever passes.
  public enum Consequence: String, Hashable, Sendable, Codable, CaseIterable {
    /// The run halts for a person.
    case halt
    /// It counts as a failure.
    case fail
    /// It is measured again, without limit.
    case wait
  }

  /// The time between two measurements.
  public var interval: Duration = .seconds(30)
  /// How long one may take.
  public var timeout: Duration = .seconds(10)
  /// How many must pass.
  public var count = 1
  /// How many may fail.
  public var failures = 0
  /// How many in a row that had no data, or ended in an error, are tried again.
  public var retries = 3
  /// What follows one that is neither good nor bad.
  public var onInconclusive = Consequence.halt
  /// What follows when there is still no data after the retries.
  public var onNoData = Consequence.halt
  /// What follows when it still cannot be measured after the retries.
  public var onError = Consequence.halt

  /// Makes a rule with the defaults.
  public init() {}

  /// What follows a verdict.
  public func consequence(of verdict: CheckVerdict) -> Consequence {
    switch verdict {
    case .pass: .wait
    case .fail: .fail
    case .inconclusive: onInconclusive
    case .noData: onNoData
    case .error: onError
    }
  }
}

/// What one measurement, or all of a gate's, came to; the five are kept apart (R20).
public enum CheckVerdict: String, Hashable, Sendable, Codable, CaseIterable {
  /// All is well.
  case pass
  /// It is not.
  case fail
  /// Neither.
  case inconclusive
  /// There was nothing to judge.
  case noData
  /// It could not be measured.
  case error
}

/// What a measurement found.
public struct CheckAnswer: Hashable, Sendable, Codable {
  /// What it came to.
  public var verdict: CheckVerdict
  /// The value measured, for people; empty for none.
  public var value: String
  /// Why, for people; empty when the value says it.
  public var message: String

  /// Makes an answer.
  public init(_ verdict: CheckVerdict, value: String = "", message: String = "") {
    self.verdict = verdict
    self.value = value
    self.message = message
  }

  /// The value and why, for people.
  public var text: String { [value, message].filter { !$0.isEmpty }.joined(separator: ": ") }
}
