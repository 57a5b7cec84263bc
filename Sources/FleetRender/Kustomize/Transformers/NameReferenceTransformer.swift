import Manifest

/// Makes fields that name another object follow when its name, or its namespace, has changed.
struct NameReferenceTransformer {
  private let resources: [Resource]
  /// Objects by the names that they had.
  private var byName: [String: [Resource]] = [:]

  init(_ resources: [Resource]) {
    self.resources = resources
    for resource in resources where resource.hasPrevious {
      var last: String?
      for id in resource.previous where id.name != last {
        last = id.name
        // An object is there once for each name, even if it had the name twice.
        if byName[id.name]?.last !== resource { byName[id.name, default: []].append(resource) }
      }
    }
  }

  func apply() throws(KustomizeStop) {
    for resource in resources where resource.kind == "RoleBinding" {
      _ = try Referrer.accountNamespaces(of: resource)
    }
    guard !byName.isEmpty else { return }
    for resource in resources {
      let type = resource.original.type
      guard let fields = Self.byKind[type.kind] else { continue }
      try fields.visit(resource.root, try Referrer(resource, type: type, names: byName))
    }
  }

  /// The fields of each kind that refer to something.
  private static let byKind: [String: ReferenceField] = {
    var result: [String: ReferenceField] = [:]
    for reference in NameReferences.all {
      for spec in reference.fields {
        result[spec.type.kind] = (result[spec.type.kind] ?? ReferenceField()).adding(
          spec, spec.steps[...], reference.target)
      }
    }
    return result
  }()
}

/// A field on the way to fields that refer to something. Most of those begin in the same way, and an object has few of
/// them: going down the object once is much faster than once for each.
private struct ReferenceField {
  private var children: [(key: String, field: ReferenceField)] = []
  /// What the field refers to, in kustomize's order.
  private var references: [(spec: FieldSpec, target: ResourceType)] = []

  func adding(_ spec: FieldSpec, _ steps: ArraySlice<FieldSpec.Step>, _ target: ResourceType) -> ReferenceField {
    var result = self
    guard let step = steps.first else {
      result.references.append((spec, target))
      return result
    }
    let place = children.firstIndex { $0.key == step.key }
    let child = (place.map { children[$0].field } ?? ReferenceField()).adding(spec, steps.dropFirst(), target)
    if let place { result.children[place].field = child } else { result.children.append((step.key, child)) }
    return result
  }

  func visit(_ node: WrittenNode, _ referrer: Referrer) throws(KustomizeStop) {
    for (spec, target) in references where referrer.type.isSelected(by: spec.type) {
      try referrer.set(node, path: spec.path, target: target)
    }
    if !children.isEmpty { try visitChildren(of: node, referrer) }
  }

  private func visitChildren(of node: WrittenNode, _ referrer: Referrer) throws(KustomizeStop) {
    if node.isNull { return }
    switch node.kind {
    case .scalar:
      guard let path = path(for: referrer.type) else { return }
      throw .needsProgram("the field \(path), on whose way there is a single value")
    case .sequence:
      for element in node.content { try visitChildren(of: element, referrer) }
    case .mapping:
      for (key, field) in children {
        if let value = node[key] { try field.visit(value, referrer) }
      }
    }
  }

  /// The first path below that is one for objects of a type.
  private func path(for type: ResourceType) -> String? {
    if let (spec, _) = references.first(where: { type.isSelected(by: $0.spec.type) }) { return spec.path }
    for (_, field) in children {
      if let path = field.path(for: type) { return path }
    }
    return nil
  }
}

/// An object that refers to others.
private final class Referrer {
  let resource: Resource
  /// The type that it was read with.
  let type: ResourceType
  let names: [String: [Resource]]
  private let current: ResourceID
  private let accountNamespaces: Set<String>

  init(_ resource: Resource, type: ResourceType, names: [String: [Resource]]) throws(KustomizeStop) {
    self.resource = resource
    self.type = type
    self.names = names
    current = resource.current
    accountNamespaces = resource.kind == "RoleBinding" ? try Self.accountNamespaces(of: resource) : []
  }

  /// The namespaces of the accounts that a binding is for.
  static func accountNamespaces(of resource: Resource) throws(KustomizeStop) -> Set<String> {
    guard let subjects = resource.root["subjects"], subjects.kind == .sequence else { return [] }
    var result: Set<String> = []
    for subject in subjects.content {
      guard let namespace = try subject.field("namespace"), try subject.field("kind")?.text == "ServiceAccount" else {
        continue
      }
      if namespace.isNull {
        throw .failed(
          "the namespace of an account is empty", file: resource.file, at: namespace.position,
          field: "subjects.namespace")
      }
      guard namespace.kind == .scalar, namespace.tag == .string || namespace.tag == .none else {
        throw .needsProgram("a subject whose namespace is no text")
      }
      result.insert(namespace.text)
    }
    return result
  }

