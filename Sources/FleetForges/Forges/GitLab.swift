import FleetGenerators
import FleetPorts
import Manifest

/// GitLab, of version 4 of its API.
///
/// https://docs.gitlab.com/api/
struct GitLab: Forge {
  static let name = "GitLab"
  static let publicAPI = "https://gitlab.com"

  let api: ForgeURL
  /// The group's path or number.
  let group: String
  /// Of merge requests: the project's path or number.
  let project: String
  let labels: [String]
  let state: String
  let topic: String
  let takesAllBranches: Bool
  let includesSubgroups: Bool
  let includesShared: Bool
  let includesArchived: Bool

  init(_ fields: ProviderSettings, group: String = "", project: String = "") throws(GeneratorSourceError) {
    api = try Self.api(fields.text("api"))
    self.group = group
    self.project = project
    labels = fields.texts("labels")
    state = fields.text("pullRequestState")
    topic = fields.text("topic")
    takesAllBranches = fields.flag("allBranches")
    includesSubgroups = fields.flag("includeSubgroups")
    includesShared = fields.flag("includeSharedProjects", standard: true)
    includesArchived = fields.flag("includeArchivedRepos")
  }

  static func api(_ text: String) throws(GeneratorSourceError) -> ForgeURL {
    let url = try ForgeURL(text.isEmpty ? publicAPI : text).appending([])
    return url.path.hasSuffix("/api/v4") ? url : url.appending("api", "v4")
  }

  static func authorization(token: String?) -> Authorization {
    token.map { .headers([("private-token", $0)]) } ?? .none
  }

  private func request(
    _ path: [String], _ parameters: [(name: String, value: String)] = [], accepting accepted: Set<Int> = []
  ) -> ForgeRequest {
    ForgeRequest(
      .get, api.appending(path).with(parameters), headers: [("accept", "application/json")], accepting: accepted)
  }

  private static let wholePages = [(name: "per_page", value: "100")]

  /// The `Link` header leads on in both kinds of paging; servers that leave it out tell the next page's number. A link to
  /// another address is that of a server behind a proxy that does not know its own, so that the number is taken.
  static func next(after request: ForgeRequest, _ reply: ForgeReply) throws(GeneratorSourceError) -> ForgeRequest? {
    if let next = try Paging.next(after: request, reply), next.url.isSameOrigin(as: request.url) { return next }
    guard let page = reply.headers["x-next-page"], !page.isEmpty else { return nil }
    return request.at(request.url.setting("page", page))
  }

  func repositories(
    cloneProtocol: String, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> [ScmRepository] {
    var parameters = Self.wholePages
    parameters.append(("include_subgroups", "\(includesSubgroups)"))
    parameters.append(("with_shared", "\(includesShared)"))
    if !topic.isEmpty { parameters.append(("topic", topic)) }
    if !includesArchived { parameters.append(("archived", "false")) }
    return try await session.elements(from: request(["groups", group, "projects"], parameters)) {
      (request, reply) throws(GeneratorSourceError) in
      var repositories: [ScmRepository] = []
      // A project without commits has no default branch.
      for node in try reply.list() where node["default_branch"]?.string != nil {
        repositories.append(try repository(node, cloneProtocol))
      }
      return Page(elements: repositories, next: try Self.next(after: request, reply))
    }
  }

  private func repository(_ node: Node, _ cloneProtocol: String) throws(GeneratorSourceError) -> ScmRepository {
    let topics = node.texts("topics")
    return ScmRepository(
      organization: try node.text("namespace", "full_path"), name: try node.text("path"), id: node["id"],
      url: try cloneURL(
        cloneProtocol, ssh: try node.text("ssh_url_to_repo"), https: try node.text("http_url_to_repo"),
        provider: Self.name),
      // Before GitLab 14.5 topics were tags.
      branch: try node.text("default_branch"), commit: "", labels: topics.isEmpty ? node.texts("tag_list") : topics)
  }

  /// A project in URLs: its number, else its whole path.
  private func identifier(_ repository: ScmRepository) -> String {
    repository.id?.integer.map { String($0) } ?? "\(repository.organization)/\(repository.name)"
  }

  func branches(
    of repository: ScmRepository, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> [ScmRepository] {
    let path = ["projects", identifier(repository), "repository", "branches"]
    if takesAllBranches {
      return try await session.elements(from: request(path, Self.wholePages, accepting: [404])) {
        (request, reply) throws(GeneratorSourceError) in
        guard reply.status != 404 else { return Page(elements: [], next: nil) }
        var branches: [ScmRepository] = []
        for node in try reply.list() {
          branches.append(repository.at(try node.text("name"), try node.text("commit", "id")))
        }
        return Page(elements: branches, next: try Self.next(after: request, reply))
      }
    }
    return try await session.value(request(path + [repository.branch], accepting: [404])) {
      (reply) throws(GeneratorSourceError) in
      if reply.status == 404 { return [] }
      let node = try reply.json()
      return [repository.at(try node.text("name"), try node.text("commit", "id"))]
    }
  }

  /// Files and folders are looked for in the folder around them, because only a list knows both.
  func hasPath(
    _ path: String, in repository: ScmRepository, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> Bool {
    let segments = path.split(separator: "/").map(String.init)
    let whole = segments.joined(separator: "/")
    guard !whole.isEmpty else { return true }
    let folder = segments.dropLast().joined(separator: "/")
    let first = request(
      ["projects", identifier(repository), "repository", "tree"],
      [("path", folder), ("ref", repository.branch)] + Self.wholePages, accepting: [404])
    let found = try await session.elements(from: first) { (request, reply) throws(GeneratorSourceError) in
      guard reply.status != 404 else { return Page<Node>(elements: [], next: nil) }
      let matching = try reply.list().filter { $0["path"]?.string == whole }
      return Page(elements: matching, next: matching.isEmpty ? try Self.next(after: request, reply) : nil)
    }
    return !found.isEmpty
  }

  func pullRequests(_ session: ForgeSession) async throws(GeneratorSourceError) -> [PullRequest] {
    var parameters = Self.wholePages
    if !labels.isEmpty { parameters.append(("labels", labels.joined(separator: ","))) }
    if !state.isEmpty { parameters.append(("state", state)) }
    return try await session.elements(from: request(["projects", project, "merge_requests"], parameters)) {
      (request, reply) throws(GeneratorSourceError) in
      var pullRequests: [PullRequest] = []
      for node in try reply.list() {
        pullRequests.append(
          PullRequest(
            number: try node.number("iid"), title: try node.text("title"), branch: try node.text("source_branch"),
            targetBranch: try node.text("target_branch"),
            // A merge request whose branch is gone has none.
            headCommit: node["sha"]?.string ?? "", author: node["author", "username"]?.string ?? "",
            labels: node.texts("labels")))
      }
      return Page(elements: pullRequests, next: try Self.next(after: request, reply))
    }
  }
}
