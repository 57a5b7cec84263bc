import FleetModel
import Manifest

/// Reads kustomization files.
struct KustomizationReader {
  let file: String

  /// Fields that only the program does.
  private static let programFields = [
    "helmCharts", "helmGlobals", "helmChartInflationGenerator", "transformers", "generators", "validators", "openapi",
    "crds", "configurations",
  ]
  private static let known: Set<String> = Set(
    programFields + [
      "apiVersion", "kind", "metadata", "namePrefix", "nameSuffix", "namespace", "commonLabels", "labels",
      "commonAnnotations", "patchesStrategicMerge", "patchesJson6902", "patches", "images", "imageTags",
      "replacements", "replicas", "vars", "sortOptions", "resources", "components", "bases", "configMapGenerator",
      "secretGenerator", "generatorOptions", "buildMetadata",
    ])

  func read(_ bytes: [UInt8]) throws(KustomizeStop) -> KustomizationDefinition {
    let fields = try KustomizationFields(try document(bytes), path: "", file: file, known: Self.known)
    for field in Self.programFields {
      guard let value = fields.value(field) else { continue }
      if value.array?.isEmpty == true || value.object?.isEmpty == true { continue }
      throw .needsProgram(field)
    }
    var definition = KustomizationDefinition()
    try checkType(fields, &definition)
    definition.resources = try fields.references("resources") + fields.references("bases")
    definition.components = try fields.references("components")
    definition.namePrefix = try fields.text("namePrefix")
    definition.nameSuffix = try fields.text("nameSuffix")
    definition.namespace = try fields.text("namespace")
    definition.commonLabels = try fields.textMap("commonLabels")
    definition.commonAnnotations = try fields.textMap("commonAnnotations")
    definition.labels = try list(fields, "labels", labels)
    definition.strategicPatches = try fields.references("patchesStrategicMerge")
    definition.jsonPatches = try list(fields, "patchesJson6902", patch)
    definition.patches = try list(fields, "patches", patch)
    definition.images = try list(fields, "images", image) + list(fields, "imageTags", image)
    definition.replicas = try list(fields, "replicas", replicas)
    definition.generatorOptions = try generatorOptions(fields, "generatorOptions")
    definition.generators =
      try list(fields, "configMapGenerator", configMap) + list(fields, "secretGenerator", secret)
    definition.variables = try list(fields, "vars", variable)
    definition.sortOptions = try sortOptions(fields)
    definition.buildMetadata = Set(try fields.references("buildMetadata").map(\.text))
    definition.replacements = try list(fields, "replacements") {
      (node, path) throws(KustomizeStop) in try ReplacementReader(file: file).entry(node, path)
    }
    return definition
  }

  private func document(_ bytes: [UInt8]) throws(KustomizeStop) -> Node {
    let documents: [Node]
    do throws(DiagnosticsError) {
      documents = try YAML.documents(bytes, file: file)
    } catch {
      guard let problem = error.diagnostics.first else { throw .needsProgram("a file that is no YAML") }
      // The program reads some of what is refused here, for example a key that is there twice.
      if problem.message.contains("is already set") || problem.message.contains("tag") {
        throw .needsProgram(problem.message)
      }
      throw .failed(problem)
    }
    guard documents.count <= 1 else { throw .needsProgram("a kustomization of several documents") }
    guard let document = documents.first, !document.isNull, document.object?.isEmpty != true else {
      throw .failed("the kustomization is empty", file: file, hint: "list what it is made of under resources")
    }
    return document
  }

