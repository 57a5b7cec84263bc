import FleetDocuments
import FleetModel
import FleetTemplate
import Foundation
import Manifest
import Testing

@testable import FleetGenerators

/// Argo CD's own expectations, read in place: the folder's README explains them.
@Suite struct ConformanceTests {
  static let folder: URL? = {
    let environment = ProcessInfo.processInfo.environment
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder =
      environment["FLOTILLA_CONFORMANCE"].map { URL(fileURLWithPath: $0) }
      ?? root.appendingPathComponent("../shared/conformance/argocd").standardizedFileURL
    if FileManager.default.fileExists(atPath: folder.appendingPathComponent("index.json").path) { return folder }
    print("skipped: no conformance cases in \(folder.path); set FLOTILLA_CONFORMANCE")
    return nil
  }()

  /// Cases that need what is not there yet, with the reason.
  static let notYet = [
    "clusters-006": "the inventory is a value; it cannot fail to be listed",
    "clusters-007": "flatList", "clusters-008": "flatList", "clusters-015": "flatList", "clusters-016": "flatList",
    "git-dir-017": "Argo CD's projects",
    "gotemplate-021": "toYaml", "gotemplate-022": "toYaml", "gotemplate-023": "fromYaml",
    "gotemplate-024": "fromYamlArray", "gotemplate-025": "fromYamlArray",
  ]

  @Test(
    .enabled(if: folder != nil || ProcessInfo.processInfo.environment["FLOTILLA_REQUIRE"] == "all"),
    arguments: [
      "fasttemplate", "normalize", "list", "clusters", "git-dir", "post-selector", "values", "gotemplate",
    ])
  func agrees(kind: String) throws {
    let folder = try #require(Self.folder)
    let index = try JSON.parse([UInt8](Data(contentsOf: folder.appendingPathComponent("index.json"))))
    let cases = (index.array ?? []).filter { $0["kind"]?.string == kind }.compactMap { $0["id"]?.string }
    #expect(!cases.isEmpty)
    var passed = 0
    for name in cases {
      let here = folder.appendingPathComponent(name)
      let bytes = try [UInt8](Data(contentsOf: here.appendingPathComponent("input.yaml")))
      let input = try #require(try YAML.documents(bytes).first)
      let expected = try JSON.parse([UInt8](Data(contentsOf: here.appendingPathComponent("expected.json"))))
      let complaint = Self.complaint(input, expected: expected)
      let reason = Self.notYet.first { name.hasPrefix($0.key + "-") }?.value
      if complaint == nil, reason == nil { passed += 1 }
      if let reason {
        print("\(name): not yet: \(reason)")
      } else {
        #expect(complaint == nil, "\(name)")
      }
    }
    print("\(kind): \(passed)/\(cases.count)")
  }

  /// What differs from the expectation; nil when nothing does.
  static func complaint(_ input: Node, expected: Node) -> String? {
    let result: Result<Node, Refused>
    do throws(Refused) { result = .success(try run(input)) } catch { result = .failure(error) }
    var value: Node
    switch (result, expected["error"]) {
    case (.failure, .some): return nil
    case (.failure(let error), nil): return "unexpected error: \(error.message)"
    case (.success(let made), .some): return "expected an error, got \(JSON.text(made))"
    case (.success(let made), nil): value = made
    }
    var wanted = expected["value"] ?? expected["params"] ?? .init(.null)
    if expected["order"]?.string == "any" {
      value = sorted(value)
      wanted = sorted(wanted)
    }
    if value == wanted { return nil }
    return "got \(JSON.text(value, sortedKeys: true)), expected \(JSON.text(wanted, sortedKeys: true))"
  }

  struct Refused: Error {
    var message: String
  }

  static func sorted(_ node: Node) -> Node {
    guard let array = node.array else { return node }
    return Node(.array(array.sorted { JSON.text($0, sortedKeys: true) < JSON.text($1, sortedKeys: true) }))
  }

  static func language(_ input: Node) -> TemplateLanguage {
    let options = input["goTemplateOptions"]?.array?.compactMap(\.string) ?? []
    return input["goTemplate"]?.boolean == true ? .goTemplate(options: options) : .fields
  }

