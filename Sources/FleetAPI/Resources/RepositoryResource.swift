public import FleetModel

/// A Git repository, or one of charts, with what is known of it: `GET …/repositories`.
public struct RepositoryResource: WireValue {
  /// The owner.
  public var project: ProjectName
  /// The name.
  public var name: RepositoryName
  /// What it holds: `git` or `helm`.
  public var type: String
  /// Where it is fetched from; a password in it is masked.
  public var url: String
  /// The name of the credential; null for none.
  public var credential: String?
  /// How often it is looked at without being woken.
  public var pollIntervalMilliseconds: Int64
  /// Raised by every change; also the `ETag`.
  public var generation: Int64
  /// The digest of all refs at the last fetch that worked; empty before.
  public var refsDigest: String
  /// When a fetch last worked; null for never.
  public var fetchedAt: Timestamp?
  /// Whether the last fetch worked.
  public var condition: ConditionResource
  /// The document as it was applied; null in lists.
  public var document: JSONValue?

  /// Makes a resource.
  public init(
    project: ProjectName, name: RepositoryName, type: String = "git", url: String, credential: String? = nil,
    pollIntervalMilliseconds: Int64, generation: Int64 = 1, refsDigest: String = "", fetchedAt: Timestamp? = nil,
    condition: ConditionResource, document: JSONValue? = nil
  ) {
    self.project = project
    self.name = name
    self.type = type
    self.url = url
    self.credential = credential
    self.pollIntervalMilliseconds = pollIntervalMilliseconds
    self.generation = generation
    self.refsDigest = refsDigest
    self.fetchedAt = fetchedAt
    self.condition = condition
    self.document = document
  }

  /// An example.
  public static var example: Self {
    Self(
      project: "default", name: "storefront", url: "https://git.example.com/shop/storefront.git",
      credential: "git-example-com", pollIntervalMilliseconds: 60_000, generation: 1, refsDigest: Example.digest,
      fetchedAt: Example.time, condition: .example, document: Example.document)
  }
}
