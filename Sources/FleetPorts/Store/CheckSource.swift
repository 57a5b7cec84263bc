public import FleetModel

/// Measures for gates (R20). Called by the controller's check task.
public protocol CheckSource: Sendable {
  /// Measures once, within the gate's time-out. Whatever goes wrong is an answer: `error`, with why.
  ///
  /// - Parameters:
  ///   - gate: one that is measured.
  ///   - project: whose credentials may be used.
  ///   - values: what it is about.
  func measure(_ gate: Gate, in project: ProjectName, values: [CheckPlaceholder: String]) async -> CheckAnswer
}
