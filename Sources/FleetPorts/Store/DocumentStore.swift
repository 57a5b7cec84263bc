public import FleetModel

/// Users' documents and the inventory. Called by the API; every change is one transaction with its events, and wakes what
/// depends on it.
public protocol DocumentStore: Sendable {
  /// Stores documents, all or none. With `dryRun`, answers what would happen and changes nothing.
  func apply(_ documents: [DocumentDraft], cause: ChangeCause, dryRun: Bool)
    async throws(StoreError) -> [AppliedDocument]

  /// Clusters in order of name; `selector` nil for all.
  func clusters(in project: ProjectName, selector: LabelSelector?, after: String?, limit: Int)
    async throws(StoreError) -> Page<ClusterRecord>
  /// One cluster; nil when there is none.
  func cluster(_ name: ClusterName, in project: ProjectName) async throws(StoreError) -> ClusterRecord?
  /// Sets and removes labels (a nil value removes); answers the cluster as it is then.
  func label(_ name: ClusterName, in project: ProjectName, changes: [String: String?], cause: ChangeCause)
    async throws(StoreError) -> ClusterRecord
  /// Cordons (a reason) or uncordons (nil) a cluster (R31).
  func setCordon(_ name: ClusterName, in project: ProjectName, reason: String?, cause: ChangeCause)
    async throws(StoreError) -> ClusterRecord
  /// Takes a cluster out of the inventory: its workloads stay, its steps become Removed, its tokens and session end (R5, R25).
  func removeCluster(_ name: ClusterName, in project: ProjectName, cause: ChangeCause) async throws(StoreError)
  /// All clusters of a project in order of name, for expansion.
  func inventory(of project: ProjectName) async throws(StoreError) -> [Cluster]

  /// Repositories in order of name.
  func repositories(in project: ProjectName, after: String?, limit: Int)
    async throws(StoreError) -> Page<RepositoryRecord>
  /// One repository; nil when there is none.
  func repository(_ name: RepositoryName, in project: ProjectName) async throws(StoreError) -> RepositoryRecord?
  /// One repository by its row; nil when there is none.
  func repository(_ id: RepositoryID) async throws(StoreError) -> RepositoryRecord?
  /// Removes a repository; a conflict names the FleetSets that use it.
  func removeRepository(_ name: RepositoryName, in project: ProjectName, cause: ChangeCause) async throws(StoreError)
  /// Repositories with this URL in any project, for webhooks.
  func repositories(withURL url: String) async throws(StoreError) -> [RepositoryRecord]
  /// Records a fetch; when the refs differ from the recorded ones, wakes the expansion of every FleetSet of the project.
  func recordFetch(of repository: RepositoryID, refsDigest: String?, condition: Condition) async throws(StoreError)

  /// ConfigMaps in order of name.
  func configMaps(in project: ProjectName, after: String?, limit: Int)
    async throws(StoreError) -> Page<ConfigMapRecord>
  /// One ConfigMap; nil when there is none.
  func configMap(_ name: String, in project: ProjectName) async throws(StoreError) -> ConfigMapRecord?
  /// Removes a ConfigMap and wakes the expansion of the project's FleetSets, of which one may refer to it.
  func removeConfigMap(_ name: String, in project: ProjectName, cause: ChangeCause) async throws(StoreError)

  /// FleetSets in order of name.
  func fleetSets(in project: ProjectName, after: String?, limit: Int) async throws(StoreError) -> Page<FleetSetRecord>
  /// One FleetSet; nil when there is none.
  func fleetSet(_ name: FleetSetName, in project: ProjectName) async throws(StoreError) -> FleetSetRecord?
  /// One FleetSet by its row; nil when there is none.
  func fleetSet(_ id: FleetSetID) async throws(StoreError) -> FleetSetRecord?
  /// Deletes a FleetSet (R25). With `keep` it ends at once and its targets are listed as abandoned; with `remove` it is
  /// deleting until a run of kind Remove has removed them. A run that goes on is a conflict.
  func removeFleetSet(
    _ name: FleetSetName, in project: ProjectName, workloads: RemovalPolicy, cause: ChangeCause
  ) async throws(StoreError)
  /// Records whether a FleetSet is as it should be; writes nothing when reason and message are unchanged.
  func recordCondition(_ condition: Condition, of fleetSet: FleetSetID) async throws(StoreError)
  /// Records what the expansion of a generation of a FleetSet read; nil when it failed, and anything may mend it. An
  /// expansion that read something else than the one before it is woken once more, because changes of that were not
  /// looked for while it went on. Writes nothing when nothing differs, or the set was changed.
  func recordReads(_ reads: SetReads?, of fleetSet: FleetSetID, generation: Int64) async throws(StoreError)
}

