public import FleetModel

/// A source of a release, resolved (AMENDMENTS 24).
public struct ReleaseSource: Hashable, Sendable, Codable {
  /// The repository's name.
  public var repository: RepositoryName
  /// The revision as it was asked for.
  public var revision: String
  /// What it was resolved to. A chart of a repository has the SHA-256 of its archive here (decision 49).
  public var commit: Commit
  /// The chart with its exact version; nil for what comes from Git.
  public var chart: ChartVersion?

  /// Makes a source.
  public init(repository: RepositoryName, revision: String, commit: Commit, chart: ChartVersion? = nil) {
    self.repository = repository
    self.revision = revision
    self.commit = commit
    self.chart = chart
  }
}

/// A frozen set: FleetSet generation, commits, and the bundle of every target.
public struct ReleaseRecord: Hashable, Sendable, Codable {
  /// The row.
  public var id: ReleaseID
  /// The FleetSet.
  public var fleetSet: FleetSetName
  /// The number within its set, from 1.
  public var number: Int
  /// The FleetSet's generation.
  public var fleetSetGeneration: Int64
  /// The sources, the template's first.
  public var sources: [ReleaseSource]
  /// The number of targets.
  public var targetCount: Int
  /// When it was made.
  public var createdAt: Instant
  /// Why automation does not roll it out; nil when it may.
  public var hold: String?

  /// Makes a record.
  public init(
    id: ReleaseID, fleetSet: FleetSetName, number: Int, fleetSetGeneration: Int64, sources: [ReleaseSource],
    targetCount: Int, createdAt: Instant, hold: String?
  ) {
    self.id = id
    self.fleetSet = fleetSet
    self.number = number
    self.fleetSetGeneration = fleetSetGeneration
    self.sources = sources
    self.targetCount = targetCount
    self.createdAt = createdAt
    self.hold = hold
  }

  /// The short name: the first source's commit, or the number when there are several.
  public var shortName: String {
    let commits = Set(sources.map(\.commit.id))
    return commits.count == 1 ? sources.first?.commit.id.short ?? "#\(number)" : "#\(number)"
  }
}

/// An object of a bundle: canonical JSON under its SHA-256.
public struct BundleObjectDraft: Hashable, Sendable {
  /// The SHA-256 of `canonicalJSON`.
  public var digest: Digest
  /// The identity as `group/Kind/namespace/name`.
  public var identity: String
  /// The text.
  public var canonicalJSON: [UInt8]

  /// Makes an object.
  public init(digest: Digest, identity: String, canonicalJSON: [UInt8]) {
    self.digest = digest
    self.identity = identity
    self.canonicalJSON = canonicalJSON
  }
}

/// A bundle to store: objects in order of apply; its digest is that of the lines `OBJECT-DIGEST\n`.
public struct BundleDraft: Hashable, Sendable {
  /// The digest.
  public var digest: Digest
  /// The objects.
  public var objects: [BundleObjectDraft]

  /// Makes a bundle.
  public init(digest: Digest, objects: [BundleObjectDraft]) {
    self.digest = digest
    self.objects = objects
  }
}

/// One target of a release to store.
public struct ReleaseTargetDraft: Hashable, Sendable {
  /// The name, unique in the set.
  public var name: TargetName
  /// The cluster.
  public var cluster: ClusterID
  /// The target's own labels: the template's over the cluster's (R0).
  public var labels: [String: String]
  /// The namespace for objects that name none.
  public var namespace: String
  /// The repository's name.
  public var repository: RepositoryName
  /// The path that was rendered.
  public var path: String
  /// Which generator entry made it, for `explain`.
  public var origin: String
  /// Whether drift is repaired.
  public var selfHeal: Bool
  /// Whether objects that leave the bundle are deleted.
  public var prune: Bool
  /// Whether a missing namespace is created.
  public var createNamespace: Bool
  /// What is taken of the repository.
  public var revision = Revision.head
  /// Whether manifests are read from the directories below as well.
  public var isRecursive = true
  /// What charts are filled in with, and values for `${NAME}`.
  public var options = RenderOptions()
  /// The bundle.
  public var bundle: Digest

