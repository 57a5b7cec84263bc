public import FleetModel
public import Manifest

extension GeneratorEntry {
  /// Reads an entry again after the templates in it were filled in, as a matrix does with its later children.
  ///
  /// - Parameters:
  ///   - node: the entry.
  ///   - path: the entry's path, for messages.
  /// - Returns: the entry, as far as it can be read, and what is wrong with it.
  public static func read(
    _ node: Node, path: String = "", language: TemplateLanguage, dialect: SetDialect
  ) -> (entries: [GeneratorEntry], problems: [Diagnostic]) {
    let findings = Findings(file: "")
    let reader = GeneratorReader(language: language, dialect: dialect, depth: 0)
    let entries = reader.entries(FieldReader(node: node, path: path, findings: findings))
    return (entries, findings.sorted)
  }
}

/// Reads entries of `generators`. What is wrong is noted; what can be read is returned all the same.
struct GeneratorReader {
  let language: TemplateLanguage
  let dialect: SetDialect
  /// 0 for entries of `spec.generators`, 1 for those of a matrix or merge in it, and so on.
  let depth: Int

  /// In Argo CD's order, in which several generators of one entry are run.
  static let kinds = [
    "list", "clusters", "git", "scmProvider", "clusterDecisionResource", "pullRequest", "matrix", "merge", "plugin",
  ]

  var inner: GeneratorReader { GeneratorReader(language: language, dialect: dialect, depth: depth + 1) }

  /// The entries of a list.
  func list(_ field: FieldReader) -> [GeneratorEntry]? { field.list()?.flatMap { entries($0) } }

  /// The entries that one element makes: one, except for the outermost of an ApplicationSet, where Argo CD runs every
  /// generator of an entry.
  func entries(_ field: FieldReader) -> [GeneratorEntry] {
    MapReader.read(field) { map in
      let selector = map.optional("selector")?.selector(isOverLabels: false)
      let onError = dialect == .fleetSet && depth == 0 ? map.optional("onError")?.choice(ErrorPolicy.self) : nil
      for kind in Self.kinds { _ = map.optional(kind) }
      let written = kinds(field, map)
      let hint =
        "give one of \(Self.kinds.joined(separator: ", ")); write several entries to join their results"
      if written.isEmpty {
        map.reportMissing(Self.kinds) { field.error("no generator is given", hint: hint) }
      } else if written.count > 1 {
        if dialect == .applicationSet, depth == 0 {
          field.warning("\(written.count) generators in one entry: each makes targets of its own", hint: hint)
        } else {
          field.error("an entry has one generator, found \(written.count)", hint: hint)
        }
      }
      return written.compactMap { kind in
        guard let own = map.present(kind), let read = generator(kind, own) else { return nil }
        return GeneratorEntry(
          generator: read.generator, selector: selector, template: read.template, onError: onError ?? .fail,
          source: field.node, position: field.node.position)
      }
    } ?? []
  }

  private typealias ErrorPolicy = GeneratorEntry.ErrorPolicy

  /// The kinds that an entry has. `clusters:` means `clusters: {}`; to Argo CD any other key without a value is not there.
  private func kinds(_ field: FieldReader, _ map: MapReader) -> [String] {
    let written = Self.kinds.filter { map.writtenKeys.contains($0) }
    if dialect == .fleetSet { return written }
    let present = written.filter { field.node[$0]?.isNull == false }
    return present.isEmpty && written == ["clusters"] ? written : present
  }

  private func generator(_ kind: String, _ field: FieldReader) -> (generator: Generator, template: Node?)? {
    if field.node.isNull, kind == "clusters" { return (.clusters(ClustersGenerator()), nil) }
    let read = MapReader.read(field) { map -> (Generator, Node?)? in
      let template = map.optional("template")
      if let template { check(template, kind) }
      let generator: Generator? =
        switch kind {
        case "list": list(map)
        case "clusters": clusters(map)
        case "git": git(map)
        case "matrix": matrix(map)
        case "merge": merge(map)
        case "scmProvider": scmProvider(map)
        case "pullRequest": pullRequest(map)
        case "clusterDecisionResource": clusterDecision(map)
        default: plugin(map)
        }
      return generator.map { ($0, template?.node) }
    }
    return read ?? nil
  }

