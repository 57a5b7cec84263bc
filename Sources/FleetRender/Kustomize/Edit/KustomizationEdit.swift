import FleetModel
import Manifest

/// What `source.kustomize` changes in a kustomization before it is built, as Argo CD does with `kustomize edit`
/// (https://argo-cd.readthedocs.io/en/stable/user-guide/kustomize/).
struct KustomizationEdit {
  let options: KustomizeOptions

  /// The kustomization file with the changes.
  ///
  /// - Parameters:
  ///   - bytes: the file as it is.
  ///   - hasComponent: whether there is a component at a path, relative to the kustomization.
  /// - Throws: what `kustomize edit` refuses.
  func edited(
    _ bytes: [UInt8], file: String, hasComponent: (String) throws(SourceTreeError) -> Bool
  ) throws(DiagnosticsError) -> [UInt8] {
    let documents = try YAML.documents(bytes, file: file)
    guard documents.count == 1, var object = documents[0].object else {
      throw DiagnosticsError([Diagnostic(file: file, message: "expected one map")])
    }
    if let prefix = options.namePrefix { object["namePrefix"] = Node(.string(prefix)) }
    if let suffix = options.nameSuffix { object["nameSuffix"] = Node(.string(suffix)) }
    if let namespace = options.namespace { object["namespace"] = Node(.string(namespace)) }
    if !options.images.isEmpty { object["images"] = try images(object["images"]) }
    if !options.replicas.isEmpty { object["replicas"] = replicas(object["replicas"]) }
    try addLabels(to: &object)
    object["commonAnnotations"] = try merged(
      options.commonAnnotations, over: object["commonAnnotations"], field: "commonAnnotations",
      force: options.forceCommonAnnotations)
    if let patches = options.patches {
      let added = try JSON.parse(Array(patches.utf8)).array ?? []
      object["patches"] = Node(.array((object["patches"]?.array ?? []) + added))
    }
    try addComponents(to: &object, hasComponent)
    return Array(YAML.text(Node(.object(object))).utf8)
  }

  private static func problem(_ field: String, _ message: String, hint: String = "") -> DiagnosticsError {
    DiagnosticsError([Diagnostic(field: "spec.source.kustomize.\(field)", message: message, hint: hint)])
  }

  // MARK: Images and counts

  private func images(_ written: Node?) throws(DiagnosticsError) -> Node {
    var byName: [String: Object] = [:]
    for text in options.images {
      let image = try Self.image(text)
      byName[image["name"]?.string ?? ""] = image
    }
    for old in written?.array ?? [] {
      guard let old = old.object, let name = old["name"]?.string else { continue }
      guard var new = byName[name] else {
        byName[name] = old
        continue
      }
      // An asterisk keeps what is written.
      for key in ["newName", "newTag"] where new[key]?.string == "*" { new[key] = old[key] }
      byName[name] = new
    }
    return Node(
      .array(byName.sorted { precedesBytewise($0.key, $1.key) }.map { Node(.object($0.value)) }))
  }

  /// `NAME=NEW:TAG`, `NAME:TAG`, each also with `@DIGEST`, or `NAME=NEW`.
  private static func image(_ text: String) throws(DiagnosticsError) -> Object {
    var image = Object()
    func set(_ key: String, _ value: some StringProtocol) {
      if !value.isEmpty { image[key] = Node(.string(String(value))) }
    }
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    var rest = parts[parts.count - 1]
    if let at = rest.firstIndex(of: "@") {
      set("digest", rest[rest.index(after: at)...])
      rest = rest[..<at]
    }
    // A colon before a slash belongs to a registry's port.
    if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
      set("newTag", rest[rest.index(after: colon)...])
      rest = rest[..<colon]
    }
    if parts.count == 2 {
      set("name", parts[0])
      set("newName", rest)
    } else {
      set("name", rest)
    }
    guard image["name"] != nil, image.count > 1 else {
      throw problem("images", "\"\(text)\" says no new image", hint: "write NAME=NEW:TAG, NAME:TAG or NAME@DIGEST")
    }
    return image
  }

  private func replicas(_ written: Node?) -> Node {
    let names = Set(options.replicas.map(\.name))
    let kept = (written?.array ?? []).filter { !names.contains($0["name"]?.string ?? "") }
    let added = options.replicas.map { replicas in
      Node(
        .object(
          Object(entries: [
            .init(key: "name", value: Node(.string(replicas.name))),
            .init(key: "count", value: Node(.integer(Int64(replicas.count)))),
          ])))
    }
    return Node(.array(kept + added))
  }

  // MARK: Labels, annotations, components

  private func addLabels(to object: inout Object) throws(DiagnosticsError) {
    guard !options.commonLabels.isEmpty else { return }
    guard options.labelWithoutSelector else {
      object["commonLabels"] = try merged(
        options.commonLabels, over: object["commonLabels"], field: "commonLabels", force: options.forceCommonLabels)
      return
    }
    var entry = Object()
    entry["pairs"] = Node(.object(Self.object(options.commonLabels)))
    entry["includeSelectors"] = Node(.boolean(false))
    if options.labelIncludeTemplates { entry["includeTemplates"] = Node(.boolean(true)) }
    object["labels"] = Node(.array((object["labels"]?.array ?? []) + [Node(.object(entry))]))
  }

  private func merged(
    _ texts: [String: String], over written: Node?, field: String, force: Bool
  ) throws(DiagnosticsError) -> Node? {
    guard !texts.isEmpty else { return written }
    var result = written?.object ?? Object()
    for key in texts.keys.sorted() {
      if result[key] != nil, !force {
        let flag = field == "commonLabels" ? "forceCommonLabels" : "forceCommonAnnotations"
        throw Self.problem(field, "\(key) is in the kustomization already", hint: "\(flag): true replaces it")
      }
      result[key] = Node(.string(texts[key] ?? ""))
    }
    return Node(.object(result))
  }

  private static func object(_ texts: [String: String]) -> Object {
    Object(entries: texts.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: Node(.string($0.value))) })
  }

  private func addComponents(
    to object: inout Object, _ hasComponent: (String) throws(SourceTreeError) -> Bool
  ) throws(DiagnosticsError) {
    var components = object["components"]?.array ?? []
    for component in options.components {
      do throws(SourceTreeError) {
        if options.ignoreMissingComponents, try !hasComponent(component) { continue }
      } catch { throw Self.problem("components", error.message) }
      let node = Node(.string(component))
      if !components.contains(node) { components.append(node) }
    }
    if !components.isEmpty { object["components"] = Node(.array(components)) }
  }
}

/// A commit of which one file is changed.
struct EditedTree: SourceTree {
  let tree: any SourceTree
  let file: String
  let bytes: [UInt8]

  var commit: CommitID { tree.commit }
  var committedAt: Instant? { tree.committedAt }
  func directories(under path: String) throws(SourceTreeError) -> [String] { try tree.directories(under: path) }
  func files(under path: String) throws(SourceTreeError) -> [SourceFile] { try tree.files(under: path) }
  func contents(of path: String) throws(SourceTreeError) -> [UInt8]? {
    path == file ? bytes : try tree.contents(of: path)
  }
  func objectID(of path: String) throws(SourceTreeError) -> String? { try tree.objectID(of: path) }
}