  /// Makes a target.
  public init(
    name: TargetName, cluster: ClusterID, labels: [String: String], namespace: String, repository: RepositoryName,
    path: String, origin: String, selfHeal: Bool, prune: Bool, createNamespace: Bool, bundle: Digest
  ) {
    self.name = name
    self.cluster = cluster
    self.labels = labels
    self.namespace = namespace
    self.repository = repository
    self.path = path
    self.origin = origin
    self.selfHeal = selfHeal
    self.prune = prune
    self.createNamespace = createNamespace
    self.bundle = bundle
  }
}

/// How a target that exists is expanded, as its newest release has it.
public struct TargetSettings: Hashable, Sendable {
  /// The cluster.
  public var cluster: ClusterName
  /// The target's own labels.
  public var labels: [String: String]
  /// The namespace for objects that name none.
  public var namespace: String
  /// The repository's name.
  public var repository: RepositoryName
  /// What is taken of it.
  public var revision: Revision
  /// The path that is rendered.
  public var path: String
  /// Whether manifests are read from the directories below as well.
  public var isRecursive: Bool
  /// What charts are filled in with, and values for `${NAME}`.
  public var options = RenderOptions()
  /// Whether drift is repaired.
  public var selfHeal: Bool
  /// Whether objects that leave the bundle are deleted.
  public var prune: Bool
  /// Whether a missing namespace is created.
  public var createNamespace: Bool

  /// Makes settings.
  public init(
    cluster: ClusterName, labels: [String: String], namespace: String, repository: RepositoryName, revision: Revision,
    path: String, isRecursive: Bool, selfHeal: Bool, prune: Bool, createNamespace: Bool
  ) {
    self.cluster = cluster
    self.labels = labels
    self.namespace = namespace
    self.repository = repository
    self.revision = revision
    self.path = path
    self.isRecursive = isRecursive
    self.selfHeal = selfHeal
    self.prune = prune
    self.createNamespace = createNamespace
  }
}

/// A release to store. Bundles it names are stored before, or with it.
public struct ReleaseDraft: Hashable, Sendable {
  /// The FleetSet.
  public var fleetSet: FleetSetID
  /// The FleetSet's generation that was expanded.
  public var fleetSetGeneration: Int64
  /// The set's newest release when the expansion began, nil for none: an expansion that was overtaken is refused, so that
  /// an older commit never follows a newer one.
  public var replaces: ReleaseID?
  /// The sources, the template's first.
  public var sources: [ReleaseSource]
  /// The targets in order of name.
  public var targets: [ReleaseTargetDraft]
  /// What becomes of the workloads of targets that leave the set with it (R25).
  public var onRemoval = RemovalPolicy.keep
  /// Targets that leave the set and whose workloads stay all the same.
  public var kept: [TargetID] = []
  /// What the last good release would have given to targets that are new: where they begin, and go back to (R5, R30).
  public var beginnings: ReleaseBeginnings?
  /// The SHA-256 over targets and their bundles: equal digests need no new run, only a record when commits differ.
  public var contentDigest: Digest

  /// Makes a release.
  public init(
    fleetSet: FleetSetID, fleetSetGeneration: Int64, replaces: ReleaseID?, sources: [ReleaseSource],
    targets: [ReleaseTargetDraft], contentDigest: Digest
  ) {
    self.fleetSet = fleetSet
    self.fleetSetGeneration = fleetSetGeneration
    self.replaces = replaces
    self.sources = sources
    self.targets = targets
    self.contentDigest = contentDigest
  }
}

/// Targets that an older release did not have yet, as its own sources make them now.
public struct ReleaseBeginnings: Hashable, Sendable {
  /// The older release.
  public var release: ReleaseID
  /// The targets that it gets.
  public var targets: [ReleaseTargetDraft]

  /// Makes them.
  public init(release: ReleaseID, targets: [ReleaseTargetDraft]) {
    self.release = release
    self.targets = targets
  }
}

