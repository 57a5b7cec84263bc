public import FleetModel
public import FleetPlanner
public import FleetPorts
public import FleetPostgres

/// A fleet in a store, made through the store's own methods: clusters, a repository, a FleetSet, releases of one small
/// object per target.
public struct StoreFixture: Sendable {
  /// Who acts in fixtures.
  public static let cause = ChangeCause(principal: "kim", reason: "for the test")
  /// The store.
  public let store: PostgresStore
  /// The clusters, in order of name: `c0000`, `c0001` …
  public let clusters: [Cluster]
  /// The FleetSet.
  public let fleetSet: FleetSetID
  /// The FleetSet's name.
  public let name: FleetSetName
  /// A controller with a live lease.
  public let controller: ControllerID

  /// Makes a fleet of so many clusters.
  public static func make(
    in store: PostgresStore, clusters count: Int, name: FleetSetName = "storefront"
  ) async throws -> StoreFixture {
    let documents = documents(clusters: count, name: name)
    _ = try await store.apply(documents, cause: cause, dryRun: false)
    let inventory = try await store.inventory(of: .defaultProject)
    guard let set = try await store.fleetSet(name, in: .defaultProject) else {
      throw StoreError(.internal, "the fixture's FleetSet is not there")
    }
    let controller = try await store.registerController(version: "test")
    return StoreFixture(store: store, clusters: inventory, fleetSet: set.id, name: name, controller: controller)
  }

  private static func documents(clusters count: Int, name: FleetSetName) -> [DocumentDraft] {
    var documents = (0..<count).map { index in
      let name = "c" + String(repeating: "0", count: max(0, 4 - String(index).count)) + String(index)
      let cluster = Cluster(name: ClusterName(name), labels: ["region": index % 2 == 0 ? "eu" : "us"])
      return DocumentDraft(
        project: .defaultProject, name: name, content: .cluster(cluster),
        canonicalJSON: Array("{\"name\":\"\(name)\"}".utf8))
    }
    documents.append(
      DocumentDraft(
        project: .defaultProject, name: "fleet",
        content: .repository(Repository(name: "fleet", url: "https://git.example/fleet.git")),
        canonicalJSON: Array("{\"url\":\"https://git.example/fleet.git\"}".utf8)))
    documents.append(
      DocumentDraft(
        project: .defaultProject, name: name.rawValue, content: .fleetSet,
        canonicalJSON: Array("{\"repository\":\"fleet\"}".utf8)))
    return documents
  }

  /// The same fleet seen by a controller that has just started, with a store of its own.
  public func restarted(in store: PostgresStore) async throws -> StoreFixture {
    let controller = try await store.registerController(version: "restarted")
    return StoreFixture(store: store, clusters: clusters, fleetSet: fleetSet, name: name, controller: controller)
  }

  /// A digest that a text stands for: no real hash, only different for different texts.
  public static func digest(_ text: String) -> Digest {
    var bytes: [UInt8] = []
    for seed in UInt64(1)...4 {
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325 &* seed
      for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: hash >> shift)) }
    }
    guard let digest = Digest(bytes: bytes) else { preconditionFailure("four numbers are 32 bytes") }
    return digest
  }

  /// A commit that a number stands for.
  public static func commit(_ number: Int) -> Commit {
    let digits = String(number, radix: 16)
    let text = String(repeating: "a", count: 40 - digits.count) + digits
    guard let id = CommitID(hexadecimal: text) else { preconditionFailure("40 hexadecimal digits are a commit") }
    return Commit(
      id: id, author: "Kim <kim@example.com>", title: "Change \(number)",
      committedAt: Instant(millisecondsSinceEpoch: 1_000_000))
  }

  /// A bundle of objects with these identities; the same version and identities are the same bundle.
  public static func bundle(_ version: String, identities: [String]) -> BundleDraft {
    BundleDraft(
      digest: digest("b:\(version)"),
      objects: identities.map { identity in
        BundleObjectDraft(
          digest: digest("o:\(version):\(identity)"), identity: identity,
          canonicalJSON: Array("{\"object\":\"\(identity)\",\"version\":\"\(version)\"}".utf8))
      })
  }

  /// Stores a release that gives every cluster (or those given) one target with a bundle.
  public func release(
    _ number: Int, bundle: BundleDraft? = nil, clusters chosen: [Cluster]? = nil, prune: Bool = true,
    options: RenderOptions = RenderOptions()
  ) async throws -> ReleaseRecord {
    let bundle = bundle ?? Self.bundle("v\(number)", identities: ["apps/Deployment/shop/web"])
    try await store.insertBundles([bundle])
    let targets = (chosen ?? clusters).map { cluster in
      var draft = ReleaseTargetDraft(
        name: TargetName("web-\(cluster.name)"), cluster: cluster.id, labels: cluster.labels, namespace: "shop",
        repository: "fleet", path: "web", origin: "clusters[0]", selfHeal: true, prune: prune, createNamespace: true,
        bundle: bundle.digest)
      draft.options = options
      return draft
    }
    return try await store.commitRelease(
      ReleaseDraft(
        fleetSet: fleetSet, fleetSetGeneration: 1, replaces: try await store.fleetSet(fleetSet)?.newestRelease?.id,
        sources: [ReleaseSource(repository: "fleet", revision: "main", commit: Self.commit(number))],
        targets: targets, contentDigest: bundle.digest))
  }

  /// A strategy of one stage for everything: all at once, ready at once.
  public static func strategy(maxConcurrent: IntOrPercent = .percent(100)) -> RolloutStrategy {
    var stage = StageStrategy(name: "all", selection: .rest, maxConcurrent: maxConcurrent)
    stage.minReady = .zero
    var strategy = RolloutStrategy(stages: [stage])
    strategy.firstAlone = false
    return strategy
  }

  /// Freezes and stores a run to the newest release.
  public func start(_ strategy: RolloutStrategy = StoreFixture.strategy()) async throws -> RolloutID {
    guard let input = try await store.startInput(for: fleetSet, strategy: strategy) else {
      throw StoreError(.internal, "there is nothing to start")
    }
    let frozen = try freeze(input, options: FreezeOptions(kind: .rollout, startedBy: "kim"))
    return try await store.create(frozen, fleetSet: fleetSet, cause: Self.cause)
  }

  /// Plans and commits until a pass changes nothing; answers the last input.
  @discardableResult
  public func pass(_ rollout: RolloutID, cause: ChangeCause = ChangeCause(principal: "flotilla")) async throws
    -> PlanInput
  {
    for _ in 0..<100 {
      guard let input = try await store.planInput(for: rollout) else { break }
      let decided = plan(input)
      try await store.commit(decided, input: input, cause: cause)
      if !decided.changes(input) { return input }
    }
    throw StoreError(.internal, "the passes do not come to rest")
  }

  /// Lets clusters confirm their newest orders.
  public func confirm(
    _ chosen: [Cluster]? = nil, phase: Observation.Phase = .applied, health: Health = .healthy,
    readyFor: Duration = .seconds(60), message: String = ""
  ) async throws {
    for cluster in chosen ?? clusters {
      let orders = try await store.orders(for: cluster.id, above: [:])
      try await store.record(
        orders.map { order in
          Observation(
            target: order.target, generation: order.generation, bundle: order.bundle, phase: phase, health: health,
            readyFor: readyFor, message: message, objectCount: 1)
        }, from: cluster.id)
    }
  }
}
