import FleetModel
import Manifest

/// Applies the patches of a kustomization.
struct PatchTransformer {
  typealias Patch = KustomizationDefinition.Patch

  let files: KustomizeFiles
  let directory: String
  /// The kustomization file.
  let file: String

  // MARK: patches

  func apply(_ patch: Patch, to list: ResourceList) throws(KustomizeStop) {
    let text = try text(of: patch)
    let bytes = text.bytes
    let documents =
      bytes.first == UInt8(ascii: "[")
      ? [] : try files.documents(bytes, of: text.file, field: text.field, afterLine: text.line)
    if documents.first?.kind == .sequence || bytes.first == UInt8(ascii: "[") {
      guard let target = patch.target else {
        throw .failed(
          "a JSON patch needs a target", file: file, at: patch.position, field: patch.field,
          hint: "name what it is for: target: {kind: …, name: …}")
      }
      return try applyJSON(text, to: try target.compiled().select(list.resources), by: patch.field)
    }
    let patches = try ResourceReader.resources(documents, file: text.file)
    // A file that is empty, or holds comments alone, changes nothing.
    if patches.isEmpty { return }
    for resource in patches {
      if patch.allowsNameChange { try resource.enable(BuildNote.allowNameChange) }
      if patch.allowsKindChange { try resource.enable(BuildNote.allowKindChange) }
    }
    guard let target = patch.target else {
      for resource in patches {
        // Merging takes the patch apart.
        let written = files.trace.map { _ in resource.root.copy() }
        try merge(resource, into: try self.target(of: resource, in: list))
        files.trace?.patched(list.resources, by: patch.field, of: file, in: text.file, root: written)
      }
      return
    }
    guard patches.count == 1 else {
      throw .failed(
        "several patches have one target", file: text.file, field: patch.field, hint: "give each an entry of its own")
    }
    try merge(patches[0], into: try target.compiled().select(list.resources), of: list, by: patch.field)
  }

  /// The text of a patch with the place where it begins.
  private struct PatchText {
    var bytes: [UInt8]
    var file: String
    /// The lines before it in its file.
    var line = 0
    var field = ""
  }

  private func text(of patch: Patch) throws(KustomizeStop) -> PatchText {
    switch (patch.path, patch.text) {
    case (let path?, nil):
      let (place, bytes) = try files.load(path, from: directory, file: file)
      return PatchText(bytes: bytes, file: place)
    case (nil, let text?):
      let inline = inline(text)
      if !inline.bytes.isEmpty { return inline }
      fallthrough
    default:
      throw .failed(
        "expected one of path and patch", file: file, at: patch.position, field: patch.field)
    }
  }

  /// A text in the kustomization; one of several lines begins behind its key.
  private func inline(_ text: KustomizationDefinition.Reference) -> PatchText {
    let line = Int(text.position?.line ?? 1)
    return PatchText(
      bytes: trimmed(text.text), file: file, line: text.text.hasByte(0x0A) ? line : line - 1, field: text.field)
  }

  private func trimmed(_ text: String) -> [UInt8] {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    var bytes = Array(text.utf8)
    while let last = bytes.last, isSpace(last) { bytes.removeLast() }
    let spaces = bytes.prefix(while: isSpace).count
    if spaces > 0 { bytes.removeFirst(spaces) }
    return bytes
  }

  // MARK: patchesStrategicMerge, patchesJson6902

  func applyStrategic(_ references: [KustomizationDefinition.Reference], to list: ResourceList) throws(KustomizeStop) {
    var patches: [Resource] = []
    var fields: [String] = []
    for reference in references {
      if reference.text.contains("\n") || reference.text.contains("{") {
        let text = inline(reference)
        patches += try ResourceReader.resources(
          try files.documents(text.bytes, of: file, field: text.field, afterLine: text.line), file: file)
      } else {
        let (place, bytes) = try files.load(reference, from: directory, file: file)
        patches += try ResourceReader.resources(try files.documents(bytes, of: place), file: place)
      }
      while fields.count < patches.count { fields.append(reference.field) }
    }
    guard references.isEmpty || !patches.isEmpty else { throw .needsProgram("patches without a document") }
    for (patch, field) in zip(patches, fields) {
      try merge(patch, into: [try target(of: patch, in: list)], of: list, by: field)
    }
  }

