public import FleetAPI
public import FleetController
public import FleetModel
import FleetPlanner
public import FleetPorts

extension CommandRefusal {
  /// The refusal in the words of the API.
  var actionRefusal: ActionRefusal {
    let code: ErrorEnvelope.Code =
      switch code {
      case .conflict: .conflict
      case .blocked: .blocked
      case .forbidden: .forbidden
      case .notFound: .notFound
      case .invalid: .invalid
      }
    return ActionRefusal(code: code, message: message, hint: hint)
  }
}

extension RolloutService: RolloutActions {
  /// Starts a run of a FleetSet.
  public func start(
    _ fleetSet: FleetSetName, in project: ProjectName, options: StartOptions, by principal: Principal, reason: String
  ) async throws -> FleetServer.StartOutcome {
    do {
      let outcome = try await start(
        fleetSet, in: project, revision: options.revision.flatMap { $0.isEmpty ? nil : $0 }, plan: options.plan,
        by: principal, reason: reason,
        accepted: FindingAcceptance(prunes: options.acceptPrunes, skipsConflicting: options.skipConflicting),
        dryRun: options.dryRun)
      switch outcome {
      case .started(let record):
        return .init(
          result: .started, rollout: record,
          message: "\(record.run.displayName) was started: to \(record.run.releaseName)")
      case .noChange:
        return .init(
          result: .noChange, rollout: nil,
          message: "every cluster of \(fleetSet) runs that release already, so there is nothing to roll out")
      case .wouldStart(let frozen):
        return .init(
          result: .dryRun, rollout: RolloutRecord(frozen),
          message: "\(frozen.run.displayName) would be started: to \(frozen.run.releaseName)")
      }
    } catch let refusal as CommandRefusal {
      throw refusal.actionRefusal
    }
  }

  /// What `start` would start now.
  public func plan(
    _ fleetSet: FleetSetName, in project: ProjectName, revision: String?, by principal: Principal
  ) async throws -> RolloutPlan? {
    do {
      let planned: PlannedRollout? = try await plan(fleetSet, in: project, revision: revision, by: principal)
      guard let planned else { return nil }
      let steps = planned.run.units.flatMap(\.steps)
      return RolloutPlan(
        rollout: RolloutRecord(planned.run),
        clusters: planned.run.stages.map { stage in
          planned.run.units.filter { $0.stage == stage.index && $0.changes }.map(\.clusterName)
        },
        groups: PreviewedGroup.groups(of: planned.changes), unchanged: steps.count { $0.state == .unchanged },
        predicted: planned.predicted)
    } catch let refusal as CommandRefusal {
      throw refusal.actionRefusal
    }
  }

  /// The releases that wait, and for what.
  public func waitingReleases(
    _ fleetSet: FleetSetName, in project: ProjectName
  ) async throws -> [WaitingReleaseResource] {
    try await waiting(fleetSet, in: project).map { found in
      WaitingReleaseResource(
        position: found.position, release: found.release, reason: found.reason,
        nextChange: found.nextChange.map(Timestamp.init))
    }
  }

  /// What differs between two releases.
  public func compare(
    _ fleetSet: FleetSetName, in project: ProjectName, from: String, to: String?
  ) async throws -> PreviewedDifference {
    do {
      let found: ReleaseComparison = try await compare(fleetSet, in: project, from: from, to: to)
      return PreviewedDifference(
        groups: PreviewedGroup.groups(of: found.changes), unchanged: found.unchanged, warnings: [])
    } catch let refusal as CommandRefusal {
      throw refusal.actionRefusal
    }
  }

  /// What a cluster gets.
  public func manifests(
    of fleetSet: FleetSetName, on cluster: ClusterName, in project: ProjectName, revision: String?
  ) async throws -> [(target: TargetName, objects: [[UInt8]])] {
    do {
      let found: [(target: TargetName, objects: [[UInt8]])] = try await shownManifests(
        of: fleetSet, on: cluster, in: project, revision: revision)
      return found
    } catch let refusal as CommandRefusal {
      throw refusal.actionRefusal
    }
  }

  /// How what `start` would start now would go.
  public func rehearse(
    _ fleetSet: FleetSetName, in project: ProjectName, options: RehearsalOptions, by principal: Principal
  ) async throws -> RehearsedRollout? {
    do {
      let found = try await rehearse(
        fleetSet, in: project, revision: options.revision, assumptions: options.assumptions, seed: options.seed,
        at: options.at, by: principal)
      return found.map { RehearsedRollout(rollout: RolloutRecord($0.run), rehearsal: $0.rehearsal) }
    } catch let refusal as CommandRefusal {
      throw refusal.actionRefusal
    } catch is RehearsalDesk.Busy {
      throw ActionRefusal(
        code: .rateLimited, message: "another rehearsal goes on, and a controller makes one at a time",
        hint: "try again in a few seconds")
    }
  }

  /// Does what a person decided about a run.
  public func act(
    _ action: RolloutAction, on fleetSet: FleetSetName, number: Int?, in project: ProjectName,
    by principal: Principal, reason: String, dryRun: Bool
  ) async throws -> RolloutRecord {
    let command: RolloutCommand =
      switch action {
      case .approve(let stage): .approve(stage: stage)
      case .revokeApproval(let stage): .revokeApproval(stage: stage)
      case .reject(let stage): .reject(stage: stage)
      case .pause: .pause
      case .resume: .resume
      case .abort(let hold): .abort(hold: hold)
      case .undo: .undo
      case .retry(let clusters): .retry(clusters)
      case .waive(let clusters): .waive(clusters)
      case .overrideWindow(let stage): .overrideWindow(stage: stage)
      case .waiveChecks(let stage): .waiveChecks(stage: stage)
      }
    do {
      return try await act(
        command, on: fleetSet, number: number, in: project, by: principal, reason: reason, dryRun: dryRun)
    } catch let refusal as CommandRefusal {
      throw refusal.actionRefusal
    }
  }
}
