internal import FleetDocuments
internal import FleetGenerators
public import FleetModel
internal import FleetPlanner
public import FleetPorts
public import Logging
internal import Metrics

/// Expands a FleetSet, renders its targets and stores the release when something differs. A failure keeps the last good
/// expansion and marks the set (R24).
public struct ExpansionTask: ControllerTask {
  /// Expansions.
  public let kind = WorkKind.expansion
  let store: any ControlStore
  let expander: Expander
  let logger: Logger

  /// Makes the task.
  public init(store: any ControlStore, expander: Expander, logger: Logger) {
    self.store = store
    self.expander = expander
    self.logger = logger
  }

  /// Expands once; nothing is stored when nothing differs. What failed is tried again in time, also when nothing that is
  /// known to have an effect changes.
  public func run(row: Int64) async throws -> Instant? {
    guard let record = try await store.fleetSet(FleetSetID(row)), !record.isDeleting else { return nil }
    let now = try await store.now()
    do {
      let definition = try FleetSetReader.definition(of: record)
      let release = try await expand(definition, record)
      Counter(label: "flotilla_expansions_total", dimensions: [("outcome", "done")]).increment()
      try await recordSuccess(record, release: release.record, expanded: release.expanded, at: now)
      try await store.recordReads(
        release.expanded.isolated.isEmpty ? SetReads(definition, sources: release.expanded.sources) : nil,
        of: record.id,
        generation: record.generation)
      guard let look = Self.nextLook(after: release.expanded) else { return nil }
      return try await store.now() + look
    } catch let failure as ExpansionFailure {
      try Task.checkCancellation()
      try await degrade(record, reason: failure.reason, message: failure.description, at: now)
      return now + Self.pause(after: failure, chance: Double.random(in: 0...1))
    } catch let stopped as StoppedShrink {
      let shrink = stopped.proposal
      try await store.propose(shrink, of: record.id)
      let message = ([shrink.message(of: record.name)] + stopped.findings.map(\.text)).joined(separator: "\n")
      try await degrade(record, reason: shrink.reason, message: message, at: now)
      // Who was asked may name them again.
      guard let look = stopped.look else { return nil }
      return try await store.now() + look
    } catch let error as DiagnosticsError {
      try await degrade(record, reason: "DocumentInvalid", message: error.description, at: now)
      return nil
    }
  }

  /// When to ask other programs again, which wake nobody: as soon as the first answer is too old; nil for a set that asks
  /// none. Isolated entries that failed come earlier.
  static func nextLook(after expanded: ExpandedSet) -> Duration? {
    [expanded.staleAfter, expanded.retryAfter].compactMap { $0 }.min().map { max($0, AnswerMemory.shortest) }
  }

  /// How long to wait after a failure. Who was asked may have said how long; many that wait for the same come back one
  /// after the other.
  ///
  /// - Parameter chance: 0 to 1.
  static func pause(after failure: ExpansionFailure, chance: Double) -> Duration {
    if let wanted = failure.retryAfter { return max(wanted, .seconds(1)) * (1 + chance / 10) }
    return failure.reason == "SourceUnavailable" ? .seconds(30) : .seconds(300)
  }

