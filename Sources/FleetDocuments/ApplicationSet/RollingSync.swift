public import FleetModel

/// `strategy.rollingSync` of an ApplicationSet as it is written (GENERATORS 5); the rollout reads it as stages.
public struct RollingSync: Hashable, Sendable {
  /// How many Applications of a step may be under way.
  public enum Limit: Hashable, Sendable {
    /// All of them.
    case none
    /// So many.
    case count(Int)
    /// A share in percent, which may be over 100.
    case percent(Int)

    /// How many of a step's `total` may be under way: the share rounded down, but at least 1 unless it is 0 %
    /// (GENERATORS 5.5 and 5.11).
    public func limit(of total: Int) -> Int {
      switch self {
      case .none: total
      case .count(let count): count
      case .percent(let share): share == 0 ? 0 : max(1, share * total / 100)
      }
    }
  }

  /// One step.
  public struct Step: Hashable, Sendable {
    /// Conditions on the Application's labels; all must hold, and none at all takes every Application.
    public var matchExpressions: [LabelRequirement]
    /// How many may be under way.
    public var maxUpdate: Limit

    /// Makes a step.
    public init(matchExpressions: [LabelRequirement], maxUpdate: Limit = .none) {
      self.matchExpressions = matchExpressions
      self.maxUpdate = maxUpdate
    }

    /// Whether the step takes an Application with these labels.
    public func takes(_ labels: [String: String]) -> Bool { matchExpressions.allSatisfy { $0.matches(labels) } }
  }

  /// The steps in order.
  public var steps: [Step]

  /// Makes a strategy.
  public init(steps: [Step]) { self.steps = steps }

  /// The first step that takes an Application with these labels; nil for none.
  public func step(of labels: [String: String]) -> Int? { steps.firstIndex { $0.takes(labels) } }
}
