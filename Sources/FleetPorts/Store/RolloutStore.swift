public import FleetModel
public import FleetPlanner

/// Runs. Called by the start and rollout tasks and by the API.
public protocol RolloutStore: Sendable {
  /// What the decision to start a run of a release of the set (nil: the newest) needs; nil when the set is gone or has no
  /// such release.
  func startInput(
    for fleetSet: FleetSetID, strategy: RolloutStrategy, release: ReleaseID?
  ) async throws(StoreError) -> StartInput?
  /// Releases newer than all that a run of kind Rollout was for, oldest first, without those on hold; at most 100.
  func waitingReleases(of fleetSet: FleetSetID) async throws(StoreError) -> [ReleaseID]
  /// What is known of the objects that a run would send: what it would delete, and what others own (R23, R24).
  func findings(of run: FrozenRun) async throws(StoreError) -> RunFindings
  /// Stores a run with its stages and steps, wakes it. `NoChange` is never stored. A run that
  /// a person starts takes off the holds that are in its way.
  /// - Throws: `lostRace` when another run of the set became active meanwhile, the number is taken, or another set claimed an
  ///   object of the run since its findings were read; `notFound` when the set is gone.
  @discardableResult
  func create(_ frozen: FrozenRun, fleetSet: FleetSetID, cause: ChangeCause) async throws(StoreError) -> RolloutID
  /// Moves every member's release pointer to the newest release when no bundle changes (R30); no run is made.
  func recordRelease(_ release: ReleaseID, of fleetSet: FleetSetID) async throws(StoreError)

  /// What a pass needs (AMENDMENTS 18); nil when there is no such run. `lookahead` is how many pending units are given
  /// beyond a stage's slots.
  func planInput(for rollout: RolloutID, lookahead: Int) async throws(StoreError) -> PlanInput?
  /// Commits a plan in one transaction: states, counters, orders, placements, holds, last known good bundles, events and
  /// the report; wakes agents through ``StoreSignal/orders(_:)`` and, when the run ends, the set's start task. The report
  /// alone is written only when it changed.
  /// - Throws: `lostRace` when the run's version or a step's state is not what was read, or a generation is not above the
  ///   stored one.
  func commit(_ plan: Plan, input: PlanInput, cause: ChangeCause) async throws(StoreError)

  /// Runs, newest first; `fleetSet` nil for all sets.
  func rollouts(of fleetSet: FleetSetName?, in project: ProjectName, after: String?, limit: Int)
    async throws(StoreError) -> Page<RolloutRecord>
  /// One run by set and number (nil: the one that goes on, else the newest); nil when there is none.
  func rollout(of fleetSet: FleetSetName, number: Int?, in project: ProjectName)
    async throws(StoreError) -> RolloutRecord?
  /// Steps of a run in order of stage and position; `states` empty for all.
  func steps(of rollout: RolloutID, states: [StepState], after: String?, limit: Int)
    async throws(StoreError) -> Page<StepRecord>
  /// How long clusters of the set's last runs took from their order to being ready, the median; nil when none did.
  func medianStepDuration(of fleetSet: FleetSetName, in project: ProjectName) async throws(StoreError) -> Duration?
  /// What the clusters of a run that failed have in common and the healthy ones lack; empty when less than two failed.
  func correlations(of rollout: RolloutID) async throws(StoreError) -> [FailureCorrelation]
  /// For `undo` of an ended run: its changed members with what they ran before it and what they run now.
  func undoMembers(of rollout: RolloutID) async throws(StoreError) -> [UndoMember]
  /// Takes the holds off a set's releases; a conflict when there is none. With `dryRun` it changes nothing.
  func releaseHold(
    of fleetSet: FleetSetName, in project: ProjectName, cause: ChangeCause, dryRun: Bool
  ) async throws(StoreError)
}

extension RolloutStore {
  /// Takes the holds off a set's releases.
  public func releaseHold(
    of fleetSet: FleetSetName, in project: ProjectName, cause: ChangeCause
  ) async throws(StoreError) {
    try await releaseHold(of: fleetSet, in: project, cause: cause, dryRun: false)
  }

