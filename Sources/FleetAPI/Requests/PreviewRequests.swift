public import FleetModel

/// `POST …/fleetsets/NAME/preview` and `…/diff`: documents in, targets out; nothing is stored.
public struct PreviewRequest: WireValue {
  /// Files with the FleetSet as it would be; empty for the stored one.
  public var files: [ApplyRequest.File]
  /// Only the targets of this cluster; null for all.
  public var cluster: ClusterName?
  /// Of `diff`: compares the targets themselves, where they go and what they take, in place of what is rendered; null for
  /// false.
  public var settings: Bool?

  /// Makes a value.
  public init(files: [ApplyRequest.File], cluster: ClusterName? = nil, settings: Bool? = nil) {
    self.files = files
    self.cluster = cluster
    self.settings = settings
  }

  /// An example.
  public static var example: Self { Self(files: [.example], cluster: "eu-west-1") }
}

/// The targets that a FleetSet expands to.
public struct PreviewResponse: WireValue {
  /// A target as it would be.
  public struct Target: WireValue {
    /// The name.
    public var name: TargetName
    /// The cluster.
    public var cluster: ClusterName
    /// The target's own labels.
    public var labels: [String: String]
    /// The namespace for objects that name none.
    public var namespace: String
    /// The repository.
    public var repository: RepositoryName
    /// The path that is rendered.
    public var path: String
    /// Which generator entry made it.
    public var origin: String
    /// The bundle; null when it was not rendered.
    public var bundle: Digest?
    /// The stage of the rollout it would be in; null when unknown.
    public var stage: String?

    /// Makes a value.
    public init(
      name: TargetName, cluster: ClusterName, labels: [String: String], namespace: String, repository: RepositoryName,
      path: String, origin: String, bundle: Digest? = nil, stage: String? = nil
    ) {
      self.name = name
      self.cluster = cluster
      self.labels = labels
      self.namespace = namespace
      self.repository = repository
      self.path = path
      self.origin = origin
      self.bundle = bundle
      self.stage = stage
    }

    /// An example.
    public static var example: Self {
      Self(
        name: "storefront-eu-west-1", cluster: "eu-west-1", labels: ["region": "eu-west"], namespace: "shop",
        repository: "storefront", path: "clusters/eu-west", origin: "generators[0] clusters", bundle: Example.bundle,
        stage: "eu-west")
    }
  }

  /// The FleetSet.
  public var fleetSet: FleetSetName
  /// The sources, resolved.
  public var sources: [ReleaseResource.Source]
  /// The targets in order of name.
  public var targets: [Target]
  /// Findings that do not stop it.
  public var warnings: [Diagnostic]

  /// Makes a value.
  public init(fleetSet: FleetSetName, sources: [ReleaseResource.Source], targets: [Target], warnings: [Diagnostic]) {
    self.fleetSet = fleetSet
    self.sources = sources
    self.targets = targets
    self.warnings = warnings
  }

  /// An example.
  public static var example: Self {
    Self(fleetSet: "storefront", sources: [.example], targets: [.example], warnings: [])
  }
}

/// What a release of the documents would change against what each target should run now.
public struct DiffResponse: WireValue {
  /// A difference in one object. Secret data is masked.
  public struct Change: WireValue {
    /// What would happen to it.
    public enum Action: String, Codable, Sendable, CaseIterable {
      /// It is new.
      case added
      /// It differs.
      case changed
      /// It would be deleted.
      case removed
    }

    /// The object as `Kind namespace/name`.
    public var object: String
    /// What would happen to it.
    public var action: Action
    /// The fields that differ, one line each: `path: old → new`.
    public var fields: [String]

    /// Makes a value.
    public init(object: String, action: Action, fields: [String]) {
      self.object = object
      self.action = action
      self.fields = fields
    }

    /// An example.
    public static var example: Self {
      Self(object: "Deployment shop/web", action: .changed, fields: ["spec.replicas: 3 → 5"])
    }
  }

  /// The same changes on one or more targets.
  public struct Group: WireValue {
    /// The targets, in order, at most fifty.
    public var targets: [TargetName]
    /// How many targets.
    public var targetCount: Int
    /// Whether the targets are new, changed or gone.
    public var action: Change.Action
    /// The changes, in order of object.
    public var changes: [Change]

    /// Makes a value.
    public init(targets: [TargetName], targetCount: Int, action: Change.Action, changes: [Change]) {
      self.targets = targets
      self.targetCount = targetCount
      self.action = action
      self.changes = changes
    }

    /// An example.
    public static var example: Self {
      Self(targets: ["storefront-eu-west-1"], targetCount: 8, action: .changed, changes: [.example])
    }
  }

  /// The FleetSet.
  public var fleetSet: FleetSetName
  /// Targets with equal changes together, the largest group first.
  public var groups: [Group]
  /// Targets without a change.
  public var unchanged: Int
  /// Findings that do not stop it.
  public var warnings: [Diagnostic]

  /// Makes a value.
  public init(fleetSet: FleetSetName, groups: [Group], unchanged: Int, warnings: [Diagnostic]) {
    self.fleetSet = fleetSet
    self.groups = groups
    self.unchanged = unchanged
    self.warnings = warnings
  }

  /// An example.
  public static var example: Self { Self(fleetSet: "storefront", groups: [.example], unchanged: 16, warnings: []) }
}
