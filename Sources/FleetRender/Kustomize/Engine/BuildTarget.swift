import FleetModel
import Manifest

/// One kustomization of a build: the one that is built, or a base or component of another. A class, because a definition
/// is too large to be handed around.
final class BuildTarget {
  let files: KustomizeFiles
  let directory: String
  /// The kustomization file.
  let file: String
  let definition: KustomizationDefinition
  /// The directories that led here, the first one first.
  private let chain: [String]

  /// Reads the kustomization of a directory.
  init(files: KustomizeFiles, directory: String, chain: [String]) throws(KustomizeStop) {
    guard let path = try files.kustomization(in: directory) else {
      throw .failed(
        "there is no kustomization in this directory", file: directory.isEmpty ? "." : directory,
        hint: "name a file, or put a kustomization.yaml there")
    }
    try files.count(path)
    self.files = files
    self.directory = directory
    self.chain = chain
    file = path
    definition = try files.definition(path)
  }

  /// The file's own name.
  private var fileName: String { file.split(separator: "/").last.map(String.init) ?? file }

  func accumulate(into accumulator: BuildAccumulator, origin: BuildOrigin?) throws(KustomizeStop) {
    for reference in definition.resources { try add(reference, to: accumulator, origin) }
    try generate(into: accumulator, origin)
    for reference in definition.components {
      try addDirectory(reference, isComponent: true, to: accumulator, origin)
    }
    try Transformation(target: self, list: accumulator.list, origin: origin).run()
    for variable in definition.variables {
      try VariableTransformer.bind(variable, in: accumulator.list, file: file)
      try accumulator.add(variable, file: file)
    }
  }

  // MARK: Resources, bases, components

  private func add(
    _ reference: KustomizationDefinition.Reference, to accumulator: BuildAccumulator, _ origin: BuildOrigin?
  ) throws(KustomizeStop) {
    try files.refuseRemote(reference)
    guard let place = KustomizationWalk.resolved(reference.text, from: directory), !place.isEmpty,
      let bytes = try files.bytes(place)
    else { return try addDirectory(reference, isComponent: false, to: accumulator, origin) }
    try files.refuseOutside(place, of: reference, directory: directory, file: file)
    let resources: [Resource]
    do throws(KustomizeStop) {
      resources = try ResourceReader.resources(try files.documents(bytes, of: place), file: place)
    } catch {
      throw traced(error)
    }
    files.trace?.read(resources, from: place)
    if let origin {
      let annotation = try origin.file(reference.text)
      try MapTransformer(
        entries: [BuildNote.origin: annotation], fields: [FieldSpec(path: "metadata/annotations", creates: true)]
      ).apply(to: resources)
    }
    do throws(KustomizeStop) { try accumulator.list.append(resources) } catch { throw traced(error) }
  }

  private func addDirectory(
    _ reference: KustomizationDefinition.Reference, isComponent: Bool, to accumulator: BuildAccumulator,
    _ origin: BuildOrigin?
  ) throws(KustomizeStop) {
    func fail(_ message: String, hint: String = "") -> KustomizeStop {
      .failed(message, file: file, at: reference.position, field: reference.field, hint: hint)
    }
    try files.refuseRemote(reference)
    guard let path = KustomizationWalk.resolved(reference.text, from: directory) else {
      throw fail("\"\(reference.text)\" leads out of the repository", hint: "refer to a path inside it")
    }
    if let ancestor = (chain + [directory]).first(where: { $0 == path || path.isEmpty || $0.hasPrefix(path + "/") }) {
      throw fail(
        "\"\(reference.text)\" leads in a circle: it contains \(ancestor.isEmpty ? "the root" : ancestor), which led here"
      )
    }
    guard try files.kustomization(in: path) != nil else {
      throw fail(
        "\"\(reference.text)\" is neither a file nor a directory with a kustomization",
        hint: "correct the path; what is not in the repository is not fetched")
    }
    let child: BuildTarget
    do throws(KustomizeStop) {
      child = try BuildTarget(files: files, directory: path, chain: chain + [directory])
    } catch { throw traced(error) }
    guard child.definition.isComponent == isComponent else {
      throw fail(
        isComponent
          ? "\"\(reference.text)\" is no component: its kind is not Component" : "\"\(reference.text)\" is a component",
        hint: isComponent ? "list it under resources" : "list it under components")
    }
    let below = origin.map { BuildOrigin(path: $0.appending(reference.text)) }
    do throws(KustomizeStop) {
      if isComponent {
        try child.accumulate(into: accumulator, origin: below)
      } else {
        let own = BuildAccumulator()
        try child.accumulate(into: own, origin: below)
        try accumulator.merge(own)
      }
    } catch { throw traced(error) }
  }

