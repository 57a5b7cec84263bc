public import FleetModel
public import Manifest

/// One entry of `generators`: exactly one generator, and what is common to all (GENERATORS 2).
public struct GeneratorEntry: Hashable, Sendable {
  /// What an error in an entry does to the others.
  public enum ErrorPolicy: String, Hashable, Sendable, CaseIterable {
    /// Nothing of the set changes.
    case fail
    /// What the entry made before stays as it is, and the other entries go on.
    case isolate
  }

  /// The generator.
  public var generator: Generator
  /// The post-filter over the flattened parameters; nil for none.
  public var selector: LabelSelector?
  /// What its Applications or targets have in place of the set's template; nil for nothing of their own (GENERATORS 3.6).
  public var template: Node?
  /// In a FleetSet: the set's template with its own over it; nil when it has none.
  public var targetTemplate: TargetTemplate?
  /// What an error does.
  public var onError: ErrorPolicy
  /// The entry as it is written, for the templates of a matrix's later children.
  public var source: Node
  /// Where the entry stands in its document.
  public var position: Position?

  /// Makes an entry.
  public init(
    generator: Generator, selector: LabelSelector? = nil, template: Node? = nil, onError: ErrorPolicy = .fail,
    source: Node = Node(.null), position: Position? = nil
  ) {
    self.generator = generator
    self.selector = selector
    self.template = template
    self.onError = onError
    self.source = source
    self.position = position
  }
}

/// What yields parameter sets.
public indirect enum Generator: Hashable, Sendable {
  /// Elements that are written down (GENERATORS 2.1).
  case list(ListGenerator)
  /// The clusters of the inventory (GENERATORS 2.2).
  case clusters(ClustersGenerator)
  /// Directories or files of a repository (GENERATORS 2.3 and 2.4).
  case git(GitGenerator)
  /// Every combination of what its children yield; later children see the parameters of earlier ones (GENERATORS 2.5).
  case matrix([GeneratorEntry])
  /// The first child's sets, overridden by those of the others that have equal keys (GENERATORS 2.6).
  case merge(MergeGenerator)
  /// The repositories of an organization (GENERATORS 2.7).
  case scmProvider(ScmProviderGenerator)
  /// The pull requests of a repository (GENERATORS 2.8).
  case pullRequest(PullRequestGenerator)
  /// The clusters that another controller chose (GENERATORS 2.9).
  case clusterDecisionResource(ClusterDecisionGenerator)
  /// What a program behind HTTP answers (GENERATORS 2.9).
  case plugin(PluginGenerator)

  /// The generator's key in an entry.
  public var kind: String {
    switch self {
    case .list: "list"
    case .clusters: "clusters"
    case .git: "git"
    case .matrix: "matrix"
    case .merge: "merge"
    case .scmProvider: "scmProvider"
    case .pullRequest: "pullRequest"
    case .clusterDecisionResource: "clusterDecisionResource"
    case .plugin: "plugin"
    }
  }

  /// The generators inside it; empty for most.
  public var children: [GeneratorEntry] {
    switch self {
    case .matrix(let children): children
    case .merge(let merge): merge.generators
    default: []
    }
  }
}

/// The `list` generator.
public struct ListGenerator: Hashable, Sendable {
  /// The elements; each is an object.
  public var elements: [Node]
  /// A text, or a template of one, that is a YAML or JSON array of further elements; empty for none.
  public var elementsYAML: String

  /// Makes a generator.
  public init(elements: [Node], elementsYAML: String = "") {
    self.elements = elements
    self.elementsYAML = elementsYAML
  }
}

/// The `clusters` generator.
public struct ClustersGenerator: Hashable, Sendable {
  /// Which clusters, by their labels.
  public var selector: LabelSelector
  /// Further parameters: templates over the cluster's parameters.
  public var values: [String: String]
  /// Whether all clusters are one parameter set, as a list named `clusters`.
  public var isFlatList: Bool

  /// Makes a generator.
  public init(selector: LabelSelector = LabelSelector(), values: [String: String] = [:], isFlatList: Bool = false) {
    self.selector = selector
    self.values = values
    self.isFlatList = isFlatList
  }
}

/// The `git` generator: directories, else files.
public struct GitGenerator: Hashable, Sendable {
  /// A pattern over whole paths.
  public struct Pattern: Hashable, Sendable {
    /// The pattern.
    public var path: String
    /// Whether what matches is left out; a leaving-out pattern always wins.
    public var exclude: Bool

    /// Makes a pattern.
    public init(path: String, exclude: Bool = false) {
      self.path = path
      self.exclude = exclude
    }
  }

  /// How patterns of files are read.
  public enum Globbing: String, Hashable, Sendable, CaseIterable {
    /// As `git ls-files`: `*` and `?` match `/` too. Argo CD's default.
    case greedy
    /// `*` stops at `/`, `**` as a whole segment is any number of them, `{a,b}` is one of several.
    case doublestar
  }

  /// The repository's name, or its URL.
  public var repository: String
  /// What to look at.
  public var revision: Revision
  /// Patterns of directories, as Go's `path.Match`: `*` does not cross `/`.
  public var directories: [Pattern]
  /// Patterns of files with parameters in them; not looked at when there are patterns of directories.
  public var files: [Pattern]
  /// How patterns of files are read.
  public var globbing: Globbing
  /// Put before `path` in parameter names; empty for none.
  public var pathParameterPrefix: String
  /// Further parameters: templates over the directory's or file's parameters.
  public var values: [String: String]
  /// How often to look; nil for the default, 0 for never.
  public var requeueAfter: Duration?

  /// Makes a generator.
  public init(
    repository: String, revision: Revision = .head, directories: [Pattern] = [], files: [Pattern] = [],
    globbing: Globbing = .greedy, pathParameterPrefix: String = "", values: [String: String] = [:],
    requeueAfter: Duration? = nil
  ) {
    self.repository = repository
    self.revision = revision
    self.directories = directories
    self.files = files
    self.globbing = globbing
    self.pathParameterPrefix = pathParameterPrefix
    self.values = values
    self.requeueAfter = requeueAfter
  }
}

/// The `merge` generator.
public struct MergeGenerator: Hashable, Sendable {
  /// The parameters that must be equal. In a FleetSet with Go templates a name with dots is a path.
  public var mergeKeys: [String]
  /// The base, then what overrides it.
  public var generators: [GeneratorEntry]

  /// Makes a generator.
  public init(mergeKeys: [String], generators: [GeneratorEntry]) {
    self.mergeKeys = mergeKeys
    self.generators = generators
  }
}
