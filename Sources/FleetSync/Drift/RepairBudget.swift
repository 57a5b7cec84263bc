/// How many repairs an agent makes within a time, over all objects of all its targets: what changes a whole cluster back
/// must not keep its API server busy for ever. Orders are no repairs.
public struct RepairBudget: Hashable, Sendable {
  /// The most repairs within `window`.
  public var limit: Int
  /// The time over which repairs are counted.
  public var window: Duration
  /// When repairs were made, within the window.
  private var made: [Duration] = []

  /// Makes a budget of which nothing is used.
  public init(limit: Int = 120, window: Duration = .seconds(60)) {
    self.limit = limit
    self.window = window
  }

  /// Uses one repair; answers whether there was one.
  ///
  /// - Parameter now: on the agent's monotonic clock.
  mutating func take(now: Duration) -> Bool {
    made.removeAll { now - $0 >= window }
    guard made.count < limit else { return false }
    made.append(now)
    return true
  }

  /// When there is a repair again at the latest, once none is left.
  var nextFree: Duration? { made.first.map { $0 + window } }
}
