import FleetDocuments
import FleetModel
import Manifest

@testable import FleetGenerators

/// The world that a case describes, as answers to what an expansion asks.
struct Fixtures {
  var node: Node

  init(_ node: Node?) { self.node = node ?? Node(.object(Object())) }

  var inventory: Inventory {
    Inventory((node["clusters"]?.array ?? []).map(Self.cluster), hasLocalCluster: true)
  }

  static func cluster(_ node: Node) -> InventoryCluster {
    InventoryCluster(
      name: node["name"]?.string ?? "", server: node["server"]?.string ?? "", project: node["project"]?.string ?? "",
      labels: texts(node["labels"]), annotations: texts(node["annotations"]))
  }

  static func texts(_ node: Node?) -> [String: String] {
    Dictionary(
      (node?.object?.entries ?? []).compactMap { entry in entry.value.string.map { (entry.key, $0) } },
      uniquingKeysWith: { $1 })
  }

  /// A generator with its children as they are run: those that a fixture stands for become lists, and what a case leaves
  /// out because it does not matter is filled in.
  func prepared(_ entry: Node) -> Node {
    guard var object = entry.object else { return entry }
    let kinds = object.entries.filter { $0.key != "selector" && !$0.value.isNull }.map(\.key)
    if kinds.count == 1, let kind = kinds.first, let sets = node["stubs", kind] {
      object[kind] = nil
      object["list"] = ["elements": [], "elementsYaml": Node(.string(JSON.text(sets)))]
      return Node(.object(object))
    }
    for kind in kinds { object[kind] = object[kind].map { completed($0, kind) } }
    return Node(.object(object))
  }

  private func completed(_ generator: Node, _ kind: String) -> Node {
    var generator = generator
    switch kind {
    case "matrix", "merge":
      guard let children = generator["generators"]?.array else { return generator }
      generator["generators"] = Node(.array(children.map(prepared)))
    case "git":
      if globbing == "doublestar" { generator["globbing"] = "doublestar" }
      if generator["repoURL"] == nil { generator["repoURL"] = "repository" }
    case "scmProvider": if !hasProvider(generator) { generator["github"] = ["organization": "organization"] }
    case "pullRequest": if !hasProvider(generator) { generator["github"] = ["owner": "owner", "repo": "repo"] }
    default: break
    }
    return generator
  }

  private func hasProvider(_ generator: Node) -> Bool {
    generator.object?.keys.contains { $0.lowercased().hasPrefix("git") || $0.hasPrefix("bit") || $0.hasPrefix("a") }
      ?? false
  }

  private var globbing: String {
    let git = node["git"]
    return git?["globbing"]?.string ?? git?.object?.entries.first?.value["globbing"]?.string ?? ""
  }

  // MARK: Answers

  func answer(_ request: GeneratorRequest) -> GeneratorAnswer {
    switch request {
    case .tree(let repository, _): tree(repository)
    case .configMap(let name): configMap(name)
    case .decisions(let request): decisions(request)
    case .plugin(let request): plugin(request)
    case .repositories: repositories { _ in true }
    case .branches(_, let repository): repositories { $0["repository"]?.string == repository.name }
    case .path(_, let repository, let path):
      .exists(node["repoPaths", repository.name]?.array?.contains { $0.string == path } ?? false)
    case .pullRequests: pullRequests()
    }
  }

  private func tree(_ repository: String) -> GeneratorAnswer {
    guard let git = node["git"] else { return .failure("there is no repository \(repository)") }
    let own = git[repository] ?? git
    if let error = own["error"]?.string { return .failure(error) }
    return .tree(
      FakeTree(directories: own["directories"]?.array?.compactMap(\.string) ?? [], files: Self.texts(own["files"])))
  }

  private func configMap(_ name: String) -> GeneratorAnswer {
    let found = (node["configMaps"]?.array ?? []).first { $0["metadata", "name"]?.string == name && !name.isEmpty }
    return found.map { .configMap(Self.texts($0["data"])) } ?? .failure("there is no ConfigMap \"\(name)\"")
  }

  private func decisions(_ request: DecisionRequest) -> GeneratorAnswer {
    let resources = (node["duckResources"]?.array ?? []).filter { resource in
      guard resource["apiVersion"]?.string == request.apiVersion else { return false }
      if let selector = request.labelSelector { return selector.matches(Self.texts(resource["metadata", "labels"])) }
      return resource["metadata", "name"]?.string == request.name
    }
    return .resources(resources)
  }

  private func plugin(_ request: PluginRequest) -> GeneratorAnswer {
    let parts = request.tokenReference.dropFirst().split(separator: ":").map(String.init)
    let (secret, key) = parts.count == 2 ? (parts[0], parts[1]) : ("argocd-secret", parts.first ?? "")
    let secrets = node["secrets"]?.array ?? []
    guard
      secrets.contains(where: { $0["metadata", "name"]?.string == secret && Self.texts($0["data"])[key] != nil })
    else { return .failure("there is no token \(request.tokenReference)") }
    return .body(Array((node["pluginResponse"]?.string ?? "").utf8))
  }

  private func repositories(_ isTaken: (Node) -> Bool) -> GeneratorAnswer {
    if let error = node["scmError"]?.string { return .failure(error) }
    let all = (node["scmRepos"]?.array ?? []).filter(isTaken)
    return .repositories(
      all.map { repository in
        ScmRepository(
          organization: repository["organization"]?.string ?? "", name: repository["repository"]?.string ?? "",
          id: repository["repositoryId"], url: repository["url"]?.string ?? "",
          branch: repository["branch"]?.string ?? "", commit: repository["sha"]?.string ?? "",
          labels: repository["labels"]?.array?.compactMap(\.string) ?? [])
      })
  }

  private func pullRequests() -> GeneratorAnswer {
    if let error = node["listError"]?.string {
      return node["listErrorIsRepositoryNotFound"]?.boolean == true ? .repositoryNotFound(error) : .failure(error)
    }
    return .pullRequests(
      (node["pullRequests"]?.array ?? []).map { request in
        PullRequest(
          number: request["number"]?.integer ?? 0, title: request["title"]?.string ?? "",
          branch: request["branch"]?.string ?? "", targetBranch: request["targetBranch"]?.string ?? "",
          headCommit: request["headSHA"]?.string ?? "", author: request["author"]?.string ?? "",
          labels: request["labels"]?.array?.compactMap(\.string) ?? [])
      })
  }
}

/// A commit that a case describes.
struct FakeTree: SourceTree {
  var commit: CommitID
  var directoryPaths: [String]
  var texts: [String: String]

  init(directories: [String], files: [String: String]) {
    commit = CommitID(hexadecimal: String(repeating: "a1", count: 20)) ?? { preconditionFailure("forty digits") }()
    directoryPaths = directories
    texts = files
  }

  func directories(under path: String) throws(SourceTreeError) -> [String] { directoryPaths }
  func files(under path: String) throws(SourceTreeError) -> [SourceFile] {
    texts.sorted { $0.key < $1.key }.map {
      SourceFile(path: $0.key, objectID: $0.key, sizeBytes: Int64($0.value.utf8.count))
    }
  }
  func contents(of path: String) throws(SourceTreeError) -> [UInt8]? { texts[path].map { Array($0.utf8) } }
  func objectID(of path: String) throws(SourceTreeError) -> String? { nil }
}
