public import FleetGenerators
public import FleetModel

/// Answers what generators ask of other programs: Git hosts, plugins, clusters.
public protocol GeneratorSource: Sendable {
  /// What the world says to a request. Every call is bounded in time and size.
  ///
  /// - Throws: ``GeneratorSourceError`` with what to do, and when it is worth trying again.
  func answer(
    _ request: GeneratorRequest, for asker: GeneratorAsker
  ) async throws(GeneratorSourceError) -> GeneratorAnswer
}

/// On whose behalf something is asked.
public struct GeneratorAsker: Hashable, Sendable {
  /// The set's project, whose credentials and ConfigMaps are used.
  public var project: ProjectName
  /// The set's name, which plugins are told.
  public var set: String

  /// Makes an asker.
  public init(project: ProjectName, set: String) {
    self.project = project
    self.set = set
  }
}

/// Reads what generators refer to by name.
public protocol ReferenceReader: Sendable {
  /// A stored secret; nil when there is none of this name.
  ///
  /// - Throws: when it cannot be opened, or is a credential of another kind; texts never contain it.
  func secret(named name: String, in project: ProjectName) async throws -> StoredSecret?
  /// The data of a ConfigMap; nil when there is none of this name.
  func configMap(named name: String, in project: ProjectName) async throws -> [String: String]?
}

/// A secret with several values, as a Kubernetes Secret has them. Its values never reach a log: descriptions and
/// reflection show nothing of them.
public struct StoredSecret: Hashable, Sendable {
  /// The values by key.
  public var values: [String: String]
  /// The hosts that it may be sent to; empty for the public address of a provider only.
  public var hosts: [String]

  /// Makes a secret.
  public init(values: [String: String], hosts: [String] = []) {
    self.values = values
    self.hosts = hosts
  }
}

extension StoredSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// What it is, without any of its values.
  public var description: String { "secret (hidden)" }

  /// The same as ``description``.
  public var debugDescription: String { description }

  /// An empty mirror, so that `dump` and string interpolation of containers show nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
