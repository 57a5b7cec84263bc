public import FleetModel

/// The `spec` of a FleetSet, or of an ApplicationSet read as one: generators, template, how to sync and how to roll out.
public struct FleetSetDefinition: Hashable, Sendable {
  /// The entries whose parameter sets are joined one after the other.
  public var generators: [GeneratorEntry]
  /// The language of every templated string.
  public var language: TemplateLanguage
  /// What each parameter set becomes.
  public var template: SetTemplate
  /// How targets are kept in their cluster; an Application's own `syncPolicy` wins.
  public var sync: SyncPolicy
  /// What becomes of the workloads of targets that leave the set (R25).
  public var onRemoval: RemovalPolicy
  /// The set whose objects this one may take over (R23); nil for none.
  public var transfersFrom: FleetSetName?
  /// What some clusters get differently; those whose selector matches lie over one another in order.
  public var overrides: [ClusterOverride] = []
  /// What is done about manifests that clusters would refuse, or should not get.
  public var checks = SetChecks()
  /// How releases reach the clusters.
  public var rollout: RolloutStrategy

  /// Makes a definition.
  public init(
    generators: [GeneratorEntry], language: TemplateLanguage = .fields, template: SetTemplate,
    sync: SyncPolicy = SyncPolicy(), onRemoval: RemovalPolicy = .remove, rollout: RolloutStrategy = RolloutStrategy()
  ) {
    self.generators = generators
    self.language = language
    self.template = template
    self.sync = sync
    self.onRemoval = onRemoval
    self.rollout = rollout
  }

  /// Makes a definition with a template for targets.
  public init(
    generators: [GeneratorEntry], language: TemplateLanguage = .fields, template: TargetTemplate,
    sync: SyncPolicy = SyncPolicy(), rollout: RolloutStrategy = RolloutStrategy()
  ) {
    self.init(
      generators: generators, language: language, template: .target(template), sync: sync, rollout: rollout)
  }

  /// Which kind of document it was read from.
  public var dialect: SetDialect {
    switch template {
    case .target: .fleetSet
    case .application: .applicationSet
    }
  }
}

/// Which kind of document a set is: they differ in what generators may do.
public enum SetDialect: Hashable, Sendable {
  /// `flotilla.dev/v1 FleetSet`.
  case fleetSet
  /// `argoproj.io/v1alpha1 ApplicationSet`, with what Argo CD does where the two differ.
  case applicationSet
}

/// What each parameter set becomes.
public enum SetTemplate: Hashable, Sendable {
  /// A target.
  case target(TargetTemplate)
  /// An Argo CD Application, which is then read as a target (decision 25).
  case application(ApplicationTemplate)
}

/// The language of a set's templates.
public enum TemplateLanguage: Hashable, Sendable {
  /// ApplicationSet's default, fasttemplate: `{{name}}`, unknown fields stay as they are written.
  case fields
  /// Go templates: `{{ .name }}`; the options are Go's `Template.Option` strings, for example `missingkey=error`.
  case goTemplate(options: [String])
}

/// How targets are kept in their cluster.
public struct SyncPolicy: Hashable, Sendable {
  /// Whether objects that leave the bundle are deleted.
  public var prune: Bool
  /// Whether drift is repaired.
  public var selfHeal: Bool
  /// Whether a missing namespace is created.
  public var createNamespace: Bool
  /// Options of all objects' apply, each a `SyncOptionName` with its value.
  public var options: [String]
  /// Fields whose differences are no drift.
  public var ignoreDifferences: [IgnoredDifference] = []
  /// How the health of some objects is told.
  public var health: [HealthRules] = []

  /// Makes a policy; everything is on by default.
  public init(prune: Bool = true, selfHeal: Bool = true, createNamespace: Bool = true, options: [String] = []) {
    self.options = options
    self.prune = prune
    self.selfHeal = selfHeal
    self.createNamespace = createNamespace
  }
}
