/// Why a cluster's agent writes nothing at present, as somebody on its site asked (R31).
public struct ClusterHold: Hashable, Sendable, Codable {
  /// Why.
  public var reason: String
  /// Who asked.
  public var by: String
  /// Since when.
  public var since: Instant
  /// When it ends by itself.
  public var until: Instant

  /// Makes a hold.
  public init(reason: String, by: String, since: Instant, until: Instant) {
    self.reason = reason
    self.by = by
    self.since = since
    self.until = until
  }

  /// The hold as an agent reads it in its cluster: a ConfigMap in the agent's namespace. It works without a controller, and
  /// without any program of ours: `kubectl` can make it.
  public enum Mark {
    /// The ConfigMap's name.
    public static let name = "flotilla-agent-hold"
    /// How long it lasts from the ConfigMap's creation, for example `2h`.
    public static let length = "for"
    /// Why.
    public static let reason = "reason"
    /// Who asked.
    public static let by = "by"
    /// `stop` to leave drift alone too; anything else, and nothing, goes on repairing it (R31).
    public static let repairs = "repairs"
    /// The value of `repairs` that leaves drift alone.
    public static let repairsStop = "stop"
  }
}

/// What an agent says about a hold on its site.
public struct HoldReport: Hashable, Sendable {
  /// Why; empty when there is none.
  public var reason: String
  /// Who asked.
  public var by: String
  /// How long it lasts from now, by the agent's clock; zero when there is none.
  public var remaining: Duration

  /// Makes a report.
  public init(reason: String, by: String, remaining: Duration) {
    self.reason = reason
    self.by = by
    self.remaining = remaining
  }

  /// There is none.
  public static let none = HoldReport(reason: "", by: "", remaining: .zero)
}
