/// All calls of the API. The first path parameter of most is the project.
public enum Routes {
  /// All routes, in the order of the reference page.
  public static let all: [Route] =
    documents + clusters + repositories + configMaps + policies + fleetSets + lists + rollouts + history
    + events + access + service + agent

  static let paging = [
    Route.Query("limit", "how many items at most, 1 to 1000; 100 when absent", .integer),
    Route.Query("after", "the `next` of the part before"),
    Route.Query("count", "`true` adds `remaining`: how many items come behind this part, at most 20000", .boolean),
  ]
  static let removal = [
    Route.Query("reason", "why, for the event feed"),
    Route.Query("dryRun", "`true` checks only and changes nothing", .boolean),
  ]
  /// Calls that are POST because they carry a body, and change nothing.
  static let readOnlyPosts: Set<String> = ["previewFleetSet", "diffFleetSet", "rehearseRollout"]

  static func project(_ rest: String) -> String { "/api/v1/projects/{project}/" + rest }
}

// Documents and clusters.
extension Routes {
  /// Stores documents, all or none.
  public static let applyDocuments = Route(
    "applyDocuments", .post, project("documents"), .right(.operate), "Store documents, all or none",
    request: ApplyRequest.self, response: ApplyResponse.self, bodyLimit: Route.documentsBodyLimit)
  static let documents = [applyDocuments]

  /// Clusters in order of name.
  public static let listClusters = Route(
    "listClusters", .get, project("clusters"), .right(.read), "List clusters in order of name",
    query: [Route.Query("selector", "a label selector as `kubectl -l` takes it")] + paging,
    response: ListPage<ClusterResource>.self)
  /// One cluster.
  public static let getCluster = Route(
    "getCluster", .get, project("clusters/{name}"), .right(.read), "Get a cluster", response: ClusterResource.self)
  /// Takes a cluster out of the inventory; its workloads stay.
  public static let removeCluster = Route(
    "removeCluster", .delete, project("clusters/{name}"), .right(.admin),
    "Take a cluster out of the inventory; its workloads stay", query: removal, response: Acknowledgement.self)
  /// Sets and removes labels.
  public static let labelCluster = Route(
    "labelCluster", .patch, project("clusters/{name}/labels"), .right(.operate), "Set and remove a cluster's labels",
    request: LabelRequest.self, response: ClusterResource.self)
  /// Sends no forward orders to a cluster any more.
  public static let cordonCluster = Route(
    "cordonCluster", .post, project("clusters/{name}/cordon"), .right(.operate),
    "Send no forward orders to a cluster; the reason is required", request: ReasonRequest.self,
    response: ClusterResource.self)
  /// Sends orders to a cluster again.
  public static let uncordonCluster = Route(
    "uncordonCluster", .post, project("clusters/{name}/uncordon"), .right(.operate),
    "Send orders to a cluster again", request: ReasonRequest.self, response: ClusterResource.self)
  /// Makes a one-time token for a cluster's agent.
  public static let createJoinToken = Route(
    "createJoinToken", .post, project("clusters/{name}/join-token"), .right(.operate),
    "Make a one-time token for the cluster's agent; `rejoin` needs the right admin", request: JoinTokenRequest.self,
    response: JoinTokenCreated.self, status: 201)
  /// Refuses the identity of a cluster's agent.
  public static let revokeAgent = Route(
    "revokeAgent", .post, project("clusters/{name}/revoke"), .right(.admin),
    "Refuse the identity of the cluster's agent until another one has joined; its workloads stay, the reason is required",
    request: ReasonRequest.self, response: ClusterResource.self)
  static let clusters = [
    listClusters, getCluster, removeCluster, labelCluster, cordonCluster, uncordonCluster, createJoinToken, revokeAgent,
  ]
}

// Repositories and FleetSets.
extension Routes {
  /// Repositories in order of name.
  public static let listRepositories = Route(
    "listRepositories", .get, project("repositories"), .right(.read), "List repositories in order of name",
    query: paging, response: ListPage<RepositoryResource>.self)
  /// One repository.
  public static let getRepository = Route(
    "getRepository", .get, project("repositories/{name}"), .right(.read), "Get a repository",
    response: RepositoryResource.self)
  /// Removes a repository that no FleetSet uses.
  public static let removeRepository = Route(
    "removeRepository", .delete, project("repositories/{name}"), .right(.operate),
    "Remove a repository that no FleetSet uses", query: removal, response: Acknowledgement.self)
  static let repositories = [listRepositories, getRepository, removeRepository]

