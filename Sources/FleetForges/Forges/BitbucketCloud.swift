import FleetGenerators
import FleetPorts
import Manifest

/// Bitbucket Cloud, of version 2.0 of its API.
///
/// https://developer.atlassian.com/cloud/bitbucket/rest/
struct BitbucketCloud: Forge {
  static let name = "Bitbucket"
  static let publicAPI = "https://api.bitbucket.org"

  let api: ForgeURL
  /// The workspace.
  let owner: String
  /// Of pull requests: the repository's slug.
  let repository: String
  let takesAllBranches: Bool

  init(_ fields: ProviderSettings, owner: String, repository: String = "") throws(GeneratorSourceError) {
    let url = try ForgeURL(fields.text("api").isEmpty ? Self.publicAPI : fields.text("api")).appending([])
    api = url.path.hasSuffix("/2.0") ? url : url.appending("2.0")
    self.owner = owner
    self.repository = repository
    takesAllBranches = fields.flag("allBranches")
  }

  private func request(
    _ path: [String], _ parameters: [(name: String, value: String)] = [], accepting accepted: Set<Int> = []
  ) -> ForgeRequest {
    ForgeRequest(
      .get, api.appending(["repositories", owner] + path).with(parameters), headers: [("accept", "application/json")],
      accepting: accepted)
  }

  /// The elements of a page; `next` is the whole URL of the following one.
  private func page<Element>(
    _ request: ForgeRequest, _ reply: ForgeReply, _ read: (Node) throws(GeneratorSourceError) -> Element?
  ) throws(GeneratorSourceError) -> Page<Element> {
    let node = try reply.json()
    guard let values = node["values"]?.array else {
      throw GeneratorSourceError(.unreadable, "the answer has no list of values", hint: "is this the API's address?")
    }
    var elements: [Element] = []
    for value in values { if let element = try read(value) { elements.append(element) } }
    guard let next = node["next"]?.string else { return Page(elements: elements, next: nil) }
    return Page(elements: elements, next: request.at(try request.url.resolving(next)))
  }

  func repositories(
    cloneProtocol: String, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> [ScmRepository] {
    try await session.elements(from: request([], [("role", "member"), ("pagelen", "100")])) {
      (request, reply) throws(GeneratorSourceError) in
      try page(request, reply) { (node) throws(GeneratorSourceError) in
        // A repository without commits has no main branch.
        guard let branch = node["mainbranch", "name"]?.string else { return nil }
        return ScmRepository(
          organization: owner, name: try node.text("slug"), id: node["uuid"],
          url: try cloneURL(
            cloneProtocol, ssh: try cloneLink(node, "ssh"), https: try cloneLink(node, "https"), provider: Self.name),
          branch: branch, commit: "")
      }
    }
  }

  private func cloneLink(_ node: Node, _ name: String) throws(GeneratorSourceError) -> String {
    let link = node["links", "clone"]?.array?.first { $0["name"]?.string == name }
    guard let link = link?["href"]?.string else {
      throw GeneratorSourceError(.unreadable, "the answer has no address to clone from with \(name)")
    }
    return link
  }

  func branches(
    of repository: ScmRepository, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> [ScmRepository] {
    let path = [repository.name, "refs", "branches"]
    if takesAllBranches {
      return try await session.elements(from: request(path, [("pagelen", "100")])) {
        (request, reply) throws(GeneratorSourceError) in
        try page(request, reply) { (node) throws(GeneratorSourceError) in
          repository.at(try node.text("name"), try node.text("target", "hash"))
        }
      }
    }
    return try await session.value(request(path + [repository.branch], accepting: [404])) {
      (reply) throws(GeneratorSourceError) in
      if reply.status == 404 { return [] }
      let node = try reply.json()
      return [repository.at(try node.text("name"), try node.text("target", "hash"))]
    }
  }

  func hasPath(
    _ path: String, in repository: ScmRepository, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> Bool {
    let segments = path.split(separator: "/").map(String.init)
    let request = request(
      [repository.name, "src", repository.commit] + segments, [("format", "meta")], accepting: [404])
    return try await session.send(request).status != 404
  }

  func pullRequests(_ session: ForgeSession) async throws(GeneratorSourceError) -> [PullRequest] {
    // Fifty is the most that this list gives at once.
    let first = request([repository, "pullrequests"], [("state", "OPEN"), ("pagelen", "50")])
    return try await session.elements(from: first) { (request, reply) throws(GeneratorSourceError) in
      try page(request, reply) { (node) throws(GeneratorSourceError) in
        PullRequest(
          number: try node.number("id"), title: try node.text("title"),
          branch: try node.text("source", "branch", "name"),
          targetBranch: try node.text("destination", "branch", "name"),
          headCommit: try node.text("source", "commit", "hash"), author: node["author", "nickname"]?.string ?? "")
      }
    }
  }
}
