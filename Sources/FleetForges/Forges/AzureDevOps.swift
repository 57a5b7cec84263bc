import FleetGenerators
import FleetPorts
import Manifest

/// Azure DevOps Services and Server.
///
/// https://learn.microsoft.com/en-us/rest/api/azure/devops/git/
struct AzureDevOps: Forge {
  static let name = "Azure DevOps"
  static let publicAPI = "https://dev.azure.com"
  /// How many pull requests are asked for at once.
  static let pageSize = 100

  /// The address with the organization.
  let api: ForgeURL
  let organization: String
  let project: String
  /// Of pull requests.
  let repository: String
  let labels: [String]
  let takesAllBranches: Bool

  init(_ fields: ProviderSettings, project: String, repository: String = "") throws(GeneratorSourceError) {
    organization = fields.text("organization")
    api = try ForgeURL(fields.text("api").isEmpty ? Self.publicAPI : fields.text("api")).appending(organization)
    self.project = project
    self.repository = repository
    labels = fields.texts("labels")
    takesAllBranches = fields.flag("allBranches")
  }

  /// A personal access token is the password of nobody.
  static func authorization(token: String?) -> Authorization {
    token.map { .basic(user: "", password: $0) } ?? .none
  }

  private func request(
    _ path: [String], _ parameters: [(name: String, value: String)] = [], accepting accepted: Set<Int> = []
  ) -> ForgeRequest {
    ForgeRequest(
      .get,
      api.appending([project, "_apis", "git", "repositories"] + path).with(parameters + [("api-version", "7.1")]),
      headers: [("accept", "application/json")], accepting: accepted)
  }

  /// The answer as JSON. A token that is not taken is answered with 203 and the page to sign in.
  private static func json(_ reply: ForgeReply) throws(GeneratorSourceError) -> Node {
    guard reply.status != 203 else {
      throw GeneratorSourceError(
        .unauthorized, "\(name) answered with its page to sign in: the token is not taken",
        hint: "store another one with flotilla credential set")
    }
    return try reply.json()
  }

  private static func values(_ reply: ForgeReply) throws(GeneratorSourceError) -> [Node] {
    guard let values = try json(reply)["value"]?.array else {
      throw GeneratorSourceError(.unreadable, "the answer has no list of values", hint: "is this the API's address?")
    }
    return values
  }

  /// What kind of failure an answer with 404 is.
  private static func isMissing(_ reply: ForgeReply, _ kind: String) -> Bool {
    guard reply.status == 404 else { return false }
    return (try? reply.json())?["typeKey"]?.string == kind
  }

  private func missing(_ reply: ForgeReply) -> GeneratorSourceError {
    GeneratorSourceError(
      .notFound, "\(Self.name) answered for project \(project) of \(api) with \(reply.status): \(reply.words)",
      hint: "check organization, project and repository")
  }

  func repositories(
    cloneProtocol: String, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> [ScmRepository] {
    try await session.value(request([])) { (reply) throws(GeneratorSourceError) in
      var repositories: [ScmRepository] = []
      for node in try Self.values(reply) {
        // One without commits has no default branch; Argo CD clones from `remoteUrl` whatever the protocol.
        guard let name = node["name"]?.string, let branch = node["defaultBranch"]?.string,
          let url = node["remoteUrl"]?.string, let id = node["id"]
        else { continue }
        repositories.append(
          ScmRepository(organization: organization, name: name, id: id, url: url, branch: branch, commit: ""))
      }
      return repositories
    }
  }

  func branches(
    of repository: ScmRepository, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> [ScmRepository] {
    let path = [repository.name, "stats", "branches"]
    let parameters = takesAllBranches ? [] : [(name: "name", value: Self.branchName(repository.branch))]
    return try await session.value(request(path, parameters, accepting: [404])) {
      (reply) throws(GeneratorSourceError) in
      if Self.isMissing(reply, "GitRepositoryNotFoundException") { return [] }
      if reply.status == 404 { throw missing(reply) }
      var branches: [ScmRepository] = []
      for node in takesAllBranches ? try Self.values(reply) : [try Self.json(reply)] {
        branches.append(repository.at(try node.text("name"), try node.text("commit", "commitId")))
      }
      return branches
    }
  }

  private static func branchName(_ ref: String) -> String {
    ref.hasPrefix("refs/heads/") ? String(ref.dropFirst(11)) : ref
  }

  func hasPath(
    _ path: String, in repository: ScmRepository, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> Bool {
    let request = request(
      [repository.id?.string ?? repository.name, "items"],
      [
        ("path", path), ("versionDescriptor.version", Self.branchName(repository.branch)),
        ("versionDescriptor.versionType", "branch"),
      ], accepting: [404])
    return try await session.value(request) { (reply) throws(GeneratorSourceError) in
      if Self.isMissing(reply, "GitItemNotFoundException") { return false }
      if reply.status == 404 { throw missing(reply) }
      _ = try Self.json(reply)
      return true
    }
  }

  func pullRequests(_ session: ForgeSession) async throws(GeneratorSourceError) -> [PullRequest] {
    let first = request(
      [repository, "pullrequests"],
      [("searchCriteria.status", "active"), ("$top", "\(Self.pageSize)"), ("$skip", "0")])
    var skipped = 0
    return try await session.elements(from: first) { (request, reply) throws(GeneratorSourceError) in
      let values = try Self.values(reply)
      skipped += values.count
      // Nothing says whether there are more: a whole page is followed by another question.
      let next = values.count < Self.pageSize ? nil : request.at(request.url.setting("$skip", "\(skipped)"))
      var pullRequests: [PullRequest] = []
      for node in values {
        if let read = try pullRequest(node), read.has(labels) { pullRequests.append(read) }
      }
      return Page(elements: pullRequests, next: next)
    }
  }

  /// A pull request; nil for one that is just being made and has no commit yet.
  private func pullRequest(_ node: Node) throws(GeneratorSourceError) -> PullRequest? {
    guard let commit = node["lastMergeSourceCommit", "commitId"]?.string else { return nil }
    let author = node["createdBy", "uniqueName"]?.string ?? ""
    return PullRequest(
      number: try node.number("pullRequestId"), title: try node.text("title"),
      branch: Self.branchName(try node.text("sourceRefName")),
      targetBranch: Self.branchName(try node.text("targetRefName")), headCommit: commit,
      // The part of the address that is a name.
      author: String(author.prefix { $0 != "@" }), labels: node.texts("labels", each: "name"))
  }
}
