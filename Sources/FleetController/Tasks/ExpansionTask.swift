internal import FleetDocuments
public import FleetModel
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
    guard let record = try await store.fleetSet(FleetSetID(row)) else { return nil }
    let now = try await store.now()
    do {
      let definition = try FleetSetReader.definition(of: record)
      let release = try await expand(definition, record)
      Counter(label: "flotilla_expansions_total", dimensions: [("outcome", "done")]).increment()
      try await recordSuccess(record, release: release.record, expanded: release.expanded, at: now)
      return nil
    } catch let failure as ExpansionFailure {
      try Task.checkCancellation()
      try await degrade(record, reason: failure.reason, message: failure.description, at: now)
      return now + (failure.reason == "SourceUnavailable" ? .seconds(30) : .seconds(300))
    } catch let error as DiagnosticsError {
      try await degrade(record, reason: "DocumentInvalid", message: error.description, at: now)
      return nil
    }
  }

  private func expand(
    _ definition: FleetSetDefinition, _ record: FleetSetRecord
  ) async throws -> (record: ReleaseRecord, expanded: ExpandedSet) {
    let inventory = try await store.inventory(of: record.project)
    let repositories = try await store.allRepositories(of: record.project)
    var bundles = BundleWriter(store: store)
    let expanded = try await expander.expand(
      definition, named: record.name, inventory: inventory, repositories: repositories,
      file: "FleetSet \(record.name)",
      keep: { _, bundle in try await bundles.add(bundle) })
    try await bundles.flush()
    let release = try await store.commitRelease(
      ReleaseDraft(
        fleetSet: record.id, fleetSetGeneration: record.generation, replaces: record.newestRelease?.id,
        sources: expanded.sources, targets: expanded.targets, contentDigest: expanded.contentDigest))
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
      if isSame || record.condition.reason == StartTask.misfit { return }
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
  }
}
