/// A Git source. Every ref is resolved to a commit before anything uses it.
public struct Repository: Hashable, Sendable, Codable {
  /// The row's number.
  public var id: RepositoryID
  /// The owner.
  public var project: ProjectName
  /// The name, unique in its project.
  public var name: RepositoryName
  /// Where to fetch from: `https://`, `http://`, `ssh://`, `user@host:path` or `file://`.
  public var url: String
  /// The name of the stored credential to fetch with; nil for none.
  public var credential: String?
  /// How often to look for new commits without being woken.
  public var pollInterval: Duration

  /// Makes a repository.
  public init(
    id: RepositoryID = 0, project: ProjectName = .defaultProject, name: RepositoryName, url: String,
    credential: String? = nil, pollInterval: Duration = .seconds(60)
  ) {
    self.id = id
    self.project = project
    self.name = name
    self.url = url
    self.credential = credential
    self.pollInterval = pollInterval
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