  /// What the decision to start a run of the newest release needs.
  public func startInput(
    for fleetSet: FleetSetID, strategy: RolloutStrategy
  ) async throws(StoreError) -> StartInput? {
    try await startInput(for: fleetSet, strategy: strategy, release: nil)
  }
}

extension RolloutStore {
  /// What a pass needs, with as many pending units as usual.
  public func planInput(for rollout: RolloutID) async throws(StoreError) -> PlanInput? {
    try await planInput(for: rollout, lookahead: PlanInput.lookahead)
  }
}

/// What agents see and say. Called by the agents' routes.
public protocol PlacementStore: Sendable {
  /// The newest order of every target of the cluster whose generation is above what the agent has seen. When the agent has
  /// seen a higher one than is stored, records an incident, moves the stored generation above it and gives no order for
  /// that target in this answer (R27).
  func orders(for cluster: ClusterID, above seen: [TargetID: Generation]) async throws(StoreError) -> [Order]
  /// Stores reports: for each target the newest at its order's generation; an older generation changes nothing. A report
  /// that says something new marks the run's step and wakes the run.
  func record(_ observations: [Observation], from cluster: ClusterID) async throws(StoreError)
  /// Stores that a cluster's agent holds, or does not any more, and wakes who waits for that (R31). Saying the same again
  /// writes nothing.
  func note(_ hold: HoldReport, of cluster: ClusterID) async throws(StoreError)
}

/// Joining, sessions and contact of agents (AMENDMENTS 17, 33). Called by the agents' routes.
public protocol AgentStore: Sendable {
  /// Stores a one-time join token's SHA-256 for a cluster. `rejoin` lets it replace an agent that has joined.
  func createJoinToken(
    for cluster: ClusterName, in project: ProjectName, tokenHash: Digest, expiresIn: Duration, rejoin: Bool,
    cause: ChangeCause
  ) async throws(StoreError)
  /// Uses a join token: stores the agent's public key (raw bytes) and ends older sessions; keeps generations.
  /// - Throws: `notFound` for an unknown token, `conflict` for a used or expired one, or when another agent has the cluster.
  func join(tokenHash: Digest, publicKey: [UInt8], agentVersion: String)
    async throws(StoreError) -> (cluster: ClusterID, name: ClusterName)
  /// Refuses the identity of a cluster's agent from now on, ends its sessions and unused join tokens: its silence begins.
  /// Revoking it again changes nothing.
  /// - Throws: `notFound` for an unknown cluster, `conflict` when no agent has joined it.
  func revokeAgent(of cluster: ClusterName, in project: ProjectName, cause: ChangeCause)
    async throws(StoreError) -> ClusterRecord
  /// Why the agent of a cluster is refused; nil when it is not.
  func revocation(of cluster: ClusterID) async throws(StoreError) -> AgentRevocation?
  /// The public key of a cluster's agent, of a revoked one too; nil when none has joined or the cluster is gone.
  func publicKey(of cluster: ClusterID) async throws(StoreError) -> [UInt8]?
  /// Stores a nonce for a minute; `useNonce` answers true exactly once for it. Any controller may be asked.
  func createNonce(_ nonceHash: Digest, for cluster: ClusterID) async throws(StoreError)
  /// Uses a nonce up.
  func useNonce(_ nonceHash: Digest, for cluster: ClusterID) async throws(StoreError) -> Bool
  /// Opens a session: contact of the cluster with this controller.
  /// - Throws: `conflict` when another instance of the agent holds a live session that was in contact in the last 45 seconds.
  func openSession(
    for cluster: ClusterID, tokenHash: Digest, instance: String, controller: ControllerID, expiresIn: Duration,
    agentVersion: String, kubernetesVersion: String, apiVersions: [String]?
  ) async throws(StoreError)
  /// Stores what an agent says about itself when it opens a session; saying the same again writes nothing.
  /// - Parameters:
  ///   - clockSkew: how far its clock is ahead; nil when it does not tell.
  ///   - refusal: why it gets no session; nil when it does.
  func noteAgent(of cluster: ClusterID, version: String, clockSkew: Duration?, refusal: String?)
    async throws(StoreError)
  /// The cluster of a session token; nil when it is unknown, expired or revoked. Callers cache it for some seconds.
  func session(tokenHash: Digest) async throws(StoreError) -> ClusterID?
  /// Takes a session over to the controller that its agent polls now; writes nothing when it is that one already.
  func touchSession(of cluster: ClusterID, controller: ControllerID) async throws(StoreError)
  /// Closes the sessions of clusters that have not polled this controller for a while: their silence begins.
  func closeSessions(of clusters: [ClusterID], controller: ControllerID) async throws(StoreError)
}

