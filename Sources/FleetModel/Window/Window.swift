/// When a set's releases may, or may not, be sent forward (R21).
public struct Window: Hashable, Sendable, Codable {
  /// What it does while it is open.
  public enum Effect: String, Sendable, Codable, CaseIterable {
    /// Orders are sent only while it, or another one that allows, is open.
    case allow
    /// No order is sent while it is open.
    case deny
  }

  /// The owner.
  public var project: ProjectName
  /// The name, unique in its project.
  public var name: String
  /// What it does while it is open.
  public var effect: Effect
  /// When it opens, on the clock of its zone.
  public var start: Schedule
  /// How long it stays open, in elapsed time.
  public var duration: Duration
  /// How long before its end the last order is sent; nil for the stage's `progressDeadline`, at most half of `duration`.
  public var lastStart: Duration?
  /// Where its clock stands.
  public var timeZone: ZoneReference

  /// Makes a window.
  public init(
    project: ProjectName = .defaultProject, name: String, effect: Effect = .allow, start: Schedule, duration: Duration,
    lastStart: Duration? = nil, timeZone: ZoneReference
  ) {
    self.project = project
    self.name = name
    self.effect = effect
    self.start = start
    self.duration = duration
    self.lastStart = lastStart
    self.timeZone = timeZone
  }
}

/// Where a window's or freeze's clock stands.
public enum ZoneReference: Hashable, Sendable, Codable {
  /// In an IANA time zone.
  case named(String)
  /// In the one that each cluster's label names.
  case fromLabel(String)

  /// The names that the zone may have for a cluster, of which the first that is known is meant; empty when the cluster has
  /// no such label. A label's value has no `/` (Kubernetes): `Europe_Berlin` and `America_Argentina_Salta` are read as the
  /// zones with slashes there.
  public func names(labels: [String: String]) -> [String] {
    switch self {
    case .named(let name): return [name]
    case .fromLabel(let key):
      guard let value = labels[key] else { return [] }
      let parts = value.split(separator: "_", omittingEmptySubsequences: false)
      return (1...min(3, parts.count)).map { slashes in
        parts[..<(slashes - 1)].map { $0 + "/" }.joined() + parts[(slashes - 1)...].joined(separator: "_")
      }
    }
  }

  /// The reference as documents write it, on one line.
  public var text: String {
    switch self {
    case .named(let name): name
    case .fromLabel(let key): "from label \(key)"
    }
  }
}
