/// What a typed identifier or name belongs to; the cases of this protocol are never instantiated.
public protocol IdentifiedKind: Sendable {}

/// A kind marker: an owner of documents.
public enum ProjectKind: IdentifiedKind {}
/// A kind marker: a member of the fleet.
public enum ClusterKind: IdentifiedKind {}
/// A kind marker: a Git source.
public enum RepositoryKind: IdentifiedKind {}
/// A kind marker: a user's generators, template and rollout.
public enum FleetSetKind: IdentifiedKind {}
/// A kind marker: one workload of a FleetSet on one cluster.
public enum TargetKind: IdentifiedKind {}
/// A kind marker: a frozen set of commits and bundle digests.
public enum ReleaseKind: IdentifiedKind {}
/// A kind marker: a run that moves targets to a release.
public enum RolloutKind: IdentifiedKind {}
/// A kind marker: a running controller process.
public enum ControllerKind: IdentifiedKind {}
/// A kind marker: an access token of a person, a job or an agent.
public enum TokenKind: IdentifiedKind {}

/// A name that users gave, typed by what it names; ordered bytewise (R3).
public struct Name<Kind: IdentifiedKind>: RawRepresentable, Hashable, Comparable, Sendable, Codable,
  CustomStringConvertible, ExpressibleByStringLiteral
{
  /// The name as written.
  public let rawValue: String

  /// Wraps a name; validity is checked where documents are read.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Wraps a name.
  public init(_ rawValue: String) { self.rawValue = rawValue }

  /// Wraps a literal name.
  public init(stringLiteral value: String) { rawValue = value }

  /// Decodes the bare string.
  public init(from decoder: any Decoder) throws {
    rawValue = try decoder.singleValueContainer().decode(String.self)
  }

  /// Encodes the bare string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }

  /// Orders bytewise, the same in every process and locale.
  public static func < (left: Self, right: Self) -> Bool {
    left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
  }

  /// The name as written.
  public var description: String { rawValue }
}

/// A row's number, typed by what the row is.
public struct Identifier<Kind: IdentifiedKind>: RawRepresentable, Hashable, Comparable, Sendable, Codable,
  CustomStringConvertible, ExpressibleByIntegerLiteral
{
  /// The number, unique for its kind and never used again.
  public let rawValue: Int64

  /// Wraps a number.
  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// Wraps a number.
  public init(_ rawValue: Int64) { self.rawValue = rawValue }

  /// Wraps a literal number.
  public init(integerLiteral value: Int64) { rawValue = value }

  /// Decodes the bare number.
  public init(from decoder: any Decoder) throws {
    rawValue = try decoder.singleValueContainer().decode(Int64.self)
  }

  /// Encodes the bare number.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }

  /// Orders by number, that is by age.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// The number in decimal.
  public var description: String { String(rawValue) }
}

/// The name of an owner of documents; `default` when nothing else is said.
public typealias ProjectName = Name<ProjectKind>
/// The name of a cluster.
public typealias ClusterName = Name<ClusterKind>
/// The name of a Git source.
public typealias RepositoryName = Name<RepositoryKind>
/// The name of a FleetSet.
public typealias FleetSetName = Name<FleetSetKind>
/// The name of a target, unique within its FleetSet.
public typealias TargetName = Name<TargetKind>

/// The row number of a cluster.
public typealias ClusterID = Identifier<ClusterKind>
/// The row number of a repository.
public typealias RepositoryID = Identifier<RepositoryKind>
/// The row number of a FleetSet.
public typealias FleetSetID = Identifier<FleetSetKind>
/// The row number of a target.
public typealias TargetID = Identifier<TargetKind>
/// The row number of a release.
public typealias ReleaseID = Identifier<ReleaseKind>
/// The row number of a rollout.
public typealias RolloutID = Identifier<RolloutKind>
/// The row number of a controller process.
public typealias ControllerID = Identifier<ControllerKind>
/// The row number of an access token.
public typealias TokenID = Identifier<TokenKind>

extension Name where Kind == ProjectKind {
  /// The project of documents that name none.
  public static var defaultProject: ProjectName { ProjectName("default") }
}
