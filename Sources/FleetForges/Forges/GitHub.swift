import FleetGenerators
import FleetPorts
import Manifest

/// GitHub, and GitHub Enterprise Server.
///
/// https://docs.github.com/en/rest
struct GitHub: Forge {
  static let name = "GitHub"
  static let publicAPI = "https://api.github.com"

  let api: ForgeURL
  /// The organization; of pull requests the owner.
  let owner: String
  /// Of pull requests.
  let repository: String
  let labels: [String]
  let takesAllBranches: Bool
  let skipsArchived: Bool

  init(_ fields: ProviderSettings, owner: String, repository: String = "") throws(GeneratorSourceError) {
    api = try Self.api(fields.text("api"))
    self.owner = owner
    self.repository = repository
    labels = fields.texts("labels")
    takesAllBranches = fields.flag("allBranches")
    skipsArchived = fields.flag("excludeArchivedRepos")
  }

  /// The API's root. GitHub Enterprise has it below `/api/v3`, unless the host says that it is one by itself.
  static func api(_ text: String) throws(GeneratorSourceError) -> ForgeURL {
    guard !text.isEmpty else { return try ForgeURL(publicAPI) }
    let url = try ForgeURL(text).appending([])
    if url.path.hasSuffix("/api/v3") || url.host.hasPrefix("api.") || url.host.contains(".api.") { return url }
    return url.appending("api", "v3")
  }

  static func authorization(token: String?) -> Authorization { token.map(Authorization.bearer) ?? .none }

  private func request(
    _ path: [String], _ parameters: [(name: String, value: String)] = [], accepting accepted: Set<Int> = []
  ) -> ForgeRequest {
    ForgeRequest(
      .get, api.appending(path).with(parameters),
      headers: [("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")], accepting: accepted)
  }

  private static let wholePages = [(name: "per_page", value: "100")]

  func repositories(
    cloneProtocol: String, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> [ScmRepository] {
    try await session.elements(from: request(["orgs", owner, "repos"], Self.wholePages)) {
      (request, reply) throws(GeneratorSourceError) in
      var repositories: [ScmRepository] = []
      for node in try reply.list() where !(skipsArchived && node["archived"]?.boolean == true) {
        repositories.append(try repository(node, cloneProtocol))
      }
      return Page(elements: repositories, next: try Paging.next(after: request, reply))
    }
  }

  private func repository(_ node: Node, _ cloneProtocol: String) throws(GeneratorSourceError) -> ScmRepository {
    ScmRepository(
      organization: try node.text("owner", "login"), name: try node.text("name"), id: node["id"],
      url: try cloneURL(
        cloneProtocol, ssh: try node.text("ssh_url"), https: try node.text("clone_url"), provider: Self.name),
      branch: try node.text("default_branch"), commit: "", labels: node.texts("topics"))
  }

  func branches(
    of repository: ScmRepository, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> [ScmRepository] {
    let path = ["repos", repository.organization, repository.name, "branches"]
    if takesAllBranches {
      return try await session.elements(from: request(path, Self.wholePages)) {
        (request, reply) throws(GeneratorSourceError) in
        var branches: [ScmRepository] = []
        for node in try reply.list() {
          branches.append(repository.at(try node.text("name"), try node.text("commit", "sha")))
        }
        return Page(elements: branches, next: try Paging.next(after: request, reply))
      }
    }
    // A repository without commits has no default branch.
    return try await session.value(request(path + [repository.branch], accepting: [404])) {
      (reply) throws(GeneratorSourceError) in
      if reply.status == 404 { return [] }
      let node = try reply.json()
      return [repository.at(try node.text("name"), try node.text("commit", "sha"))]
    }
  }

  func hasPath(
    _ path: String, in repository: ScmRepository, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> Bool {
    let segments = path.split(separator: "/").map(String.init)
    let request = request(
      ["repos", repository.organization, repository.name, "contents"] + segments, [("ref", repository.branch)],
      accepting: [404])
    return try await session.send(request).status != 404
  }

  func pullRequests(_ session: ForgeSession) async throws(GeneratorSourceError) -> [PullRequest] {
    try await session.elements(from: request(["repos", owner, repository, "pulls"], Self.wholePages)) {
      (request, reply) throws(GeneratorSourceError) in
      var pullRequests: [PullRequest] = []
      for node in try reply.list() {
        let read = PullRequest(
          number: try node.number("number"), title: try node.text("title"), branch: try node.text("head", "ref"),
          targetBranch: try node.text("base", "ref"), headCommit: try node.text("head", "sha"),
          // Of an account that was deleted nothing is told.
          author: node["user", "login"]?.string ?? "", labels: node.texts("labels", each: "name"))
        if read.has(labels) { pullRequests.append(read) }
      }
      return Page(elements: pullRequests, next: try Paging.next(after: request, reply))
    }
  }
}
