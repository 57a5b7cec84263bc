public import FleetModel
public import Manifest

/// Writes documents from values, for commands that change one without a file. Fields with their default are left out.
public enum DocumentWriter {
  /// The document of a cluster.
  public static func node(for cluster: Cluster) -> Node {
    var spec: Node?
    if case .kubeconfig(let credential) = cluster.connection {
      spec = ["connection": ["kubeconfig": ["credential": Node(.string(credential))]]]
    }
    return document(
      "Cluster",
      metadata: metadata(
        project: cluster.project, name: cluster.name.rawValue, labels: texts(cluster.labels),
        annotations: texts(cluster.annotations)), spec: spec)
  }

  /// The document of a repository, which has no labels and annotations of its own here.
  public static func node(for repository: Repository) -> Node {
    var spec: Node = ["url": Node(.string(repository.url))]
    if repository.kind == .helm { spec["type"] = Node(.string(repository.kind.rawValue)) }
    spec["credential"] = repository.credential.map { Node(.string($0)) }
    if repository.pollInterval != .seconds(60) {
      spec["pollInterval"] = Node(.string(repository.pollInterval.text))
    }
    return document(
      "Repository", metadata: metadata(project: repository.project, name: repository.name.rawValue), spec: spec)
  }

  static func metadata(
    project: ProjectName, name: String, labels: Node? = nil, annotations: Node? = nil, projectKey: String = "project"
  ) -> Node {
    var metadata: Node = ["name": Node(.string(name))]
    if project != .defaultProject { metadata[projectKey] = Node(.string(project.rawValue)) }
    metadata["labels"] = labels
    metadata["annotations"] = annotations
    return metadata
  }

  private static func document(_ kind: String, metadata: Node, spec: Node?) -> Node {
    var document: Node = ["apiVersion": Node(.string(Documents.apiVersion)), "kind": Node(.string(kind))]
    document["metadata"] = metadata
    document["spec"] = spec
    return document
  }

  private static func texts(_ texts: [String: String]) -> Node? {
    guard !texts.isEmpty else { return nil }
    let entries = texts.sorted { $0.key < $1.key }.map { Object.Entry(key: $0.key, value: Node(.string($0.value))) }
    return Node(.object(Object(entries: entries)))
  }
}
