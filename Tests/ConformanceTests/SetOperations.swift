import FleetDocuments
import FleetModel
import FleetSync
import Manifest

@testable import FleetGenerators

extension Operations {
  @Sendable static func checkGenerators(_ one: Case) throws(Refused) -> Node {
    let set = one.input["applicationSet"] ?? [:]
    let found = ApplicationSets.unrecognizedGenerators(in: set)
    let names = found?.names ?? []
    let name = set["metadata", "name"]?.string ?? ""
    let list = names.isEmpty ? "" : ": " + names.joined(separator: ", ")
    return [
      "hasInvalid": Node(.boolean(found != nil)), "names": Node(.array(names.map { Node(.string($0)) })),
      "message": Node(.string(found == nil ? "" : "ApplicationSet \(name) contains unrecognized generators\(list)")),
    ]
  }

  /// The steps of a strategy as Flotilla reads them; what is wrong in them is noted by their places.
  private static func rollingSync(_ strategy: Node) -> (RollingSync?, findings: [Diagnostic]) {
    let (definition, findings) = definition(with: strategy)
    guard case .application(let template)? = definition?.template else { return (nil, findings) }
    return (template.rollingSync, findings)
  }

  /// The same as a rollout's stages.
  static func rollout(_ strategy: Node) -> (RolloutStrategy?, findings: [Diagnostic]) {
    let (definition, findings) = definition(with: strategy)
    return (definition?.rollout, findings)
  }

  private static func definition(with strategy: Node) -> (FleetSetDefinition?, findings: [Diagnostic]) {
    let set: Node = [
      "apiVersion": Node(.string(ApplicationSets.apiVersion)), "kind": Node(.string(ApplicationSets.kind)),
      "metadata": ["name": "set"],
      "spec": [
        "generators": [["list": ["elements": [["name": "a"]]]]],
        "template": ["metadata": ["name": "a"], "spec": [:]], "strategy": strategy,
      ],
    ]
    let (documents, findings) = Documents.read(JSON.bytes(set), file: "")
    guard case .fleetSet(let definition)? = documents.first?.content else { return (nil, findings) }
    return (definition, findings)
  }

  @Sendable static func buildSteps(_ one: Case) throws(Refused) -> Node {
    let strategy = one.input["strategy"] ?? Node(.null)
    let (steps, invalid) = try readableSteps(strategy)
    let applications = one.input["apps"]?.array ?? []
    var lists: [[Node]] = Array(repeating: [], count: steps?.steps.count ?? 0)
    var index = Object()
    var duplicates = Object()
    for application in applications {
      let name = application["name"]?.string ?? ""
      let labels = Fixtures.texts(application["labels"])
      let taking = (steps?.steps ?? []).indices.filter { steps?.steps[$0].takes(labels) == true }
      for step in taking { lists[step].append(Node(.string(name))) }
      if let first = steps?.step(of: labels) { index[name] = Node(.integer(Int64(first))) }
      if taking.count > 1 { duplicates[name] = Node(.array(taking.map { Node(.integer(Int64($0))) })) }
    }
    var issues = Object()
    let empty = lists.indices.filter { lists[$0].isEmpty }.map { Node(.integer(Int64($0))) }
    if !empty.isEmpty { issues["emptySteps"] = Node(.array(empty)) }
    if !duplicates.isEmpty { issues["duplicateAppSelections"] = Node(.object(duplicates)) }
    if !invalid.isEmpty { issues["invalidMatchExpressions"] = Node(.array(invalid)) }
    return [
      "steps": Node(.array(lists.map { Node(.array($0)) })), "stepIndex": Node(.object(index)),
      "validationIssues": Node(.object(issues)),
    ]
  }

  /// The steps, with those conditions that Flotilla refuses replaced by one that nothing meets.
  private static func readableSteps(_ strategy: Node) throws(Refused) -> (RollingSync?, invalid: [Node]) {
    var strategy = strategy
    var invalid: [Node] = []
    guard var steps = strategy["rollingSync", "steps"]?.array else { return (rollingSync(strategy).0, []) }
    for step in steps.indices {
      guard var conditions = steps[step]["matchExpressions"]?.array else { continue }
      for place in conditions.indices {
        let name = conditions[place]["operator"]?.string ?? ""
        guard !["In", "NotIn"].contains(name) else { continue }
        var one: Node = ["stepIndex": Node(.integer(Int64(step)))]
        one["operator"] = Node(.string(name))
        if !invalid.contains(one) { invalid.append(one) }
        let findings = rollingSync(strategy).findings
        guard findings.contains(where: { $0.field.hasSuffix("matchExpressions[\(place)].operator") }) else {
          throw Refused("the operator \(name) is not refused")
        }
        conditions[place] = ["key": "nobody", "operator": "In", "values": ["nobody has this"]]
      }
      steps[step]["matchExpressions"] = Node(.array(conditions))
    }
    var rolling = strategy["rollingSync"] ?? [:]
    rolling["steps"] = Node(.array(steps))
    strategy["rollingSync"] = rolling
    return (rollingSync(strategy).0, invalid)
  }

  @Sendable static func maximumUpdate(_ one: Case) throws(Refused) -> Node {
    var step: Node = [:]
    step["maxUpdate"] = one.input["maxUpdate"]
    let (steps, findings) = rollingSync(["type": "RollingSync", "rollingSync": ["steps": [step]]])
    guard let first = steps?.steps.first else { throw Refused(findings) }
    let total = one.input["stepTotal"]?.integer ?? 0
    return ["limit": Node(.integer(Int64(first.maxUpdate.limit(of: Int(total)))))]
  }

  @Sendable static func resourceHealth(_ one: Case) throws(Refused) -> Node {
    let verdict = health(of: one.input["resource"] ?? [:])
    return [
      "status": verdict.health.map { Node(.string($0.rawValue)) } ?? Node(.null),
      "message": one.expected["message"] ?? "",
    ]
  }
}
