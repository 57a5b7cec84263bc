import FleetGenerators
import FleetPorts
import Manifest

/// Gitea and Forgejo, of version 1 of their API.
///
/// https://docs.gitea.com/api/
struct Gitea: Forge {
  static let name = "Gitea"

  let api: ForgeURL
  /// The organization; of pull requests the owner.
  let owner: String
  /// Of pull requests.
  let repository: String
  let labels: [String]
  let takesAllBranches: Bool
  let skipsArchived: Bool

  init(_ fields: ProviderSettings, owner: String, repository: String = "") throws(GeneratorSourceError) {
    api = try ForgeURL(fields.text("api")).appending("api", "v1")
    self.owner = owner
    self.repository = repository
    labels = fields.texts("labels")
    takesAllBranches = fields.flag("allBranches")
    skipsArchived = fields.flag("excludeArchivedRepos")
  }

  static func authorization(token: String?) -> Authorization {
    token.map { .headers([("authorization", "token \($0)")]) } ?? .none
  }

  private func request(
    _ path: [String], _ parameters: [(name: String, value: String)] = [], accepting accepted: Set<Int> = []
  ) -> ForgeRequest {
    ForgeRequest(
      .get, api.appending(path).with(parameters), headers: [("accept", "application/json")], accepting: accepted)
  }

  /// What a server gives at most unless it was configured otherwise.
  private static let wholePages = [(name: "limit", value: "50"), (name: "page", value: "1")]

  func repositories(
    cloneProtocol: String, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> [ScmRepository] {
    let nodes = try await session.elements(from: request(["orgs", owner, "repos"], Self.wholePages)) {
      (request, reply) throws(GeneratorSourceError) in
      Page(
        elements: try reply.list().filter { !(skipsArchived && $0["archived"]?.boolean == true) },
        next: try Paging.next(after: request, reply))
    }
    var repositories: [ScmRepository] = []
    for node in nodes {
      let name = try node.text("name")
      let labels = try await session.elements(from: request(["repos", owner, name, "labels"], Self.wholePages)) {
        (request, reply) throws(GeneratorSourceError) in
        Page(elements: try reply.list().compactMap { $0["name"]?.string }, next: try Paging.next(after: request, reply))
      }
      repositories.append(
        ScmRepository(
          organization: owner, name: name, id: node["id"],
          // Argo CD clones from the page's address, which is the same without `.git`.
          url: try cloneURL(
            cloneProtocol, ssh: try node.text("ssh_url"), https: try node.text("html_url"), provider: Self.name),
          branch: try node.text("default_branch"), commit: "", labels: labels))
    }
    return repositories
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
          branches.append(repository.at(try node.text("name"), try node.text("commit", "id")))
        }
        return Page(elements: branches, next: try Paging.next(after: request, reply))
      }
    }
    return try await session.value(request(path + [repository.branch], accepting: [404])) {
      (reply) throws(GeneratorSourceError) in
      if reply.status == 404 { return [] }
      return [repository.at(repository.branch, try reply.json().text("commit", "id"))]
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
    let first = request(["repos", owner, repository, "pulls"], [("state", "open")] + Self.wholePages)
    return try await session.elements(from: first) { (request, reply) throws(GeneratorSourceError) in
      var pullRequests: [PullRequest] = []
      for node in try reply.list() {
        let read = PullRequest(
          number: try node.number("number"), title: try node.text("title"), branch: try node.text("head", "ref"),
          targetBranch: try node.text("base", "ref"), headCommit: try node.text("head", "sha"),
          author: node["user", "login"]?.string ?? "", labels: node.texts("labels", each: "name"))
        if read.has(labels) { pullRequests.append(read) }
      }
      return Page(elements: pullRequests, next: try Paging.next(after: request, reply))
    }
  }
}
