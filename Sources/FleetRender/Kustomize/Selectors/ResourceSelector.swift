/// Which objects a patch or a replacement is for. Type, name and namespace are regular expressions of the whole text;
/// what is empty matches everything.
struct ResourceSelector: Hashable {
  var type = ResourceType()
  var name = ""
  var namespace = ""
  var annotationSelector = ""
  var labelSelector = ""

  /// Whether it says nothing of what an object is.
  var namesNothing: Bool { type == ResourceType() && name.isEmpty && namespace.isEmpty }

  /// Reads the patterns.
  ///
  /// - Throws: when one is beyond what this engine reads.
  func compiled() throws(KustomizeStop) -> CompiledSelector {
    func pattern(_ text: String) throws(KustomizeStop) -> TextPattern? {
      if text.isEmpty { return nil }
      guard let pattern = TextPattern(text) else { throw .needsProgram("the pattern \(text) of a selector") }
      return pattern
    }
    func labels(_ text: String) throws(KustomizeStop) -> LabelSelector {
      guard let selector = LabelSelector(text) else { throw .needsProgram("the selector \(text)") }
      return selector
    }
    return CompiledSelector(
      group: try pattern(type.group), version: try pattern(type.version), kind: try pattern(type.kind),
      name: try pattern(name), namespace: try pattern(namespace), annotations: try labels(annotationSelector),
      labels: try labels(labelSelector))
  }
}

/// A selector with its patterns read.
struct CompiledSelector {
  var group: TextPattern?
  var version: TextPattern?
  var kind: TextPattern?
  var name: TextPattern?
  var namespace: TextPattern?
  var annotations: LabelSelector
  var labels: LabelSelector

  func matches(_ pattern: TextPattern?, _ text: String) throws(KustomizeStop) -> Bool {
    guard let pattern else { return true }
    guard let isMatch = pattern.matchesWhole(text) else { throw .needsProgram("matching a pattern with \(text)") }
    return isMatch
  }

  private func matchesEither(
    _ pattern: TextPattern?, _ first: String, _ second: String
  ) throws(KustomizeStop) -> Bool {
    if try matches(pattern, first) { return true }
    return try matches(pattern, second)
  }

  func matches(type: ResourceType) throws(KustomizeStop) -> Bool {
    guard try matches(group, type.group), try matches(version, type.version) else { return false }
    return try matches(kind, type.kind)
  }

  /// Whether type, name and namespace of an id match.
  func matches(id: ResourceID) throws(KustomizeStop) -> Bool {
    guard try matches(type: id.type), try matches(name, id.name) else { return false }
    return try matches(namespace, id.namespace)
  }

  /// The objects that are meant: by the name and namespace that they were read with, or that they have now.
  func select(_ resources: [Resource]) throws(KustomizeStop) -> [Resource] {
    var selected: [Resource] = []
    for resource in resources {
      let original = resource.original
      let current = resource.current
      guard try matchesEither(namespace, original.effectiveNamespace, current.effectiveNamespace),
        try matchesEither(name, original.name, current.name), try matches(type: current.type),
        labels.isEmpty || labels.matches(resource.labels),
        annotations.isEmpty || annotations.matches(resource.annotations)
      else { continue }
      selected.append(resource)
    }
    return selected
  }
}
