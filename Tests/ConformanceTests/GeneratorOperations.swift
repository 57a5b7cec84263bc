import FleetDocuments
import FleetModel
import FleetTemplate
import Manifest

@testable import FleetGenerators

extension Operations {
  static func language(_ input: Node) -> TemplateLanguage {
    let options = input["goTemplateOptions"]?.array?.compactMap(\.string) ?? []
    return input["goTemplate"]?.boolean == true ? .goTemplate(options: options) : .fields
  }

  static func parameters(_ node: Node?) -> [String: ParameterValue] {
    node?.object.map { ParameterValue.parameters($0) } ?? [:]
  }

  static func node(_ parameters: [String: ParameterValue]) -> Node { Node(parameter: .map(parameters)) }

  /// The sets of an entry, with every question that comes up answered from the fixtures.
  static func sets(_ entry: Node, language: TemplateLanguage, _ fixtures: Fixtures) throws(Refused) -> [ParameterSet] {
    let (entries, problems) = GeneratorEntry.read(
      fixtures.prepared(entry), language: language, dialect: .applicationSet)
    let errors = problems.filter { $0.severity == .error }
    guard errors.isEmpty else { throw Refused(errors) }
    var answers: [GeneratorRequest: GeneratorAnswer] = [:]
    while true {
      var run = GeneratorRun(
        GeneratorContext(
          language: language, dialect: .applicationSet, inventory: fixtures.inventory, answers: answers))
      let sets = entries.flatMap { run.sets(of: $0, path: "generator") }
      let errors = run.problems.filter { $0.severity == .error }
      guard errors.isEmpty else { throw Refused(errors) }
      if run.needs.isEmpty { return sets }
      for request in run.needs { answers[request] = fixtures.answer(request) }
    }
  }

  @Sendable static func generateParameters(_ one: Case) throws(Refused) -> Node {
    let sets = try sets(
      one.input["generator"] ?? Node(.null), language: language(one.input), Fixtures(one.input["fixtures"]))
    return Node(.array(sets.map { node($0.parameters) }))
  }

  @Sendable static func interpolateGenerator(_ one: Case) throws(Refused) -> Node {
    let entry = one.input["generator"] ?? Node(.null)
    guard let object = entry.object else { throw Refused("there is no generator") }
    guard let kind = object.keys.first(where: { $0 != "selector" }) else { return entry }
    let interpolation = Interpolation(entry, kind: kind, language: language(one.input), path: "generator")
    var problems = interpolation.problems
    let (filled, _) = interpolation.render(parameters(one.input["params"]), problems: &problems)
    guard problems.isEmpty else { throw Refused(problems.map { "\($0.path): \($0.error)" }.joined(separator: "; ")) }
    return filled
  }

  @Sendable static func appendValues(_ one: Case) throws(Refused) -> Node {
    var run = GeneratorRun(
      GeneratorContext(
        language: language(one.input), dialect: .applicationSet, inventory: Inventory([InventoryCluster]()),
        answers: [:]))
    var parameters = parameters(one.input["params"])
    if let values = run.compiled(Fixtures.texts(one.input["values"]), "generator") {
      run.add(values, to: &parameters, "generator", what: "parameters")
    }
    guard run.problems.isEmpty else { throw Refused(run.problems) }
    return node(parameters)
  }

  @Sendable static func parameterSetsByMergeKey(_ one: Case) throws(Refused) -> Node {
    let names = one.input["mergeKeys"]?.array?.compactMap(\.string) ?? []
    guard !names.isEmpty else { throw Refused("there are no merge keys") }
    let keys = MergeKeys(names, arePaths: false)
    var result = Object()
    for set in one.input["paramSets"]?.array ?? [] {
      let key = keys.text(keys.values(in: parameters(set)))
      guard result[key] == nil else { throw Refused("two sets have the key \(key)") }
      result[key] = set
    }
    return ["byKey": Node(.object(result))]
  }

  @Sendable static func combineStringMaps(_ one: Case) throws(Refused) -> Node {
    do throws(DifferentValues) {
      return node(try parameters(one.input["left"]).combined(with: parameters(one.input["right"])))
    } catch {
      throw Refused(error.description)
    }
  }

  @Sendable static func requeueAfter(_ one: Case) throws(Refused) -> Node {
    let standard = one.input["defaultRequeueEnv"]?.string.flatMap { Duration(text: $0) } ?? .seconds(180)
    let entries = (one.input["generators"]?.array ?? []).flatMap { entry in
      GeneratorEntry.read(entry, language: .fields, dialect: .applicationSet).entries
    }
    let interval = entries.requeueInterval(standard: standard) ?? .zero
    return ["seconds": Node(.integer(interval.components.seconds))]
  }

  @Sendable static func filterRepositories(_ one: Case) throws(Refused) -> Node {
    var fixtures = Object()
    fixtures["scmRepos"] = one.input["items"]
    fixtures["repoPaths"] = one.input["repoPaths"]
    let entry: Node = ["scmProvider": ["filters": one.input["filters"] ?? []]]
    return try items(entry, Fixtures(Node(.object(fixtures))))
  }

  @Sendable static func filterPullRequests(_ one: Case) throws(Refused) -> Node {
    let entry: Node = ["pullRequest": ["filters": one.input["filters"] ?? []]]
    return try items(entry, Fixtures(["pullRequests": one.input["items"] ?? []]))
  }

  private static func items(_ entry: Node, _ fixtures: Fixtures) throws(Refused) -> Node {
    let sets = try sets(entry, language: .fields, fixtures)
    // A repository comes once for each of its branches, and so often as it has items.
    var seen: Set<[String: ParameterValue]> = []
    return Node(.array(sets.map(\.parameters).filter { seen.insert($0).inserted }.map { node($0) }))
  }

  @Sendable static func setsForClusterEvent(_ one: Case) throws(Refused) -> Node {
    let secret = one.input["secret"]
    let isCluster = secret?["metadata", "labels", "argocd.argoproj.io/secret-type"]?.string == "cluster"
    let concerned = (one.input["applicationSets"]?.array ?? []).filter { set in
      // A cluster belongs to a project, which is its namespace, and concerns only the sets there.
      guard isCluster, set["metadata", "namespace"] == secret?["metadata", "namespace"] else { return false }
      return (set["spec", "generators"]?.array ?? []).contains { entry in
        GeneratorEntry.read(entry, language: .goTemplate(options: []), dialect: .applicationSet).entries
          .contains(where: \.looksAtClusters)
      }
    }
    return [
      "requeue": Node(
        .array(
          concerned.map { set in
            ["namespace": set["metadata", "namespace"] ?? "", "name": set["metadata", "name"] ?? ""]
          }))
    ]
  }
}