  func applyJSON(_ patch: Patch, to list: ResourceList) throws(KustomizeStop) {
    guard let target = patch.target, !target.name.isEmpty else {
      throw .failed("a JSON patch needs a target with a name", file: file, at: patch.position, field: patch.field)
    }
    try applyJSON(
      try text(of: patch), to: try target.compiled().select(list.resources), by: patch.field, remembers: false)
  }

  // MARK: Merging

  private func target(of patch: Resource, in list: ResourceList) throws(KustomizeStop) -> Resource {
    let id = patch.original
    let matches = list.resources(withAnyID: id)
    guard matches.count == 1, let match = matches.first else {
      throw .failed(
        matches.isEmpty
          ? "there is no \(id.display) (\(id.type.apiVersion)) to patch"
          : "the patch could be for several objects: "
            + matches.map { "\($0.current.display) of \($0.file)" }.joined(separator: ", "),
        file: patch.file, at: patch.root.position,
        hint: "kind, apiVersion, name and namespace of a patch are those in the object's own file")
    }
    return match
  }

  private func merge(_ patch: Resource, into target: Resource) throws(KustomizeStop) {
    let name = target.name
    let namespace = target.namespace
    let kind = target.kind
    let changesName = patch.isEnabled(BuildNote.allowNameChange)
    let changesKind = patch.isEnabled(BuildNote.allowKindChange)
    if changesName || changesKind { target.rememberID() }
    target.writeNotes()
    let merged: WrittenNode?
    do throws(KustomizeStop) {
      merged = try StrategicMerge.merge(patch.root, into: target.root)
    } catch {
      guard case .failed(var diagnostic) = error, diagnostic.file.isEmpty else { throw error }
      diagnostic.file = patch.file
      throw .failed(diagnostic)
    }
    guard let merged else { return target.delete() }
    target.replaceRoot(merged)
    if target.isEmpty { return }
    if !changesKind { try target.setKind(kind) }
    if !changesName { try target.setName(name) }
    try target.setNamespace(namespace)
    target.forgetIDs()
  }

  /// Merges a copy of a patch into each of the objects.
  private func merge(
    _ patch: Resource, into targets: [Resource], of list: ResourceList, by field: String
  ) throws(KustomizeStop) {
    let changesIDs = patch.isEnabled(BuildNote.allowNameChange) || patch.isEnabled(BuildNote.allowKindChange)
    // Only somebody who follows the build looks at the patch afterwards.
    let prepared = files.trace == nil ? patch : Resource(patch.root.copy(), file: patch.file)
    try prepared.setLabels(patch.labels)
    try prepared.setAnnotations(patch.annotations)
    try prepared.setName(patch.name)
    try prepared.setNamespace(patch.namespace)
    try prepared.setKind(patch.kind)
    for (index, resource) in targets.enumerated() {
      let copy = index == targets.count - 1 ? prepared : Resource(prepared.root.copy(), file: patch.file)
      try copy.root.setField("apiVersion", to: .untyped(resource.type.apiVersion))
      try merge(copy, into: resource)
    }
    files.trace?.patched(targets, by: field, of: file, in: patch.file, root: patch.root)
    if changesIDs {
      try list.readd()
    } else {
      list.dropEmpty()
    }
  }

  // MARK: JSON patches

