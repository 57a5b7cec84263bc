import FleetModel
import Manifest

/// The selectors of ClusterGroups, by name, with the groups' own labels.
struct ClusterGroups {
  private struct Group {
    var labels: [String: String]
    var selector: LabelSelector
  }

  private var groups: [String: Group] = [:]

  init(_ sources: [SourceDocument], _ book: inout ImportBook) {
    for source in sources {
      guard let written = source.field("spec.selector") else {
        book.differs(source, "spec.selector", "is missing, so \(source.title) has no clusters")
        groups[source.name] = Group(labels: source.labels, selector: .nothing)
        continue
      }
      guard let selector = labelSelector(written) else {
        book.leaveOut(source, "spec.selector", "is no selector", hint: "write matchLabels, or matchExpressions")
        continue
      }
      groups[source.name] = Group(labels: source.labels, selector: selector)
    }
  }

  /// The selector of a group; nil when it is not known. Fleet itself makes the group of the local workspace.
  func selector(named name: String, namespace: String) -> LabelSelector? {
    if let group = groups[name] { return group.selector }
    guard name == "default", namespace == "fleet-local" else { return nil }
    return LabelSelector(matchLabels: ["name": "local"])
  }

  /// The selectors of the groups whose labels match, in order of the groups' names.
  func selectors(matching selector: LabelSelector) -> [LabelSelector] {
    groups.sorted { $0.key < $1.key }.filter { selector.matches($0.value.labels) }.map(\.value.selector)
  }

  /// The groups that there are.
  var names: [String] { groups.keys.sorted() }
}

/// Which clusters a target, customization or partition means: those that match any of the alternatives.
struct ClusterCriteria: Hashable {
  /// Everything that must hold for one cluster.
  struct Alternative: Hashable {
    /// The cluster's name; nil for any.
    var name: String?
    /// Over its labels.
    var selector = LabelSelector()
  }

  var alternatives: [Alternative]

  /// Reads `clusterName`, `clusterSelector`, `clusterGroup` and `clusterGroupSelector`, which must all hold.
  ///
  /// - Returns: nil when a group is not known or a selector is none, which is then noted; without any of the four no
  ///   alternative, because that matches nothing.
  init?(
    _ node: Node, at path: String, of source: SourceDocument, namespace: String, groups: ClusterGroups,
    _ book: inout ImportBook
  ) {
    var alternatives = [Alternative()]
    var hasAny = false
    if let name = node["clusterName"]?.string, !name.isEmpty {
      hasAny = true
      alternatives[0].name = NameBook.valid(name)
    }
    if let written = node["clusterSelector"], !written.isNull {
      guard let selector = Self.selector(written, "\(path).clusterSelector", source, &book) else { return nil }
      hasAny = true
      alternatives[0].selector = selector
    }
    if let name = node["clusterGroup"]?.string, !name.isEmpty {
      guard let selector = groups.selector(named: name, namespace: namespace) else {
        let near = suggestion(for: name, among: groups.names).map { "; did you mean \"\($0)\"?" } ?? ""
        book.leaveOut(
          source, "\(path).clusterGroup", "ClusterGroup \"\(name)\" is not among the files\(near)",
          hint: "import it too, or write its selector as clusterSelector")
        return nil
      }
      hasAny = true
      alternatives[0].selector = alternatives[0].selector.and(selector)
    }
    if let written = node["clusterGroupSelector"], !written.isNull {
      guard let selector = Self.selector(written, "\(path).clusterGroupSelector", source, &book) else { return nil }
      hasAny = true
      let found = groups.selectors(matching: selector)
      if found.isEmpty {
        book.leaveOut(
          source, "\(path).clusterGroupSelector", "no ClusterGroup among the files matches it",
          hint: "import the groups too, or write their selectors as clusterSelector")
        return nil
      }
      alternatives = found.map { Alternative(name: alternatives[0].name, selector: alternatives[0].selector.and($0)) }
    }
    self.alternatives = hasAny ? alternatives : []
  }

  private static func selector(
    _ node: Node, _ path: String, _ source: SourceDocument, _ book: inout ImportBook
  ) -> LabelSelector? {
    if let selector = labelSelector(node) { return selector }
    book.leaveOut(source, path, "is no selector", hint: "write matchLabels, or matchExpressions")
    return nil
  }
}

/// A selector as Kubernetes writes it; nil for what is none.
func labelSelector(_ node: Node) -> LabelSelector? {
  guard let object = node.object, object.keys.allSatisfy({ ["matchLabels", "matchExpressions"].contains($0) }) else {
    return nil
  }
  var selector = LabelSelector()
  for entry in node["matchLabels"]?.object?.entries ?? [] {
    guard let value = entry.value.string else { return nil }
    selector.matchLabels[entry.key] = value
  }
  for expression in node["matchExpressions"]?.array ?? [] {
    guard let key = expression["key"]?.string,
      let judgement = expression["operator"]?.string.flatMap({ LabelRequirement.Operator(rawValue: $0) })
    else { return nil }
    let values = (expression["values"]?.array ?? []).compactMap(\.string)
    selector.matchExpressions.append(LabelRequirement(key: key, operator: judgement, values: values))
  }
  return selector
}

extension LabelSelector {
  /// Matches no cluster.
  static let nothing = LabelSelector(matchExpressions: [
    LabelRequirement(key: "name", operator: .exists), LabelRequirement(key: "name", operator: .doesNotExist),
  ])

  /// What both match.
  func and(_ other: LabelSelector) -> LabelSelector {
    var both = self
    both.matchExpressions += other.matchExpressions
    for (key, value) in other.matchLabels.sorted(by: { $0.key < $1.key }) {
      if both.matchLabels[key] == nil {
        both.matchLabels[key] = value
      } else if both.matchLabels[key] != value {
        both.matchExpressions.append(LabelRequirement(key: key, operator: .isIn, values: [value]))
      }
    }
    return both
  }

  /// The selector as a document writes it.
  var node: Node {
    var fields = Object()
    if !matchLabels.isEmpty {
      fields["matchLabels"] = Node(
        .object(
          Object(
            entries: matchLabels.sorted { $0.key < $1.key }.map {
              Object.Entry(key: $0.key, value: .text($0.value))
            })))
    }
    if !matchExpressions.isEmpty {
      fields["matchExpressions"] = Node(
        .array(
          matchExpressions.map { requirement in
            .map([
              "key": .text(requirement.key), "operator": .text(requirement.operator.rawValue),
              "values": requirement.values.isEmpty ? nil : Node(.array(requirement.values.map { .text($0) })),
            ])
          }))
    }
    return Node(.object(fields))
  }
}
