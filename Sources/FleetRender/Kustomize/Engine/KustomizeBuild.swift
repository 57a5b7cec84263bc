public import FleetModel
public import Manifest

/// What came of building a kustomization natively.
public enum KustomizeBuild: Sendable {
  /// The objects, in kustomize's order; `kustomizeText(_:)` writes them.
  case objects([Node])
  /// The kustomization uses something that only the program does; the text says what. Nothing is wrong with it so far.
  case needsProgram(String)
  /// It is wrong, and the program would refuse it too.
  case failed([Diagnostic])
}

/// The version of kustomize whose output the native engine reproduces; `kubectl` 1.37 has it inside.
public let nativeKustomizeVersion = "v5.8.1"

/// Builds a kustomization from the files of a tree, to the objects that `kubectl kustomize` prints.
///
/// Everything it does is done as kustomize 5.8 does it, byte for byte; a test compares it with the program. What it
/// cannot do for certain is found before or while it builds, and given to the program as a whole.
///
/// - Parameters:
///   - tree: the files; nothing else is read.
///   - path: the kustomization's directory, relative to the root; empty for the root.
///   - memory: what is known of earlier builds.
public func kustomize(
  tree: any SourceTree, path: String, memory: KustomizeMemory = KustomizeMemory()
) -> KustomizeBuild {
  build(KustomizeFiles(tree: tree, memory: memory), path: path)
}

/// Builds a kustomization as ``kustomize(tree:path:memory:)`` does, and follows what it does.
///
/// - Parameter trace: takes what gave the fields of the objects their values.
func kustomize(tree: any SourceTree, path: String, trace: BuildTrace) -> KustomizeBuild {
  build(KustomizeFiles(tree: tree, memory: KustomizeMemory(), trace: trace), path: path)
}

private func build(_ files: KustomizeFiles, path: String) -> KustomizeBuild {
  do throws(KustomizeStop) {
    let target = try BuildTarget(files: files, directory: path, chain: [])
    return .objects(try FinalStep(target).objects())
  } catch {
    switch error {
    case .needsProgram(let reason): return .needsProgram(reason)
    case .failed(let diagnostic): return .failed([diagnostic])
    }
  }
}

/// The text that `kubectl kustomize` prints for objects: YAML documents, keys in order.
public func kustomizeText(_ objects: [Node]) -> String {
  YAML.text(documents: objects)
}

/// What is done once, when everything has come together: hashes, references, variables, order, notes.
private struct FinalStep {
  let target: BuildTarget

  init(_ target: BuildTarget) { self.target = target }

  func objects() throws(KustomizeStop) -> [Node] {
    let metadata = target.definition.buildMetadata
    for option in metadata where !["managedByLabel", "originAnnotations", "transformerAnnotations"].contains(option) {
      throw .needsProgram("the option \(option) of buildMetadata")
    }
    let accumulator = BuildAccumulator()
    let tracks = metadata.contains("originAnnotations") || metadata.contains("transformerAnnotations")
    try target.accumulate(into: accumulator, origin: tracks ? BuildOrigin(path: "") : nil)
    let list = accumulator.list
    for resource in list.resources where resource.isEnabled(BuildNote.needsHash) {
      let suffix = try ContentHash.suffix(of: resource)
      resource.rememberID()
      try resource.setName(resource.name + "-" + suffix)
      resource.forgetIDs()
    }
    let trace = target.files.trace
    trace?.finished(list.resources, with: "the hash of the content")
    try NameReferenceTransformer(list.resources).apply()
    trace?.finished(list.resources, with: "the name of what it refers to")
    let variables = accumulator.variables.sorted {
      $0.variable.name.utf8.lexicographicallyPrecedes($1.variable.name.utf8)
    }
    try VariableTransformer(variables, resources: list.resources).apply(to: list.resources)
    trace?.changed(list.resources, by: "vars", of: variables.first?.file ?? target.file)
    list.keep { resource in (resource.annotation(BuildNote.localConfig) ?? "false") == "false" }
    sort(list)
    if metadata.contains("managedByLabel") {
      try MapTransformer(
        entries: ["app.kubernetes.io/managed-by": "kustomize-" + nativeKustomizeVersion],
        fields: [FieldSpec(path: "metadata/labels", creates: true)]
      ).apply(to: list.resources)
      trace?.changed(list.resources, by: "buildMetadata", of: target.file)
    }
    return try values(list, metadata)
  }

  private func sort(_ list: ResourceList) {
    let order: LegacyOrder
    switch target.definition.sortOptions {
    case nil: order = LegacyOrder()
    case let options? where options.order == "fifo" && !options.hasLegacyOptions: return
    case let options?:
      order = LegacyOrder(
        first: options.hasLegacyOptions ? options.first ?? [] : nil,
        last: options.hasLegacyOptions ? options.last ?? [] : nil)
    }
    list.sort(by: order)
  }

  private func values(_ list: ResourceList, _ metadata: Set<String>) throws(KustomizeStop) -> [Node] {
    var removed = Set(BuildNote.removedAtTheEnd)
    if !metadata.contains("originAnnotations") { removed.insert(BuildNote.origin) }
    if !metadata.contains("transformerAnnotations") { removed.insert(BuildNote.transformations) }
    var values: [Node] = []
    values.reserveCapacity(list.resources.count)
    for resource in list.resources {
      resource.cleanAnnotations(removing: removed)
      do throws(KustomizeStop) {
        let value = try ResourceReader.value(of: resource.root)
        target.files.trace?.completed(resource, as: value)
        values.append(value)
      } catch {
        guard case .needsProgram(let reason) = error else { throw error }
        throw .needsProgram("\(reason), in \(resource.current.display) of \(resource.file)")
      }
    }
    return values
  }
}

/// What has come together so far.
final class BuildAccumulator {
  let list = ResourceList()
  private(set) var variables: [(variable: KustomizationDefinition.Variable, file: String)] = []

  func add(_ variable: KustomizationDefinition.Variable, file: String) throws(KustomizeStop) {
    if let other = variables.first(where: { $0.variable.name == variable.name }) {
      throw .failed(
        "the variable \(variable.name) is already in \(other.file)", file: file, at: variable.position, field: "vars")
    }
    variables.append((variable, file))
  }

  func merge(_ other: BuildAccumulator) throws(KustomizeStop) {
    try list.append(other.list.resources)
    for (variable, file) in other.variables { try add(variable, file: file) }
  }
}
