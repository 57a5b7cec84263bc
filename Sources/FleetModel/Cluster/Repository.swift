/// A source of manifests: a Git repository, whose refs are resolved to commits before anything uses them, or a repository
/// of Helm charts, whose versions are resolved to archives.
public struct Repository: Hashable, Sendable, Codable {
  /// What a repository holds.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Commits.
    case git
    /// Charts: an HTTP repository with an `index.yaml`, or an OCI registry.
    case helm
  }

  /// The row's number.
  public var id: RepositoryID
  /// The owner.
  public var project: ProjectName
  /// The name, unique in its project.
  public var name: RepositoryName
  /// What it holds.
  public var kind: Kind
  /// Where to fetch from: `https://`, `http://`, `ssh://`, `user@host:path` or `file://`; of charts `https://`, `http://`
  /// or `oci://`.
  public var url: String
  /// The name of the stored credential to fetch with; nil for none.
  public var credential: String?
  /// How often to look for new commits without being woken.
  public var pollInterval: Duration

  /// Makes a repository.
  public init(
    id: RepositoryID = 0, project: ProjectName = .defaultProject, name: RepositoryName, kind: Kind = .git, url: String,
    credential: String? = nil, pollInterval: Duration = .seconds(60)
  ) {
    self.kind = kind
    self.id = id
    self.project = project
    self.name = name
    self.url = url
    self.credential = credential
    self.pollInterval = pollInterval
  }

  /// The beginning of the URL of a registry that keeps charts as OCI artefacts.
  public static let registryScheme = "oci://"

  /// Whether it is a registry, which is asked for each chart because it has no list of all.
  public var isRegistry: Bool { kind == .helm && url.lowercased().hasPrefix(Self.registryScheme) }

  /// Whether a document means this repository: by its name or its URL. As for Argo CD, the URL of charts may lack `oci://`
  /// and may end with `/`.
  public func isNamed(_ text: String) -> Bool {
    if name.rawValue == text || url == text { return true }
    guard kind == .helm else { return false }
    func trimmed(_ text: String) -> Substring {
      var text = text[...]
      while text.hasSuffix("/") { text.removeLast() }
      return text
    }
    let own = trimmed(url)
    let other = trimmed(text)
    return own == other || isRegistry && own.dropFirst(Self.registryScheme.count) == other
  }
}

/// What a user asks of a repository; always resolved to a commit before use.
public enum Revision: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The tip of the default branch.
  case head
  /// The tip of a branch.
  case branch(String)
  /// The commit that a tag names.
  case tag(String)
  /// The highest version tag in a range, for example `^1.4` or `>=2.0 <3.0`.
  case semanticVersion(String)
  /// Exactly this commit.
  case commit(CommitID)
  /// A branch, else a tag, else a commit with this text, in that order: how ApplicationSets write `targetRevision`.
  case named(String)

  /// Whether it names exactly one version: `1.4.2`, `v1.4.2`, `1.4.2-rc.1`.
  public var isExactVersion: Bool {
    switch self {
    case .tag: true
    case .named(let text), .semanticVersion(let text): SemanticVersion(text) != nil
    case .head, .branch, .commit: false
    }
  }

  /// The revision as a person writes it.
  public var description: String {
    switch self {
    case .head: "HEAD"
    case .branch(let name), .tag(let name), .named(let name): name
    case .semanticVersion(let range): range
    case .commit(let commit): commit.hexadecimal
    }
  }
}

/// A commit with what people want to see of it.
public struct Commit: Hashable, Sendable, Codable {
  /// Its identifier.
  public var id: CommitID
  /// The author as `Name <mail>`.
  public var author: String
  /// The first line of its message.
  public var title: String
  /// When it was committed.
  public var committedAt: Instant

  /// Makes a commit.
  public init(id: CommitID, author: String, title: String, committedAt: Instant) {
    self.id = id
    self.author = author
    self.title = title
    self.committedAt = committedAt
  }
}
