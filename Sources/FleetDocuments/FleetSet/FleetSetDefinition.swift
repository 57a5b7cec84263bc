public import FleetModel
public import Manifest

/// The `spec` of a FleetSet document: generators, template, how to sync and how to roll out.
public struct FleetSetDefinition: Hashable, Sendable {
  /// The entries whose parameter sets are joined one after the other.
  public var generators: [GeneratorEntry]
  /// The language of every templated string.
  public var language: TemplateLanguage
  /// What each parameter set becomes.
  public var template: TargetTemplate
  /// How targets are kept in their cluster.
  public var sync: SyncPolicy
  /// How releases reach the clusters.
  public var rollout: RolloutStrategy

  /// Makes a definition.
  public init(
    generators: [GeneratorEntry], language: TemplateLanguage = .fields, template: TargetTemplate,
    sync: SyncPolicy = SyncPolicy(), rollout: RolloutStrategy = RolloutStrategy()
  ) {
    self.generators = generators
    self.language = language
    self.template = template
    self.sync = sync
    self.rollout = rollout
  }
}

/// The language of a FleetSet's templates.
public enum TemplateLanguage: Hashable, Sendable {
  /// ApplicationSet's default, fasttemplate: `{{name}}`, unknown fields stay as they are written.
  case fields
  /// Go templates: `{{ .name }}`; the options are Go's `Template.Option` strings, for example `missingkey=error`.
  case goTemplate(options: [String])
}

/// One entry of `generators`: exactly one generator, and what is common to all (GENERATORS 2).
public struct GeneratorEntry: Hashable, Sendable {
  /// The generator.
  public var generator: Generator
  /// The post-filter over the flattened parameters; nil for none.
  public var selector: LabelSelector?
  /// Where the entry stands in its document.
  public var position: Position?

  /// Makes an entry.
  public init(generator: Generator, selector: LabelSelector? = nil, position: Position? = nil) {
    self.generator = generator
    self.selector = selector
    self.position = position
  }
}

/// What yields parameter sets. Further kinds of GENERATORS.md section 2 join as further cases.
public enum Generator: Hashable, Sendable {
  /// Elements written down; each is an object (GENERATORS 2.1).
  case list(elements: [Node])
  /// One parameter set per cluster of the inventory (GENERATORS 2.2); values are templates over its parameters.
  case clusters(selector: LabelSelector, values: [String: String])
  /// One parameter set per directory of a repository (GENERATORS 2.3).
  case gitDirectories(GitDirectories)
}

/// The `git` generator with `directories` (GENERATORS 2.3).
public struct GitDirectories: Hashable, Sendable {
  /// A pattern over whole paths; `*` does not cross `/`.
  public struct Pattern: Hashable, Sendable {
    /// The pattern, as Go's `path.Match`.
    public var path: String
    /// Whether matching directories are left out; a leaving-out pattern always wins.
    public var exclude: Bool

    /// Makes a pattern.
    public init(path: String, exclude: Bool = false) {
      self.path = path
      self.exclude = exclude
    }
  }

  /// The repository's name, or its URL.
  public var repository: String
  /// What to look at.
  public var revision: Revision
  /// The patterns.
  public var directories: [Pattern]
  /// Put before `path` in parameter names; empty for none.
  public var pathParameterPrefix: String
  /// Further parameters: templates over the directory's parameters.
  public var values: [String: String]

  /// Makes a generator.
  public init(
    repository: String, revision: Revision = .head, directories: [Pattern], pathParameterPrefix: String = "",
    values: [String: String] = [:]
  ) {
    self.repository = repository
    self.revision = revision
    self.directories = directories
    self.pathParameterPrefix = pathParameterPrefix
    self.values = values
  }
}

/// What each parameter set becomes; every string is a template.
public struct TargetTemplate: Hashable, Sendable {
  /// `metadata.name`: the target's name, unique in the set.
  public var name: String
  /// `metadata.labels`: the target's own labels; they lie over the cluster's.
  public var labels: [String: String]
  /// `metadata.annotations`.
  public var annotations: [String: String]
  /// `spec.source.repository`: a repository's name, or its URL.
  public var repository: String
  /// `spec.source.revision`; a branch's or tag's name may be a template.
  public var revision: Revision
  /// `spec.source.path`: the directory to render.
  public var path: String
  /// `spec.destination.cluster`: the cluster's name.
  public var cluster: String
  /// `spec.destination.namespace`: for objects that name none.
  public var namespace: String

  /// Makes a template.
  public init(
    name: String, labels: [String: String] = [:], annotations: [String: String] = [:], repository: String,
    revision: Revision = .head, path: String, cluster: String, namespace: String = "default"
  ) {
    self.name = name
    self.labels = labels
    self.annotations = annotations
    self.repository = repository
    self.revision = revision
    self.path = path
    self.cluster = cluster
    self.namespace = namespace
  }
}

/// How targets are kept in their cluster.
public struct SyncPolicy: Hashable, Sendable {
  /// Whether objects that leave the bundle are deleted.
  public var prune: Bool
  /// Whether drift is repaired.
  public var selfHeal: Bool
  /// Whether a missing namespace is created.
  public var createNamespace: Bool

  /// Makes a policy; everything is on by default.
  public init(prune: Bool = true, selfHeal: Bool = true, createNamespace: Bool = true) {
    self.prune = prune
    self.selfHeal = selfHeal
    self.createNamespace = createNamespace
  }
}