  private func checkType(
    _ fields: KustomizationFields, _ definition: inout KustomizationDefinition
  ) throws(KustomizeStop) {
    let kind = try fields.text("kind")
    let version = try fields.text("apiVersion")
    guard ["", "Kustomization", "Component"].contains(kind) else {
      throw .failed(
        "expected Kustomization or Component, not \"\(kind)\"", file: file, at: fields.value("kind")?.position,
        field: "kind")
    }
    definition.isComponent = kind == "Component"
    let expected = "kustomize.config.k8s.io/" + (definition.isComponent ? "v1alpha1" : "v1beta1")
    guard version.isEmpty || version == expected else {
      throw .failed(
        "expected \(expected), not \"\(version)\"", file: file, at: fields.value("apiVersion")?.position,
        field: "apiVersion")
    }
    guard fields.node.object?.keys.contains(where: { $0 != "kind" && $0 != "apiVersion" }) == true else {
      throw .failed("the kustomization is empty", file: file, hint: "list what it is made of under resources")
    }
  }

  private func list<Element>(
    _ fields: KustomizationFields, _ field: String, _ read: (Node, String) throws(KustomizeStop) -> Element
  ) throws(KustomizeStop) -> [Element] {
    var result: [Element] = []
    for (path, node) in try fields.elements(field) { result.append(try read(node, path)) }
    return result
  }

  private func labels(_ node: Node, _ path: String) throws(KustomizeStop) -> KustomizationDefinition.Labels {
    let fields = try KustomizationFields(
      node, path: path, file: file, known: ["pairs", "includeSelectors", "includeTemplates", "fields"])
    var labels = KustomizationDefinition.Labels()
    labels.pairs = try fields.textMap("pairs")
    labels.includesSelectors = try fields.flag("includeSelectors")
    labels.includesTemplates = try fields.flag("includeTemplates")
    labels.fields = try list(fields, "fields") { (node, path) throws(KustomizeStop) in
      let fields = try KustomizationFields(
        node, path: path, file: file, known: ["group", "version", "kind", "path", "create"])
      return FieldSpec(
        type: try type(fields), path: try fields.text("path"), creates: try fields.flag("create"))
    }
    return labels
  }

  private func type(_ fields: KustomizationFields) throws(KustomizeStop) -> ResourceType {
    ResourceType(
      group: try fields.text("group"), version: try fields.text("version"), kind: try fields.text("kind"))
  }

  private func patch(_ node: Node, _ path: String) throws(KustomizeStop) -> KustomizationDefinition.Patch {
    let fields = try KustomizationFields(
      node, path: path, file: file, known: ["path", "patch", "target", "options"])
    var patch = KustomizationDefinition.Patch(field: path, position: node.position)
    patch.path = try fields.reference("path")
    patch.text = try fields.reference("patch")
    if let target = fields.value("target") {
      patch.target = try ReplacementReader(file: file).selector(target, fields.place("target"))
    }
    if let options = fields.value("options") {
      let fields = try KustomizationFields(
        options, path: fields.place("options"), file: file, known: ["allowNameChange", "allowKindChange"])
      patch.allowsNameChange = try fields.flag("allowNameChange")
      patch.allowsKindChange = try fields.flag("allowKindChange")
    }
    return patch
  }

  private func image(_ node: Node, _ path: String) throws(KustomizeStop) -> KustomizationDefinition.Image {
    let fields = try KustomizationFields(
      node, path: path, file: file, known: ["name", "newName", "tagSuffix", "newTag", "digest"])
    return KustomizationDefinition.Image(
      name: try fields.text("name"), newName: try fields.text("newName"), newTag: try fields.text("newTag"),
      tagSuffix: try fields.text("tagSuffix"), digest: try fields.text("digest"))
  }

  private func replicas(_ node: Node, _ path: String) throws(KustomizeStop) -> KustomizationDefinition.Replicas {
    let fields = try KustomizationFields(node, path: path, file: file, known: ["name", "count"])
    return KustomizationDefinition.Replicas(
      name: try fields.text("name"), count: try fields.integer("count"), position: node.position)
  }

