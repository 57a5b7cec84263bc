import FleetModel
import Manifest

/// A set's rules about single objects, which travel with them as annotations: a rule belongs to the release that brings it,
/// and goes back with it.
struct ObjectRules {
  let ignored: [IgnoredDifference]
  let health: [HealthRules]

  /// The manifest, its namespace filled in, with the rules that are about it.
  func written(into manifest: Node) -> Node {
    guard !ignored.isEmpty || !health.isEmpty, let identity = ObjectIdentity(of: manifest) else { return manifest }
    func isAbout(_ objects: ObjectPattern) -> Bool {
      objects.matches(
        group: identity.group, kind: identity.kind, namespace: identity.namespace, name: identity.name)
    }
    var result = manifest
    let fields = ignored.filter { isAbout($0.objects) }.map { rule in
      let lists = [
        ("jsonPointers", rule.jsonPointers), ("jqPathExpressions", rule.jqPathExpressions),
        ("managedFieldsManagers", rule.managedFieldsManagers),
      ]
      var node: Node = [:]
      for (key, texts) in lists where !texts.isEmpty { node[key] = Node(.array(texts.map { Node(.string($0)) })) }
      return node
    }
    if !fields.isEmpty { result.annotate(IgnoredDifference.setAnnotation, Node(.array(fields))) }
    // As everywhere else, what is written last wins.
    if let rules = health.last(where: { isAbout($0.objects) }) {
      let lines = rules.lines.map { line -> Node in
        [
          "when": Node(.string(line.when)), "health": Node(.string(line.health.rawValue)),
          "message": Node(.string(line.message)),
        ]
      }
      result.annotate(
        HealthRules.setAnnotation,
        ["lines": Node(.array(lines)), "otherwise": Node(.string(rules.otherwise.rawValue))])
    }
    return result
  }
}

extension Node {
  fileprivate mutating func annotate(_ name: String, _ value: Node) {
    if self["metadata", "annotations"]?.object == nil { self["metadata"]?["annotations"] = [:] }
    self["metadata"]?["annotations"]?[name] = Node(.string(JSON.text(value, sortedKeys: true)))
  }
}
