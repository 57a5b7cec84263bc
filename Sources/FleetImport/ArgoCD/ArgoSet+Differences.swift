import FleetDocuments
import FleetModel
import Manifest

// What an ApplicationSet says that Flotilla reads and does nothing about, or does differently (docs/reference/applicationsets.md).
extension ArgoSet {
  func noteSet(_ book: inout ImportBook) {
    if case .application(let template) = definition.template {
      for field in template.policy.ignoredWithoutEffect {
        book.differs(
          source, "spec.ignoreApplicationDifferences", "\(field) is no setting of a target, and nobody edits one")
      }
      if !template.policy.preservedAnnotations.isEmpty {
        book.differs(
          source, "spec.preservedFields.annotations",
          "there are no Application objects that somebody else could annotate")
      }
    }
    if usesProjectOfCluster, document["metadata", "namespace"] != nil {
      book.differs(
        source, "spec.template", "the parameter project of a cluster is its project here, and mostly empty in Argo CD",
        hint: "write an AppProject's name, or a label of the cluster, in its place")
    }
    if source.field("spec.strategy.deletionOrder")?.isUnset == false {
      book.leaveOut(
        source, "spec.strategy.deletionOrder", "targets that leave go last stage first, whatever is written here")
    }
    for (index, entry) in definition.generators.enumerated() { noteRequeue(entry, "spec.generators[\(index)]", &book) }
  }

  private var usesProjectOfCluster: Bool {
    let text = String(decoding: JSON.bytes(document), as: UTF8.self).filter { $0 != " " }
    return text.end(ofFirst: "{{.project}}") != nil || text.end(ofFirst: "{{project}}") != nil
  }

  private func noteRequeue(_ entry: GeneratorEntry, _ path: String, _ book: inout ImportBook) {
    let place = "\(path).\(entry.generator.kind)"
    if case .git(let git) = entry.generator, git.requeueAfter != nil {
      book.differs(
        source, "\(place).requeueAfterSeconds", "the Repository's pollInterval says how often to look (60s)",
        hint: "set spec.pollInterval of the Repository")
    }
    for (index, child) in entry.generator.children.enumerated() {
      noteRequeue(child, "\(place).generators[\(index)]", &book)
    }
  }

  /// Fields of Applications.
  func noteApplication(_ path: String, _ projects: Set<String>, _ book: inout ImportBook) {
    let project = source.field("\(path).spec.project")?.string ?? ""
    if !["", "default"].contains(project), !project.contains("{{"), !projects.contains(project) {
      book.leaveOut(
        source, "\(path).spec.project", "AppProject \"\(project)\" is not looked at, and is not among the files",
        hint: "import its document too, to see what it restricts")
    }
    note("\(path).spec.info", .differs, "is shown nowhere; annotations of the target are", "", &book)
    note(
      "\(path).spec.revisionHistoryLimit", .differs, "releases and rollouts are kept in the controller's database", "",
      &book)
    note("\(path).spec.syncPolicy.retry", .differs, "agents try again by themselves", "", &book)
    note(
      "\(path).spec.syncPolicy.automated.allowEmpty", .leftOut,
      "a directory without any object is an error: absence never deletes", "keep one object in it", &book)
    note(
      "\(path).spec.syncPolicy.managedNamespaceMetadata", .leftOut, "namespaces are made without labels of their own",
      "put a manifest of the Namespace into the directory", &book)
    noteSyncOptions("\(path).spec.syncPolicy.syncOptions", &book)
  }

  private func note(
    _ path: String, _ outcome: ImportFinding.Outcome, _ message: String, _ hint: String, _ book: inout ImportBook
  ) {
    guard let value = source.field(path), !value.isUnset else { return }
    switch outcome {
    case .leftOut: book.leaveOut(source, path, message, hint: hint)
    case .differs: book.differs(source, path, message, hint: hint)
    }
  }

  private func noteSyncOptions(_ path: String, _ book: inout ImportBook) {
    for (index, option) in (source.field(path)?.array ?? []).enumerated() {
      let place = "\(path)[\(index)]"
      switch option.string {
      case nil, "CreateNamespace=true"?, "CreateNamespace=false"?, "Validate=true"?, "PruneLast=false"?: break
      case "ServerSideApply=true"?: break
      case let text? where SyncOptionName.read(text) != nil: break
      case "ApplyOutOfSyncOnly=true"?:
        book.differs(
          source, place,
          "\"\(option.string ?? "")\" is not needed: objects are applied on the server, and an "
            + "object has one owner")
      case let text?: book.leaveOut(source, place, "\"\(text)\" has no effect")
      }
    }
  }
}
