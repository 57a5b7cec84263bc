public import FleetModel

/// The kinds of documents that rollouts heed and FleetSets name.
public enum PolicyKind: String, Sendable, CaseIterable {
  /// When they may, or may not, again and again.
  case window = "Window"
  /// A time in which they may not.
  case freeze = "Freeze"
  /// A metric that says whether a release is well.
  case analysis = "Analysis"
  /// A limit that FleetSets share.
  case limit = "Limit"
}

/// A window, freeze, analysis or limit with what is known of it.
public struct PolicyRecord: Hashable, Sendable {
  /// What it is.
  public enum Entry: Hashable, Sendable {
    /// A window.
    case window(Window)
    /// A freeze.
    case freeze(Freeze)
    /// An analysis.
    case analysis(Analysis)
    /// A limit.
    case limit(SharedLimit)
  }

  /// What it is.
  public var entry: Entry
  /// The document's canonical JSON.
  public var canonicalJSON: [UInt8]
  /// Raised by every change.
  public var generation: Int64
  /// When it was applied last.
  public var appliedAt: Instant

  /// Makes a record.
  public init(entry: Entry, canonicalJSON: [UInt8], generation: Int64, appliedAt: Instant) {
    self.entry = entry
    self.canonicalJSON = canonicalJSON
    self.generation = generation
    self.appliedAt = appliedAt
  }

  /// The owner.
  public var project: ProjectName {
    switch entry {
    case .window(let window): window.project
    case .freeze(let freeze): freeze.project
    case .analysis(let analysis): analysis.project
    case .limit(let limit): limit.project
    }
  }

  /// The name.
  public var name: String {
    switch entry {
    case .window(let window): window.name
    case .freeze(let freeze): freeze.name
    case .analysis(let analysis): analysis.name
    case .limit(let limit): limit.name
    }
  }

  /// Where its clock stands; nil for what has none.
  public var timeZone: ZoneReference? {
    switch entry {
    case .window(let window): window.timeZone
    case .freeze(let freeze): freeze.timeZone
    case .analysis, .limit: nil
    }
  }
}

/// A compiled file of a time zone.
public struct TimeZoneFile: Hashable, Sendable {
  /// The zone's name.
  public var name: String
  /// The file (RFC 8536).
  public var bytes: [UInt8]

  /// Makes a value.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }
}
