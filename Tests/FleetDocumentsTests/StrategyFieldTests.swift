import FleetDocuments
import FleetModel
import Manifest
import Testing

/// A strategy that says everything, in which one field after the other holds what cannot be meant.
@Suite struct StrategyFieldTests {
  static let strategy = """
    trigger: manual
    unit: target
    order: {label: wave, shuffleSeed: seed}
    membership: afterRun
    onNewRevision: supersede
    supersede: always
    alreadyUnhealthy: first
    budgets: {failures: 3, unreachable: 5%, removals: 2, prunes: 10%}
    limits: [{label: region, maxInFlight: 3}]
    onFailure: {action: rollback, scope: stage, inFlight: finish, maxConcurrent: 2, removeNew: true}
    firstAlone: false
    onboard: {maxConcurrent: 5}
    catchUp: {maxConcurrent: 3}
    windows: [nights]
    stages:
      - name: canary
        clusters: {matchLabels: {canary: "true"}}
        maxConcurrent: 1
        windows: [days]
        minReady: 10s
        failFast: 1m
        progressDeadline: 5m
        unreachableAfter: 2m
        soak: 1h
        unreachable: hold
        holdFor: 12h
        budgets: {failures: 1, unreachable: 1}
        minSucceeded: 1
        whenUnchanged: pause
        gateWhenEmpty: true
        before:
          - approval: {groups: [sre], count: 2, notAuthor: true, expiresAfter: 1h, timeout: 24h}
          - analysis: errors
        after:
          - http: {url: "https://checks.example.com", interval: 30s, timeout: 5s, count: 2, failures: 1, retries: 2, onNoData: wait, onError: fail}
      - {name: rest, rest: true}

    """

  static func findings(_ strategy: Node) throws -> [Diagnostic] {
    let document = try #require(
      try YAML.documents(Array(fleetSet(rollout: "  rollout: {}\n").utf8)).first)
    var changed = document
    var spec = try #require(document["spec"])
    spec["rollout"] = strategy
    changed["spec"] = spec
    return Documents.read(JSON.bytes(changed), file: "f.json").1
  }

  static func tree() throws -> Node { try #require(try YAML.documents(Array(strategy.utf8)).first) }

  /// The paths of all values that hold no others.
  static func leaves(_ node: Node, _ path: [String] = []) -> [[String]] {
    switch node.value {
    case .object(let object): object.entries.flatMap { leaves($0.value, path + [$0.key]) }
    case .array(let elements): elements.enumerated().flatMap { leaves($0.element, path + ["\($0.offset)"]) }
    default: [path]
    }
  }

  static func replacing(_ node: Node, _ path: ArraySlice<String>, with value: Node) -> Node {
    guard let key = path.first else { return value }
    if case .array(var elements) = node.value, let index = Int(key) {
      elements[index] = replacing(elements[index], path.dropFirst(), with: value)
      return Node(.array(elements))
    }
    var changed = node
    changed[key] = replacing(node[key] ?? Node(.null), path.dropFirst(), with: value)
    return changed
  }

  /// `spec.rollout.stages[0].soak`
  static func field(_ path: [String]) -> String {
    path.reduce("spec.rollout") { Int($1) == nil ? "\($0).\($1)" : "\($0)[\($1)]" }
  }

  @Test func theStrategyItselfIsRight() throws {
    let errors = try Self.findings(try Self.tree()).filter { $0.severity == .error }
    #expect(errors == [])
    #expect(Self.leaves(try Self.tree()).count == 55)
  }

  @Test(arguments: (try? StrategyFieldTests.leaves(StrategyFieldTests.tree())) ?? [])
  func aFieldOfAWrongTypeIsRefusedWithItsPath(path: [String]) throws {
    for value in [Node(.object(Object(entries: [.init(key: "no", value: Node(.string("no")))]))), [[Node(.null)]]]
      as [Node]
    {
      let changed = Self.replacing(try Self.tree(), path[...], with: value)
      let errors = try Self.findings(changed).filter { $0.severity == .error }
      let field = Self.field(path)
      #expect(errors.contains { $0.field.hasPrefix(field) || field.hasPrefix($0.field) }, "\(field): \(errors)")
      #expect(errors.allSatisfy { !$0.message.isEmpty && $0.line > 0 })
    }
  }

  /// Numbers, amounts and durations out of their range, and words that are none of a list.
  @Test func everyErrorIsFoundInOnePass() throws {
    var changed = try Self.tree()
    let wrong: [([String], Node)] = [
      (["trigger"], "never"), (["unit"], "x"), (["membership"], "x"), (["onNewRevision"], "x"),
      (["supersede"], "x"), (["alreadyUnhealthy"], "x"), (["catchUp", "maxConcurrent"], 0),
      (["stages", "0", "before", "0", "approval", "timeout"], "0s"),
      (["order", "label"], "-x"), (["budgets", "failures"], -1), (["budgets", "unreachable"], "101%"),
      (["budgets", "removals"], "x"), (["budgets", "prunes"], -1), (["limits", "0", "maxInFlight"], 0),
      (["onFailure", "scope"], "x"), (["onFailure", "inFlight"], "x"), (["onFailure", "maxConcurrent"], 0),
      (["onFailure", "removeNew"], "yes"),
      (["firstAlone"], "no"), (["onboard", "maxConcurrent"], 0), (["stages", "0", "maxConcurrent"], 0),
      (["stages", "0", "soak"], "-1s"), (["stages", "0", "minReady"], "x"), (["stages", "0", "unreachable"], "x"),
      (["stages", "0", "unreachableAfter"], "1s"), (["stages", "0", "holdFor"], "1x"),
      (["stages", "0", "minSucceeded"], -1), (["stages", "0", "whenUnchanged"], "x"),
      (["stages", "0", "gateWhenEmpty"], 1), (["stages", "0", "budgets", "failures"], "x"),
      (["stages", "0", "before", "0", "approval", "count"], 0),
      (["stages", "0", "before", "0", "approval", "notAuthor"], "yes"),
      (["stages", "0", "before", "0", "approval", "expiresAfter"], "0s"),
      (["stages", "0", "after", "0", "http", "timeout"], "2m"),
      (["stages", "0", "after", "0", "http", "retries"], -1),
      (["stages", "0", "after", "0", "http", "onNoData"], "x"),
    ]
    for (path, value) in wrong { changed = Self.replacing(changed, path[...], with: value) }
    let fields = Set(try Self.findings(changed).filter { $0.severity == .error }.map(\.field))
    #expect(Set(wrong.map { Self.field($0.0) }).subtracting(fields) == [])
  }
}