  /// ConfigMaps in order of name.
  public static let listConfigMaps = Route(
    "listConfigMaps", .get, project("configmaps"), .right(.read), "List ConfigMaps in order of name",
    query: paging, response: ListPage<ConfigMapResource>.self)
  /// One ConfigMap.
  public static let getConfigMap = Route(
    "getConfigMap", .get, project("configmaps/{name}"), .right(.read), "Get a ConfigMap",
    response: ConfigMapResource.self)
  /// Removes a ConfigMap.
  public static let removeConfigMap = Route(
    "removeConfigMap", .delete, project("configmaps/{name}"), .right(.operate),
    "Remove a ConfigMap; generators that refer to it fail, and what they made stays", query: removal,
    response: Acknowledgement.self)
  static let configMaps = [listConfigMaps, getConfigMap, removeConfigMap]

  /// Windows in order of name.
  public static let listWindows = Route(
    "listWindows", .get, project("windows"), .right(.read), "List windows in order of name", query: paging,
    response: ListPage<WindowResource>.self)
  /// One window.
  public static let getWindow = Route(
    "getWindow", .get, project("windows/{name}"), .right(.read), "Get a window", response: WindowResource.self)
  /// Removes a window that nobody names.
  public static let removeWindow = Route(
    "removeWindow", .delete, project("windows/{name}"), .right(.operate),
    "Remove a window that no FleetSet and no rollout that goes on names", query: removal,
    response: Acknowledgement.self)
  /// Freezes in order of name.
  public static let listFreezes = Route(
    "listFreezes", .get, project("freezes"), .right(.read), "List freezes in order of name", query: paging,
    response: ListPage<FreezeResource>.self)
  /// One freeze.
  public static let getFreeze = Route(
    "getFreeze", .get, project("freezes/{name}"), .right(.read), "Get a freeze", response: FreezeResource.self)
  /// Lifts a freeze.
  public static let removeFreeze = Route(
    "removeFreeze", .delete, project("freezes/{name}"), .right(.approve), "Lift a freeze; the reason is required",
    query: removal, response: Acknowledgement.self)
  /// Analyses in order of name.
  public static let listAnalyses = Route(
    "listAnalyses", .get, project("analyses"), .right(.read), "List analyses in order of name", query: paging,
    response: ListPage<AnalysisResource>.self)
  /// One analysis.
  public static let getAnalysis = Route(
    "getAnalysis", .get, project("analyses/{name}"), .right(.read), "Get an analysis", response: AnalysisResource.self)
  /// Removes an analysis that nobody names.
  public static let removeAnalysis = Route(
    "removeAnalysis", .delete, project("analyses/{name}"), .right(.operate),
    "Remove an analysis that no FleetSet names", query: removal, response: Acknowledgement.self)
  /// Limits in order of name.
  public static let listLimits = Route(
    "listLimits", .get, project("limits"), .right(.read), "List limits that FleetSets share, in order of name",
    query: paging, response: ListPage<LimitResource>.self)
  /// One limit.
  public static let getLimit = Route(
    "getLimit", .get, project("limits/{name}"), .right(.read), "Get a limit", response: LimitResource.self)
  /// Removes a limit.
  public static let removeLimit = Route(
    "removeLimit", .delete, project("limits/{name}"), .right(.operate), "Remove a limit; it ends at once",
    query: removal, response: Acknowledgement.self)
  static let policies = [
    listWindows, getWindow, removeWindow, listFreezes, getFreeze, removeFreeze, listAnalyses, getAnalysis,
    removeAnalysis, listLimits, getLimit, removeLimit,
  ]

