internal import FleetDocuments
internal import FleetGenerators
internal import FleetModel
internal import Manifest

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Clusters from files: Cluster documents of Flotilla, or Secrets by which Argo CD knows its clusters.
struct ClusterFiles {
  private(set) var clusters: [InventoryCluster] = []
  /// Whether one of them is a Secret, so that it is Argo CD's fleet, with the cluster that it runs in itself.
  private(set) var hasSecrets = false

  /// The label by which Argo CD knows the Secrets of clusters.
  private static let secretType = "argocd.argoproj.io/secret-type"

  /// - Throws: `DiagnosticsError` with all that is wrong.
  init(_ files: [InputFile]) throws {
    var diagnostics: [Diagnostic] = []
    var others: [(file: String, bytes: [UInt8])] = []
    for file in files {
      var rest: [Node] = []
      let all = DocumentReader.unpackingLists(try DocumentReader.documents(file.content, file: file.name))
      for node in all {
        guard node["kind"]?.string == "Secret", node["apiVersion"]?.string == "v1" else {
          rest.append(node)
          continue
        }
        guard node["metadata", "labels", Self.secretType]?.string == "cluster" else { continue }
        hasSecrets = true
        switch Self.cluster(node) {
        case .success(let cluster): clusters.append(cluster)
        case .failure(let problem): diagnostics.append(problem.diagnostic(node, file: file.name))
        }
      }
      // Documents are read from the text that was written, so that findings have their places.
      if !rest.isEmpty, rest.count == all.count {
        others.append((file: file.name, bytes: file.content))
      } else {
        others += rest.map { (file: file.name, bytes: JSON.bytes($0)) }
      }
    }
    let (documents, findings) = Documents.read(others)
    diagnostics += findings
    for document in documents {
      if case .cluster(let cluster) = document.content { clusters.append(InventoryCluster(cluster)) }
    }
    if diagnostics.contains(where: { $0.severity == .error }) { throw DiagnosticsError(diagnostics) }
  }

  private struct Problem: Error {
    var field: String
    var message: String

    func diagnostic(_ node: Node, file: String) -> Diagnostic {
      Diagnostic(
        file: file, line: Int(node.position?.line ?? 0), column: Int(node.position?.column ?? 0), field: field,
        message: message, hint: "a cluster's Secret has name and server in data or stringData")
    }
  }

  private static func cluster(_ secret: Node) -> Result<InventoryCluster, Problem> {
    var values: [String: String] = [:]
    for key in ["name", "server", "project"] {
      if let text = secret["stringData", key]?.string {
        values[key] = text
      } else if let encoded = secret["data", key]?.string {
        guard let data = Data(base64Encoded: encoded, options: .ignoreUnknownCharacters),
          let text = String(data: data, encoding: .utf8)
        else { return .failure(Problem(field: "data.\(key)", message: "is not base64 of a text")) }
        values[key] = text
      }
    }
    guard let server = values["server"], !server.isEmpty else {
      return .failure(Problem(field: "data.server", message: "is missing"))
    }
    // Argo CD calls a cluster without a name by its server.
    return .success(
      InventoryCluster(
        name: values["name"] ?? server, server: server, project: values["project"] ?? "",
        labels: texts(secret["metadata", "labels"]), annotations: texts(secret["metadata", "annotations"])))
  }

  private static func texts(_ node: Node?) -> [String: String] {
    Dictionary(
      (node?.object?.entries ?? []).compactMap { entry in entry.value.string.map { (entry.key, $0) } },
      uniquingKeysWith: { $1 })
  }
}
