public import Manifest

/// What each parameter set of an ApplicationSet becomes: an Argo CD Application (GENERATORS 3).
public struct ApplicationTemplate: Hashable, Sendable {
  /// The set's name, which `validate` and plugins are told.
  public var setName: String
  /// The set's namespace, which every Application gets; empty when the document names none.
  public var namespace: String
  /// `spec.template`: `metadata` with name, namespace, labels, annotations and finalizers, and `spec`.
  public var tree: Node
  /// `spec.templatePatch`: a template of YAML or JSON; nil for none.
  public var patch: String?
  /// What happens to Applications that exist.
  public var policy: ApplicationPolicy
  /// `strategy.rollingSync`; nil for other strategies.
  public var rollingSync: RollingSync?

  /// Makes a template.
  public init(
    setName: String = "", namespace: String = "", tree: Node, patch: String? = nil,
    policy: ApplicationPolicy = ApplicationPolicy(), rollingSync: RollingSync? = nil
  ) {
    self.setName = setName
    self.namespace = namespace
    self.tree = tree
    self.patch = patch
    self.policy = policy
    self.rollingSync = rollingSync
  }
}

/// `spec.syncPolicy`, `preservedFields` and `ignoreApplicationDifferences` of an ApplicationSet (GENERATORS 1 and 4).
public struct ApplicationPolicy: Hashable, Sendable {
  /// What may happen to Applications that exist: `spec.syncPolicy.applicationsSync`.
  public enum Changes: String, Hashable, Sendable, CaseIterable {
    /// They are updated, and deleted when nothing generates them any more.
    case sync
    /// They are updated, never deleted.
    case createUpdate = "create-update"
    /// They are deleted, never updated.
    case createDelete = "create-delete"
    /// They are left alone.
    case createOnly = "create-only"

    /// Whether Applications that exist are updated.
    public var updates: Bool { self == .sync || self == .createUpdate }

    /// Whether Applications that nothing generates any more are deleted.
    public var deletes: Bool { self == .sync || self == .createDelete }
  }

  /// A rule of `ignoreApplicationDifferences`.
  public struct IgnoredDifference: Hashable, Sendable {
    /// The Application; empty for all.
    public var name: String
    /// Fields as JSON pointers.
    public var jsonPointers: [String]
    /// Fields as jq expressions.
    public var jqPathExpressions: [String]

    /// Makes a rule.
    public init(name: String = "", jsonPointers: [String] = [], jqPathExpressions: [String] = []) {
      self.name = name
      self.jsonPointers = jsonPointers
      self.jqPathExpressions = jqPathExpressions
    }
  }

  /// What may happen to Applications that exist.
  public var changes: Changes
  /// Whether objects stay when their Application goes.
  public var preservesResources: Bool
  /// Keys of annotations that are kept from Applications that exist.
  public var preservedAnnotations: [String]
  /// Keys of labels that are kept from Applications that exist.
  public var preservedLabels: [String]
  /// Fields whose differences are left alone.
  public var ignoredDifferences: [IgnoredDifference]

  /// Makes a policy.
  public init(
    changes: Changes = .sync, preservesResources: Bool = false, preservedAnnotations: [String] = [],
    preservedLabels: [String] = [], ignoredDifferences: [IgnoredDifference] = []
  ) {
    self.changes = changes
    self.preservesResources = preservesResources
    self.preservedAnnotations = preservedAnnotations
    self.preservedLabels = preservedLabels
    self.ignoredDifferences = ignoredDifferences
  }
}
