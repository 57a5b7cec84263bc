import FleetGenerators
import FleetPorts
import Manifest

/// AWS CodeCommit. Repositories are found by name, or by their tags through the tagging API.
///
/// https://docs.aws.amazon.com/codecommit/latest/APIReference/
struct CodeCommit: Forge {
  static let name = "CodeCommit"

  let api: ForgeURL
  /// The session with the tagging API, whose server and signature are others; nil when nothing is filtered by tags.
  let tagging: ForgeSession?
  /// Keys with their values, in the order written.
  let tagFilters: [(key: String, values: [String])]
  let takesAllBranches: Bool

  static func endpoint(_ service: String, region: String) throws(GeneratorSourceError) -> ForgeURL {
    guard !region.isEmpty, region.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 45 })
    else {
      throw GeneratorSourceError(
        .invalid, "CodeCommit: \"\(region)\" is no region", hint: "give region, or the key region of the credential")
    }
    return try ForgeURL("https://\(service).\(region).amazonaws.com" + (region.hasPrefix("cn-") ? ".cn" : ""))
  }

  /// Filters of one key are one filter with several values.
  static func tagFilters(_ fields: ProviderSettings) -> [(key: String, values: [String])] {
    var filters: [(key: String, values: [String])] = []
    for node in fields.node["tagFilters"]?.array ?? [] {
      guard let key = node["key"]?.string else { continue }
      let index =
        filters.firstIndex { $0.key == key }
        ?? {
          filters.append((key, []))
          return filters.count - 1
        }()
      if let value = node["value"]?.string, !value.isEmpty { filters[index].values.append(value) }
    }
    return filters
  }

  private static func request(_ url: ForgeURL, _ target: String, _ input: Node) -> ForgeRequest {
    ForgeRequest(
      .post, url, headers: [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)],
      body: JSON.bytes(input, sortedKeys: true), accepting: [400])
  }

  private func request(_ operation: String, _ input: Node) -> ForgeRequest {
    Self.request(api, "CodeCommit_20150413.\(operation)", input)
  }

  /// The output, or the failure that the service names. Failures come with 400, whatever they are about.
  ///
  /// - Parameter allowed: failures that are an answer: then nil.
  static func output(_ reply: ForgeReply, allowing allowed: Set<String> = []) throws(GeneratorSourceError) -> Node? {
    let node = try reply.json()
    guard reply.status == 400 else { return node }
    let kind = node["__type"]?.string.map { String($0.split(separator: "#").last ?? "") } ?? ""
    if allowed.contains(kind) { return nil }
    let message = "\(name) answered with \(reply.status) \(kind): \(reply.words)"
    switch kind {
    case "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "ThrottledException":
      throw GeneratorSourceError(
        .rateLimited, message, hint: "it is asked again when the limit ends", retryAfter: RateLimit.standard)
    case "UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException", "InvalidClientTokenId",
      "SignatureDoesNotMatch", "IncompleteSignature", "MissingAuthenticationTokenException":
      throw GeneratorSourceError(.unauthorized, message, hint: "store other keys with flotilla credential set")
    case "AccessDeniedException", "AccessDenied":
      throw GeneratorSourceError(.forbidden, message, hint: "give the identity the right to read this")
    case "RepositoryDoesNotExistException": throw GeneratorSourceError(.notFound, message)
    default: throw GeneratorSourceError(.unreadable, message)
    }
  }

  /// What must be there.
  private static func required(_ reply: ForgeReply) throws(GeneratorSourceError) -> Node {
    try output(reply) ?? Node(.null)
  }

  /// Pages of an operation by a token that is put into the next input.
  private func elements<Element>(
    _ session: ForgeSession, _ first: ForgeRequest, token: String, input: String,
    _ read: (Node) throws(GeneratorSourceError) -> [Element]
  ) async throws(GeneratorSourceError) -> [Element] {
    try await session.elements(from: first) { (request, reply) throws(GeneratorSourceError) in
      let node = try Self.required(reply)
      let elements = try read(node)
      guard let next = node[token]?.string, !next.isEmpty, var body = try? JSON.parse(request.body ?? []) else {
        return Page(elements: elements, next: nil)
      }
      body[input] = Node(.string(next))
      var following = request
      following.body = JSON.bytes(body, sortedKeys: true)
      return Page(elements: elements, next: following)
    }
  }

  func repositories(
    cloneProtocol: String, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> [ScmRepository] {
    var repositories: [ScmRepository] = []
    for name in try await names(session) {
      let metadata = try await metadata(of: name, session)
      // One without commits has no default branch.
      guard let branch = metadata["defaultBranch"]?.string, !branch.isEmpty else { continue }
      repositories.append(
        ScmRepository(
          organization: metadata["accountId"]?.string ?? "", name: try metadata.text("repositoryName"),
          id: metadata["repositoryId"], url: try url(metadata, cloneProtocol), branch: branch, commit: ""))
    }
    return repositories
  }

  private func names(_ session: ForgeSession) async throws(GeneratorSourceError) -> [String] {
    guard let tagging else {
      return try await elements(session, request("ListRepositories", [:]), token: "nextToken", input: "nextToken") {
        (node) throws(GeneratorSourceError) in node.texts("repositories", each: "repositoryName")
      }
    }
    let filters = tagFilters.map { filter -> Node in
      var node: Node = ["Key": Node(.string(filter.key))]
      if !filter.values.isEmpty { node["Values"] = Node(.array(filter.values.map { Node(.string($0)) })) }
      return node
    }
    let first = Self.request(
      tagging.account.base, "ResourceGroupsTaggingAPI_20170126.GetResources",
      ["ResourceTypeFilters": ["codecommit:repository"], "TagFilters": Node(.array(filters))])
    return try await elements(tagging, first, token: "PaginationToken", input: "PaginationToken") {
      (node) throws(GeneratorSourceError) in
      // arn:aws:codecommit:REGION:ACCOUNT:NAME
      node.texts("ResourceTagMappingList", each: "ResourceARN").compactMap { arn in
        let parts = arn.split(separator: ":", maxSplits: 5)
        return parts.count == 6 ? String(parts[5]) : nil
      }
    }
  }

  private func metadata(of name: String, _ session: ForgeSession) async throws(GeneratorSourceError) -> Node {
    try await session.value(request("GetRepository", ["repositoryName": Node(.string(name))])) {
      (reply) throws(GeneratorSourceError) in try Self.required(reply)["repositoryMetadata"] ?? Node(.null)
    }
  }

  private func url(_ metadata: Node, _ cloneProtocol: String) throws(GeneratorSourceError) -> String {
    let https = try metadata.text("cloneUrlHttp")
    guard cloneProtocol == "https-fips" else {
      return try cloneURL(cloneProtocol, ssh: try metadata.text("cloneUrlSsh"), https: https, provider: Self.name)
    }
    let (plain, fips) = ("https://git-codecommit.", "https://git-codecommit-fips.")
    if https.hasPrefix(fips) { return https }
    guard https.hasPrefix(plain) else {
      throw GeneratorSourceError(
        .unreadable, "CodeCommit: \(https) has no FIPS form", hint: "write cloneProtocol: https")
    }
    return fips + https.dropFirst(plain.count)
  }

  /// As in Argo CD, branches come without their commits, which would take a question each.
  func branches(
    of repository: ScmRepository, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> [ScmRepository] {
    guard takesAllBranches else { return [repository] }
    let first = request("ListBranches", ["repositoryName": Node(.string(repository.name))])
    return try await elements(session, first, token: "nextToken", input: "nextToken") {
      (node) throws(GeneratorSourceError) in node.texts("branches").map { repository.at($0, "") }
    }
  }

  /// Looks into the folder around it: the question for a file would bring the whole file.
  func hasPath(
    _ path: String, in repository: ScmRepository, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> Bool {
    let segments = path.split(separator: "/").map(String.init)
    guard let last = segments.last else { return true }
    let input: Node = [
      "commitSpecifier": Node(.string(repository.branch)),
      "folderPath": Node(.string("/" + segments.dropLast().joined(separator: "/"))),
      "repositoryName": Node(.string(repository.name)),
    ]
    return try await session.value(request("GetFolder", input)) { (reply) throws(GeneratorSourceError) in
      let missing: Set = [
        "RepositoryDoesNotExistException", "CommitDoesNotExistException", "FolderDoesNotExistException",
      ]
      guard let node = try Self.output(reply, allowing: missing) else { return false }
      return ["subModules", "subFolders", "files", "symbolicLinks"].contains { kind in
        node.texts(kind, each: "relativePath").contains(last)
      }
    }
  }

  func pullRequests(_ session: ForgeSession) async throws(GeneratorSourceError) -> [PullRequest] {
    throw GeneratorSourceError(.invalid, "CodeCommit has no pull requests for generators")
  }
}