  private func expand(
    _ definition: FleetSetDefinition, _ record: FleetSetRecord
  ) async throws -> (record: ReleaseRecord, expanded: ExpandedSet) {
    let inventory = try await store.inventory(of: record.project)
    let repositories = try await store.allRepositories(of: record.project)
    var bundles = BundleWriter(store: store)
    var expanded = ExpandedSet(sources: [], targets: [], warnings: [])
    // Whoever changes a set wants to see what the world says now.
    let isChanged = record.newestRelease?.fleetSetGeneration != record.generation
    do {
      expanded = try await expander.expand(
        definition, inventory: inventory, repositories: repositories,
        asker: GeneratorAsker(project: record.project, set: record.name.rawValue), file: "FleetSet \(record.name)",
        existing: definition.keepsSettings ? try await store.targetSettings(of: record.id) : [:],
        isStored: true, known: record.newestRelease?.sources ?? [],
        answersUpTo: isChanged ? AnswerMemory.shortest : nil,
        keep: { _, bundle in try await bundles.add(bundle) })
    } catch let failure as ExpansionFailure where failure.reason == "EmptyExpansion" && record.targetCount > 0 {
      // Nobody is left, which a person may want.
      expanded.warnings = failure.diagnostics
      expanded.staleAfter = definition.generators.askingInterval
    }
    let kept = try await acceptedShrink(to: expanded, definition, record)
    try await bundles.flush()
    var draft = ReleaseDraft(
      fleetSet: record.id, fleetSetGeneration: record.generation, replaces: record.newestRelease?.id,
      sources: expanded.sources, targets: expanded.targets, contentDigest: expanded.contentDigest)
    draft.onRemoval = definition.onRemoval
    draft.kept = kept
    draft.beginnings = try await beginnings(of: draft, record, inventory: inventory, repositories: repositories)
    let release = try await store.commitRelease(draft)
    if release.id != record.newestRelease?.id {
      logger.info(
        "release stored",
        metadata: [
          "fleetSet": "\(record.name)", "release": "\(release.shortName)", "targets": "\(release.targetCount)",
          "newBundles": "\(bundles.newBundles)",
        ])
    }
    return (release, expanded)
  }

  /// What the last good release would have given to those who are new: they begin with it while others go to a newer one,
  /// and go back to it (R5, R30). When its sources make nothing of them any more, they wait for the others.
  private func beginnings(
    of draft: ReleaseDraft, _ record: FleetSetRecord, inventory: [Cluster], repositories: [Repository]
  ) async throws -> ReleaseBeginnings? {
    guard let newcomers = try await store.newcomers(among: draft) else { return nil }
    var bundles = BundleWriter(store: store)
    do {
      let definition = try FleetSetReader.definition(of: record, canonicalJSON: newcomers.canonicalJSON)
      let expanded = try await expander.pinned(to: newcomers.sources).expand(
        definition, inventory: inventory, repositories: repositories,
        asker: GeneratorAsker(project: record.project, set: record.name.rawValue), file: "FleetSet \(record.name)",
        onlyTargets: Set(newcomers.targets), keep: { _, bundle in try await bundles.add(bundle) })
      try await bundles.flush()
      let clusters = Dictionary(draft.targets.map { ($0.name, $0.cluster) }, uniquingKeysWith: { first, _ in first })
      let targets = expanded.targets.filter { clusters[$0.name] == $0.cluster }
      return targets.isEmpty ? nil : ReleaseBeginnings(release: newcomers.release, targets: targets)
    } catch let failure as ExpansionFailure {
      try Task.checkCancellation()
      logger.warning(
        "new targets begin with the newest release, as the last good one cannot be made for them",
        metadata: ["fleetSet": "\(record.name)", "error": "\(failure)"])
      return nil
    } catch let error as DiagnosticsError {
      logger.warning(
        "new targets begin with the newest release, as the last good one's FleetSet cannot be read any more",
        metadata: ["fleetSet": "\(record.name)", "error": "\(error)"])
      return nil
    }
  }

  /// Who leaves the set and keeps its workload all the same; throws the proposal when more leave than may without a
  /// person's word.
  private func acceptedShrink(
    to expanded: ExpandedSet, _ definition: FleetSetDefinition, _ record: FleetSetRecord
  ) async throws -> [TargetID] {
    let leaving = try await store.leavingTargets(of: record.id, staying: expanded.targets)
    let expansion = expanded.membershipDigest
    var shrink = ShrinkInput(
      current: record.targetCount, staying: expanded.targets.count, leaving: leaving, expansion: expansion,
      isolated: expanded.isolated, budget: definition.rollout.budgets.removals,
      isAccepted: leaving.isEmpty ? false : try await store.isShrinkAccepted(expansion, of: record.id))
    if !leaving.isEmpty { shrink.stages = try await stages(losing: leaving, to: expanded, definition, record) }
    switch judgeShrink(shrink) {
    case .needsApproval(let proposal):
      throw StoppedShrink(proposal: proposal, findings: expanded.warnings, look: Self.nextLook(after: expanded))
    case .allowed(let kept):
      if record.shrink != nil { try await store.propose(nil, of: record.id) }
      return kept
    }
  }

