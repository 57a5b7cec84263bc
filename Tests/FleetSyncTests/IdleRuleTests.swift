import FleetModel
import Manifest
import Testing

@testable import FleetSync

@Suite("Rules about ignored fields that match nothing")
struct IdleRuleTests {
  static let names = ["a", "b"]
  static let scope = WatchScope(group: "", kind: "ConfigMap", namespace: "shop")

  /// ConfigMaps with rules of the set, applied and seen.
  static func settled(_ rules: String, own: String? = nil) throws -> TargetMachine {
    var machine = TargetMachine.fresh()
    let objects = try names.map { name in
      var object = configMapObject(name)
      object.document["metadata"]?["annotations"] = [IgnoredDifference.setAnnotation: Node(.string(rules))]
      if let own, name == "a" {
        object.document["metadata"]?["annotations"]?[IgnoredDifference.annotation] = Node(.string(own))
      }
      object.options = try SyncOptions(of: object.document)
      return object
    }
    _ = machine.received(makeOrder(1), now: .zero)
    _ = machine.arrived(digest("one"), objects: objects, now: .zero)
    _ = machine.recordWritten(now: .zero)
    for name in names { _ = machine.applied(identity("ConfigMap", name), answer: live(name), now: .zero) }
    #expect(machine.observation(now: .zero).warnings == nil, "before everything is applied nothing is known")
    _ = machine.recordWritten(now: .zero)
    _ = machine.listed(scope, objects: names.map { live($0) }, resourceVersion: "50", now: .zero)
    #expect(machine.activity == .settled)
    return machine
  }

  static func live(_ name: String, version: Int = 10, extra: String? = nil, manager: String? = nil) -> Node {
    var node = storedConfigMap(
      name, value: "hello", version: version,
      others: manager.map { [["manager": Node(.string($0)), "operation": "Update"]] } ?? [])
    if let extra { node["data"]?[extra] = "x" }
    return node
  }

  @Test("a rule that matches one of the objects it is about is none, whatever its form")
  func matching() throws {
    for rules in [
      #"[{"jsonPointers": ["/data/greeting"]}]"#, #"[{"jqPathExpressions": [".data.greeting"]}]"#,
      #"[{"managedFieldsManagers": ["flotilla"]}]"#, #"[{"jsonPointers": ["/data/none", "/data/greeting"]}]"#,
      #"[{"jqPathExpressions": [".data | select(.greeting == \"hello\")"]}]"#, "[]",
    ] { #expect(try Self.settled(rules).observation(now: .zero).warnings == nil, "\(rules)") }
  }

  @Test("one that matches nothing is told once for all its objects, at once, until it matches")
  func idle() throws {
    var machine = try Self.settled(
      #"[{"jsonPointers": ["/data/greting"], "managedFieldsManagers": ["tuner"]}, {"jsonPointers": ["/data/greeting"]}]"#
    )
    let told = ["ignoreDifferences: /data/greting, fields of tuner matches nothing in ConfigMap shop/a (and 1 more)"]
    #expect(machine.observation(now: .seconds(1)).warnings == told)
    // A watch that breaks changes nothing about it.
    _ = machine.interrupted(Self.scope, reason: "cut", now: .seconds(2))
    _ = machine.timePassed(now: .seconds(60))
    #expect(machine.observation(now: .seconds(60)).warnings == told)
    _ = machine.resumed(Self.scope, now: .seconds(61))
    let matched = machine.changed(
      Self.scope, object: Self.live("b", version: 60, manager: "tuner"), now: .seconds(90))
    #expect(matched.observations.last?.warnings == nil && !matched.observations.isEmpty)
    let again = machine.changed(Self.scope, object: Self.live("b", version: 61), now: .seconds(120))
    #expect(again.observations.last?.warnings == told)
    let gone = machine.changed(Self.scope, object: Self.live("a", version: 62, extra: "greting"), now: .seconds(150))
    #expect(gone.observations.last?.warnings == nil && !gone.observations.isEmpty)
  }

  @Test("a field that somebody has removed from the cluster is what the rule is for")
  func removed() throws {
    var machine = try Self.settled(#"[{"jsonPointers": ["/data/greeting"]}]"#)
    for (place, name) in Self.names.enumerated() {
      var node = Self.live(name, version: 60 + place)
      node["data"] = [:]
      _ = machine.changed(Self.scope, object: node, now: .seconds(2))
    }
    #expect(machine.observation(now: .seconds(3)).warnings == nil)
    #expect(machine.observation(now: .seconds(3)).standing == nil)
  }

  @Test("a manifest's own rule is told with its annotation, and a new order begins anew")
  func ownAnnotation() throws {
    var machine = try Self.settled("[]", own: #"[{"jqPathExpressions": [".spec.replicas"]}]"#)
    let told = ["flotilla.dev/ignore-differences: .spec.replicas matches nothing in ConfigMap shop/a"]
    #expect(machine.observation(now: .seconds(1)).warnings == told)
    _ = machine.received(makeOrder(2, bundle: digest("two")), now: .seconds(2))
    _ = machine.arrived(digest("two"), objects: Self.names.map { configMapObject($0) }, now: .seconds(2))
    #expect(machine.observation(now: .seconds(2)).warnings == nil)
  }

  @Test("more than twenty are counted")
  func many() throws {
    let rules = (0..<25).map { "{\"jsonPointers\": [\"/data/none-\($0)\"]}" }.joined(separator: ", ")
    let warnings = try Self.settled("[\(rules)]").observation(now: .zero).warnings ?? []
    #expect(warnings.count == 21 && warnings.last == "and 5 more")
  }
}