  static func run(_ input: Node) throws(Refused) -> Node {
    switch input["op"]?.string {
    case "normalize": return Node(.string(normalizedName(input["value"]?.string ?? "")))
    case "renderString":
      do throws(TemplateError) {
        let template = try CompiledTemplate(input["template"]?.string ?? "", language: language(input))
        let parameters = ParameterValue(input["params"] ?? .init(.null)).map ?? [:]
        return Node(.string(try template.render(parameters)))
      } catch { throw Refused(message: error.description) }
    case "appendValues":
      var generation = Generation(index: 0, language: language(input))
      var parameters = ParameterValue(input["params"] ?? .init(.null)).map ?? [:]
      generation.add(values: strings(input["values"]), to: &parameters)
      try refuse(generation.problems)
      return node(.map(parameters))
    case "generateParams", "transformGenerator": return try generate(input)
    default: throw Refused(message: "unknown op")
    }
  }

  static func refuse(_ problems: [Diagnostic]) throws(Refused) {
    if let problem = problems.first(where: { $0.severity == .error }) { throw Refused(message: problem.text) }
  }

  static func generate(_ input: Node) throws(Refused) -> Node {
    guard let entry = entry(input["generator"] ?? .init(.null)) else { throw Refused(message: "unknown generator") }
    var generation = Generation(index: 0, language: language(input))
    var answers: [GeneratorRequest: GeneratorAnswer] = [:]
    if case .gitDirectories(let git) = entry.generator {
      let fixture = input["fixtures", "git"]
      let tree = FakeTree(directoryPaths: fixture?["directories"]?.array?.compactMap(\.string) ?? [])
      answers[.tree(repository: git.repository, revision: git.revision)] =
        fixture?["error"]?.string.map { .failure($0) } ?? .tree(tree)
    }
    let sets = generation.parameterSets(of: entry, clusters: clusters(input, entry), answers: answers)
    try refuse(generation.problems)
    return Node(.array(sets.map { node(.map($0.parameters)) }))
  }

  static func entry(_ node: Node) -> GeneratorEntry? {
    let filter = node["selector"].map(selector)
    if let list = node["list"] {
      return GeneratorEntry(generator: .list(elements: list["elements"]?.array ?? []), selector: filter)
    }
    if let clusters = node["clusters"] {
      let own = clusters["selector"].map(selector) ?? LabelSelector()
      return GeneratorEntry(generator: .clusters(selector: own, values: strings(clusters["values"])), selector: filter)
    }
    guard let git = node["git"], let directories = git["directories"]?.array else { return nil }
    let generator = GitDirectories(
      repository: git["repoURL"]?.string ?? "", revision: .named(git["revision"]?.string ?? ""),
      directories: directories.map { .init(path: $0["path"]?.string ?? "", exclude: $0["exclude"]?.boolean ?? false) },
      pathParameterPrefix: git["pathParamPrefix"]?.string ?? "", values: strings(git["values"]))
    return GeneratorEntry(generator: .gitDirectories(generator), selector: filter)
  }

  /// The fixture's clusters, and Argo CD's local cluster, which has no counterpart here, played by one more.
  static func clusters(_ input: Node, _ entry: GeneratorEntry) -> [ClusterEntry] {
    var result = (input["fixtures", "clusters"]?.array ?? []).map {
      ClusterEntry(
        name: $0["name"]?.string ?? "", server: $0["server"]?.string ?? "", project: $0["project"]?.string ?? "",
        labels: strings($0["labels"]), annotations: strings($0["annotations"]))
    }
    let local = "https://kubernetes.default.svc"
    if case .clusters(let selector, _) = entry.generator, selector.isEmpty,
      !result.contains(where: { $0.server == local })
    {
      result.append(ClusterEntry(name: "in-cluster", server: local))
    }
    return result
  }

  static func selector(_ node: Node) -> LabelSelector {
    LabelSelector(
      matchLabels: strings(node["matchLabels"]),
      matchExpressions: (node["matchExpressions"]?.array ?? []).compactMap { expression in
        LabelRequirement.Operator(rawValue: expression["operator"]?.string ?? "").map {
          LabelRequirement(
            key: expression["key"]?.string ?? "", operator: $0,
            values: expression["values"]?.array?.compactMap(\.string) ?? [])
        }
      })
  }

  static func strings(_ node: Node?) -> [String: String] {
    Dictionary(
      (node?.object?.entries ?? []).compactMap { entry in entry.value.string.map { (entry.key, $0) } },
      uniquingKeysWith: { $1 })
  }

  static func node(_ value: ParameterValue) -> Node {
    switch value {
    case .null: Node(.null)
    case .boolean(let flag): Node(.boolean(flag))
    case .integer(let number): Node(.integer(number))
    case .decimal(let number): Node(.decimal(number))
    case .string(let text): Node(.string(text))
    case .list(let elements): Node(.array(elements.map(node)))
    case .map(let values):
      Node(
        .object(Object(entries: values.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: node($0.value)) })))
    }
  }
}
