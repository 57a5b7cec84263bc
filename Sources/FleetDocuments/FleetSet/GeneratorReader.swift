internal import FleetModel
internal import Manifest

extension FieldReader {
  /// One entry of `generators`: exactly one generator, and optionally a selector beside it (GENERATORS 2).
  func generatorEntry(language: TemplateLanguage) -> GeneratorEntry? {
    let read = MapReader.read(self) { map -> GeneratorEntry? in
      let list = map.present("list")?.listGenerator(language: language)
      let clusters = map.present("clusters")?.clustersGenerator()
      let git = map.present("git")?.gitGenerator()
      let selector = map.optional("selector")?.selector()
      for kind in Self.laterGenerators {
        map.notAvailable(kind, hint: "this version has list, clusters and git with directories")
      }
      let written = map.writtenKeys.filter {
        ["list", "clusters", "git"].contains($0) || Self.laterGenerators.contains($0)
      }
      let hint = "give one of list, clusters and git; write several entries to join their results"
      if written.isEmpty {
        map.reportMissing(["list", "clusters", "git"] + Self.laterGenerators) {
          error("no generator is given", hint: hint)
        }
      } else if written.count > 1 {
        error("an entry has one generator, found \(written.count)", hint: hint)
      }
      guard let generator = list ?? clusters ?? git else { return nil }
      return GeneratorEntry(generator: generator, selector: selector, position: node.position)
    }
    return read ?? nil
  }

  private static let laterGenerators = [
    "matrix", "merge", "scmProvider", "pullRequest", "clusterDecisionResource", "plugin",
  ]

  private func listGenerator(language: TemplateLanguage) -> Generator? {
    let read = MapReader.read(self) { map -> Generator? in
      map.notAvailable("elementsYaml", hint: "write the elements into elements")
      map.notAvailable("template")
      guard let elements = map.required("elements")?.list() else { return nil }
      for element in elements { element.checkElement(language: language) }
      return .list(elements: elements.map(\.node))
    }
    return read ?? nil
  }

  /// An element is a map. Without Go templates its values are texts, and `values` is a map of texts (GENERATORS 2.1).
  private func checkElement(language: TemplateLanguage) {
    guard let object = node.object else {
      expected("a map of parameters")
      return
    }
    guard language == .fields else { return }
    for entry in object.entries {
      let field = child(entry)
      if entry.key == "values", entry.value.object != nil {
        _ = field.textsByKey()
      } else if entry.value.string == nil {
        field.expected("a text", hint: "put it in quotes, or set goTemplate: true to use values of any type")
      }
    }
  }

  private func clustersGenerator() -> Generator? {
    if node.isNull { return .clusters(selector: LabelSelector(), values: [:]) }
    return MapReader.read(self) { map in
      map.notAvailable("flatList")
      map.notAvailable("template")
      return .clusters(
        selector: map.optional("selector")?.selector() ?? LabelSelector(),
        values: map.optional("values")?.textsByKey() ?? [:])
    }
  }

  private func gitGenerator() -> Generator? {
    let read = MapReader.read(self) { map -> Generator? in
      map.notAvailable("files", hint: "this version has directories")
      map.notAvailable("template")
      map.notAvailable("requeueAfterSeconds", hint: "set pollInterval of the Repository")
      let repository = map.gitRepository()
      let revision = map.optional("revision")?.revision() ?? .head
      let prefix = map.optional("pathParamPrefix")?.text() ?? ""
      let values = map.optional("values")?.textsByKey() ?? [:]
      let hasFiles = map.writtenKeys.contains("files")
      let directories = hasFiles ? map.optional("directories") : map.required("directories")
      let elements = directories?.list()
      if elements?.isEmpty == true { directories?.error("the list is empty, so that nothing would match") }
      let patterns = elements?.compactMap { $0.directoryPattern() }
      guard let repository, let patterns else { return nil }
      return .gitDirectories(
        GitDirectories(
          repository: repository, revision: revision, directories: patterns, pathParameterPrefix: prefix,
          values: values))
    }
    return read ?? nil
  }

  private func directoryPattern() -> GitDirectories.Pattern? {
    let read = MapReader.read(self) { map -> GitDirectories.Pattern? in
      let path = map.required("path")?.nonEmptyText()
      let exclude = map.optional("exclude")?.boolean() ?? false
      return path.map { GitDirectories.Pattern(path: $0, exclude: exclude) }
    }
    return read ?? nil
  }
}

extension MapReader {
  /// The generator's repository: a name or a URL as `repository`, or as ApplicationSets call it, `repoURL`.
  fileprivate func gitRepository() -> String? {
    let url = optional("repoURL")
    guard let url else { return required("repository", hint: "the name of a Repository document")?.nonEmptyText() }
    if let repository = optional("repository") {
      repository.error("repository and repoURL are the same thing", hint: "remove one of them")
    }
    return url.nonEmptyText()
  }
}
