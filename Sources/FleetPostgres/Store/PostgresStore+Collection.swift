public import FleetModel
public import FleetPorts

/// What is kept however old it is.
public struct Retention: Hashable, Sendable {
  /// History from before this is not kept.
  public var before: Instant
  /// How many of the newest rollouts and releases of each FleetSet are kept whatever their age.
  public var keepNewest: Int
  /// Content younger than this is never touched: an expansion under way may be about to name it.
  public var grace: Duration

  /// Makes a retention; by default content is safe for a day.
  public init(before: Instant, keepNewest: Int = 20, grace: Duration = .seconds(86_400)) {
    self.before = before
    self.keepNewest = keepNewest
    self.grace = grace
  }
}

/// How much of each kind of thing is gone, or would be.
public struct Collected: Hashable, Sendable {
  /// The kind, for example `events`.
  public var kind: String
  /// How many.
  public var count: Int

  /// Makes a count.
  public init(kind: String, count: Int) {
    self.kind = kind
    self.count = count
  }
}

extension PostgresStore {
  /// Deletes history that is not kept, and the releases, bundles and objects that nothing names any more.
  ///
  /// What runs, what a member goes back to, what is on hold and the newest of each set stay whatever their age. It goes in
  /// parts, each a transaction of its own; a run that is interrupted is done when it is repeated.
  /// - Parameter isDryRun: counts exactly what would go, in a transaction that is taken back.
  public func collect(_ retention: Retention, isDryRun: Bool) async throws(StoreError) -> [Collected] {
    if isDryRun {
      return try await pool.run(.rehearsal) { session in
        try CollectionQueries.steps.map { step in
          var collected = Collected(kind: step.name, count: 0)
          while case let count = try session.collect(step.statement, retention), count > 0 { collected.count += count }
          return collected
        }
      }
    }
    var result: [Collected] = []
    for step in CollectionQueries.steps {
      var collected = Collected(kind: step.name, count: 0)
      while case let count = try await change({ try $0.collect(step.statement, retention) }), count > 0 {
        collected.count += count
      }
      result.append(collected)
    }
    return result
  }
}

extension Session {
  fileprivate func collect(_ statement: Statement, _ retention: Retention) throws -> Int {
    try execute(
      statement, .instant(retention.before), .int(retention.keepNewest), .int(retention.grace.wholeMilliseconds))
  }
}