  /// FleetSets in order of name.
  public static let listFleetSets = Route(
    "listFleetSets", .get, project("fleetsets"), .right(.read), "List FleetSets in order of name", query: paging,
    response: ListPage<FleetSetResource>.self)
  /// One FleetSet.
  public static let getFleetSet = Route(
    "getFleetSet", .get, project("fleetsets/{name}"), .right(.read), "Get a FleetSet", response: FleetSetResource.self)
  /// Deletes a FleetSet.
  public static let removeFleetSet = Route(
    "removeFleetSet", .delete, project("fleetsets/{name}"), .right(.operate), "Delete a FleetSet",
    query: removal + [
      Route.Query(
        "workloads",
        "`keep` or `remove`, which is required: they stay and are listed as abandoned, or are removed by a rollout first"
      )
    ],
    response: Acknowledgement.self)
  /// Lets targets leave a set.
  public static let acceptShrink = Route(
    "acceptShrink", .post, project("fleetsets/{name}/acceptance"), .right(.approve),
    "Accept that a FleetSet has fewer targets than before", request: AcceptShrinkRequest.self,
    response: FleetSetResource.self)
  /// Releases of a FleetSet, newest first.
  public static let listFleetSetReleases = Route(
    "listFleetSetReleases", .get, project("fleetsets/{name}/releases"), .right(.read),
    "List the releases of a FleetSet, newest first", query: paging, response: ListPage<ReleaseResource>.self)
  /// Starts a run.
  public static let startRollout = Route(
    "startRollout", .post, project("fleetsets/{name}/rollouts"), .right(.operate), "Start a rollout",
    request: StartRolloutRequest.self, response: StartRolloutResponse.self)
  /// What waits, and for what.
  public static let listWaitingReleases = Route(
    "listWaitingReleases", .get, project("fleetsets/{name}/waiting"), .right(.read),
    "List the releases of a FleetSet that no rollout is for yet, and what each waits for",
    response: ListPage<WaitingReleaseResource>.self)
  /// What starting a run would do.
  public static let planRollout = Route(
    "planRollout", .post, project("fleetsets/{name}/plan"), .right(.read),
    "Plan a rollout: its stages with their clusters, what it would change, and the hash that names this plan",
    request: PlanRolloutRequest.self, response: PlanRolloutResponse.self)
  /// How a run would go.
  public static let rehearseRollout = Route(
    "rehearseRollout", .post, project("fleetsets/{name}/rehearsal"), .right(.read),
    "Rehearse a rollout on a virtual clock: how long it takes, where it stops, whom it reaches. One at a time",
    request: RehearseRolloutRequest.self, response: RehearsalResponse.self)
  /// Takes the hold off a FleetSet's release.
  public static let releaseHold = Route(
    "releaseHold", .post, project("fleetsets/{name}/release-hold"), .right(.approve),
    "Let automation roll out a held release again", request: ReasonRequest.self, response: FleetSetResource.self)
  /// The targets that documents would expand to.
  public static let previewFleetSet = Route(
    "previewFleetSet", .post, project("fleetsets/{name}/preview"), .right(.read),
    "Expand a FleetSet without storing anything", request: PreviewRequest.self, response: PreviewResponse.self,
    bodyLimit: Route.documentsBodyLimit)
  /// What a release of the documents would change.
  public static let diffFleetSet = Route(
    "diffFleetSet", .post, project("fleetsets/{name}/diff"), .right(.read),
    "Compare what documents would expand to with what targets should run now", request: PreviewRequest.self,
    response: DiffResponse.self, bodyLimit: Route.documentsBodyLimit)
  /// What differs between two releases.
  public static let compareReleases = Route(
    "compareReleases", .get, project("fleetsets/{name}/comparison"), .right(.read),
    "Compare two releases of a FleetSet: equal changes together, values of Secrets masked",
    query: [
      Route.Query("from", "the earlier release, by number, commit or short name"),
      Route.Query("to", "the later one; the newest when absent"),
    ], response: DiffResponse.self)
  /// What a cluster gets.
  public static let releaseManifests = Route(
    "releaseManifests", .get, project("fleetsets/{name}/manifests"), .right(.read),
    "The objects that a cluster gets from a FleetSet, by target, without the values of Secrets",
    query: [
      Route.Query("cluster", "the cluster"),
      Route.Query("revision", "the release, by number, commit or short name; the newest when absent"),
      Route.Query("origins", "`true`: also what gave each field its value; the release is rendered again for that"),
    ], response: ListPage<ManifestsResource>.self)
  static let fleetSets = [
    listFleetSets, getFleetSet, removeFleetSet, acceptShrink, listFleetSetReleases, listWaitingReleases, planRollout,
    startRollout,
    rehearseRollout, releaseHold,
    previewFleetSet,
    diffFleetSet, compareReleases, releaseManifests,
  ]

  /// Targets in order of set and name.
  public static let listTargets = Route(
    "listTargets", .get, project("targets"), .right(.read), "List targets in order of FleetSet and name",
    query: [
      Route.Query("fleetSet", "only of this FleetSet"), Route.Query("cluster", "only on this cluster"),
      Route.Query("selector", "a label selector as `kubectl -l` takes it, for the targets' own labels"),
      Route.Query("drifted", "`true`: only those that differ from what was applied"),
    ] + paging,
    response: ListPage<TargetResource>.self)
  /// Releases: of one set newest first, or the newest one of every set.
  public static let listReleases = Route(
    "listReleases", .get, project("releases"), .right(.read),
    "List releases: with `fleetSet` all of it, newest first; without, the newest one of every FleetSet",
    query: [Route.Query("fleetSet", "only of this FleetSet")] + paging, response: ListPage<ReleaseResource>.self)
  /// Runs, newest first.
  public static let listRollouts = Route(
    "listRollouts", .get, project("rollouts"), .right(.read), "List rollouts, newest first",
    query: [Route.Query("fleetSet", "only of this FleetSet")] + paging, response: ListPage<RolloutResource>.self)
  static let lists = [listTargets, listReleases, listRollouts]
}

