/// What is changed in a kustomization before it is built. The names are those of an Argo CD Application's
/// `source.kustomize`, which has the same meaning: https://argo-cd.readthedocs.io/en/stable/user-guide/kustomize/
public struct KustomizeOptions: Hashable, Sendable, Codable {
  /// The count of one workload.
  public struct Replicas: Hashable, Sendable, Codable {
    /// The workload's name.
    public var name: String
    /// How many.
    public var count: Int

    /// Makes a count.
    public init(name: String, count: Int) {
      self.name = name
      self.count = count
    }
  }

  /// In place of the kustomization's own; nil keeps that.
  public var namePrefix: String?
  /// In place of the kustomization's own; nil keeps that.
  public var nameSuffix: String?
  /// In place of the kustomization's own; nil keeps that.
  public var namespace: String?
  /// Images as `kustomize edit set image` takes them: `NAME=NEW:TAG`, `NAME:TAG`, `NAME@DIGEST`.
  public var images: [String] = []
  /// Counts by workload.
  public var replicas: [Replicas] = []
  /// Labels of all objects.
  public var commonLabels: [String: String] = [:]
  /// Whether they replace labels that the kustomization has.
  public var forceCommonLabels = false
  /// Whether selectors do without them.
  public var labelWithoutSelector = false
  /// Whether templates of workloads get them although selectors do not.
  public var labelIncludeTemplates = false
  /// Annotations of all objects.
  public var commonAnnotations: [String: String] = [:]
  /// Whether they replace annotations that the kustomization has.
  public var forceCommonAnnotations = false
  /// More patches, as a JSON list of kustomize's; nil for none.
  public var patches: String?
  /// More components, relative to the kustomization.
  public var components: [String] = []
  /// Whether components that are not there are left out.
  public var ignoreMissingComponents = false

  /// Makes options that change nothing.
  public init() {}
}