  /// The stages that have a budget of their own for who leaves, with whom they had before.
  private func stages(
    losing leaving: [LeavingTarget], to expanded: ExpandedSet, _ definition: FleetSetDefinition,
    _ record: FleetSetRecord
  ) async throws -> [StageShrink] {
    guard definition.rollout.stages.contains(where: { $0.removalBudget != nil }) else { return [] }
    let known = try await store.targetSettings(of: record.id)
    let clusters = try await store.inventory(of: record.project)
    let byID = Dictionary(clusters.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    func member(_ id: TargetID, _ name: TargetName, _ cluster: ClusterID, _ labels: [String: String]) -> StartMember? {
      byID[cluster].map { found in
        StartMember(
          target: id, targetName: name, targetLabels: labels, cluster: cluster, clusterName: found.name,
          clusterLabels: found.labels, bundle: expanded.membershipDigest)
      }
    }
    let staying = expanded.targets.filter { known[$0.name] != nil }.enumerated().compactMap { number, target in
      member(TargetID(Int64(-1 - number)), target.name, target.cluster, target.labels)
    }
    let members = staying + leaving.compactMap { member($0.target, $0.name, $0.cluster, $0.labels) }
    return stageShrinks(of: members, in: definition.rollout)
  }

  private func recordSuccess(
    _ record: FleetSetRecord, release: ReleaseRecord, expanded: ExpandedSet, at now: Instant
  ) async throws {
    let message = expanded.warnings.map(\.text).joined(separator: "\n")
    // What an isolated generator made before is not in the release: it stays as it is, and nothing rolls it out.
    let condition =
      expanded.isolated.isEmpty
      ? Condition(isReady: true, reason: "Expanded", message: message, since: now)
      : Condition(isReady: false, reason: "GeneratorIsolated", message: message, since: now)
    if release.id == record.newestRelease?.id {
      // What the start task found about this very release is still so, or may be found just now.
      let isSame = record.condition.reason == condition.reason && record.condition.message == message
      if isSame || RunStarter.reasons.contains(record.condition.reason) { return }
    }
    try await store.recordCondition(condition, of: record.id)
    // The start task may have had its say before this was written over it; it says it again.
    try await store.wake(.start, row: record.id.rawValue)
  }

  private func degrade(_ record: FleetSetRecord, reason: String, message: String, at now: Instant) async throws {
    let isKnown = record.condition.reason == reason && record.condition.message == message
    logger.log(
      level: isKnown ? .debug : .warning, "expansion failed, the last good one is kept",
      metadata: ["fleetSet": "\(record.name)", "reason": "\(reason)", "error": "\(message)"])
    Counter(label: "flotilla_expansions_total", dimensions: [("outcome", reason)]).increment()
    try await store.recordCondition(
      Condition(isReady: false, reason: reason, message: message, since: now), of: record.id)
    try await store.recordReads(nil, of: record.id, generation: record.generation)
  }
}

extension SetReads {
  fileprivate init(_ definition: FleetSetDefinition, sources: [ReleaseSource]) {
    self.init(
      repositories: Set(sources.map(\.repository)).sorted(), asksOthers: definition.generators.asksOthers,
      clusters: definition.generators.clusterSelectors)
  }
}

/// A shrink that waits for a person, with what the generators had to say: often that a selector matches nothing.
private struct StoppedShrink: Error {
  var proposal: ShrinkProposal
  var findings: [Diagnostic]
  /// When to look again by itself; nil for not before something wakes the set.
  var look: Duration?
}
