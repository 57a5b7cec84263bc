internal import Crypto
public import FleetDocuments
internal import FleetGenerators
public import FleetModel
public import FleetPorts
public import FleetPrograms
internal import FleetRender
internal import Manifest

/// What a FleetSet expands and renders to: all that a release freezes.
public struct ExpandedSet: Sendable {
  /// The sources, the template's first, in order of repository and revision.
  public var sources: [ReleaseSource]
  /// The targets in order of name.
  public var targets: [ReleaseTargetDraft]
  /// The bundles that the targets name.
  public var bundles: [FleetModel.Digest: BundleDraft]
  /// Findings that stop nothing.
  public var warnings: [Diagnostic]
  /// Entries of `spec.generators` that failed and were told to leave the others alone; what they made before stays.
  public var isolated: [Int] = []

  /// The SHA-256 over the targets with their settings and bundles.
  public var contentDigest: FleetModel.Digest {
    let lines = targets.map { target in
      let labels = target.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
      return "\(target.name) \(target.cluster) \(target.namespace) \(target.selfHeal) \(target.prune) "
        + "\(target.createNamespace) \(target.bundle) \(labels)"
    }
    return .sha256(Array(lines.joined(separator: "\n").utf8))
  }
}

/// An expansion that failed as a whole: what ran before goes on (R24).
public struct ExpansionFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The condition's reason, one UpperCamelCase word.
  public var reason: String
  /// Every problem that was found.
  public var diagnostics: [Diagnostic]

  /// The problems, one after the other.
  public var description: String { diagnostics.map(\.text).joined(separator: "\n") }
}

/// Expands FleetSets and renders their targets. The decisions are FleetGenerators' and FleetRender's; this answers what
/// they ask of the world.
public struct Expander: Sendable {
  let sources: any SourceReader
  let kustomize: KustomizeProgram?
  let cache: RenderCache

  /// Makes an expander; without a kustomize program, kustomizations are an error that says what to install.
  public init(sources: any SourceReader, kustomize: KustomizeProgram?) {
    self.sources = sources
    self.kustomize = kustomize
    cache = RenderCache()
  }

  /// Expands and renders a set.
  ///
  /// - Parameters:
  ///   - definition: the set's `spec`.
  ///   - inventory: the project's clusters.
  ///   - repositories: the project's repositories.
  ///   - file: the document's file, for messages.
  ///   - onlyCluster: renders only the targets of this cluster; nil for all.
  /// - Throws: ``ExpansionFailure``.
  public func expand(
    _ definition: FleetSetDefinition, inventory: [Cluster], repositories: [Repository], file: String,
    onlyCluster: ClusterName? = nil
  ) async throws -> ExpandedSet {
    var resolver = SourceResolver(sources: sources, repositories: repositories)
    let (targets, isolated, warnings) = try await generate(
      definition, inventory: inventory, file: file, resolver: &resolver)
    var result = ExpandedSet(sources: [], targets: [], bundles: [:], warnings: warnings, isolated: isolated)
    var problems: [Diagnostic] = []
    let clusters = Dictionary(inventory.map { ($0.name, $0.id) }, uniquingKeysWith: { first, _ in first })
    for target in targets where onlyCluster == nil || target.cluster == onlyCluster {
      try Task.checkCancellation()
      do {
        let source = try await resolver.source(repository: target.repository, revision: target.revision)
        let bundle = try await rendered(target, source)
        result.bundles[bundle.digest] = bundle
        result.targets.append(draft(target, source, clusters[target.cluster] ?? 0, bundle.digest))
      } catch let failure as ExpansionFailure {
        problems += failure.diagnostics.map { $0.about(target) }
        if problems.count >= 20 { break }
      }
    }
    guard problems.isEmpty else { throw ExpansionFailure(reason: "RenderFailed", diagnostics: problems.unique) }
    result.targets.sort { $0.name < $1.name }
    result.sources = resolver.used
    return result
  }

