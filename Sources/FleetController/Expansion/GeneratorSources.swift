public import FleetGenerators
public import FleetPorts

/// Sends every question of generators to whom it is for.
public struct GeneratorSources: GeneratorSource {
  private let references: any ReferenceReader
  private let forges: any GeneratorSource
  private let clusters: any GeneratorSource

  /// Makes a source.
  ///
  /// - Parameters:
  ///   - references: the ConfigMaps.
  ///   - forges: Git hosts and plugins.
  ///   - clusters: decisions that clusters hold.
  public init(references: any ReferenceReader, forges: any GeneratorSource, clusters: any GeneratorSource) {
    self.references = references
    self.forges = forges
    self.clusters = clusters
  }

  /// Asks; see ``GeneratorSource/answer(_:for:)``.
  public func answer(
    _ request: GeneratorRequest, for asker: GeneratorAsker
  ) async throws(GeneratorSourceError) -> GeneratorAnswer {
    switch request {
    case .configMap(let name): return .configMap(try await configMap(name, asker))
    case .decisions: return try await clusters.answer(request, for: asker)
    case .plugin, .repositories, .branches, .path, .pullRequests: return try await forges.answer(request, for: asker)
    case .tree: throw GeneratorSourceError(.invalid, "repositories are read from their mirrors")
    }
  }

  private func configMap(
    _ name: String, _ asker: GeneratorAsker
  ) async throws(GeneratorSourceError) -> [String: String] {
    let found: [String: String]?
    do {
      found = try await references.configMap(named: name, in: asker.project)
    } catch {
      throw GeneratorSourceError(.unreachable, "ConfigMap \"\(name)\" cannot be read: \(error)")
    }
    guard let found else {
      throw GeneratorSourceError(
        .notFound, "there is no ConfigMap \"\(name)\" in project \(asker.project)",
        hint: "apply it as it is: flotilla apply -f FILE")
    }
    return found
  }
}