  func set(_ node: WrittenNode, path: String, target: ResourceType) throws(KustomizeStop) {
    if node.isNull { return }
    switch node.kind {
    case .scalar: try setText(node, path: path, target: target)
    case .mapping: try setMap(node, path: path, target: target)
    case .sequence:
      for element in node.content where !element.isNull {
        guard element.kind != .sequence else { throw .needsProgram("a list in the list \(path)") }
        try set(element, path: path, target: target)
      }
    }
  }

  private func setText(_ node: WrittenNode, path: String, target: ResourceType) throws(KustomizeStop) {
    let found = try select(node.text, path: path, target: target, among: { _ in true }) { $0.name == $1.name }
    guard let found, found.name != node.text else { return }
    try node.setScalar(.untyped(found.name))
  }

  /// A map with a name and perhaps a namespace.
  private func setMap(_ node: WrittenNode, path: String, target: ResourceType) throws(KustomizeStop) {
    guard let name = node["name"] else { throw .needsProgram("a reference without a name (\(path))") }
    var isCandidate: (Resource) -> Bool = { _ in true }
    if let namespace = node["namespace"]?.text {
      if resources(named: name.text).isEmpty { return }
      // A namespace is first taken for the one that an object was written with.
      let isOriginal = allCandidates().contains { $0.original.effectiveNamespace == namespace }
      isCandidate = { candidate in
        (isOriginal ? candidate.original : candidate.current).effectiveNamespace == namespace
          && namespace != ResourceID.noNamespace
      }
    }
    let found = try select(name.text, path: path, target: target, among: isCandidate) {
      $0.name == $1.name && $0.namespace == $1.namespace
    }
    guard let found, found.name != name.text || !found.namespace.isEmpty else { return }
    try node.setField("name", to: .untyped(found.name))
    if !found.namespace.isEmpty { try node.setField("namespace", to: .untyped(found.namespace)) }
  }

  private func resources(named name: String) -> [Resource] {
    guard let known = names[name] else { return [] }
    return known.filter(canBeReferred)
  }

  private func allCandidates() -> some Sequence<Resource> { names.values.lazy.joined().filter(canBeReferred) }

  private func canBeReferred(_ candidate: Resource) -> Bool {
    let id = candidate.current
    return current.isClusterScoped || id.isClusterScoped || id.effectiveNamespace == current.effectiveNamespace
      || accountNamespaces.contains(candidate.namespace)
  }

  /// The object that a name means; nil for none of this build.
  private func select(
    _ name: String, path: String, target: ResourceType, among isCandidate: (Resource) -> Bool,
    areSame: (Resource, Resource) -> Bool
  ) throws(KustomizeStop) -> Resource? {
    var candidates = resources(named: name).filter { candidate in
      isCandidate(candidate) && candidate.previous.contains { $0.type.isSelected(by: target) }
    }
    if candidates.isEmpty { return nil }
    if path.hasSuffix("roleRef/name"), let type = roleType() {
      candidates = candidates.filter { $0.previous.contains { $0.type.isSelected(by: type) } }
    }
    if !current.isClusterScoped {
      candidates = candidates.filter { candidate in
        candidate.current.isClusterScoped || candidate.kind == "ServiceAccount"
          || candidate.current.effectiveNamespace == current.effectiveNamespace
      }
    }
    if candidates.count == 1 { return candidates[0] }
    candidates = candidates.filter { hasSameNotes($0, allowsNone: true) }
    if candidates.count > 1 { candidates = candidates.filter { hasSameNotes($0, allowsNone: false) } }
    guard let first = candidates.first else { return nil }
    guard candidates.dropFirst().allSatisfy({ areSame(first, $0) }) else {
      throw .failed(
        "\"\(name)\" could be any of "
          + candidates.map { "\($0.current.display) of \($0.file)" }.joined(separator: ", "),
        file: resource.file, at: resource.root.position, field: path.replacing("/", with: "."))
    }
    return first
  }

  private func roleType() -> ResourceType? {
    guard let reference = resource.root["roleRef"], let group = reference["apiGroup"], let kind = reference["kind"]
    else {
      return nil
    }
    return ResourceType(group: group.text, kind: kind.text)
  }

  /// Whether prefixes and suffixes were put on in the same kustomizations.
  private func hasSameNotes(_ candidate: Resource, allowsNone: Bool) -> Bool {
    [true, false].allSatisfy { isPrefix in
      let own = resource.affixes(isPrefix: isPrefix)
      let other = candidate.affixes(isPrefix: isPrefix)
      if own.isEmpty || other.isEmpty { return allowsNone || own.isEmpty && other.isEmpty }
      let count = min(own.count, other.count)
      return own.suffix(count) == other.suffix(count)
    }
  }
}