  private func generate(
    _ definition: FleetSetDefinition, inventory: [Cluster], file: String, resolver: inout SourceResolver
  ) async throws -> ([ExpandedTarget], isolated: [Int], [Diagnostic]) {
    var answers: [GeneratorRequest: GeneratorAnswer] = [:]
    while true {
      switch FleetGenerators.expand(definition, inventory: inventory, answers: answers, file: file) {
      case .targets(let targets, let isolated, let problems): return (targets, isolated, problems)
      case .failed(let problems): throw ExpansionFailure(reason: "GeneratorFailed", diagnostics: problems)
      case .empty(let problems):
        let nothing = Diagnostic(
          file: file, field: "spec.generators", message: "the generators yield no target",
          hint: "check selectors and paths; what ran before goes on")
        throw ExpansionFailure(reason: "EmptyExpansion", diagnostics: problems + [nothing])
      case .needs(let requests):
        for request in requests {
          answers[request] = .failure(
            "generators that ask other programs are not available in this version of the controller")
        }
        for case .tree(let repository, let revision) in requests {
          let request = GeneratorRequest.tree(repository: repository, revision: revision)
          do {
            answers[request] = .tree(try await resolver.source(repository: repository, revision: revision).tree)
          } catch let failure as ExpansionFailure {
            answers[request] = .failure(failure.diagnostics.map(\.message).joined(separator: "; "))
          }
        }
      }
    }
  }

  private func rendered(_ target: ExpandedTarget, _ source: ResolvedSource) async throws -> BundleDraft {
    let object: String?
    do {
      object = try source.tree.objectID(of: target.path)
    } catch {
      throw ExpansionFailure(
        reason: "RenderFailed", diagnostics: [Diagnostic(file: error.path, message: error.message)])
    }
    // A kustomization may read beside its own directory, so the whole commit is what it depends on.
    let key = RenderCache.Key(
      repository: source.repository.url, commit: source.commit.id, object: object, path: target.path,
      namespace: target.namespace, isRecursive: target.isRecursive)
    if let bundle = await cache.bundle(for: key) { return bundle }
    let bundle = try await render(target, source)
    await cache.store(bundle, for: key)
    return bundle
  }

  private func render(_ target: ExpandedTarget, _ source: ResolvedSource) async throws -> BundleDraft {
    var answers: [RenderRequest: RenderAnswer] = [:]
    while true {
      let rendering = FleetRender.render(
        tree: source.tree, path: target.path, namespace: target.namespace, isRecursive: target.isRecursive,
        answers: answers)
      switch rendering {
      case .manifests(let bundle, _):
        return BundleDraft(
          digest: bundle.digest,
          objects: bundle.objects.map {
            BundleObjectDraft(digest: $0.digest, identity: $0.identity.text, canonicalJSON: $0.canonicalJSON)
          })
      case .failed(let problems): throw ExpansionFailure(reason: "RenderFailed", diagnostics: problems)
      case .needs(let requests):
        for request in requests { answers[request] = await answer(request, source) }
      }
    }
  }

  private func answer(_ request: RenderRequest, _ source: ResolvedSource) async -> RenderAnswer {
    switch request {
    case .kustomize(let path, let files):
      guard let kustomize else {
        return .failure("neither kubectl nor kustomize is installed where the controller runs")
      }
      do {
        let inputs = try files.map { file in
          KustomizeProgram.File(path: file.path, contents: try source.tree.contents(of: file.path) ?? [])
        }
        return .output(try await kustomize.build(directory: path, files: inputs))
      } catch {
        return .failure("\(error)")
      }
    }
  }

  private func draft(
    _ target: ExpandedTarget, _ source: ResolvedSource, _ cluster: ClusterID,
    _ bundle: FleetModel.Digest
  ) -> ReleaseTargetDraft {
    ReleaseTargetDraft(
      name: target.name, cluster: cluster, labels: target.labels, namespace: target.namespace,
      repository: source.repository.name, path: target.path, origin: target.origin.description,
      selfHeal: target.sync.selfHeal, prune: target.sync.prune, createNamespace: target.sync.createNamespace,
      bundle: bundle)
  }
}

extension Diagnostic {
  /// The finding with the target it was found for, so that the owner knows whose path it is.
  fileprivate func about(_ target: ExpandedTarget) -> Diagnostic {
    var finding = self
    finding.message = "target \(target.name): \(message)"
    return finding
  }
}

extension [Diagnostic] {
  fileprivate var unique: [Diagnostic] {
    var seen: Set<Diagnostic> = []
    return filter { seen.insert($0).inserted }
  }
}
