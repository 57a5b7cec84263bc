public import FleetModel
internal import Manifest

extension Document {
  /// What makes two documents the same generation: the `metadata.labels`, `metadata.annotations` and `spec` that were
  /// written, as canonical JSON. Project, kind and name are stored beside it; empty parts are left out. An ApplicationSet
  /// is stored among the FleetSets and says here what it is. A ConfigMap has `data` in place of the `spec`.
  public var canonicalJSON: [UInt8] {
    var metadata = Object()
    for key in ["labels", "annotations"] {
      var texts = source["metadata", key]?.object
      // A copy of the document that kubectl keeps beside it is no part of what it says.
      if isOfKubernetes { texts?[ApplicationSets.lastApplied] = nil }
      if let texts, !texts.isEmpty { metadata[key] = Node(.object(texts)) }
    }
    var document = Object()
    if kind == ApplicationSets.kind { document["kind"] = Node(.string(kind)) }
    if !metadata.isEmpty { document["metadata"] = Node(.object(metadata)) }
    let content = kind == ConfigMaps.kind ? "data" : "spec"
    if let fields = source[content], fields.object?.isEmpty == false { document[content] = fields }
    return JSON.bytes(Node(.object(document)), sortedKeys: true)
  }

  /// Reads a document back from what was stored.
  ///
  /// - Parameters:
  ///   - kind: the kind as documents write it.
  ///   - canonicalJSON: what `canonicalJSON` gave.
  /// - Throws: what is wrong with it, in the words of `Documents.read(_:file:)`; a document that an earlier version
  ///   accepted is accepted by later ones.
  public init(
    kind: String, project: ProjectName, name: String, canonicalJSON: [UInt8]
  ) throws(DiagnosticsError) {
    var document = try JSON.parse(canonicalJSON, file: "\(kind)/\(name)")
    let isApplicationSet = document["kind"]?.string == ApplicationSets.kind
    let apiVersion = isApplicationSet ? ApplicationSets.apiVersion : Documents.apiVersion
    document["apiVersion"] = Node(.string(kind == ConfigMaps.kind ? ConfigMaps.apiVersion : apiVersion))
    document["kind"] = Node(.string(isApplicationSet ? ApplicationSets.kind : kind))
    document["metadata"] = DocumentWriter.metadata(
      project: project, name: name, labels: document["metadata", "labels"],
      annotations: document["metadata", "annotations"],
      projectKey: isApplicationSet || kind == ConfigMaps.kind ? "namespace" : "project")
    let findings = Findings(file: "\(kind)/\(name)")
    let root = FieldReader(node: document, path: "", findings: findings)
    guard let header = root.header(), let read = root.document(header) else {
      throw DiagnosticsError(findings.sorted)
    }
    self = read
  }
}
