import FleetAPI
import FleetDocuments
import FleetGenerators
import FleetModel
import Manifest

/// Reads the files of a request: all of them are right, or the findings are thrown.
enum DocumentReading {
  /// The documents, each in the project of the request, and the warnings.
  ///
  /// - Throws: `DiagnosticsError` with every finding.
  static func read(
    _ files: [ApplyRequest.File], in project: ProjectName, zones: ZoneCatalogue? = nil
  ) throws(DiagnosticsError) -> (documents: [Document], warnings: [Diagnostic]) {
    guard !files.isEmpty else { return ([], []) }
    var (documents, diagnostics) = Documents.read(
      files.map { (file: $0.name, bytes: Array($0.content.utf8)) }, zones: zones)
    diagnostics += templateProblems(in: documents)
    for index in documents.indices {
      let key = documents[index].isOfKubernetes ? "namespace" : "project"
      let named = documents[index].source["metadata", key]
      if let named, named.string != project.rawValue {
        diagnostics.append(
          Diagnostic(
            line: Int(named.position?.line ?? 0), column: Int(named.position?.column ?? 0), field: "metadata.\(key)",
            message:
              "\(documents[index].kind) \"\(documents[index].name)\" names project \"\(named.string ?? "")\", and the "
              + "request is for \"\(project)\"",
            hint: "apply it with --project \(named.string ?? "")"))
      }
      documents[index].moveTo(project)
    }
    guard !diagnostics.contains(where: { $0.severity == .error }) else { throw DiagnosticsError(diagnostics) }
    return (documents, diagnostics)
  }
}

extension Document {
  /// Puts a document into a project.
  fileprivate mutating func moveTo(_ project: ProjectName) {
    self.project = project
    switch content {
    case .cluster(var cluster):
      cluster.project = project
      content = .cluster(cluster)
    case .repository(var repository):
      repository.project = project
      content = .repository(repository)
    case .configMap(var configMap):
      configMap.project = project
      content = .configMap(configMap)
    case .window(var window):
      window.project = project
      content = .window(window)
    case .freeze(var freeze):
      freeze.project = project
      content = .freeze(freeze)
    case .analysis(var analysis):
      analysis.project = project
      content = .analysis(analysis)
    case .limit(var limit):
      limit.project = project
      content = .limit(limit)
    case .fleetSet: break
    }
  }
}