  /// A template in a generator takes precedence over the set's; inside of a matrix or merge Argo CD ignores it.
  private func check(_ template: FieldReader, _ kind: String) {
    if template.node.object == nil { template.expected("a map") }
    if depth > 0 {
      template.warning(
        "has no effect inside of a matrix or merge", hint: "put it into the outermost generator of the entry")
    }
  }
}

// MARK: list and clusters

extension GeneratorReader {
  private func list(_ map: MapReader) -> Generator? {
    let yaml = map.optional("elementsYaml")
    let field = yaml == nil && dialect == .fleetSet ? map.required("elements") : map.optional("elements")
    let elements = field?.list() ?? []
    for element in elements { check(element: element) }
    return .list(ListGenerator(elements: elements.map(\.node), elementsYAML: yaml?.text() ?? ""))
  }

  /// An element is a map. Without Go templates its values are texts, and `values` is a map of texts (GENERATORS 2.1).
  private func check(element: FieldReader) {
    guard let object = element.node.object else {
      element.expected("a map of parameters")
      return
    }
    guard language == .fields else { return }
    for entry in object.entries {
      let field = element.child(entry)
      if entry.key == "values", entry.value.object != nil {
        _ = field.textsByKey()
      } else if entry.value.string == nil {
        field.expected("a text", hint: "put it in quotes, or set goTemplate: true to use values of any type")
      }
    }
  }

  private func clusters(_ map: MapReader) -> Generator? {
    .clusters(
      ClustersGenerator(
        selector: map.optional("selector")?.selector() ?? LabelSelector(), values: map.values(),
        isFlatList: map.optional("flatList")?.boolean() ?? false))
  }
}

// MARK: matrix and merge

extension GeneratorReader {
  private func matrix(_ map: MapReader) -> Generator? {
    guard let children = children(map) else { return nil }
    if children.entries.count < 2 {
      children.field.error("a matrix combines two generators, found \(children.entries.count)")
    } else if children.entries.count > 2, dialect == .applicationSet {
      children.field.error(
        "a matrix of an ApplicationSet combines two generators, found \(children.entries.count)",
        hint: "nest a matrix, or write a FleetSet, where a matrix has any number of them")
    }
    return .matrix(children.entries)
  }

  private func merge(_ map: MapReader) -> Generator? {
    let keys = map.required("mergeKeys", hint: "the parameters that tell which sets belong together")
    let names = keys?.texts() ?? []
    if keys?.node.array?.isEmpty == true { keys?.error("there is no key, so that nothing would belong together") }
    guard let children = children(map) else { return nil }
    if children.entries.count < 2 {
      children.field.error("a merge has a base and what overrides it, found \(children.entries.count) generators")
    }
    return .merge(MergeGenerator(mergeKeys: names, generators: children.entries))
  }

  private func children(_ map: MapReader) -> (field: FieldReader, entries: [GeneratorEntry])? {
    guard let field = map.required("generators") else { return nil }
    if dialect == .applicationSet, depth > 1 {
      field.error(
        "a matrix or merge of an ApplicationSet nests once",
        hint: "write a FleetSet, where they nest as deep as you like")
    }
    guard let entries = inner.list(field) else { return nil }
    return (field, entries)
  }
}

extension MapReader {
  /// `values`: further parameters, each a template.
  func values() -> [String: String] { optional("values")?.textsByKey() ?? [:] }

  /// `requeueAfterSeconds`; 0 is never.
  func requeueAfter() -> Duration? {
    optional("requeueAfterSeconds")?.integer(0...Int(Int32.max)).map { .seconds($0) }
  }
}
