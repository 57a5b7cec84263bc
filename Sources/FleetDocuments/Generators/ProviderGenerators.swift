public import FleetModel
public import Manifest

/// Where repositories or pull requests are listed: one of the keys such as `github`, with its fields.
public struct ScmProvider: Hashable, Sendable {
  /// The key, for example `github`.
  public var kind: String
  /// The fields below it, found right (GENERATORS 2.7 and 2.8).
  public var configuration: Node

  /// Makes a provider.
  public init(kind: String, configuration: Node) {
    self.kind = kind
    self.configuration = configuration
  }
}

/// The `scmProvider` generator.
public struct ScmProviderGenerator: Hashable, Sendable {
  /// Conditions of which all must hold.
  public struct Filter: Hashable, Sendable {
    /// A regular expression that the repository's name must contain a match of.
    public var repositoryMatch: String?
    /// Paths that must exist.
    public var pathsExist: [String]
    /// Paths that must not exist.
    public var pathsDoNotExist: [String]
    /// A regular expression that one of the repository's labels must contain a match of.
    public var labelMatch: String?
    /// A regular expression that the branch must contain a match of.
    public var branchMatch: String?

    /// Makes a filter.
    public init(
      repositoryMatch: String? = nil, pathsExist: [String] = [], pathsDoNotExist: [String] = [],
      labelMatch: String? = nil, branchMatch: String? = nil
    ) {
      self.repositoryMatch = repositoryMatch
      self.pathsExist = pathsExist
      self.pathsDoNotExist = pathsDoNotExist
      self.labelMatch = labelMatch
      self.branchMatch = branchMatch
    }
  }

  /// Where to look; nil when the document names nothing, which is an error of its own.
  public var provider: ScmProvider?
  /// How repositories are cloned: `ssh`, `https` or `https-fips`; empty for the provider's default.
  public var cloneProtocol: String
  /// Which repositories and branches, any of them.
  public var filters: [Filter]
  /// Further parameters: templates over the repository's parameters.
  public var values: [String: String]
  /// How often to look; nil for the default, 0 for never.
  public var requeueAfter: Duration?

  /// Makes a generator.
  public init(
    provider: ScmProvider?, cloneProtocol: String = "", filters: [Filter] = [], values: [String: String] = [:],
    requeueAfter: Duration? = nil
  ) {
    self.provider = provider
    self.cloneProtocol = cloneProtocol
    self.filters = filters
    self.values = values
    self.requeueAfter = requeueAfter
  }
}

/// The `pullRequest` generator.
public struct PullRequestGenerator: Hashable, Sendable {
  /// Regular expressions of which all must find a match.
  public struct Filter: Hashable, Sendable {
    /// In the branch.
    public var branchMatch: String?
    /// In the branch that it goes into.
    public var targetBranchMatch: String?
    /// In the title.
    public var titleMatch: String?

    /// Makes a filter.
    public init(branchMatch: String? = nil, targetBranchMatch: String? = nil, titleMatch: String? = nil) {
      self.branchMatch = branchMatch
      self.targetBranchMatch = targetBranchMatch
      self.titleMatch = titleMatch
    }
  }

  /// Where to look; nil when the document names nothing, which is an error of its own.
  public var provider: ScmProvider?
  /// Which pull requests, any of them.
  public var filters: [Filter]
  /// Whether a repository that is not there has no pull requests, instead of being an error.
  public var continuesWithoutRepository: Bool
  /// Further parameters: templates over the pull request's parameters.
  public var values: [String: String]
  /// How often to look; nil for the default, 0 for never.
  public var requeueAfter: Duration?

  /// Makes a generator.
  public init(
    provider: ScmProvider?, filters: [Filter] = [], continuesWithoutRepository: Bool = false,
    values: [String: String] = [:], requeueAfter: Duration? = nil
  ) {
    self.provider = provider
    self.filters = filters
    self.continuesWithoutRepository = continuesWithoutRepository
    self.values = values
    self.requeueAfter = requeueAfter
  }
}

/// The `clusterDecisionResource` generator.
public struct ClusterDecisionGenerator: Hashable, Sendable {
  /// The ConfigMap that says which resource, and how to read it.
  public var configMap: String
  /// The resource's name; empty when it is chosen by labels.
  public var name: String
  /// The resources' labels; nil when it is chosen by name.
  public var labelSelector: LabelSelector?
  /// Further parameters; they are no templates.
  public var values: [String: String]
  /// How often to look; nil for the default, 0 for never.
  public var requeueAfter: Duration?

  /// Makes a generator.
  public init(
    configMap: String, name: String = "", labelSelector: LabelSelector? = nil, values: [String: String] = [:],
    requeueAfter: Duration? = nil
  ) {
    self.configMap = configMap
    self.name = name
    self.labelSelector = labelSelector
    self.values = values
    self.requeueAfter = requeueAfter
  }
}

/// The `plugin` generator.
public struct PluginGenerator: Hashable, Sendable {
  /// The ConfigMap with the plugin's address and the reference to its token.
  public var configMap: String
  /// What the plugin is asked with: an object.
  public var parameters: Node
  /// Further parameters: templates over the plugin's parameters.
  public var values: [String: String]
  /// How often to ask; nil for the default, 0 for never.
  public var requeueAfter: Duration?

  /// Makes a generator.
  public init(
    configMap: String, parameters: Node = [:], values: [String: String] = [:], requeueAfter: Duration? = nil
  ) {
    self.configMap = configMap
    self.parameters = parameters
    self.values = values
    self.requeueAfter = requeueAfter
  }
}
