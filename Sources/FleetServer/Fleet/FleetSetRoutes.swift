import FleetAPI
import FleetDocuments
import FleetModel
import FleetPorts

/// FleetSets with their releases and targets; they are made by applying documents.
struct FleetSetRoutes: Sendable {
  let store: any ControlStore
  let previews: any PreviewService
  let actions: any RolloutActions

  var handlers: [String: Handler] {
    [
      Routes.listFleetSets.id: list,
      Routes.getFleetSet.id: get,
      Routes.removeFleetSet.id: remove,
      Routes.listFleetSetReleases.id: releases,
      Routes.startRollout.id: start,
      Routes.releaseHold.id: releaseHold,
      Routes.previewFleetSet.id: preview,
      Routes.diffFleetSet.id: diff,
      Routes.listTargets.id: targets,
      Routes.listReleases.id: allReleases,
    ]
  }

  @Sendable private func list(_ call: Call) async throws -> Reply {
    try await call.list({ try await store.fleetSets(in: call.project, after: $0, limit: $1) }) {
      try FleetSetResource($0, withDocument: false)
    }
  }

  @Sendable private func get(_ call: Call) async throws -> Reply {
    let record = try await fleetSet(call)
    return try .json(FleetSetResource(record, withDocument: true), generation: record.generation)
  }

  @Sendable private func remove(_ call: Call) async throws -> Reply {
    let record = try await fleetSet(call)
    try call.checkGeneration(record.generation)
    guard call.query["workloads"] == "keep" else {
      throw ErrorEnvelope(
        code: .invalid, message: "what happens to the workloads of \(record.name) must be said", field: "workloads",
        hint:
          "give workloads=keep: they stay and are listed as abandoned; removing them is not available in this version")
    }
    if try call.flag("dryRun") {
      return try .json(
        Acknowledgement(message: "FleetSet \(record.name) would be removed; its workloads would stay"))
    }
    try await store.removeFleetSet(record.name, in: call.project, cause: call.cause(nil))
    return try .json(
      Acknowledgement(message: "FleetSet \(record.name) was removed; its workloads stay, as abandoned targets"))
  }

  @Sendable private func releases(_ call: Call) async throws -> Reply {
    try await releases(of: try await fleetSet(call).name, call)
  }

  @Sendable private func allReleases(_ call: Call) async throws -> Reply {
    if let name = call.query["fleetSet"] { return try await releases(of: FleetSetName(name), call) }
    return try await call.list(
      {
        let sets = try await store.fleetSets(in: call.project, after: $0, limit: $1)
        return Page(elements: sets.elements.compactMap(\.newestRelease), next: sets.next)
      }, ReleaseResource.init)
  }

  private func releases(of name: FleetSetName, _ call: Call) async throws -> Reply {
    try await call.list(
      { try await store.releases(of: name, in: call.project, after: $0, limit: $1) }, ReleaseResource.init)
  }

  @Sendable private func targets(_ call: Call) async throws -> Reply {
    let selector = try call.query["selector"].map(LabelText.selector)
    return try await call.list(
      {
        try await store.targets(
          of: call.query["fleetSet"].map { FleetSetName($0) }, cluster: call.query["cluster"].map { ClusterName($0) },
          selector: selector, in: call.project, after: $0, limit: $1)
      }, TargetResource.init)
  }

  @Sendable private func start(_ call: Call) async throws -> Reply {
    let request = try call.decode(StartRolloutRequest.self)
    let outcome = try await actions.start(
      FleetSetName(call.parameter("name")), in: call.project,
      options: StartOptions(revision: request.revision, dryRun: request.dryRun ?? false), by: call.principal,
      reason: request.reason ?? "")
    return try .json(
      StartRolloutResponse(
        outcome: StartRolloutResponse.Outcome(outcome.result), rollout: outcome.rollout.map(RolloutResource.init),
        message: outcome.message))
  }

  @Sendable private func releaseHold(_ call: Call) async throws -> Reply {
    let request = try call.decode(ReasonRequest.self)
    let record = try await fleetSet(call)
    try await store.releaseHold(
      of: record.name, in: call.project, cause: call.cause(request.reason), dryRun: request.dryRun ?? false)
    return try .json(FleetSetResource(try await fleetSet(call), withDocument: true))
  }

  @Sendable private func preview(_ call: Call) async throws -> Reply {
    let (request, documents, warnings) = try read(call)
    let name = FleetSetName(call.parameter("name"))
    let preview = try await previews.preview(
      name, documents: documents, cluster: request.cluster, in: call.project)
    let targets = preview.targets.map { item in
      PreviewResponse.Target(
        name: item.target.name, cluster: item.clusterName, labels: item.target.labels,
        namespace: item.target.namespace, repository: item.target.repository, path: item.target.path,
        origin: item.target.origin, bundle: item.target.bundle, stage: item.stage)
    }
    return try .json(
      PreviewResponse(
        fleetSet: name, sources: preview.sources.map(ReleaseResource.Source.init), targets: targets,
        warnings: warnings + preview.warnings))
  }

  @Sendable private func diff(_ call: Call) async throws -> Reply {
    let (request, documents, warnings) = try read(call)
    let name = FleetSetName(call.parameter("name"))
    let difference = try await previews.difference(
      name, documents: documents, cluster: request.cluster, in: call.project)
    let groups = difference.groups.map { group in
      DiffResponse.Group(
        targets: Array(group.targets.prefix(50)), targetCount: group.targets.count,
        action: DiffResponse.Change.Action(group.action),
        changes: group.changes.map { change in
          DiffResponse.Change(
            object: change.object, action: DiffResponse.Change.Action(change.action), fields: change.fields)
        })
    }
    return try .json(
      DiffResponse(
        fleetSet: name, groups: groups, unchanged: difference.unchanged, warnings: warnings + difference.warnings))
  }

  private func read(_ call: Call) throws -> (PreviewRequest, [Document], [Diagnostic]) {
    let request = try call.decode(PreviewRequest.self)
    let (documents, warnings) = try DocumentReading.read(request.files, in: call.project)
    // Where generators ask, and with which secrets, is what documents say: previews of those do what applying them does.
    if call.principal.right < .operate, documents.contains(where: \.saysWhomToAsk) {
      throw ErrorEnvelope(
        code: .forbidden, message: "previewing documents whose generators ask other programs needs the right operate",
        hint: "ask somebody who has it, or preview offline: flotilla preview --offline")
    }
    return (request, documents, warnings)
  }

  private func fleetSet(_ call: Call) async throws -> FleetSetRecord {
    let name = FleetSetName(call.parameter("name"))
    guard let record = try await store.fleetSet(name, in: call.project) else {
      throw ErrorEnvelope(
        code: .notFound, message: "there is no FleetSet \(name) in project \(call.project)",
        hint: "flotilla get fleetsets lists them")
    }
    return record
  }
}

extension StartRolloutResponse.Outcome {
  /// An outcome on the wire.
  init(_ result: StartOutcome.Result) {
    self =
      switch result {
      case .started: .started
      case .queued: .queued
      case .noChange: .noChange
      case .dryRun: .dryRun
      }
  }
}

extension DiffResponse.Change.Action {
  /// An action on the wire.
  init(_ action: PreviewedChange.Action) {
    self =
      switch action {
      case .added: .added
      case .changed: .changed
      case .removed: .removed
      }
  }
}