/// Access tokens of people and jobs, and stored credentials. Called by the API.
public protocol AccessStore: Sendable {
  /// Stores a token's SHA-256 with what it allows.
  /// - Throws: `conflict` when the name is taken.
  func createToken(_ principal: Principal, tokenHash: Digest, expiresIn: Duration?, cause: ChangeCause)
    async throws(StoreError) -> TokenID
  /// Who a token is; nil when it is unknown, expired or revoked.
  func principal(tokenHash: Digest) async throws(StoreError) -> Principal?
  /// All tokens' principals in order of name, without secrets.
  func tokens() async throws(StoreError) -> [Principal]
  /// Revokes a token by name.
  func revokeToken(named name: String, cause: ChangeCause) async throws(StoreError)
  /// Stores a credential: sealed bytes (the caller encrypts) with the id of the key that sealed them.
  func setCredential(_ name: String, in project: ProjectName, sealed: [UInt8], keyID: String, cause: ChangeCause)
    async throws(StoreError)
  /// The sealed bytes of a credential and the key's id; nil when there is none.
  func credential(_ name: String, in project: ProjectName)
    async throws(StoreError) -> (sealed: [UInt8], keyID: String)?
  /// Remembers an idempotency key for 24 hours: the stored answer when (principal, route, key) was seen with the same body,
  /// nil when it is new.
  /// - Throws: `conflict` when it was seen with another body.
  func idempotentAnswer(principal: String, route: String, key: String, bodyHash: Digest)
    async throws(StoreError) -> (status: Int, body: [UInt8])?
  /// Lets an idempotency key be tried again: its work was refused or failed, and there is no answer to store.
  func releaseIdempotencyKey(principal: String, route: String, key: String) async throws(StoreError)
  /// Stores the answer for an idempotency key.
  func storeIdempotentAnswer(
    principal: String, route: String, key: String, bodyHash: Digest, status: Int, body: [UInt8]
  ) async throws(StoreError)
}

/// The event feed. Called by the API and the feed loop.
public protocol EventStore: Sendable {
  /// Assigns positions to committed events that have none; answers how many. Any number of controllers may call it.
  func assignEventPositions() async throws(StoreError) -> Int
  /// Events after a cursor in order of position (`newestFirst`: before it, backwards).
  func events(_ filter: EventFilter, after position: Int64, newestFirst: Bool, limit: Int)
    async throws(StoreError) -> [EventRecord]
  /// The highest position assigned; 0 for none.
  func lastEventPosition() async throws(StoreError) -> Int64
  /// Records an event that belongs to no other change, for example an incident.
  func record(_ event: EventDraft, project: ProjectName, rollout: RolloutID?, actor: String) async throws(StoreError)
}

/// The whole store: the only state that controllers share.
public protocol ControlStore: WorkStore, LeaseStore, DocumentStore, ReleaseStore, RolloutStore, PlacementStore,
  AgentStore, PushStore, AccessStore, EventStore, RemovalStore, PolicyStore, HistoryStore
{
  /// Whether the database answers and its schema is the one this program knows; a message when not, for `/ready`.
  func readiness() async -> String?
}
