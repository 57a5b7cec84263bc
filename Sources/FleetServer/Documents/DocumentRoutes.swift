import FleetAPI
import FleetDocuments
import FleetModel
import FleetPorts
import Manifest

/// Storing documents, all or none.
struct DocumentRoutes: Sendable {
  let store: any ControlStore
  let configuration: ServerConfiguration

  var handlers: [String: Handler] { [Routes.applyDocuments.id: apply] }

  @Sendable private func apply(_ call: Call) async throws -> Reply {
    let request = try call.decode(ApplyRequest.self)
    guard LabelText.isName(call.project.rawValue) else {
      throw ErrorEnvelope(
        code: .invalid, message: "\"\(call.project)\" is not a project's name", field: "project",
        hint: "give lower-case letters, digits, - and .")
    }
    let (documents, warnings) = try DocumentReading.read(
      request.files, in: call.project, zones: try await store.timeZoneCatalogue())
    guard !documents.isEmpty else {
      throw ErrorEnvelope(
        code: .invalid, message: "there is no document in the request", field: "files",
        hint: "give at least one file with a Cluster, Repository, FleetSet, ApplicationSet, Window, Freeze or ConfigMap"
      )
    }
    let references = DocumentReferences(store: store, project: call.project)
    let refused = documents.compactMap(refusal) + (try await references.problems(in: documents))
    guard refused.isEmpty else { throw DiagnosticsError(warnings + refused) }
    let dryRun = request.dryRun ?? false
    let applied = try await store.apply(
      documents.map(DocumentDraft.init), cause: call.cause(request.reason), dryRun: dryRun)
    let items = applied.map { item in
      ApplyResponse.Item(
        kind: item.kind, project: item.project, name: item.name, result: ApplyResponse.Item.Result(item.result),
        generation: item.generation)
    }
    return try .json(ApplyResponse(items: items, dryRun: dryRun, warnings: warnings))
  }

  /// What a document may not do (AMENDMENTS 27): `file://` reads the hub's own disk, so it is for folders that the
  /// operator named.
  private func refusal(_ document: Document) -> Diagnostic? {
    guard case .repository(let repository) = document.content, repository.url.lowercased().hasPrefix("file:") else {
      return nil
    }
    let place = document.source["spec", "url"]?.position
    func finding(_ message: String, _ hint: String) -> Diagnostic {
      Diagnostic(
        line: Int(place?.line ?? 0), column: Int(place?.column ?? 0), field: "spec.url", message: message, hint: hint)
    }
    guard let root = configuration.fileRepositories else {
      return finding(
        "Repository \"\(repository.name)\": file:// repositories are not allowed on this controller",
        "use https or ssh, or start the controller with --file-repositories DIR")
    }
    guard Self.path(of: repository.url, liesBelow: root) else {
      return finding(
        "Repository \"\(repository.name)\": \(repository.url) is not below the folder for file:// repositories",
        "put it below \(root)")
    }
    return nil
  }

  /// Whether a `file://` URL names a path below a folder, by its text; links are the reader's to refuse.
  static func path(of url: String, liesBelow root: String) -> Bool {
    guard url.lowercased().hasPrefix("file:///"), let path = PercentDecoding.text(url.dropFirst(7)) else {
      return false
    }
    let parts = path.split(separator: "/")
    let rootParts = root.split(separator: "/")
    return !parts.contains("..") && !parts.contains(".") && parts.count > rootParts.count
      && parts.starts(with: rootParts)
  }
}

extension DocumentDraft {
  /// A document to store.
  init(_ document: Document) {
    let content: Content =
      switch document.content {
      case .cluster(let cluster): .cluster(cluster)
      case .repository(let repository): .repository(repository)
      case .window(let window): .window(window)
      case .freeze(let freeze): .freeze(freeze)
      case .analysis(let analysis): .analysis(analysis)
      case .limit(let limit): .limit(limit)
      case .fleetSet: .fleetSet
      case .configMap(let configMap): .configMap(configMap)
      }
    self.init(
      project: document.project, name: document.name, content: content, canonicalJSON: document.canonicalJSON)
  }
}

extension ApplyResponse.Item.Result {
  /// A result on the wire.
  init(_ result: AppliedDocument.Result) {
    self =
      switch result {
      case .created: .created
      case .configured: .configured
      case .unchanged: .unchanged
      }
  }
}
