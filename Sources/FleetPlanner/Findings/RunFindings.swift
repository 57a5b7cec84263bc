public import FleetModel

/// What is known of the objects that a run would send, before it is stored (R23, R24).
public struct RunFindings: Hashable, Sendable {
  /// What its orders would delete, one entry for each pair of bundles.
  public var prunes: [PruneFinding]
  /// Objects that other targets own already, or are about to.
  public var conflicts: [OwnershipConflict]

  /// Makes findings.
  public init(prunes: [PruneFinding] = [], conflicts: [OwnershipConflict] = []) {
    self.prunes = prunes
    self.conflicts = conflicts
  }
}

/// What changing from one bundle to another would delete.
public struct PruneFinding: Hashable, Sendable {
  /// The bundle that runs.
  public var from: Digest
  /// The bundle to be sent.
  public var to: Digest
  /// The stage of the targets, when that has a budget of its own; nil otherwise.
  public var stage: Int?
  /// How many targets would change so.
  public var targetCount: Int
  /// One of them.
  public var target: TargetName
  /// How many objects the bundle that runs has.
  public var objectCount: Int
  /// The objects that would be deleted, as `group/Kind/namespace/name`, in order of apply.
  public var pruned: [String]

  /// Makes a finding.
  public init(
    from: Digest, to: Digest, stage: Int? = nil, targetCount: Int, target: TargetName, objectCount: Int,
    pruned: [String]
  ) {
    self.from = from
    self.to = to
    self.stage = stage
    self.targetCount = targetCount
    self.target = target
    self.objectCount = objectCount
    self.pruned = pruned
  }
}

/// An object that a target would get and another one has (R23).
public struct OwnershipConflict: Hashable, Sendable {
  /// The cluster.
  public var clusterName: ClusterName
  /// The target that would get it.
  public var target: TargetID
  /// Its name.
  public var targetName: TargetName
  /// The object, as `group/Kind/namespace/name`.
  public var object: String
  /// The set of the target that has it.
  public var ownerSet: FleetSetName
  /// The target that has it.
  public var owner: TargetName

  /// Makes a conflict.
  public init(
    clusterName: ClusterName, target: TargetID, targetName: TargetName, object: String, ownerSet: FleetSetName,
    owner: TargetName
  ) {
    self.clusterName = clusterName
    self.target = target
    self.targetName = targetName
    self.object = object
    self.ownerSet = ownerSet
    self.owner = owner
  }
}
