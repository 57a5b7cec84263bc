public import FleetModel
public import Manifest

/// What each parameter set becomes; every string is a template.
public struct TargetTemplate: Hashable, Sendable {
  /// Labels or annotations: texts by key, or one template that yields such a map.
  public enum Texts: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// Keys and values are templates.
    case byKey([String: String])
    /// A template whose result is read as YAML.
    case template(String)

    /// Makes texts by key; of equal keys the last value stays.
    public init(dictionaryLiteral elements: (String, String)...) {
      self = .byKey(Dictionary(elements, uniquingKeysWith: { $1 }))
    }
  }

  /// A switch: written down, or a template whose result is `true` or `false`.
  public enum Flag: Hashable, Sendable {
    /// Written down.
    case value(Bool)
    /// A template.
    case template(String)
  }

  /// What a target keeps differently than its set.
  public struct Sync: Hashable, Sendable {
    /// Whether objects that leave the bundle are deleted; nil as the set says.
    public var prune: Flag?
    /// Whether drift is repaired; nil as the set says.
    public var selfHeal: Flag?
    /// Whether a missing namespace is created; nil as the set says.
    public var createNamespace: Flag?

    /// Makes exceptions from the set's policy.
    public init(prune: Flag? = nil, selfHeal: Flag? = nil, createNamespace: Flag? = nil) {
      self.prune = prune
      self.selfHeal = selfHeal
      self.createNamespace = createNamespace
    }
  }

  /// `metadata.name`: the target's name, unique in the set.
  public var name: String
  /// `metadata.labels`: the target's own labels; they lie over the cluster's.
  public var labels: Texts
  /// `metadata.annotations`.
  public var annotations: Texts
  /// `spec.source.repository`: a repository's name, or its URL.
  public var repository: String
  /// `spec.source.revision`; a branch's or tag's name may be a template.
  public var revision: Revision
  /// `spec.source.path`: the directory to render; or `spec.source.chart`: a chart of the repository.
  public var path: String
  /// Whether `path` is the name of a chart.
  public var isChart = false
  /// `spec.source.helm`: how a chart is filled in; its texts are templates.
  public var helm: Node?
  /// `spec.source.kustomize`: what is changed in a kustomization; its texts are templates.
  public var kustomize: Node?
  /// `spec.source.substitute`: values of `${NAME}`; nil leaves such texts alone.
  public var substitute: Texts?
  /// `spec.destination.cluster`: the cluster's name.
  public var cluster: String
  /// `spec.destination.namespace`: for objects that name none.
  public var namespace: String
  /// `spec.sync`: exceptions from the set's policy.
  public var sync: Sync

  /// Makes a template.
  public init(
    name: String, labels: Texts = [:], annotations: Texts = [:], repository: String, revision: Revision = .head,
    path: String, cluster: String, namespace: String = "default", sync: Sync = Sync()
  ) {
    self.name = name
    self.labels = labels
    self.annotations = annotations
    self.repository = repository
    self.revision = revision
    self.path = path
    self.cluster = cluster
    self.namespace = namespace
    self.sync = sync
  }
}
