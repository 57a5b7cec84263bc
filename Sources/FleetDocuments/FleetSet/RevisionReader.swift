internal import FleetModel
internal import Manifest

extension FieldReader {
  /// A revision: a text, or one of `branch`, `tag`, `semver` and `commit`.
  func revision() -> Revision? {
    if let text = node.string { return text.isEmpty || text == "HEAD" ? .head : .named(text) }
    let hint = "write a branch, tag or commit, or one of {branch: …}, {tag: …}, {semver: …}, {commit: …}"
    guard node.object != nil else {
      expected("a revision", hint: node.integer != nil || node.decimal != nil ? "put it in quotes" : hint)
      return nil
    }
    let read = MapReader.read(self) { map -> Revision? in
      let branch = map.present("branch")?.nonEmptyText()
      let tag = map.present("tag")?.nonEmptyText()
      let range = map.present("semver")?.nonEmptyText()
      let commit = map.present("commit")?.commit()
      guard map.writtenKeys.count == 1 else {
        error("a revision has exactly one field, found \(map.writtenKeys.count)", hint: hint)
        return nil
      }
      return branch.map(Revision.branch) ?? tag.map(Revision.tag) ?? range.map(Revision.semanticVersion)
        ?? commit.map(Revision.commit)
    }
    return read ?? nil
  }

  /// A revision of a chart: a version, or a range of versions.
  func chartRevision() -> Revision? {
    switch revision() {
    case .branch?, .commit?:
      error(
        "a chart of a repository has versions, no branches and commits",
        hint: "write a version such as \"1.4.2\", or a range such as \"^1.4\"")
      return nil
    case let read: return read
    }
  }

  /// The name of a chart, which stands in the place of a path and a kustomization.
  func chartName(beside others: FieldReader?...) -> String? {
    for other in others.compactMap({ $0 }) { other.error("is given beside chart; only one may be") }
    return nonEmptyText()
  }

  private func commit() -> CommitID? {
    guard let text = nonEmptyText() else { return nil }
    guard let commit = CommitID(hexadecimal: text) else {
      error("\(found) is not a full commit", hint: "give all 40 (or 64) hexadecimal characters, in lower case")
      return nil
    }
    return commit
  }
}
