public import FleetModel

/// Which entry of which generator made a target.
public struct TargetOrigin: Hashable, Sendable, Codable, CustomStringConvertible {
  /// What the generator looked at.
  public indirect enum Source: Hashable, Sendable, Codable {
    /// An element of a list, by its index.
    case element(Int)
    /// A cluster of the inventory.
    case cluster(ClusterName)
    /// All clusters at once.
    case allClusters
    /// A directory of a commit.
    case directory(path: String, repository: String, commit: CommitID)
    /// A file of a commit, and the element of the list in it; nil for a file that is one map.
    case file(path: String, element: Int?, repository: String, commit: CommitID)
    /// A repository of a provider, at a branch.
    case repository(name: String, branch: String)
    /// A pull request.
    case pullRequest(number: Int64, branch: String)
    /// A cluster that a resource names.
    case decision(cluster: ClusterName)
    /// A set of a plugin's answer, by its index.
    case answer(plugin: String, index: Int)
    /// What the children of a matrix looked at.
    case combination([Source])
    /// What the base of a merge looked at, and what overrode it.
    case merged(base: Source, overrides: [Source])
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
    case .cluster, .allClusters: return "\(entry).clusters, \(source.text)"
    case .directory, .file: return "\(entry).git, \(source.text)"
    case .repository: return "\(entry).scmProvider, \(source.text)"
    case .pullRequest: return "\(entry).pullRequest, \(source.text)"
    case .decision: return "\(entry).clusterDecisionResource, \(source.text)"
    case .answer: return "\(entry).plugin, \(source.text)"
    case .combination: return "\(entry).matrix, \(source.text)"
    case .merged: return "\(entry).merge, \(source.text)"
    }
  }
}

extension TargetOrigin.Source {
  /// The source for messages, without its generator.
  var text: String {
    switch self {
    case .element(let index): "element \(index)"
    case .cluster(let name): "cluster \"\(name)\""
    case .allClusters: "all clusters"
    case .directory(let path, let repository, let commit):
      "directory \"\(path)\" of repository \(repository) at \(commit.short)"
    case .file(let path, nil, let repository, let commit):
      "file \"\(path)\" of repository \(repository) at \(commit.short)"
    case .file(let path, let element?, let repository, let commit):
      "file \"\(path)\", element \(element), of repository \(repository) at \(commit.short)"
    case .repository(let name, let branch): "repository \"\(name)\", branch \"\(branch)\""
    case .pullRequest(let number, let branch): "pull request \(number) of \"\(branch)\""
    case .decision(let cluster): "cluster \"\(cluster)\""
    case .answer(let plugin, let index): "set \(index) of plugin \"\(plugin)\""
    case .combination(let sources): sources.map(\.text).joined(separator: " × ")
    case .merged(let base, let overrides):
      base.text + overrides.map { " overridden by \($0.text)" }.joined()
    }
  }

  /// The sources of a matrix's child after those of the children before it.
  func joined(with next: TargetOrigin.Source) -> TargetOrigin.Source {
    var sources: [TargetOrigin.Source]
    if case .combination(let own) = self { sources = own } else { sources = [self] }
    if case .combination(let others) = next { sources += others } else { sources.append(next) }
    return .combination(sources)
  }
}