// Rollouts. The number is a number, or `latest` for the one that goes on, or else the newest.
extension Routes {
  /// One run.
  public static let getRollout = Route(
    "getRollout", .get, project("rollouts/{set}/{number}"), .right(.read),
    "Get a rollout; the number may be `latest`: the one that goes on, or else the newest",
    response: RolloutResource.self)
  /// The steps of a run.
  public static let listSteps = Route(
    "listSteps", .get, project("rollouts/{set}/{number}/steps"), .right(.read),
    "List the steps of a rollout in order of stage and position",
    query: [Route.Query("state", "only in these states, separated by commas")] + paging,
    response: ListPage<StepResource>.self)
  /// Why a run stands where it stands.
  public static let explainRollout = Route(
    "explainRollout", .get, project("rollouts/{set}/{number}/explain"), .right(.read),
    "Explain what a rollout waits for, and who can clear it", response: RolloutExplanation.self)
  /// Approves a stage.
  public static let approveRollout = action("approve", .approve, "Approve a stage that waits for it")
  /// Takes back one's own approval of a stage that has not gone on with it.
  public static let revokeApprovalRollout = Route(
    "revokeApprovalRollout", .post, project("rollouts/{set}/{number}/revoke-approval"), .right(.approve),
    "Take back your own approval of a stage that has not gone on with it", request: RolloutActionRequest.self,
    response: RolloutResource.self)
  /// Refuses a stage: the run is paused.
  public static let rejectRollout = action("reject", .approve, "Refuse a stage that waits for an approval")
  /// Stops new dispatches.
  public static let pauseRollout = action("pause", .operate, "Stop new dispatches; what is in flight ends")
  /// Goes on after a pause.
  public static let resumeRollout = action("resume", .operate, "Go on after a pause")
  /// Ends a run where it stands.
  public static let abortRollout = action("abort", .operate, "End a rollout where it stands")
  /// Sends changed members back to what they ran before.
  public static let undoRollout = action("undo", .operate, "Send changed members back to what they ran before")
  /// Tries failed clusters again.
  public static let retryRollout = action("retry", .operate, "Try failed clusters again")
  /// Accepts failures.
  public static let waiveRollout = action("waive", .approve, "Accept failures, so that the rollout can go on")
  /// Lets a stage go on although its windows are closed.
  public static let overrideWindowRollout = Route(
    "overrideWindowRollout", .post, project("rollouts/{set}/{number}/override-window"), .right(.approve),
    "Let a stage go on although its windows are closed or a freeze is on; the reason is required",
    request: RolloutActionRequest.self, response: RolloutResource.self)
  /// Lets a stage go on without its checks.
  public static let waiveChecksRollout = Route(
    "waiveChecksRollout", .post, project("rollouts/{set}/{number}/waive-checks"), .right(.approve),
    "Let a stage go on without the checks that have not passed; the reason is required",
    request: RolloutActionRequest.self, response: RolloutResource.self)
  static let rollouts = [
    getRollout, listSteps, explainRollout, approveRollout, rejectRollout, pauseRollout, resumeRollout, abortRollout,
    undoRollout, retryRollout, waiveRollout, overrideWindowRollout, waiveChecksRollout,
    revokeApprovalRollout,
  ]

  private static func action(_ verb: String, _ right: AccessRight, _ summary: String) -> Route {
    Route(
      verb + "Rollout", .post, project("rollouts/{set}/{number}/" + verb), .right(right), summary,
      request: RolloutActionRequest.self, response: RolloutResource.self)
  }
}

// Events, access and the service itself.
extension Routes {
  private static let eventFilters = [
    Route.Query("fleetSet", "only of this FleetSet"), Route.Query("rollout", "only of this rollout, `SET/NUMBER`"),
    Route.Query("cluster", "only of this cluster"),
  ]
  /// Events of a project.
  public static let listEvents = Route(
    "listEvents", .get, project("events"), .right(.read), "List events",
    query: [
      Route.Query("after", "only events after this position; with `newestFirst` before it", .integer),
      Route.Query("newestFirst", "`true` goes backwards, from the newest when `after` is absent", .boolean),
      Route.Query("limit", "how many items at most, 1 to 1000; 100 when absent", .integer),
    ] + eventFilters, response: ListPage<EventResource>.self)
  /// Events of a project as they happen.
  public static let streamEvents = Route(
    "streamEvents", .get, project("events/stream"), .right(.read),
    "Follow events as server-sent events; `Last-Event-ID` resumes, and without it or `after` only new ones come",
    query: [Route.Query("after", "as `Last-Event-ID`, for clients that cannot set it", .integer)] + eventFilters,
    contentType: "text/event-stream")
  static let events = [listEvents, streamEvents]

