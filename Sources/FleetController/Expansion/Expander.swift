internal import Crypto
public import FleetDocuments
internal import FleetGenerators
public import FleetModel
public import FleetPorts
internal import FleetRender
internal import Manifest
internal import Metrics

/// What a FleetSet expands and renders to: all that a release freezes, but the contents of the bundles, which may be more
/// than fits in memory together.
public struct ExpandedSet: Sendable {
  /// The sources, the template's first, in order of repository and revision.
  public var sources: [ReleaseSource]
  /// The targets in order of name.
  public var targets: [ReleaseTargetDraft]
  /// Findings that stop nothing.
  public var warnings: [Diagnostic]
  /// Entries of `spec.generators` that failed and were told to leave the others alone; what they made before stays.
  public var isolated: [Int] = []
  /// How soon those are worth trying again.
  public var retryAfter: Duration?
  /// When the first answer of other programs and registries is too old; nil when none was needed.
  public var staleAfter: Duration?

  /// The SHA-256 over who is in the set, whatever it runs: what a person accepts who lets others leave (R24).
  public var membershipDigest: FleetModel.Digest {
    .sha256(Array(targets.map { "\($0.cluster) \($0.name)" }.sorted().joined(separator: "\n").utf8))
  }

  /// The SHA-256 over the targets with their settings, where they come from and their bundles: everything that a person
  /// sees of a target changes it, also when the same is rendered. Which generator entry made a target does not.
  public var contentDigest: FleetModel.Digest {
    let lines = targets.map { target in
      let labels = target.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
      let values = (target.options.substitute ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      return [
        "\(target.name)", "\(target.cluster)", target.namespace, "\(target.repository)", "\(target.revision)",
        target.path,
        "\(target.isRecursive) \(target.selfHeal) \(target.prune) \(target.createNamespace)", "\(target.bundle)",
        labels, target.options.helm.map { "\($0)" } ?? "", target.options.kustomize.map { "\($0)" } ?? "",
        values.joined(separator: "\u{0}"),
        (target.options.overlays ?? []).map(\.kustomization).joined(separator: "\u{0}"),
      ].joined(separator: "\u{0}")
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
  /// How soon trying again is worth it, when somebody who was asked said so.
  public var retryAfter: Duration?

  /// The problems, one after the other.
  public var description: String { diagnostics.map(\.text).joined(separator: "\n") }
}

/// Expands FleetSets and renders their targets. The decisions are FleetGenerators' and FleetRender's; this answers what
/// they ask of the world.
public struct Expander: Sendable {
  let sources: any SourceReader
  let programs: RenderPrograms
  let others: (any GeneratorSource)?
  let cache: RenderCache<RenderedBundle>
  let directories: RenderCache<RenderedDirectory>
  let answers: AnswerMemory
  let expansions: ExpansionCache

  /// Makes an expander.
  ///
  /// - Parameter others: answers generators that ask other programs; nil where they fail.
  public init(sources: any SourceReader, programs: RenderPrograms, others: (any GeneratorSource)? = nil) {
    self.sources = sources
    self.programs = programs
    self.others = others
    cache = RenderCache(limit: 64 << 20)
    // So many directories: how much memory the values of one take is not known.
    directories = RenderCache(limit: 64)
    answers = AnswerMemory()
    expansions = ExpansionCache()
  }

  /// The same expander with other sources; what it remembers is shared.
  init(_ other: Expander, sources: any SourceReader) {
    self.sources = sources
    programs = other.programs
    others = other.others
    cache = other.cache
    directories = other.directories
    answers = other.answers
    expansions = other.expansions
  }

  /// Expands and renders a set.
  ///
  /// - Parameters:
  ///   - definition: the set's `spec`.
  ///   - inventory: the project's clusters.
  ///   - repositories: the project's repositories.
  ///   - asker: on whose behalf other programs are asked; chance in templates is drawn from the set's name.
  ///   - configMaps: ConfigMaps that are only proposed, by name; they go before those that are stored.
  ///   - file: the document's file, for messages.
  ///   - existing: targets that keep their settings whatever the template makes of them.
  ///   - onlyCluster: renders only the targets of this cluster; nil for all.
  ///   - onlyTargets: renders only these targets; nil for all.
  ///   - isStored: whether this is the set as it is stored, expanded again and again: what did not change since the last
  ///     time is not evaluated again.
  ///   - known: what the newest release has of its sources; see ``SourceReader/chart(_:at:known:in:)``.
  ///   - answersUpTo: how old answers of other programs may be at most; nil for as old as the generators say.
  ///   - keep: takes every target's bundle as soon as it is rendered; here none is kept.
  /// - Throws: ``ExpansionFailure``, `CancellationError`, and what `keep` throws.
  public func expand(
    _ definition: FleetSetDefinition, inventory: [Cluster], repositories: [Repository], asker: GeneratorAsker,
    configMaps: [String: [String: String]] = [:], file: String, existing: [TargetName: TargetSettings] = [:],
    onlyCluster: ClusterName? = nil, onlyTargets: Set<TargetName>? = nil, isStored: Bool = false,
    known: [ReleaseSource] = [], answersUpTo oldest: Duration? = nil,
    keep: (ReleaseTargetDraft, BundleDraft) async throws -> Void = { _, _ in }
  ) async throws -> ExpandedSet {
    var resolver = SourceResolver(sources: sources, repositories: repositories, known: known)
    var others = OtherAnswers(
      source: others, asker: asker, configMaps: configMaps, memory: answers, generators: definition.generators,
      oldest: oldest)
    let generated: GeneratedSet
    do {
      generated = try await generate(
        definition, isStored: isStored, inventory: Inventory(inventory), file: file, resolver: &resolver,
        others: &others)
    } catch let failure as ExpansionFailure {
      await answers.doubt(others.used, of: asker)
      throw failure
    }
    if !generated.isolated.isEmpty { await answers.doubt(others.used, of: asker) }
    var result = ExpandedSet(
      sources: [], targets: [], warnings: generated.warnings, isolated: generated.isolated)
    result.retryAfter = others.failure?.retryAfter
    result.staleAfter = others.staleAfter
    var failures = TargetFindings()
    var warnings = TargetFindings()
    // Targets of one set share bases and components.
    let memory = KustomizeMemory()
    let clusters = Dictionary(inventory.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for var target in generated.targets.map({ $0.keeping(existing[$0.name], of: definition) })
    where (onlyCluster ?? target.cluster) == target.cluster && (onlyTargets?.contains(target.name) ?? true) {
      try Task.checkCancellation()
      do {
        let source = try await resolver.source(of: target)
        let cluster = clusters[target.cluster]
        let isChart = try Self.isChart(target, source)
        target.options.kubernetesVersion = isChart ? cluster?.kubernetesVersion : nil
        target.options.servedVersions = isChart ? cluster?.apiVersions : nil
        let rendered = try await rendered(target, source, isChart: isChart, memory)
        warnings.add(rendered.warnings, of: target.name)
        let findings = rendered.contents.findings(on: cluster?.kubernetesVersion, checks: definition.checks)
        warnings.add(findings.filter { $0.severity == .warning }, of: target.name)
        let refusals = findings.filter { $0.severity == .error }
        guard refusals.isEmpty else { throw ExpansionFailure(reason: "ChecksFailed", diagnostics: refusals) }
        let draft = draft(target, source, cluster?.id ?? 0, rendered.draft.digest)
        try await keep(draft, rendered.draft)
        result.targets.append(draft)
      } catch let failure as ExpansionFailure {
        failures.add(failure.diagnostics, of: target.name, reason: failure.reason)
        if failures.isFull { break }
      }
    }
    if let failure = failures.failure { throw failure }
    result.warnings += warnings.told
    result.targets.sort { $0.name < $1.name }
    result.sources = resolver.used
    result.staleAfter = [result.staleAfter, resolver.staleAfter].compactMap { $0 }.min()
    return result
  }

  private typealias GeneratedSet = (targets: [ExpandedTarget], isolated: [Int], warnings: [Diagnostic])

  private func generate(
    _ definition: FleetSetDefinition, isStored: Bool, inventory: Inventory, file: String,
    resolver: inout SourceResolver, others: inout OtherAnswers
  ) async throws -> GeneratedSet {
    guard isStored else {
      var expansion = KeptExpansion(
        definition, named: FleetSetName(others.asker.set), time: .ofCommits, file: file, isForOnce: true)
      return try await generate(&expansion, inventory: inventory, file: file, resolver: &resolver, others: &others)
    }
    let before = await expansions.take(definition, of: others.asker, file: file)
    var expansion = before
    let result: Result<GeneratedSet, any Error>
    do {
      result = .success(
        try await generate(&expansion, inventory: inventory, file: file, resolver: &resolver, others: &others))
    } catch {
      result = .failure(error)
    }
    expansion.count(since: before)
    await expansions.put(expansion, of: others.asker)
    return try result.get()
  }

  private func generate(
    _ kept: inout KeptExpansion, inventory: Inventory, file: String, resolver: inout SourceResolver,
    others: inout OtherAnswers
  ) async throws -> GeneratedSet {
    var answers: [GeneratorRequest: GeneratorAnswer] = [:]
    // A generator whose repository cannot be had has nothing else to complain about.
    var reason = "GeneratorFailed"
    while true {
      switch kept.expand(inventory: inventory, answers: answers) {
      case .targets(let targets, let isolated, let problems): return (targets, isolated, problems)
      case .failed(let problems):
        throw ExpansionFailure(
          reason: others.failure?.reason ?? reason, diagnostics: problems, retryAfter: others.failure?.retryAfter)
      case .empty(let problems):
        let nothing = Diagnostic(
          file: file, field: "spec.generators", message: "the generators yield no target",
          hint: "check selectors and paths; what ran before goes on")
        throw ExpansionFailure(reason: "EmptyExpansion", diagnostics: problems + [nothing])
      case .needs(let requests):
        let asked = requests.filter { if case .tree = $0 { false } else { true } }
        answers.merge(try await others.answers(to: asked)) { _, new in new }
        for case .tree(let repository, let revision) in requests {
          let request = GeneratorRequest.tree(repository: repository, revision: revision)
          do {
            answers[request] = .tree(try await resolver.source(repository: repository, revision: revision).tree)
          } catch let failure as ExpansionFailure {
            reason = failure.reason
            answers[request] = .failure(failure.diagnostics.map(\.message).joined(separator: "; "))
          }
        }
      }
    }
  }

  private static func isChart(_ target: ExpandedTarget, _ source: ResolvedSource) throws -> Bool {
    do {
      let file = target.path.isEmpty ? "Chart.yaml" : target.path + "/Chart.yaml"
      return try source.tree.objectID(of: file) != nil
    } catch {
      throw ExpansionFailure(
        reason: "RenderFailed", diagnostics: [Diagnostic(file: error.path, message: error.message)])
    }
  }

  private func rendered(
    _ target: ExpandedTarget, _ source: ResolvedSource, isChart: Bool, _ memory: KustomizeMemory
  ) async throws -> RenderedBundle {
    // The target's name is the release's name of a chart.
    let key = RenderKey(
      repository: source.repository.url, path: target.path, namespace: target.namespace,
      isRecursive: target.isRecursive, options: target.options, target: isChart ? target.name.rawValue : "")
    if let (bundle, _) = await cache.value(for: key, in: source.tree) {
      Self.count("bundle")
      return bundle
    }
    let directoryKey = key.ofDirectory(isChart: isChart)
    let (directory, reads) = try await directory(target, source.tree, directoryKey, memory)
    let rendering = finish(
      directory, path: target.path, commit: source.tree.commit, namespace: target.namespace, options: target.options)
    guard case .manifests(let made, let warnings) = rendering else {
      if case .failed(let problems) = rendering {
        throw ExpansionFailure(reason: "RenderFailed", diagnostics: problems)
      }
      throw ExpansionFailure(reason: "RenderFailed", diagnostics: [])
    }
    let bundle = BundleDraft(
      digest: made.digest,
      objects: made.objects.map {
        BundleObjectDraft(digest: $0.digest, identity: $0.identity.text, canonicalJSON: $0.canonicalJSON)
      })
    let rendered = RenderedBundle(draft: bundle, contents: made.contents, warnings: warnings)
    await cache.store(rendered, for: key, reads: reads, of: source.tree.commit, size: rendered.sizeBytes)
    return rendered
  }

  private static func count(_ cached: String) {
    Counter(label: "flotilla_renders_total", dimensions: [("cached", cached)]).increment()
  }

  /// What the directory renders to, made once for all targets that differ only in what comes after that.
  private func directory(
    _ target: ExpandedTarget, _ source: any SourceTree, _ key: RenderKey, _ memory: KustomizeMemory
  ) async throws -> (RenderedDirectory, SourceReads) {
    if let known = await directories.value(for: key, in: source) {
      Self.count("directory")
      return known
    }
    Self.count("none")
    let tree = RecordingTree(source)
    var answers: [RenderRequest: RenderAnswer] = [:]
    while true {
      let rendering = renderDirectory(
        tree: tree, path: target.path, namespace: target.namespace, isRecursive: target.isRecursive,
        options: target.options, target: target.name.rawValue, engine: .automatic, answers: answers, memory: memory)
      switch rendering {
      case .directory(let directory):
        await directories.store(directory, for: key, reads: tree.reads, of: tree.commit, size: 1)
        return (directory, tree.reads)
      case .failed(let problems): throw ExpansionFailure(reason: "RenderFailed", diagnostics: problems)
      case .needs(let requests):
        for request in requests { answers[request] = await programs.answer(request, tree) }
      }
    }
  }

  private func draft(
    _ target: ExpandedTarget, _ source: ResolvedSource, _ cluster: ClusterID,
    _ bundle: FleetModel.Digest
  ) -> ReleaseTargetDraft {
    var draft = ReleaseTargetDraft(
      name: target.name, cluster: cluster, labels: target.labels, namespace: target.namespace,
      repository: source.repository.name, path: target.path, origin: target.origin.description,
      selfHeal: target.sync.selfHeal, prune: target.sync.prune, createNamespace: target.sync.createNamespace,
      bundle: bundle)
    draft.revision = target.revision
    draft.isRecursive = target.isRecursive
    draft.options = target.options
    return draft
  }
}

extension ExpandedTarget {
  /// The target with those settings that it has already and keeps.
  fileprivate func keeping(_ settings: TargetSettings?, of definition: FleetSetDefinition) -> ExpandedTarget {
    guard let settings, settings.cluster == cluster else { return self }
    var kept = self
    let which = definition.keptSettings(of: name)
    for setting in which.settings {
      switch setting {
      case .labels: kept.labels = settings.labels
      case .repository:
        kept.repository = settings.repository.rawValue
        // What kind of repository it is says whether this is a chart.
        kept.isChart = false
      case .revision: kept.revision = settings.revision
      case .path: kept.path = settings.path
      case .isRecursive: kept.isRecursive = settings.isRecursive
      case .options: kept.options = settings.options
      case .namespace: kept.namespace = settings.namespace
      case .prune: kept.sync.prune = settings.prune
      case .selfHeal: kept.sync.selfHeal = settings.selfHeal
      case .createNamespace: kept.sync.createNamespace = settings.createNamespace
      }
    }
    for key in which.labels {
      if let value = settings.labels[key] { kept.labels[key] = value }
    }
    return kept
  }
}
