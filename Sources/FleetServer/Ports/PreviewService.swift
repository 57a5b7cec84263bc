public import FleetAPI
public import FleetDocuments
public import FleetModel
public import FleetPorts

/// A target as a FleetSet would expand to.
public struct PreviewedTarget: Hashable, Sendable {
  /// The target with its bundle, as a release would hold it.
  public var target: ReleaseTargetDraft
  /// The cluster's name.
  public var clusterName: ClusterName
  /// The stage of the rollout it would be in; nil when unknown.
  public var stage: String?

  /// Makes a target.
  public init(target: ReleaseTargetDraft, clusterName: ClusterName, stage: String?) {
    self.target = target
    self.clusterName = clusterName
    self.stage = stage
  }
}

/// What a FleetSet would expand to.
public struct Preview: Hashable, Sendable {
  /// The sources, resolved; the template's first.
  public var sources: [ReleaseSource]
  /// The targets in order of name.
  public var targets: [PreviewedTarget]
  /// Findings that do not stop it.
  public var warnings: [Diagnostic]

  /// Makes a preview.
  public init(sources: [ReleaseSource], targets: [PreviewedTarget], warnings: [Diagnostic] = []) {
    self.sources = sources
    self.targets = targets
    self.warnings = warnings
  }
}

/// A difference in one object; Secret data is masked.
public struct PreviewedChange: Hashable, Sendable {
  /// What would happen to the object, or the target.
  public enum Action: String, Sendable {
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

  /// Makes a change.
  public init(object: String, action: Action, fields: [String]) {
    self.object = object
    self.action = action
    self.fields = fields
  }
}

/// Targets with equal changes.
public struct PreviewedGroup: Hashable, Sendable {
  /// The targets, in order.
  public var targets: [TargetName]
  /// Whether the targets are new, changed or gone.
  public var action: PreviewedChange.Action
  /// The changes, in order of object.
  public var changes: [PreviewedChange]

  /// Makes a group.
  public init(targets: [TargetName], action: PreviewedChange.Action, changes: [PreviewedChange]) {
    self.targets = targets
    self.action = action
    self.changes = changes
  }
}

/// What a FleetSet would change.
public struct PreviewedDifference: Hashable, Sendable {
  /// Targets with equal changes together, the largest group first.
  public var groups: [PreviewedGroup]
  /// Targets without a change.
  public var unchanged: Int
  /// Findings that do not stop it.
  public var warnings: [Diagnostic]

  /// Makes a difference.
  public init(groups: [PreviewedGroup], unchanged: Int, warnings: [Diagnostic] = []) {
    self.groups = groups
    self.unchanged = unchanged
    self.warnings = warnings
  }
}

/// Expands and renders without storing anything.
public protocol PreviewService: Sendable {
  /// The targets that a FleetSet expands to.
  ///
  /// - Parameters:
  ///   - documents: documents as they would be; what they do not name is taken from the store. Empty for what is stored.
  ///   - cluster: only the targets of this cluster; nil for all.
  /// - Throws: `DiagnosticsError` for what stops the expansion, ``ActionRefusal`` with `notFound` when neither the
  ///   documents nor the store have the FleetSet, or `StoreError`.
  func preview(_ fleetSet: FleetSetName, documents: [Document], cluster: ClusterName?, in project: ProjectName)
    async throws -> Preview

  /// What a release of it would change against what each target should run now; throws as `preview`.
  func difference(_ fleetSet: FleetSetName, documents: [Document], cluster: ClusterName?, in project: ProjectName)
    async throws -> PreviewedDifference

  /// What gave the fields of the objects that a cluster gets by a release (nil: the newest) their values, by target, without
  /// secret values.
  ///
  /// - Throws: ``ActionRefusal`` for what is not there or does not render to the same today, `DiagnosticsError` for what cannot
  ///   be rendered any more, or `StoreError`.
  func origins(
    of fleetSet: FleetSetName, on cluster: ClusterName, in project: ProjectName, revision: String?
  ) async throws -> [TargetName: [ObjectOriginsResource]]

  /// What of the targets themselves a release would change, whatever is rendered; throws as `preview`.
  func settingsDifference(
    _ fleetSet: FleetSetName, documents: [Document], cluster: ClusterName?, in project: ProjectName
  ) async throws -> PreviewedDifference
}
