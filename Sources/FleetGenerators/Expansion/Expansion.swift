public import FleetModel

/// Something of the world that an expansion needs before it can go on (AMENDMENTS 19).
public enum GeneratorRequest: Hashable, Sendable {
  /// The files of a repository, which is given by name or URL, at a revision.
  case tree(repository: String, revision: Revision)
}

/// What the world said to a request.
public enum GeneratorAnswer: Sendable {
  /// The files of one commit.
  case tree(any SourceTree)
  /// It could not be had; the text says why and what to do.
  case failure(String)
}

/// What came of an expansion.
public enum Expansion: Sendable {
  /// These answers are needed first; expand again with them and those given before.
  case needs([GeneratorRequest])
  /// The targets, at least one, in the order of the generators; problems are warnings.
  case targets([ExpandedTarget], problems: [Diagnostic])
  /// Every generator worked and together they yield nothing. Absence never deletes: where there was something before,
  /// that is kept (R24).
  case empty(problems: [Diagnostic])
  /// At least one problem is an error: nothing of the set changes, and the last good expansion is kept (R24).
  case failed([Diagnostic])
}

/// One workload of a set on one cluster.
public struct ExpandedTarget: Hashable, Sendable {
  /// The name, unique in the set.
  public var name: TargetName
  /// The template's labels over the cluster's.
  public var labels: [String: String]
  /// The template's annotations.
  public var annotations: [String: String]
  /// The cluster.
  public var cluster: ClusterName
  /// The repository's name, or its URL.
  public var repository: String
  /// What to take of it.
  public var revision: Revision
  /// The directory to render, without `.` and `..`; empty for the repository's root.
  public var path: String
  /// The namespace of objects that name none.
  public var namespace: String
  /// What made it.
  public var origin: TargetOrigin

  /// Makes a target.
  public init(
    name: TargetName, labels: [String: String] = [:], annotations: [String: String] = [:], cluster: ClusterName,
    repository: String, revision: Revision = .head, path: String, namespace: String = "default", origin: TargetOrigin
  ) {
    self.name = name
    self.labels = labels
    self.annotations = annotations
    self.cluster = cluster
    self.repository = repository
    self.revision = revision
    self.path = path
    self.namespace = namespace
    self.origin = origin
  }
}

/// Which entry of which generator made a target.
public struct TargetOrigin: Hashable, Sendable, Codable, CustomStringConvertible {
  /// What the generator looked at.
  public enum Source: Hashable, Sendable, Codable {
    /// An element of a list, by its index.
    case element(Int)
    /// A cluster of the inventory.
    case cluster(ClusterName)
    /// A directory of a commit.
    case directory(path: String, commit: CommitID)
  }

  /// The index in `spec.generators`.
  public var generator: Int
  /// What the generator looked at.
  public var source: Source

  /// Makes an origin.
  public init(generator: Int, source: Source) {
    self.generator = generator
    self.source = source
  }

  /// For example `spec.generators[1].clusters, cluster "east-1"`.
  public var description: String {
    let entry = "spec.generators[\(generator)]"
    switch source {
    case .element(let index): return "\(entry).list.elements[\(index)]"
    case .cluster(let name): return "\(entry).clusters, cluster \"\(name)\""
    case .directory(let path, let commit): return "\(entry).git, directory \"\(path)\" at \(commit.short)"
    }
  }
}