/// Targets of a new expansion that never ran anything, with the last good release, which does not have them (R5).
public struct Newcomers: Hashable, Sendable {
  /// The names of the targets.
  public var targets: [TargetName]
  /// The last good release.
  public var release: ReleaseID
  /// What that was made from.
  public var sources: [ReleaseSource]
  /// The FleetSet's document of that time, in canonical JSON.
  public var canonicalJSON: [UInt8]

  /// Makes an entry.
  public init(targets: [TargetName], release: ReleaseID, sources: [ReleaseSource], canonicalJSON: [UInt8]) {
    self.targets = targets
    self.release = release
    self.sources = sources
    self.canonicalJSON = canonicalJSON
  }
}

/// A target with what is known of it.
public struct TargetRecord: Hashable, Sendable {
  /// The row.
  public var id: TargetID
  /// The FleetSet.
  public var fleetSet: FleetSetName
  /// The name.
  public var name: TargetName
  /// The cluster.
  public var clusterName: ClusterName
  /// The target's labels.
  public var labels: [String: String]
  /// The namespace.
  public var namespace: String
  /// The path that the newest release renders.
  public var path: String
  /// Which generator entry made it.
  public var origin: String
  /// Whether the newest expansion has it no more, so that it is kept but nobody's (abandoned).
  public var isAbandoned: Bool
  /// The bundle of the newest release; nil when abandoned.
  public var newest: Digest?
  /// The bundle of its newest committed order.
  public var wanted: PlacedBundleRecord?
  /// The bundle that the last fenced report said is applied.
  public var applied: PlacedBundleRecord?
  /// The last known good bundle.
  public var lastKnownGood: PlacedBundleRecord?
  /// The health of the last report; unknown before the first.
  public var health: Health
  /// The message of the last report.
  public var message: String
  /// When the last report came; nil for never.
  public var reportedAt: Instant?
  /// What differs from what was applied, as the last report says; nil for nothing.
  public var drift: StandingDrift?
  /// What its agent warned of with the last report.
  public var warnings: [String]
  /// The rules of `ignoreDifferences` of its newest release that are about none of the release's objects.
  public var idleRules: [IgnoredDifference]

  /// A bundle with the release it came from.
  public struct PlacedBundleRecord: Hashable, Sendable, Codable {
    /// The bundle.
    public var bundle: Digest
    /// The release's short name.
    public var release: String

    /// Makes a pair.
    public init(bundle: Digest, release: String) {
      self.bundle = bundle
      self.release = release
    }
  }

  /// Makes a record.
  public init(
    id: TargetID, fleetSet: FleetSetName, name: TargetName, clusterName: ClusterName, labels: [String: String],
    namespace: String, path: String, origin: String, isAbandoned: Bool, newest: Digest?, wanted: PlacedBundleRecord?,
    applied: PlacedBundleRecord?, lastKnownGood: PlacedBundleRecord?, health: Health, message: String,
    reportedAt: Instant?, drift: StandingDrift? = nil, warnings: [String] = [], idleRules: [IgnoredDifference] = []
  ) {
    self.warnings = warnings
    self.idleRules = idleRules
    self.drift = drift
    self.id = id
    self.fleetSet = fleetSet
    self.name = name
    self.clusterName = clusterName
    self.labels = labels
    self.namespace = namespace
    self.path = path
    self.origin = origin
    self.isAbandoned = isAbandoned
    self.newest = newest
    self.wanted = wanted
    self.applied = applied
    self.lastKnownGood = lastKnownGood
    self.health = health
    self.message = message
    self.reportedAt = reportedAt
  }
}

/// What a release gives one target.
public struct ReleasedBundle: Hashable, Sendable {
  /// The target.
  public var target: TargetName
  /// Its cluster.
  public var cluster: ClusterName
  /// The bundle.
  public var bundle: Digest

  /// Makes a value.
  public init(target: TargetName, cluster: ClusterName, bundle: Digest) {
    self.target = target
    self.cluster = cluster
    self.bundle = bundle
  }
}