  /// Stores a secret under a name.
  public static let setCredential = Route(
    "setCredential", .put, project("credentials/{name}"), .right(.admin),
    "Store a credential; it is encrypted and never given out again", request: CredentialRequest.self,
    response: Acknowledgement.self)
  /// Makes a token.
  public static let createToken = Route(
    "createToken", .post, "/api/v1/tokens", .right(.admin), "Make an access token", request: TokenRequest.self,
    response: TokenCreated.self, status: 201)
  /// All tokens, without their secrets.
  public static let listTokens = Route(
    "listTokens", .get, "/api/v1/tokens", .right(.admin), "List access tokens without their secrets",
    response: ListPage<TokenResource>.self)
  /// Revokes a token.
  public static let revokeToken = Route(
    "revokeToken", .delete, "/api/v1/tokens/{name}", .right(.admin), "Revoke an access token", query: removal,
    response: Acknowledgement.self)
  /// Whose token it is.
  public static let whoAmI = Route(
    "whoAmI", .get, "/api/v1/whoami", .right(.read), "Tell whose token it is", response: WhoAmI.self)
  static let access = [setCredential, createToken, listTokens, revokeToken, whoAmI]

  /// Looks at a repository now.
  public static let gitWebhook = Route(
    "gitWebhook", .post, "/api/v1/webhooks/git", .webhook,
    "Look at a repository now; takes GitHub's, GitLab's and Gitea's push hooks, or a token with the right operate",
    query: [
      Route.Query("repository", "the repository's name; absent: found by the URLs in the payload"),
      Route.Query("project", "the repository's project; `default` when absent"),
    ], response: Acknowledgement.self, status: 202)
  /// Which program answers.
  public static let version = Route(
    "version", .get, "/api/v1/version", .right(.read), "Tell which program answers", response: VersionResource.self)
  /// The OpenAPI document.
  public static let openAPI = Route(
    "openAPI", .get, "/api/v1/openapi.json", .right(.read), "The OpenAPI document of this API")
  /// Whether the process works.
  public static let live = Route(
    "live", .get, "/live", .open, "200 while the process works", contentType: "text/plain")
  /// Whether requests can be served.
  public static let ready = Route(
    "ready", .get, "/ready", .open, "200 when the database answers, else 503", contentType: "text/plain")
  /// Metrics as Prometheus reads them.
  public static let metrics = Route(
    "metrics", .get, "/metrics", .right(.read), "Metrics in Prometheus' text format", contentType: "text/plain")
  static let service = [gitWebhook, version, openAPI, live, ready, metrics]
}

// Agents: the bodies are in Agent/AgentMessages.swift.
extension Routes {
  /// A new agent shows its one-time token.
  public static let agentJoin = Route(
    "agentJoin", .post, "/api/v1/agent/join", .agentProof, "An agent joins with a one-time token and its public key")
  /// A nonce to sign.
  public static let agentChallenge = Route(
    "agentChallenge", .post, "/api/v1/agent/challenge", .agentProof, "An agent asks for a nonce to sign")
  /// Opens a session.
  public static let agentSession = Route(
    "agentSession", .post, "/api/v1/agent/session", .agentProof, "An agent proves its key and opens a session")
  /// Orders, held open until there are some.
  public static let agentPoll = Route(
    "agentPoll", .post, "/api/v1/agent/poll", .agentSession, "An agent asks for orders; held open until there are some")
  /// Reports.
  public static let agentObservations = Route(
    "agentObservations", .post, "/api/v1/agent/observations", .agentSession, "An agent reports what changed",
    status: 204, bodyLimit: Route.documentsBodyLimit)
  /// Objects by digest.
  public static let agentObjects = Route(
    "agentObjects", .post, "/api/v1/agent/objects", .agentSession, "An agent fetches objects by digest")
  /// A bundle by digest.
  public static let agentBundle = Route(
    "agentBundle", .get, "/api/v1/agent/bundles/{digest}", .agentSession, "An agent fetches a bundle by digest")
  static let agent = [
    agentJoin, agentChallenge, agentSession, agentPoll, agentObservations, agentObjects, agentBundle,
  ]
}