  private func applyJSON(
    _ text: PatchText, to resources: [Resource], by field: String, remembers: Bool = true
  ) throws(KustomizeStop) {
    let patch = try jsonPatch(text.bytes, text.file)
    for resource in resources {
      if remembers { resource.rememberID() }
      let notes = resource.annotations.filter { $0.key.hasPrefix(BuildNote.domain) }
      let object = try ResourceReader.value(of: resource.root)
      let patched: Node
      do throws(JSONPatch.Failure) {
        patched = try Self.applied(patch, to: object)
      } catch {
        throw .failed(
          "does not apply to \(resource.current.display) of \(resource.file): \(error.description)", file: text.file,
          at: text.line > 0 ? Position(line: text.line + 1, column: 1) : nil, field: text.field)
      }
      guard patched.object != nil else { throw .needsProgram("a patch of a whole object") }
      let root = WrittenNode(json: patched)
      root.position = resource.root.position
      resource.replaceRoot(root)
      var annotations = resource.annotations
      annotations.merge(notes) { _, note in note }
      try resource.setAnnotations(annotations)
      resource.forgetIDs()
    }
    files.trace?.patched(resources, by: field, of: file, in: text.file, root: nil)
  }

  /// Applies a patch as kustomize does: what replaces a missing key of a map adds it.
  private static func applied(_ patch: JSONPatch, to object: Node) throws(JSONPatch.Failure) -> Node {
    var node = object
    for (index, operation) in patch.operations.enumerated() {
      var operation = operation
      if case .replace(let path, let value) = operation,
        JSONPointer(tokens: path.tokens.dropLast()).value(in: node)?.object != nil
      {
        operation = .add(path, value)
      }
      do throws(JSONPatch.Failure) {
        node = try JSONPatch(operations: [operation]).applied(to: node)
      } catch {
        var failure = error
        failure.operation = index
        throw failure
      }
    }
    return node
  }

  private func jsonPatch(_ bytes: [UInt8], _ place: String) throws(KustomizeStop) -> JSONPatch {
    let node: Node
    do throws(DiagnosticsError) {
      if bytes.first == UInt8(ascii: "[") {
        node = try JSON.parse(bytes, file: place)
      } else {
        let documents = try YAML.documents(bytes, file: place)
        node = documents.count == 1 ? documents[0] : Node(.null)
      }
    } catch {
      // What is refused here may be read by the program, which takes keys that are there twice, for example.
      throw .needsProgram("the patch \(place): \(error.diagnostics.first?.message ?? "")")
    }
    try refuseUncommon(node, place)
    do throws(JSONPatch.Failure) {
      return try JSONPatch(node)
    } catch {
      throw .failed(error.description, file: place, at: node.position)
    }
  }

  /// What the program does otherwise than RFC 6902: negative indices, and paths and sources of the whole document.
  private func refuseUncommon(_ node: Node, _ place: String) throws(KustomizeStop) {
    guard let operations = node.array, !operations.isEmpty else { throw .needsProgram("the patch \(place)") }
    for operation in operations {
      guard let name = operation["op"]?.string else { throw .needsProgram("an operation without op (\(place))") }
      for member in ["path", "from"] {
        guard let pointer = operation[member]?.string else {
          guard member == "from", name != "move", name != "copy" else {
            throw .needsProgram("an operation without \(member) (\(place))")
          }
          continue
        }
        if !pointer.hasPrefix("/") || pointer.contains("/-1")
          || pointer.split(separator: "/").contains(where: isSignedNumber)
        {
          throw .needsProgram("the path \(pointer) of a JSON patch")
        }
      }
      if name == "test", operation["value"] == nil || operation["value"]?.isNull == true {
        throw .needsProgram("a test for nothing (\(place))")
      }
      if operation["value"] == nil, ["add", "replace"].contains(name) {
        throw .needsProgram("an operation without a value (\(place))")
      }
    }
  }

  private func isSignedNumber(_ token: Substring) -> Bool {
    guard token.first == "-" || token.first == "+" || token.first == "0" && token.count > 1 else { return false }
    return token.dropFirst().allSatisfy { ("0"..."9").contains($0) } && token.count > 1
  }
}
