internal import FleetModel
internal import Manifest

extension GeneratorReader {
  /// `git` with directories or files (GENERATORS 2.3 and 2.4).
  func git(_ map: MapReader) -> Generator? {
    let repository = repository(map)
    let revision = map.optional("revision")?.revision() ?? .head
    let files = map.optional("files")
    let written = map.optional("directories")
    // An empty list beside files is what a server writes for none.
    let directories = files != nil && written?.node.array?.isEmpty == true ? nil : written
    if directories == nil, files == nil {
      map.reportMissing(["directories", "files"]) {
        map.field.error("neither directories nor files are given", hint: "give patterns of one of them")
      }
    }
    if directories != nil, files != nil {
      files?.warning("has no effect beside directories", hint: "write two entries to have both")
    }
    // Argo CD has a flag of its controller for this; here every generator may choose.
    let globbing = map.optional("globbing")?.choice(GitGenerator.Globbing.self)
    let requeueAfter = map.requeueAfter()
    if dialect == .fleetSet, requeueAfter != nil {
      map.optional("requeueAfterSeconds")?.warning("has no effect", hint: "set pollInterval of the Repository")
    }
    return .git(
      GitGenerator(
        repository: repository ?? "", revision: revision, directories: patterns(directories), files: patterns(files),
        globbing: globbing ?? .greedy, pathParameterPrefix: map.optional("pathParamPrefix")?.text() ?? "",
        values: map.values(), requeueAfter: requeueAfter))
  }

  private func patterns(_ field: FieldReader?) -> [GitGenerator.Pattern] {
    guard let elements = field?.list() else { return [] }
    if elements.isEmpty { field?.error("the list is empty, so that nothing would match") }
    return elements.compactMap { element in
      let read = MapReader.read(element) { map -> GitGenerator.Pattern? in
        let path = map.required("path")?.nonEmptyText()
        let exclude = map.optional("exclude")?.boolean() ?? false
        return path.map { GitGenerator.Pattern(path: $0, exclude: exclude) }
      }
      return read ?? nil
    }
  }

  /// A name or a URL as `repository`, or as ApplicationSets call it, `repoURL`.
  private func repository(_ map: MapReader) -> String? {
    if dialect == .applicationSet { return map.required("repoURL")?.nonEmptyText() }
    guard let url = map.optional("repoURL") else {
      return map.required("repository", hint: "the name of a Repository document")?.nonEmptyText()
    }
    if let repository = map.optional("repository") {
      repository.error("repository and repoURL are the same thing", hint: "remove one of them")
    }
    return url.nonEmptyText()
  }
}
