public import FleetModel

/// A FleetSet with what is known of it: `GET …/fleetsets`.
public struct FleetSetResource: WireValue {
  /// The owner.
  public var project: ProjectName
  /// The name.
  public var name: FleetSetName
  /// Raised by every change; also the `ETag`.
  public var generation: Int64
  /// Whether the last expansion worked and what runs is what is wanted.
  public var condition: ConditionResource
  /// The number of targets of the newest release.
  public var targetCount: Int
  /// The newest release; null before the first.
  public var newestRelease: ReleaseResource?
  /// The run that goes on, as `SET/NUMBER`; null for none.
  public var activeRollout: String?
  /// Whether it is being deleted: a rollout removes its workloads first.
  public var deleting: Bool
  /// A smaller expansion that waits until a person accepts it; null for none.
  public var shrink: ShrinkResource?
  /// The document as it was applied; null in lists.
  public var document: JSONValue?

  /// Makes a resource.
  public init(
    project: ProjectName, name: FleetSetName, generation: Int64 = 1, condition: ConditionResource, targetCount: Int,
    newestRelease: ReleaseResource? = nil, activeRollout: String? = nil, deleting: Bool = false,
    shrink: ShrinkResource? = nil, document: JSONValue? = nil
  ) {
    self.project = project
    self.name = name
    self.generation = generation
    self.condition = condition
    self.targetCount = targetCount
    self.newestRelease = newestRelease
    self.activeRollout = activeRollout
    self.deleting = deleting
    self.shrink = shrink
    self.document = document
  }

  /// An example.
  public static var example: Self {
    Self(
      project: "default", name: "storefront", generation: 4, condition: .example, targetCount: 24,
      newestRelease: .example, activeRollout: "storefront/43", shrink: .example, document: Example.document)
  }
}

/// A smaller expansion of a FleetSet that waits until a person accepts it: more targets would leave than
/// `budgets.removals` allows.
public struct ShrinkResource: WireValue {
  /// What is accepted: the digest of who stays.
  public var expansion: Digest
  /// Who would leave, as `TARGET on CLUSTER`.
  public var leaving: [String]
  /// How many targets the set has now.
  public var current: Int
  /// How many may leave without a person's word.
  public var budget: Int

  /// Makes a value.
  public init(expansion: Digest, leaving: [String], current: Int, budget: Int) {
    self.expansion = expansion
    self.leaving = leaving
    self.current = current
    self.budget = budget
  }

  /// An example.
  public static var example: Self {
    Self(expansion: Example.bundle, leaving: ["storefront-eu-west-1 on eu-west-1"], current: 24, budget: 2)
  }
}

/// A frozen set of commits and bundles: `GET …/fleetsets/NAME/releases`.
public struct ReleaseResource: WireValue {
  /// A source of a release, resolved.
  public struct Source: WireValue {
    /// The repository's name.
    public var repository: RepositoryName
    /// The revision as it was asked for.
    public var revision: String
    /// The commit, in full; of a chart of a repository the SHA-256 of its archive.
    public var commit: String
    /// The chart, when it comes from a repository of charts; null for what comes from Git.
    public var chart: String?
    /// The chart's exact version; null for what comes from Git.
    public var version: String?
    /// The author as `Name <mail>`.
    public var author: String
    /// The first line of the commit's message.
    public var title: String
    /// When it was committed.
    public var committedAt: Timestamp

    /// Makes a source.
    public init(
      repository: RepositoryName, revision: String, commit: String, author: String, title: String,
      committedAt: Timestamp, chart: String? = nil, version: String? = nil
    ) {
      self.chart = chart
      self.version = version
      self.repository = repository
      self.revision = revision
      self.commit = commit
      self.author = author
      self.title = title
      self.committedAt = committedAt
    }

    /// An example.
    public static var example: Self {
      Self(
        repository: "storefront", revision: "main", commit: Example.commit, author: "Kim <kim@example.com>",
        title: "raise checkout replicas", committedAt: Example.time)
    }
  }

  /// The FleetSet.
  public var fleetSet: FleetSetName
  /// The number within its set, from 1.
  public var number: Int
  /// The short name: the commit when there is one, else `#NUMBER`.
  public var name: String
  /// The FleetSet's generation.
  public var fleetSetGeneration: Int64
  /// The sources, the template's first.
  public var sources: [Source]
  /// The number of targets.
  public var targetCount: Int
  /// When it was made.
  public var createdAt: Timestamp
  /// Why automation does not roll it out; null when it may.
  public var hold: String?

  /// Makes a resource.
  public init(
    fleetSet: FleetSetName, number: Int, name: String, fleetSetGeneration: Int64, sources: [Source],
    targetCount: Int, createdAt: Timestamp, hold: String? = nil
  ) {
    self.fleetSet = fleetSet
    self.number = number
    self.name = name
    self.fleetSetGeneration = fleetSetGeneration
    self.sources = sources
    self.targetCount = targetCount
    self.createdAt = createdAt
    self.hold = hold
  }

