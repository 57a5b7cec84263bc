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

  /// Expands once; nothing is stored when nothing differs.
  public func run(row: Int64) async throws -> Instant? {
    guard let record = try await store.fleetSet(FleetSetID(row)) else { return nil }
    let now = try await store.now()
    do {
      let definition = try FleetSetReader.definition(of: record)
      let repositories = try await store.allRepositories(of: record.project)
      let expanded = try await expander.expand(
        definition, inventory: try await store.inventory(of: record.project), repositories: repositories,
        file: "FleetSet \(record.name)")
      try await storeRelease(expanded, record)
      let warnings = expanded.warnings.map(\.text).joined(separator: "\n")
      // What an isolated generator made before is not in the release: it stays as it is, and nothing rolls it out.
      let condition =
        expanded.isolated.isEmpty
        ? Condition(isReady: true, reason: "Expanded", message: warnings, since: now)
        : Condition(isReady: false, reason: "GeneratorIsolated", message: warnings, since: now)
      try await store.recordCondition(condition, of: record.id)
      Counter(label: "flotilla_expansions_total", dimensions: [("outcome", "done")]).increment()
    } catch let failure as ExpansionFailure {
      try await degrade(record, reason: failure.reason, message: failure.description, at: now)
    } catch let error as DiagnosticsError {
      try await degrade(record, reason: "DocumentInvalid", message: error.description, at: now)
    }
    return nil
  }

  private func storeRelease(_ expanded: ExpandedSet, _ record: FleetSetRecord) async throws {
    let digests = expanded.bundles.keys.sorted()
    let missing = try await store.missingBundles(of: digests)
    if !missing.isEmpty {
      try await store.insertBundles(digests.filter(missing.contains).compactMap { expanded.bundles[$0] })
    }
    let release = try await store.commitRelease(
      ReleaseDraft(
        fleetSet: record.id, fleetSetGeneration: record.generation, sources: expanded.sources,
        targets: expanded.targets, contentDigest: expanded.contentDigest))
    if release.id != record.newestRelease?.id {
      logger.info(
        "release stored",
        metadata: [
          "fleetSet": "\(record.name)", "release": "\(release.shortName)", "targets": "\(release.targetCount)",
          "newBundles": "\(missing.count)",
        ])
    }
  }

  private func degrade(_ record: FleetSetRecord, reason: String, message: String, at now: Instant) async throws {
    logger.warning(
      "expansion failed, the last good one is kept",
      metadata: ["fleetSet": "\(record.name)", "reason": "\(reason)", "error": "\(message)"])
    Counter(label: "flotilla_expansions_total", dimensions: [("outcome", reason)]).increment()
    try await store.recordCondition(
      Condition(isReady: false, reason: reason, message: message, since: now), of: record.id)
  }
}
