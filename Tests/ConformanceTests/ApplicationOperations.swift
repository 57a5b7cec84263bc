import FleetDocuments
import FleetModel
import Manifest

@testable import FleetGenerators

extension Operations {
  /// An ApplicationSet as it would be applied; what cases leave out of its head is filled in.
  static func definition(_ set: Node, _ fixtures: Fixtures) throws(Refused) -> FleetSetDefinition {
    var set = set
    set["apiVersion"] = Node(.string(ApplicationSets.apiVersion))
    set["kind"] = Node(.string(ApplicationSets.kind))
    var metadata = set["metadata"] ?? [:]
    metadata["name"] = metadata["name"] ?? "set"
    set["metadata"] = metadata
    if var spec = set["spec"], let entries = spec["generators"]?.array {
      spec["generators"] = Node(.array(entries.map(fixtures.prepared)))
      set["spec"] = spec
    }
    let (documents, findings) = Documents.read(JSON.bytes(set), file: "set")
    guard let document = documents.first, case .fleetSet(let definition) = document.content else {
      throw Refused(findings.filter { $0.severity == .error })
    }
    return definition
  }

  static func applications(_ set: Node, _ fixtures: Fixtures) throws(Refused) -> [Node] {
    let definition = try definition(set, fixtures)
    var answers: [GeneratorRequest: GeneratorAnswer] = [:]
    while true {
      switch FleetGenerators.applications(of: definition, inventory: fixtures.inventory, answers: answers) {
      case .needs(let requests): for request in requests { answers[request] = fixtures.answer(request) }
      case .failed(let problems): throw Refused(problems)
      case .applications(let made, _): return made.map(\.document)
      }
    }
  }

  @Sendable static func generateApplications(_ one: Case) throws(Refused) -> Node {
    Node(.array(try applications(one.input["applicationSet"] ?? [:], Fixtures(one.input["fixtures"]))))
  }

  @Sendable static func renderApplication(_ one: Case) throws(Refused) -> Node {
    var policy = ApplicationPolicy()
    policy.preservesResources = one.input["syncPolicy", "preserveResourcesOnDeletion"]?.boolean ?? false
    // A set's own namespace is forced on its Applications afterwards; here the template's counts.
    let namespace = try rendered(one.input["application", "metadata", "namespace"]?.string ?? "", one).string ?? ""
    let template = ApplicationTemplate(
      namespace: namespace, tree: one.input["application"] ?? [:], policy: policy)
    var problems = Problems(file: "")
    var moments = TargetMoments(setName: "", time: .unknown, answers: [:])
    let set = ParameterSet(parameters: parameters(one.input["params"]), source: .element(0))
    let compiled = CompiledApplication(template, own: nil, language: language(one.input), problems: &problems)
    let application = compiled?.render(
      set, origin: TargetOrigin(generator: 0, source: .element(0)), moments: &moments, problems: &problems)
    guard let application else { throw Refused(problems.diagnostics) }
    return application
  }

  @Sendable static func applyTemplatePatch(_ one: Case) throws(Refused) -> Node {
    do throws(DiagnosticsError) {
      return try patchedApplication(one.input["application"] ?? [:], patch: one.input["patch"]?.string ?? "")
    } catch {
      throw Refused(error.diagnostics)
    }
  }

  @Sendable static func mergeTemplate(_ one: Case) throws(Refused) -> Node {
    func first(_ names: [String]) -> Node? { names.lazy.compactMap { one.input[$0] }.first }
    let own =
      first(["overrideTemplate", "generatorTemplate", "override"])
      ?? one.input["generator"]?.object?.entries.first?.value["template"] ?? [:]
    let base = first(["template", "applicationSetTemplate", "baseTemplate", "base"]) ?? [:]
    let merged = mergedTemplate(own, over: base)
    if one.expected["value"] != nil { return merged }
    // Cases give the result a name of their own.
    var result = Object()
    for key in one.expected.object?.keys ?? [] where key != "match" { result[key] = merged }
    return Node(.object(result))
  }

  @Sendable static func validateApplications(_ one: Case) throws(Refused) -> Node {
    let applications = one.input["applications"]?.array ?? []
    let clusters = Inventory((one.input["clusters"]?.array ?? []).map(Fixtures.cluster), hasLocalCluster: true)
    let errors = applicationErrors(
      applications, setName: one.input["applicationSetName"]?.string ?? "",
      projects: one.input["projects"]?.array.map { Set($0.compactMap(\.string)) }, inventory: clusters)
    // Which Applications are refused matters, not with what words.
    let expected = one.expected["errors"]?.object?.entries ?? []
    var told = Object()
    for key in errors.keys.sorted() { told[key] = expected.first { $0.key == key }?.value ?? "unexpected" }
    let applied = applications.filter { application in
      let name = application["metadata", "name"]?.string ?? ""
      let namespace = application["metadata", "namespace"]?.string ?? ""
      return errors[namespace.isEmpty ? name : "\(namespace)/\(name)"] == nil
    }
    guard told.count == expected.count else { throw Refused("refused: \(errors.keys.sorted())") }
    return [
      "errors": Node(.object(told)), "applied": Node(.array(applied.compactMap { $0["metadata", "name"] })),
    ]
  }

  /// Steps that people take, one after the other, and the Applications that there are after each.
  @Sendable static func lifecycle(_ one: Case) throws(Refused) -> Node {
    var fixtures = Fixtures(one.input["fixtures"])
    var set: Node?
    var live: [String: Node] = [:]
    let expected = one.expected["steps"]?.array ?? []
    for (index, step) in (one.input["steps"]?.array ?? []).enumerated() {
      if let applied = step["apply"] { set = applied }
      if let cluster = step["addCluster"] {
        fixtures.node["clusters"] = Node(.array((fixtures.node["clusters"]?.array ?? []) + [cluster]))
      }
      if let secret = step["removeCluster"]?.string {
        fixtures.node["clusters"] = Node(
          .array((fixtures.node["clusters"]?.array ?? []).filter { $0["secretName"]?.string != secret }))
      }
      guard let current = set else { throw Refused("step \(index) has no set") }
      let word = current["spec", "syncPolicy", "applicationsSync"]?.string ?? ""
      let changes = ApplicationPolicy.Changes(rawValue: word) ?? .sync
      // Without any generator there is nothing to expand; Flotilla refuses such a set.
      let isEmpty = step["delete"] != nil || current["spec", "generators"]?.array?.isEmpty == true
      let wanted = isEmpty ? [] : try applications(current, fixtures)
      let names = Set(wanted.compactMap { $0["metadata", "name"]?.string })
      for application in wanted {
        let name = application["metadata", "name"]?.string ?? ""
        if live[name] == nil || changes.updates { live[name] = application }
      }
      if changes.deletes { live = live.filter { names.contains($0.key) } }
      guard index < expected.count else { continue }
      for wanted in expected[index]["exist"]?.array ?? [] {
        let name = wanted["metadata", "name"]?.string ?? ""
        guard Comparison.holds(wanted, in: live[name]) else {
          throw Refused("step \(index): \(name): \(live[name].map(Comparison.text) ?? "is not there")")
        }
      }
      for name in expected[index]["absent"]?.array?.compactMap(\.string) ?? [] where live[name] != nil {
        throw Refused("step \(index): \(name) is still there")
      }
    }
    return one.expected
  }
}
