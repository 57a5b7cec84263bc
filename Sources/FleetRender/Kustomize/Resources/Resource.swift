import Manifest

/// An object on its way through a build, with what kustomize notes about it in annotations of its own.
final class Resource {
  /// The object; nil once a patch has deleted it.
  private(set) var root: WrittenNode
  /// The file that it was read or generated from.
  let file: String
  /// The variables that read from it.
  var variableNames: [String] = []
  private(set) var isDeleted = false
  private var cachedCurrent: ResourceID?
  /// The earlier ids that are in the tree.
  private var cachedPrevious: [ResourceID]?
  /// Notes that are not in the tree yet: most objects never need to have them there.
  private var pendingIDs: [ResourceID] = []
  private var pendingPrefixes: [String] = []
  private var pendingSuffixes: [String] = []

  init(_ root: WrittenNode, file: String) {
    self.root = root
    self.file = file
  }

  /// Whether nothing is left of it.
  var isEmpty: Bool { isDeleted || root.isNull || root.content.isEmpty }

  func delete() { isDeleted = true }

  /// Puts another tree in place of the object's.
  func replaceRoot(_ node: WrittenNode) {
    root = node
    forgetIDs()
  }

  /// To be called when name, namespace, type or annotations may have changed.
  func forgetIDs() {
    cachedCurrent = nil
    cachedPrevious = nil
  }

  // MARK: Identity

  var kind: String { root["kind"]?.text ?? "" }
  var apiVersion: String { root["apiVersion"]?.text ?? "" }
  var type: ResourceType { current.type }
  var name: String { metadataText("name") }
  var namespace: String { metadataText("namespace") }

  var current: ResourceID {
    if let cachedCurrent { return cachedCurrent }
    let type = ResourceType(apiVersion: apiVersion, kind: kind)
    let id = ResourceID(type: type, name: name, namespace: namespace, isClusterScoped: type.isClusterScoped)
    cachedCurrent = id
    return id
  }

  /// The ids that it had before, the oldest first.
  var previous: [ResourceID] {
    let written = cachedPrevious ?? readPrevious()
    return pendingIDs.isEmpty ? written : written.isEmpty ? pendingIDs : written + pendingIDs
  }

  private func readPrevious() -> [ResourceID] {
    var ids: [ResourceID] = []
    let notes = annotationsNode
    if let names = notes?[BuildNote.previousNames]?.text {
      let type = ResourceType(apiVersion: apiVersion, kind: "")
      let namespaces = split(notes?[BuildNote.previousNamespaces]?.text ?? "")
      let kinds = split(notes?[BuildNote.previousKinds]?.text ?? "")
      for (index, name) in split(names).enumerated() where index < namespaces.count && index < kinds.count {
        var type = type
        type.kind = kinds[index]
        ids.append(ResourceID(type: type, name: name, namespace: namespaces[index]))
      }
    }
    cachedPrevious = ids
    return ids
  }

  /// The id that it was read with.
  var original: ResourceID { (cachedPrevious ?? readPrevious()).first ?? pendingIDs.first ?? current }

  /// Notes the current id before it changes.
  func rememberID() {
    var id = current
    id.namespace = id.effectiveNamespace
    id.isClusterScoped = false
    pendingIDs.append(id)
    // Lists are taken apart at commas, and one without a text gets no entry.
    if [id.name, id.namespace, id.type.kind].contains(where: { $0.isEmpty || $0.utf8.contains(UInt8(ascii: ",")) }) {
      writeNotes()
    }
  }

  /// Notes what was put before or behind the name.
  func remember(_ text: String, isPrefix: Bool) {
    if isPrefix { pendingPrefixes.append(text) } else { pendingSuffixes.append(text) }
    if text.utf8.contains(UInt8(ascii: ",")) { writeNotes() }
  }

  /// Puts the notes into the tree, where patches and selectors see them.
  func writeNotes() {
    for id in pendingIDs {
      appendNote(BuildNote.previousNames, id.name)
      appendNote(BuildNote.previousNamespaces, id.namespace)
      appendNote(BuildNote.previousKinds, id.type.kind)
    }
    if !pendingIDs.isEmpty { cachedPrevious = nil }
    for text in pendingPrefixes { appendNote(BuildNote.prefixes, text) }
    for text in pendingSuffixes { appendNote(BuildNote.suffixes, text) }
    pendingIDs = []
    pendingPrefixes = []
    pendingSuffixes = []
  }

  // MARK: Metadata

  private var metadata: WrittenNode? {
    guard !root.isNull, let node = root["metadata"], !node.isNilOrEmpty else { return nil }
    return node
  }

  private var annotationsNode: WrittenNode? { metadata?["annotations"] }

  private func metadataText(_ field: String) -> String {
    guard let node = metadata?[field], !node.isNilOrEmpty else { return "" }
    return node.text
  }

  var annotations: [String: String] {
    writeNotes()
    return metadata?["annotations"]?.textMap ?? [:]
  }
  var labels: [String: String] { metadata?["labels"]?.textMap ?? [:] }