/// Releases, bundles and targets. Called by the expansion task and the API.
public protocol ReleaseStore: Sendable {
  /// Which of these bundles are not stored yet.
  func missingBundles(of digests: [Digest]) async throws(StoreError) -> Set<Digest>
  /// Stores bundles; those stored already are left as they are.
  func insertBundles(_ bundles: [BundleDraft]) async throws(StoreError)
  /// Stores a release with its targets, marks targets that left the set as abandoned, and wakes the set's start task. When
  /// the newest release has the same content digest, sources and generation, stores nothing and answers that release.
  /// - Throws: `lostRace` when the FleetSet's generation is newer than the draft's, or another release became the newest
  ///   meanwhile.
  func commitRelease(_ draft: ReleaseDraft) async throws(StoreError) -> ReleaseRecord

  /// Those of an expansion's targets that never ran anything and that the last good release does not have, unless it is
  /// made of the same sources and FleetSet; nil when there are none, or no good release.
  func newcomers(among draft: ReleaseDraft) async throws(StoreError) -> Newcomers?
  /// Releases of a set, newest first.
  func releases(of fleetSet: FleetSetName, in project: ProjectName, after: String?, limit: Int)
    async throws(StoreError) -> Page<ReleaseRecord>
  /// The releases of a set that a text names, newest first, at most 20: by number (`7`, `#7`), by the first digits of a
  /// commit of their sources (four or more), or by short name.
  func releases(of fleetSet: FleetSetName, named text: String, in project: ProjectName)
    async throws(StoreError) -> [ReleaseRecord]
  /// Targets of a set (nil: of all sets), in order of set and name; `cluster` nil for all. The
  /// selector looks at the targets' own labels; `onlyDrifted` leaves out those that are as they were
  /// applied.
  func targets(
    of fleetSet: FleetSetName?, cluster: ClusterName?, selector: LabelSelector?, onlyDrifted: Bool,
    in project: ProjectName, after: String?, limit: Int
  ) async throws(StoreError) -> Page<TargetRecord>
  /// What each target of a release gets, in order of name; those on one cluster only when `cluster` names it.
  func bundles(of release: ReleaseID, on cluster: ClusterName?) async throws(StoreError) -> [ReleasedBundle]
  /// How many targets differ from what was applied, and how many of them are not repaired any more.
  func driftCounts() async throws(StoreError) -> (drifted: Int, looping: Int)
  /// How the targets of a set are expanded now, by name: what a set that does not update them goes on with. Targets of
  /// releases that an older version stored are not among them.
  func targetSettings(of fleetSet: FleetSetID) async throws(StoreError) -> [TargetName: TargetSettings]
  /// How a release's targets on a cluster were expanded, by name; without those that an older version stored.
  func targetSettings(
    of release: ReleaseID, on cluster: ClusterName
  ) async throws(StoreError) -> [TargetName: TargetSettings]
  /// The objects' digests of a bundle in order; nil when there is no such bundle.
  func bundle(_ digest: Digest) async throws(StoreError) -> [Digest]?
  /// Canonical JSON texts of objects, in the order asked.
  /// - Throws: `notFound` when one is not stored.
  func objects(_ digests: [Digest]) async throws(StoreError) -> [[UInt8]]
}

extension ReleaseStore {
  /// Targets of a set, or of all sets, whatever their labels.
  public func targets(
    of fleetSet: FleetSetName?, cluster: ClusterName?, in project: ProjectName, after: String?, limit: Int
  ) async throws(StoreError) -> Page<TargetRecord> {
    try await targets(
      of: fleetSet, cluster: cluster, selector: nil, onlyDrifted: false, in: project, after: after, limit: limit)
  }
}
