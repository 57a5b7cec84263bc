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
  private var cachedType: KnownType?
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
  /// The type as the tree has it now.
  var type: ResourceType { knownType.type }
  var name: String { metadataText("name") }
  var namespace: String { metadataText("namespace") }

  var current: ResourceID {
    if let cachedCurrent { return cachedCurrent }
    let known = knownType
    func text(_ node: WrittenNode?) -> String {
      guard let node, !node.isNilOrEmpty else { return "" }
      return node.text
    }
    let metadata = metadata
    let id = ResourceID(
      type: known.type, name: text(metadata?["name"]), namespace: text(metadata?["namespace"]),
      isClusterScoped: known.isClusterScoped)
    cachedCurrent = id
    return id
  }

  /// What is known of the type that the tree has now; its words hardly ever change.
  private var knownType: KnownType {
    let (apiVersion, kind) = (apiVersion, kind)
    if let cachedType, cachedType.apiVersion == apiVersion, cachedType.type.kind == kind { return cachedType }
    let known = KnownType(apiVersion: apiVersion, kind: kind)
    cachedType = known
    return known
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

  /// Whether an id is the current one or an earlier one.
  func isOrWas(_ id: ResourceID) -> Bool {
    current == id || pendingIDs.contains(id) || (cachedPrevious ?? readPrevious()).contains(id)
  }

  /// The id that it was read with.
  var original: ResourceID { (cachedPrevious ?? readPrevious()).first ?? pendingIDs.first ?? current }

  /// Whether it has had other ids than the current one.
  var hasPrevious: Bool { !pendingIDs.isEmpty || !(cachedPrevious ?? readPrevious()).isEmpty }

  /// Notes the current id before it changes.
  func rememberID() {
    let id = ResourceID(type: current.type, name: current.name, namespace: current.effectiveNamespace)
    pendingIDs.append(id)
    // Lists are taken apart at commas, and one without a text gets no entry.
    if Self.isListed(id.name), Self.isListed(id.namespace), Self.isListed(id.type.kind) { return }
    writeNotes()
  }

  /// Whether a text is found again in a list of texts.
  private static func isListed(_ text: String) -> Bool { !text.isEmpty && !text.hasByte(UInt8(ascii: ",")) }

  /// Notes what was put before or behind the name.
  func remember(_ text: String, isPrefix: Bool) {
    if isPrefix { pendingPrefixes.append(text) } else { pendingSuffixes.append(text) }
    if text.hasByte(UInt8(ascii: ",")) { writeNotes() }
  }

  /// Puts the notes into the tree, where patches and selectors see them.
  func writeNotes() {
    if !pendingIDs.isEmpty {
      appendNote(BuildNote.previousNames, pendingIDs.map(\.name))
      appendNote(BuildNote.previousNamespaces, pendingIDs.map(\.namespace))
      appendNote(BuildNote.previousKinds, pendingIDs.map(\.type.kind))
      pendingIDs = []
      cachedPrevious = nil
    }
    if !pendingPrefixes.isEmpty {
      appendNote(BuildNote.prefixes, pendingPrefixes)
      pendingPrefixes = []
    }
    if !pendingSuffixes.isEmpty {
      appendNote(BuildNote.suffixes, pendingSuffixes)
      pendingSuffixes = []
    }
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
    for key in map.keys.sorted(by: { precedesBytewise($0, $1) }) {
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
  private func appendNote(_ key: String, _ values: [String]) {
    let written = values.filter { !$0.isEmpty }
    guard !written.isEmpty else { return }
    let text = ([annotation(key)].compactMap(\.self) + written).joined(separator: ",")
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
    guard text.hasByte(UInt8(ascii: ",")) else { return [text] }
    return text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { String(Substring($0)) }
  }
}

/// A type with what it takes time to find out about it.
private final class KnownType {
  let apiVersion: String
  let type: ResourceType
  let isClusterScoped: Bool

  init(apiVersion: String, kind: String) {
    self.apiVersion = apiVersion
    type = ResourceType(apiVersion: apiVersion, kind: kind)
    isClusterScoped = type.isClusterScoped
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