  private func generatorOptions(
    _ fields: KustomizationFields, _ field: String
  ) throws(KustomizeStop) -> KustomizationDefinition.GeneratorOptions? {
    guard let node = fields.value(field) else { return nil }
    let fields = try KustomizationFields(
      node, path: fields.place(field), file: file,
      known: ["labels", "annotations", "disableNameSuffixHash", "immutable"])
    return KustomizationDefinition.GeneratorOptions(
      labels: try fields.textMap("labels"), annotations: try fields.textMap("annotations"),
      disablesHash: try fields.flag("disableNameSuffixHash"), isImmutable: try fields.flag("immutable"))
  }

  private func configMap(_ node: Node, _ path: String) throws(KustomizeStop) -> KustomizationDefinition.Generator {
    try generator(node, path, isSecret: false)
  }

  private func secret(_ node: Node, _ path: String) throws(KustomizeStop) -> KustomizationDefinition.Generator {
    try generator(node, path, isSecret: true)
  }

  private func generator(
    _ node: Node, _ path: String, isSecret: Bool
  ) throws(KustomizeStop) -> KustomizationDefinition.Generator {
    var known = ["namespace", "name", "behavior", "literals", "files", "envs", "env", "options"]
    if isSecret { known.append("type") }
    let fields = try KustomizationFields(node, path: path, file: file, known: known)
    var generator = KustomizationDefinition.Generator(isSecret: isSecret, position: node.position, field: path)
    generator.name = try fields.text("name")
    generator.namespace = try fields.text("namespace")
    generator.behavior = try fields.text("behavior")
    generator.secretType = isSecret ? try fields.text("type") : ""
    generator.literals = try fields.references("literals")
    generator.files = try fields.references("files")
    generator.envs = try fields.references("envs")
    if let env = try fields.reference("env") { generator.envs.append(env) }
    generator.options = try generatorOptions(fields, "options")
    return generator
  }

  private func variable(_ node: Node, _ path: String) throws(KustomizeStop) -> KustomizationDefinition.Variable {
    let fields = try KustomizationFields(node, path: path, file: file, known: ["name", "objref", "fieldref"])
    var variable = KustomizationDefinition.Variable(name: try fields.text("name"), position: node.position)
    if let reference = fields.value("objref") {
      let fields = try KustomizationFields(
        reference, path: fields.place("objref"), file: file,
        known: ["apiVersion", "group", "version", "kind", "name", "namespace"])
      variable.type = try type(fields)
      let parts = try fields.text("apiVersion").split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      if parts.count == 2 { variable.type.group = parts[0] }
      if let version = parts.last, parts.count <= 2, !parts[0].isEmpty { variable.type.version = version }
      variable.objectName = try fields.text("name")
      variable.objectNamespace = try fields.text("namespace")
    }
    if let reference = fields.value("fieldref") {
      let fields = try KustomizationFields(
        reference, path: fields.place("fieldref"), file: file, known: ["fieldPath", "fieldpath"])
      let path = try fields.text("fieldPath") + fields.text("fieldpath")
      if !path.isEmpty { variable.fieldPath = path }
    }
    return variable
  }

  private func sortOptions(_ fields: KustomizationFields) throws(KustomizeStop) -> KustomizationDefinition.SortOptions?
  {
    guard let node = fields.value("sortOptions") else { return nil }
    let fields = try KustomizationFields(
      node, path: "sortOptions", file: file, known: ["order", "legacySortOptions"])
    var options = KustomizationDefinition.SortOptions(order: try fields.text("order"))
    if let legacy = fields.value("legacySortOptions") {
      let fields = try KustomizationFields(
        legacy, path: fields.place("legacySortOptions"), file: file, known: ["orderFirst", "orderLast"])
      options.hasLegacyOptions = true
      options.first = try fields.references("orderFirst").map(\.text)
      options.last = try fields.references("orderLast").map(\.text)
    }
    guard ["legacy", "fifo"].contains(options.order), options.order == "legacy" || !options.hasLegacyOptions else {
      throw .failed(
        "expected the order legacy, or fifo without legacySortOptions", file: file, at: node.position,
        field: "sortOptions.order")
    }
    return options
  }
}
