import FleetGenerators
import FleetPorts
import Manifest

/// Bitbucket Server and Data Center, of version 1.0 of their API.
///
/// https://developer.atlassian.com/server/bitbucket/rest/v815/
struct BitbucketServer: Forge {
  static let name = "Bitbucket Server"

  let api: ForgeURL
  /// The project's key.
  let project: String
  /// Of pull requests: the repository's slug.
  let repository: String
  let takesAllBranches: Bool

  init(_ fields: ProviderSettings, project: String, repository: String = "") throws(GeneratorSourceError) {
    let url = try ForgeURL(fields.text("api")).appending([])
    api = (url.path.hasSuffix("/rest") ? url : url.appending("rest")).appending("api", "1.0")
    self.project = project
    self.repository = repository
    takesAllBranches = fields.flag("allBranches")
  }

  private func request(
    _ path: [String], _ parameters: [(name: String, value: String)] = [], in project: String? = nil,
    accepting accepted: Set<Int> = []
  ) -> ForgeRequest {
    // The two headers are what keeps requests with a password from being taken for a browser's.
    ForgeRequest(
      .get, api.appending(["projects", project ?? self.project, "repos"] + path).with(parameters),
      headers: [
        ("accept", "application/json"), ("x-atlassian-token", "no-check"), ("x-requested-with", "XMLHttpRequest"),
      ], accepting: accepted)
  }

  private static let wholePages = [(name: "limit", value: "100")]

  private func page(
    _ request: ForgeRequest, _ reply: ForgeReply
  ) throws(GeneratorSourceError) -> Page<Node> {
    let node = try reply.json()
    guard let values = node["values"]?.array else {
      throw GeneratorSourceError(.unreadable, "the answer has no list of values", hint: "is this the API's address?")
    }
    guard node["isLastPage"]?.boolean == false, let start = node["nextPageStart"]?.integer else {
      return Page(elements: values, next: nil)
    }
    return Page(elements: values, next: request.at(request.url.setting("start", "\(start)")))
  }

  func repositories(
    cloneProtocol: String, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> [ScmRepository] {
    let nodes = try await session.elements(from: request([], Self.wholePages), read: page)
    var repositories: [ScmRepository] = []
    for node in nodes {
      let found = ScmRepository(
        organization: try node.text("project", "key"), name: try node.text("name"), id: node["id"],
        url: try cloneURL(
          cloneProtocol, ssh: cloneLink(node, "ssh"), https: cloneLink(node, "http"), provider: Self.name),
        branch: "", commit: "")
      repositories += try await defaultBranch(of: found, session)
    }
    return repositories
  }

  private func cloneLink(_ node: Node, _ name: String) -> String {
    node["links", "clone"]?.array?.first { $0["name"]?.string == name }?["href"]?.string ?? ""
  }

  /// The list of repositories does not tell their default branches. One without commits has none: 204 or 404.
  private func defaultBranch(
    of repository: ScmRepository, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> [ScmRepository] {
    let request = request(
      [repository.name, "branches", "default"], in: repository.organization, accepting: [404])
    return try await session.value(request) { (reply) throws(GeneratorSourceError) in
      guard reply.status == 200 else { return [] }
      let node = try reply.json()
      return [repository.at(try node.text("displayId"), try node.text("latestCommit"))]
    }
  }

  func branches(
    of repository: ScmRepository, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> [ScmRepository] {
    // What the list of repositories asked for is not asked for again.
    guard takesAllBranches else { return [repository] }
    let first = request([repository.name, "branches"], Self.wholePages, in: repository.organization)
    return try await session.elements(from: first, read: page).map { (node) throws(GeneratorSourceError) in
      repository.at(try node.text("displayId"), try node.text("latestCommit"))
    }
  }

  func hasPath(
    _ path: String, in repository: ScmRepository, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> Bool {
    let segments = path.split(separator: "/").map(String.init)
    let request = request(
      [repository.name, "browse"] + segments, [("at", repository.branch), ("type", "true"), ("limit", "1")],
      in: repository.organization, accepting: [404])
    return try await session.send(request).status != 404
  }

  func pullRequests(_ session: ForgeSession) async throws(GeneratorSourceError) -> [PullRequest] {
    let first = request([repository, "pull-requests"], Self.wholePages)
    return try await session.elements(from: first, read: page).map { (node) throws(GeneratorSourceError) in
      PullRequest(
        number: try node.number("id"), title: try node.text("title"), branch: try node.text("fromRef", "displayId"),
        targetBranch: try node.text("toRef", "displayId"), headCommit: try node.text("fromRef", "latestCommit"),
        author: node["author", "user", "name"]?.string ?? "")
    }
  }
}