  /// Says in which kustomization a problem of another file was met.
  private func traced(_ stop: KustomizeStop) -> KustomizeStop {
    guard case .failed(var diagnostic) = stop, diagnostic.file != file else { return stop }
    let mark = "needed by "
    // The innermost comes first.
    diagnostic.hint +=
      diagnostic.hint.isEmpty ? mark + file : (diagnostic.hint.contains(mark) ? ", by " : "; " + mark) + file
    return .failed(diagnostic)
  }

  // MARK: Generators

  private func generate(into accumulator: BuildAccumulator, _ origin: BuildOrigin?) throws(KustomizeStop) {
    let generator = ResourceGenerator(
      files: files, directory: directory, file: file, options: definition.generatorOptions)
    for entry in definition.generators {
      var places: [String: (file: String, line: Int?)] = [:]
      let resource = try generator.resource(entry, places: &places)
      files.trace?.generated(resource, by: entry.field, of: file, places: places)
      if let origin {
        var annotations = resource.annotations
        annotations[BuildNote.origin] = try origin.plugin(
          entry.isSecret ? "SecretGenerator" : "ConfigMapGenerator", in: fileName)
        try resource.setAnnotations(annotations)
      }
      try absorb(resource, entry, into: accumulator.list, places)
    }
  }

  /// Adds a generated object, or lets it replace or extend the one that is there.
  private func absorb(
    _ resource: Resource, _ entry: KustomizationDefinition.Generator, into list: ResourceList,
    _ places: [String: (file: String, line: Int?)]
  ) throws(KustomizeStop) {
    func fail(_ message: String, hint: String = "") -> KustomizeStop {
      .failed(message, file: file, at: entry.position, field: entry.field, hint: hint)
    }
    let behavior = resource.annotation(BuildNote.behavior) ?? ""
    let matches = list.resources(withAnyID: resource.current)
    guard let old = matches.first else {
      guard behavior != "merge", behavior != "replace" else {
        throw fail("there is no \(resource.current.display) to \(behavior)")
      }
      return try list.append([resource])
    }
    guard matches.count == 1 else { throw fail("several objects are \(resource.current.display)") }
    guard behavior == "merge" || behavior == "replace" else {
      throw fail(
        "\(resource.current.display) is there already, from \(old.file)",
        hint: "say what is to be done: behavior: merge, or replace")
    }
    let origin = old.annotation(BuildNote.origin)
    try takeMetadata(of: old, into: resource)
    if behavior == "merge" {
      try merge("data", of: old, into: resource)
      try merge("binaryData", of: old, into: resource)
      if let origin {
        var annotations = resource.annotations
        annotations[BuildNote.origin] = origin
        try resource.setAnnotations(annotations)
      }
    }
    resource.forgetIDs()
    guard resource.current == old.current else { throw .needsProgram("a generator that replaces another kind") }
    files.trace?.merged(old, into: resource, by: entry.field, of: file, places: places)
    list.replace(old, with: resource)
  }

  private func takeMetadata(of old: Resource, into resource: Resource) throws(KustomizeStop) {
    try resource.setLabels(old.labels.merging(resource.labels) { _, new in new })
    let oldAnnotations = old.annotations
    let needsHash = resource.annotation(BuildNote.needsHash) != nil
    var merged = oldAnnotations.merging(resource.annotations) { _, new in new }
    for note in BuildNote.removedAtTheEnd { merged[note] = oldAnnotations[note] }
    if !needsHash { merged[BuildNote.needsHash] = nil }
    try resource.setAnnotations(merged)
    try resource.setName(old.name)
    try resource.setNamespace(old.namespace)
    resource.variableNames = old.variableNames
  }

  private func merge(_ field: String, of old: Resource, into resource: Resource) throws(KustomizeStop) {
    func texts(_ resource: Resource) throws(KustomizeStop) -> [String: String] {
      guard let node = resource.root[field] else { return [:] }
      guard node.kind == .mapping, !node.isNull else { throw .needsProgram("\(field) that is no map") }
      var map = node.textMap
      for key in node.keys where node[key]?.isNull == true { map[key] = "" }
      return map
    }
    let merged = try texts(old).merging(texts(resource)) { _, new in new }
    resource.root.remove(key: field)
    for key in merged.keys.sorted(by: precedesBytewise) {
      try resource.root.child(creating: field, kind: .mapping).setField(key, to: .string(merged[key] ?? ""))
    }
  }
}