  /// An example.
  public static var example: Self {
    Self(
      fleetSet: "storefront", number: 12, name: "77ad012", fleetSetGeneration: 4, sources: [.example],
      targetCount: 24, createdAt: Example.time, hold: "storefront/42 failed in stage canary")
  }
}

/// What of a target differs from what was applied.
public struct DriftResource: WireValue {
  /// How many objects differ.
  public var objectCount: Int
  /// What differs, a field each, with both values, and who changed it and when where the cluster tells; at most 40.
  public var fields: [String]
  /// Objects that were changed back again and again, so that they are not repaired any more.
  public var loops: [String]

  /// Makes a value.
  public init(objectCount: Int, fields: [String], loops: [String] = []) {
    self.objectCount = objectCount
    self.fields = fields
    self.loops = loops
  }

  /// An example.
  public static var example: Self {
    Self(
      objectCount: 1,
      fields: ["Deployment shop/web spec.replicas: 3 → 1 by kubectl-edit at 2026-11-23T15:40:00Z"], loops: [])
  }
}

/// One workload on one cluster with what is known of it: `GET …/targets`.
public struct TargetResource: WireValue {
  /// A bundle with the release it came from.
  public struct PlacedBundle: WireValue {
    /// The bundle's SHA-256.
    public var bundle: Digest
    /// The release's short name.
    public var release: String

    /// Makes a pair.
    public init(bundle: Digest, release: String) {
      self.bundle = bundle
      self.release = release
    }

    /// An example.
    public static var example: Self {
      Self(bundle: Example.bundle, release: "77ad012")
    }
  }

  /// The row.
  public var id: TargetID
  /// The FleetSet.
  public var fleetSet: FleetSetName
  /// The name, unique in its set.
  public var name: TargetName
  /// The cluster.
  public var cluster: ClusterName
  /// The target's own labels.
  public var labels: [String: String]
  /// The namespace for objects that name none.
  public var namespace: String
  /// The path that is rendered.
  public var path: String
  /// Which generator entry made it.
  public var origin: String
  /// Whether the newest expansion has it no more, so that it is kept but nobody's.
  public var abandoned: Bool
  /// The bundle of the newest release; null when abandoned.
  public var newest: Digest?
  /// The bundle of the newest order.
  public var wanted: PlacedBundle?
  /// The bundle that the cluster reported as applied.
  public var applied: PlacedBundle?
  /// The last known good bundle.
  public var lastKnownGood: PlacedBundle?
  /// The health of the last report.
  public var health: Health
  /// The message of the last report.
  public var message: String
  /// When the last report came; null for never.
  public var reportedAt: Timestamp?
  /// What differs from what was applied, as the last report says; null for nothing.
  public var drift: DriftResource?
  /// What is not as it was meant: rules of `ignoreDifferences` that match nothing on the cluster, one text each.
  public var warnings: [String]

  /// Makes a resource.
  public init(
    id: TargetID, fleetSet: FleetSetName, name: TargetName, cluster: ClusterName, labels: [String: String],
    namespace: String, path: String, origin: String = "", abandoned: Bool = false, newest: Digest? = nil,
    wanted: PlacedBundle? = nil, applied: PlacedBundle? = nil, lastKnownGood: PlacedBundle? = nil, health: Health,
    message: String = "", reportedAt: Timestamp? = nil, drift: DriftResource? = nil,
    warnings: [String] = []
  ) {
    self.id = id
    self.fleetSet = fleetSet
    self.name = name
    self.cluster = cluster
    self.labels = labels
    self.namespace = namespace
    self.path = path
    self.origin = origin
    self.abandoned = abandoned
    self.newest = newest
    self.wanted = wanted
    self.applied = applied
    self.lastKnownGood = lastKnownGood
    self.health = health
    self.message = message
    self.reportedAt = reportedAt
    self.drift = drift
    self.warnings = warnings
  }

  /// An example.
  public static var example: Self {
    Self(
      id: 31, fleetSet: "storefront", name: "storefront-eu-west-1", cluster: "eu-west-1",
      labels: ["region": "eu-west"], namespace: "shop", path: "clusters/eu-west", origin: "generators[0] clusters",
      newest: Example.bundle, wanted: .example, applied: .example, lastKnownGood: .example,
      health: .healthy, message: "", reportedAt: Example.time)
  }
}

/// What a release gives one target: `GET …/fleetsets/NAME/manifests`.
public struct ManifestsResource: WireValue {
  /// The target.
  public var target: TargetName
  /// The objects in order of apply.
  public var objects: [JSONValue]
  /// With `origins`: what gave the fields of each object their values; null when it was not asked for.
  public var origins: [ObjectOriginsResource]?

  /// Makes a value.
  public init(target: TargetName, objects: [JSONValue], origins: [ObjectOriginsResource]? = nil) {
    self.target = target
    self.objects = objects
    self.origins = origins
  }

  /// An example.
  public static var example: Self {
    Self(
      target: "storefront-eu-west-1",
      objects: [
        .object([
          "apiVersion": .string("v1"), "kind": .string("ConfigMap"),
          "metadata": .object(["name": .string("settings"), "namespace": .string("shop")]),
          "data": .object(["region": .string("eu-west")]),
        ])
      ], origins: [.example])
  }
}
