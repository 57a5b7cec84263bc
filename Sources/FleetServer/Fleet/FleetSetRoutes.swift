import FleetAPI
import FleetDocuments
import FleetModel
import FleetPlanner
import FleetPorts
import FoundationEssentials

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
      Routes.acceptShrink.id: acceptShrink,
      Routes.listFleetSetReleases.id: releases,
      Routes.listWaitingReleases.id: waiting,
      Routes.planRollout.id: plan,
      Routes.rehearseRollout.id: rehearse,
      Routes.startRollout.id: start,
      Routes.releaseHold.id: releaseHold,
      Routes.previewFleetSet.id: preview,
      Routes.diffFleetSet.id: diff,
      Routes.compareReleases.id: compare,
      Routes.releaseManifests.id: manifests,
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
    guard let workloads = call.query["workloads"].flatMap(RemovalPolicy.init) else {
      throw ErrorEnvelope(
        code: .invalid, message: "what happens to the workloads of \(record.name) must be said", field: "workloads",
        hint: "give workloads=keep, and they stay as abandoned targets, or workloads=remove, and a rollout removes them"
      )
    }
    let cause = call.cause(nil)
    let isDryRun = try call.flag("dryRun")
    if workloads == .remove, cause.reason.isEmpty, !isDryRun {
      throw ErrorEnvelope(
        code: .invalid, message: "removing the \(record.targetCount) workloads of \(record.name) needs a reason",
        field: "reason", hint: "give --reason; --dry-run only says what would be removed")
    }
    if !isDryRun { try await store.removeFleetSet(record.name, in: call.project, workloads: workloads, cause: cause) }
    let (verb, stay) = isDryRun ? ("would be", "would stay") : ("was", "stay")
    let message =
      switch workloads {
      case .keep: "FleetSet \(record.name) \(verb) removed; its workloads \(stay), as abandoned targets"
      case .remove:
        "FleetSet \(record.name) \(isDryRun ? "would be" : "is being") deleted; a rollout of kind Remove "
          + "\(isDryRun ? "would remove" : "removes") its \(record.targetCount) workloads first"
      }
    return try .json(Acknowledgement(message: message))
  }

  @Sendable private func acceptShrink(_ call: Call) async throws -> Reply {
    let request = try call.decode(AcceptShrinkRequest.self)
    let record = try await fleetSet(call)
    guard !request.reason.isEmpty else {
      throw ErrorEnvelope(
        code: .invalid, message: "letting targets leave needs a reason", field: "reason", hint: "give --reason")
    }
    guard let shrink = record.shrink else {
      throw ErrorEnvelope(
        code: .conflict, message: "nothing of \(record.name) waits to be accepted", field: "expansion",
        hint: "flotilla describe fleetset/\(record.name) says what does")
    }
    guard request.expansion.utf8.count >= 8, shrink.expansion.hexadecimal.hasPrefix(request.expansion.lowercased())
    else {
      throw ErrorEnvelope(
        code: .conflict,
        message: "the expansion of \(record.name) that waits is \(shrink.expansion.short), not that one",
        field: "expansion",
        hint: "look at who leaves now, flotilla describe fleetset/\(record.name), and accept that if it is meant")
    }
    if request.dryRun != true {
      try await store.acceptShrink(
        shrink.expansion, of: record.name, in: call.project, cause: call.cause(request.reason))
    }
    return try .json(FleetSetResource(try await fleetSet(call), withDocument: true))
  }

  @Sendable private func releases(_ call: Call) async throws -> Reply {
    try await releases(of: try await fleetSet(call).name, call)
  }

  @Sendable private func waiting(_ call: Call) async throws -> Reply {
    let record = try await fleetSet(call)
    return try .json(ListPage(items: try await actions.waitingReleases(record.name, in: call.project), next: nil))
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
    let onlyDrifted = try call.flag("drifted")
    return try await call.list(
      {
        try await store.targets(
          of: call.query["fleetSet"].map { FleetSetName($0) }, cluster: call.query["cluster"].map { ClusterName($0) },
          selector: selector, onlyDrifted: onlyDrifted, in: call.project, after: $0, limit: $1)
      }, TargetResource.init)
  }

  @Sendable private func plan(_ call: Call) async throws -> Reply {
    let request = try call.decode(PlanRolloutRequest.self)
    let name = FleetSetName(call.parameter("name"))
    let plan = try await actions.plan(name, in: call.project, revision: request.revision, by: call.principal)
    guard let plan else {
      return try .json(
        PlanRolloutResponse(message: "every cluster of \(name) runs that release already: there is nothing to roll out")
      )
    }
    return try .json(
      PlanRolloutResponse(
        hash: plan.rollout.run.planHash, rollout: RolloutResource(plan.rollout),
        stages: zip(plan.rollout.stages, plan.clusters).map { stage, clusters in
          PlanRolloutResponse.Stage(name: stage.name, clusters: Array(clusters.prefix(1_000)))
        },
        groups: plan.groups.map(DiffResponse.Group.init), unchanged: plan.unchanged,
        predictedMilliseconds: plan.predicted?.wholeMilliseconds,
        message: "\(plan.rollout.run.displayName) would go to \(plan.rollout.run.releaseName)"))
  }

  @Sendable private func rehearse(_ call: Call) async throws -> Reply {
    let request = try call.decode(RehearseRolloutRequest.self)
    let name = FleetSetName(call.parameter("name"))
    var options = RehearsalOptions(
      revision: request.revision, assumptions: RehearsalAssumptions(), seed: request.seed ?? 1, at: request.at?.instant)
    if let file = request.faults {
      let (assumptions, diagnostics) = Documents.rehearsal(Array(file.content.utf8), file: file.name)
      guard let assumptions else { throw DiagnosticsError(diagnostics) }
      options.assumptions = assumptions
    }
    let found = try await actions.rehearse(name, in: call.project, options: options, by: call.principal)
    return try .json(RehearsalResponse(found, options))
  }

  @Sendable private func start(_ call: Call) async throws -> Reply {
    let request = try call.decode(StartRolloutRequest.self)
    let outcome = try await actions.start(
      FleetSetName(call.parameter("name")), in: call.project,
      options: StartOptions(
        revision: request.revision, plan: request.plan, acceptPrunes: request.acceptPrunes,
        skipConflicting: request.skipConflicting ?? false, dryRun: request.dryRun ?? false), by: call.principal,
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
    let difference =
      request.settings == true
      ? try await previews.settingsDifference(
        name, documents: documents, cluster: request.cluster, in: call.project)
      : try await previews.difference(name, documents: documents, cluster: request.cluster, in: call.project)
    return try .json(
      DiffResponse(
        fleetSet: name, groups: difference.groups.map(DiffResponse.Group.init), unchanged: difference.unchanged,
        warnings: warnings + difference.warnings))
  }

  @Sendable private func compare(_ call: Call) async throws -> Reply {
    let name = FleetSetName(call.parameter("name"))
    guard let from = call.query["from"], !from.isEmpty else {
      throw ErrorEnvelope(
        code: .invalid, message: "a comparison needs the release that it begins with", field: "from",
        hint: "flotilla get releases \(name) lists them")
    }
    let found = try await actions.compare(name, in: call.project, from: from, to: call.query["to"])
    return try .json(
      DiffResponse(
        fleetSet: name, groups: found.groups.map(DiffResponse.Group.init), unchanged: found.unchanged, warnings: []))
  }

  @Sendable private func manifests(_ call: Call) async throws -> Reply {
    let name = FleetSetName(call.parameter("name"))
    guard let cluster = call.query["cluster"], !cluster.isEmpty else {
      throw ErrorEnvelope(
        code: .invalid, message: "whose manifests is not said", field: "cluster", hint: "give the name of a cluster")
    }
    let found = try await actions.manifests(
      of: name, on: ClusterName(cluster), in: call.project, revision: call.query["revision"])
    let origins =
      try call.flag("origins")
      ? try await previews.origins(
        of: name, on: ClusterName(cluster), in: call.project, revision: call.query["revision"]) : nil
    let items = try found.map { entry in
      ManifestsResource(
        target: entry.target,
        objects: try entry.objects.map { try JSONDecoder().decode(JSONValue.self, from: Data($0)) },
        origins: origins.map { $0[entry.target] ?? [] })
    }
    return try .json(ListPage(items: items, next: nil))
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

extension DiffResponse.Group {
  /// A group on the wire.
  init(_ group: PreviewedGroup) {
    self.init(
      targets: Array(group.targets.prefix(50)), targetCount: group.targets.count,
      action: DiffResponse.Change.Action(group.action),
      changes: group.changes.map { change in
        DiffResponse.Change(
          object: change.object, action: DiffResponse.Change.Action(change.action), fields: change.fields)
      })
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
