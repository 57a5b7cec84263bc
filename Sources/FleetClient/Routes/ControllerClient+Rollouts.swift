public import FleetAPI

/// What a person decides about a run.
public enum RolloutVerb: String, Sendable, CaseIterable {
  /// Lets a stage open.
  case approve
  /// Refuses a stage.
  case reject
  /// Stops new dispatches.
  case pause
  /// Goes on.
  case resume
  /// Ends the run where it stands.
  case abort
  /// Sends changed members back.
  case undo
  /// Tries failed clusters again.
  case retry
  /// Accepts failures.
  case waive
  /// Lets a stage go on although its windows are closed.
  case overrideWindow
  /// Lets a stage go on without its checks.
  case waiveChecks

  var route: Route {
    switch self {
    case .approve: Routes.approveRollout
    case .reject: Routes.rejectRollout
    case .pause: Routes.pauseRollout
    case .resume: Routes.resumeRollout
    case .abort: Routes.abortRollout
    case .undo: Routes.undoRollout
    case .retry: Routes.retryRollout
    case .waive: Routes.waiveRollout
    case .overrideWindow: Routes.overrideWindowRollout
    case .waiveChecks: Routes.waiveChecksRollout
    }
  }
}

extension ControllerClient {
  /// Runs, newest first.
  public func rollouts(
    in project: String, fleetSet: String? = nil, page: PageRequest
  ) async throws -> ListPage<RolloutResource> {
    try await call(Routes.listRollouts, project, query: [("fleetSet", fleetSet)] + page.query)
  }

  /// One run; nil for the newest.
  public func rollout(_ fleetSet: String, number: Int?, in project: String) async throws -> RolloutResource {
    try await call(Routes.getRollout, project, fleetSet, Self.segment(number))
  }

  /// The steps of a run in order of stage and position; `states` separated by commas.
  public func steps(
    of fleetSet: String, number: Int?, in project: String, states: String? = nil, page: PageRequest
  ) async throws -> ListPage<StepResource> {
    try await call(
      Routes.listSteps, project, fleetSet, Self.segment(number), query: [("state", states)] + page.query)
  }

  /// Why a run stands where it stands.
  public func explain(_ fleetSet: String, number: Int?, in project: String) async throws -> RolloutExplanation {
    try await call(Routes.explainRollout, project, fleetSet, Self.segment(number))
  }

  /// What starting a run would do.
  public func plan(
    _ fleetSet: String, _ request: PlanRolloutRequest, in project: String
  ) async throws -> PlanRolloutResponse {
    try await call(Routes.planRollout, project, fleetSet, body: request)
  }

  /// How a run would go.
  public func rehearse(
    _ fleetSet: String, _ request: RehearseRolloutRequest, in project: String
  ) async throws -> RehearsalResponse {
    try await call(Routes.rehearseRollout, project, fleetSet, body: request)
  }

  /// Starts a run.
  public func start(
    _ fleetSet: String, _ request: StartRolloutRequest, in project: String
  ) async throws -> StartRolloutResponse {
    try await call(Routes.startRollout, project, fleetSet, body: request)
  }

  /// Decides about a run; nil for the newest.
  public func act(
    _ verb: RolloutVerb, on fleetSet: String, number: Int?, _ request: RolloutActionRequest, in project: String
  ) async throws -> RolloutResource {
    try await call(verb.route, project, fleetSet, Self.segment(number), body: request)
  }

  /// Lets automation roll out a held release again.
  public func releaseHold(
    _ fleetSet: String, _ request: ReasonRequest, in project: String
  ) async throws -> FleetSetResource {
    try await call(Routes.releaseHold, project, fleetSet, body: request)
  }

  private static func segment(_ number: Int?) -> String { number.map(String.init) ?? "latest" }
}
