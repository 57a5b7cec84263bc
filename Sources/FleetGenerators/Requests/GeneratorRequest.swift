public import FleetDocuments
public import FleetModel
public import Manifest

/// Something of the world that an expansion needs before it can go on (AMENDMENTS 19). What a matrix asks for its second
/// child depends on what its first one was answered, so requests come in several rounds.
public enum GeneratorRequest: Hashable, Sendable {
  /// The files of a repository, which is given by name or URL, at a revision.
  case tree(repository: String, revision: Revision)
  /// The data of a ConfigMap, which says where a plugin or a decision is.
  case configMap(name: String)
  /// The resources that a `clusterDecisionResource` reads.
  case decisions(DecisionRequest)
  /// What a plugin answers.
  case plugin(PluginRequest)
  /// The repositories of a provider, each with its default branch.
  case repositories(RepositoriesRequest)
  /// The branches of one repository, as the provider's `allBranches` says.
  case branches(RepositoriesRequest, repository: ScmRepository)
  /// Whether a path exists on the branch of a repository.
  case path(RepositoriesRequest, repository: ScmRepository, path: String)
  /// The pull requests of a repository.
  case pullRequests(ScmProvider)
}

/// Which resources hold a list of clusters (GENERATORS 2.9).
public struct DecisionRequest: Hashable, Sendable {
  /// The API group and version.
  public var apiVersion: String
  /// The resource's name in URLs: its plural.
  public var resource: String
  /// The object's name; empty when it is chosen by labels.
  public var name: String
  /// The objects' labels; nil when it is chosen by name.
  public var labelSelector: LabelSelector?
  /// The cluster that holds them; empty when the ConfigMap names none, as Argo CD's need not.
  public var cluster: String
  /// The namespace that they are in.
  public var namespace: String

  /// Makes a request.
  public init(
    apiVersion: String, resource: String, name: String, labelSelector: LabelSelector?, cluster: String = "",
    namespace: String = "argocd"
  ) {
    self.cluster = cluster
    self.namespace = namespace
    self.apiVersion = apiVersion
    self.resource = resource
    self.name = name
    self.labelSelector = labelSelector
  }
}

/// A call of a plugin: `POST {baseURL}/api/v1/getparams.execute` (GENERATORS 2.9).
public struct PluginRequest: Hashable, Sendable {
  /// The ConfigMap that names the plugin.
  public var configMap: String
  /// The plugin's address.
  public var baseURL: String
  /// Where its token is: `$key`, or `$secret:key`.
  public var tokenReference: String
  /// How long to wait.
  public var timeout: Duration
  /// What to send as `input.parameters`.
  public var parameters: Node

  /// Makes a request.
  public init(configMap: String, baseURL: String, tokenReference: String, timeout: Duration, parameters: Node) {
    self.configMap = configMap
    self.baseURL = baseURL
    self.tokenReference = tokenReference
    self.timeout = timeout
    self.parameters = parameters
  }
}

/// Whose repositories are listed, and how they are cloned.
public struct RepositoriesRequest: Hashable, Sendable {
  /// The provider.
  public var provider: ScmProvider
  /// `ssh`, `https` or `https-fips`; empty for the provider's default.
  public var cloneProtocol: String

  /// Makes a request.
  public init(provider: ScmProvider, cloneProtocol: String = "") {
    self.provider = provider
    self.cloneProtocol = cloneProtocol
  }
}

/// A repository of a provider, at one branch.
public struct ScmRepository: Hashable, Sendable {
  /// The organization, group, owner or project.
  public var organization: String
  /// The repository's name.
  public var name: String
  /// What the provider knows it by: a number or a text; nil when it has none.
  public var id: Node?
  /// Where to clone it from.
  public var url: String
  /// The branch.
  public var branch: String
  /// The branch's commit.
  public var commit: String
  /// The repository's labels or topics.
  public var labels: [String]

  /// Makes a repository.
  public init(
    organization: String, name: String, id: Node? = nil, url: String, branch: String, commit: String,
    labels: [String] = []
  ) {
    self.organization = organization
    self.name = name
    self.id = id
    self.url = url
    self.branch = branch
    self.commit = commit
    self.labels = labels
  }
}

/// A pull request, or merge request.
public struct PullRequest: Hashable, Sendable {
  /// Its number in the repository.
  public var number: Int64
  /// The title.
  public var title: String
  /// The branch that it brings.
  public var branch: String
  /// The branch that it goes into.
  public var targetBranch: String
  /// The commit of its branch.
  public var headCommit: String
  /// Who opened it.
  public var author: String
  /// Its labels.
  public var labels: [String]

  /// Makes a pull request.
  public init(
    number: Int64, title: String, branch: String, targetBranch: String, headCommit: String, author: String,
    labels: [String] = []
  ) {
    self.number = number
    self.title = title
    self.branch = branch
    self.targetBranch = targetBranch
    self.headCommit = headCommit
    self.author = author
    self.labels = labels
  }
}

/// What the world said to a request.
public enum GeneratorAnswer: Sendable {
  /// The files of one commit.
  case tree(any SourceTree)
  /// The data of a ConfigMap.
  case configMap([String: String])
  /// Resources as they are stored.
  case resources([Node])
  /// A plugin's answer: the body.
  case body([UInt8])
  /// Repositories, or the same one at several branches.
  case repositories([ScmRepository])
  /// Whether something exists.
  case exists(Bool)
  /// Pull requests.
  case pullRequests([PullRequest])
  /// There is no such repository, which a generator may have allowed for.
  case repositoryNotFound(String)
  /// It could not be had; the text says why and what to do.
  case failure(String)
}