  func annotation(_ key: String) -> String? { annotationsNode?[key]?.text }

  /// Removes annotations, and makes texts of the values of the others.
  func cleanAnnotations(removing removed: Set<String>) {
    guard let metadata = root["metadata"], let place = metadata.place(of: "annotations") else { return }
    let node = metadata.content[place + 1]
    let kept = WrittenNode.map()
    for index in stride(from: 0, to: node.content.count - node.content.count % 2, by: 2)
    where !removed.contains(node.content[index].text) {
      kept.append(key: .untyped(node.content[index].text), value: .string(node.content[index + 1].text))
    }
    if kept.content.isEmpty { metadata.remove(key: "annotations") } else { metadata.content[place + 1] = kept }
  }

  func setAnnotations(_ map: [String: String]) throws(KustomizeStop) {
    try setMetadataMap("annotations", map)
    cachedPrevious = nil
  }

  func setLabels(_ map: [String: String]) throws(KustomizeStop) { try setMetadataMap("labels", map) }

  private func setMetadataMap(_ field: String, _ map: [String: String]) throws(KustomizeStop) {
    let metadata = try root.child(creating: "metadata", kind: .mapping)
    metadata.remove(key: field)
    guard !map.isEmpty else { return }
    let node = try metadata.child(creating: field, kind: .mapping)
    for key in map.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      try node.setField(key, to: .string(map[key] ?? ""))
    }
  }

  func setName(_ name: String) throws(KustomizeStop) {
    try root.child(creating: "metadata", kind: .mapping).setField("name", to: .untyped(name))
    cachedCurrent = nil
  }

  func setKind(_ kind: String) throws(KustomizeStop) {
    try root.setField("kind", to: .untyped(kind))
    forgetIDs()
  }

  func setNamespace(_ namespace: String) throws(KustomizeStop) {
    if namespace.isEmpty {
      root["metadata"]?.remove(key: "namespace")
    } else {
      try root.child(creating: "metadata", kind: .mapping).setField("namespace", to: .untyped(namespace))
    }
    cachedCurrent = nil
  }

  // MARK: Notes

  /// Adds to one of the lists that kustomize keeps in annotations.
  private func appendNote(_ key: String, _ value: String) {
    guard !value.isEmpty else { return }
    let text = annotation(key).map { $0 + "," + value } ?? value
    // An empty map of annotations, and metadata that is empty without it, are removed before one is added.
    if let metadata = root["metadata"], let node = metadata["annotations"], node.content.isEmpty {
      metadata.remove(key: "annotations")
    }
    let metadata = root["metadata"] ?? .map()
    if root["metadata"] == nil { root.append(key: .untyped("metadata"), value: metadata) }
    let notes = metadata["annotations"] ?? .map()
    if metadata["annotations"] == nil { metadata.append(key: .untyped("annotations"), value: notes) }
    if let existing = notes[key] {
      existing.become(.string(text))
    } else {
      notes.append(key: .untyped(key), value: .string(text))
    }
  }

  func enable(_ note: String) throws(KustomizeStop) {
    var map = annotations
    map[note] = BuildNote.enabled
    try setAnnotations(map)
  }

  func isEnabled(_ note: String) -> Bool { annotation(note) == BuildNote.enabled }

  /// What was put before the name, or behind it, the oldest first.
  func affixes(isPrefix: Bool) -> [String] {
    let written = annotation(isPrefix ? BuildNote.prefixes : BuildNote.suffixes).map(split) ?? []
    return written + (isPrefix ? pendingPrefixes : pendingSuffixes)
  }

  private func split(_ text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}

/// The annotations in which kustomize keeps what it knows about an object during a build; none of them is in the output.
enum BuildNote {
  static let previousNames = domain + "previousNames"
  static let previousNamespaces = domain + "previousNamespaces"
  static let previousKinds = domain + "previousKinds"
  static let prefixes = domain + "prefixes"
  static let suffixes = domain + "suffixes"
  static let allowNameChange = domain + "allowNameChange"
  static let allowKindChange = domain + "allowKindChange"
  static let behavior = domain + "generatorBehavior"
  static let needsHash = domain + "needsHashSuffix"
  static let enabled = "enabled"

  static let origin = "config.kubernetes.io/origin"
  static let transformations = "alpha.config.kubernetes.io/transformations"
  static let localConfig = "config.kubernetes.io/local-config"
  static let helmGenerated = domain + "helm-generated"

  /// What is removed from every object at the end, whoever wrote it.
  static let removedAtTheEnd: [String] = [
    previousKinds, previousNames, prefixes, suffixes, previousNamespaces, allowNameChange, allowKindChange,
    domain + "refBy", behavior, needsHash, domain + "path", domain + "index", domain + "seqindent", domain + "id",
    domain + "annotations-migration-resource-id", "config.kubernetes.io/path", "config.kubernetes.io/index",
    "config.k8s.io/id", helmGenerated,
  ]

  static let domain = "internal.config.kubernetes.io/"
}
