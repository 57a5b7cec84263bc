internal import FleetModel
internal import Manifest

extension FieldReader {
  /// `apiVersion`, `kind` and `metadata`; nil when it is no document of a known kind, whose fields nobody could judge.
  func header() -> DocumentHeader? {
    guard let object = node.object else {
      expected("a document (a map with apiVersion, kind, metadata and spec)")
      return nil
    }
    let errorsBefore = findings.errorCount
    let kinds = checkVersion(object)
    guard let kindNode = object["kind"], !kindNode.isNull else {
      findings.add(at: node.position, field: "kind", "is missing", hint: Self.kindHint)
      return nil
    }
    guard let kinds else { return nil }
    let kindField = FieldReader(node: kindNode, path: "kind", findings: findings)
    guard let kind = kindField.documentKind(among: kinds) else { return nil }
    var header = DocumentHeader(kind: kind, errorsBefore: errorsBefore)
    guard let metadata = object["metadata"], !metadata.isNull else {
      findings.add(at: node.position, field: "metadata.name", "is missing", hint: "every document has a name")
      return header
    }
    let field = FieldReader(node: metadata, path: "metadata", findings: findings)
    if kind.isOfKubernetes {
      findings.unknownField = .warning
      defer { findings.unknownField = .error }
      field.readKubernetesMetadata(into: &header)
    } else {
      field.readMetadata(into: &header)
    }
    return header
  }

  /// The document; nil when anything in it is wrong.
  func document(_ header: DocumentHeader) -> Document? {
    findings.unknownField = header.kind.isOfKubernetes ? .warning : .error
    defer { findings.unknownField = .error }
    let content = MapReader.read(self) { map -> Document.Content? in
      for key in ["apiVersion", "kind", "metadata"] { _ = map.optional(key) }
      return self.content(header, map)
    }
    guard let content = content ?? nil, let name = header.name, findings.errorCount == header.errorsBefore else {
      // Whatever stops a document must be said; this is only reached if a reader forgot to.
      if findings.errorCount == header.errorsBefore { error("the document is not complete") }
      return nil
    }
    return Document(
      project: header.project, name: name, labels: header.labels, annotations: header.annotations, content: content,
      source: node)
  }

  private func content(_ header: DocumentHeader, _ map: MapReader) -> Document.Content? {
    let name = header.name ?? ""
    switch header.kind {
    case .cluster:
      let connection = map.optional("spec").map { $0.clusterConnection() } ?? .agent
      return connection.map {
        .cluster(
          Cluster(
            project: header.project, name: ClusterName(name), labels: header.labels, annotations: header.annotations,
            connection: $0))
      }
    case .repository:
      guard let read = map.required("spec")?.repositorySpecification() else { return nil }
      return .repository(
        Repository(
          project: header.project, name: RepositoryName(name), kind: read.kind, url: read.url,
          credential: read.credential,
          pollInterval: read.pollInterval))
    case .fleetSet:
      return map.required("spec")?.fleetSetDefinition().map(Document.Content.fleetSet)
    case .window: return map.required("spec")?.window(header).map(Document.Content.window)
    case .freeze: return map.required("spec")?.freeze(header).map(Document.Content.freeze)
    case .analysis: return map.required("spec")?.analysis(header).map(Document.Content.analysis)
    case .limit: return map.required("spec")?.sharedLimit(header).map(Document.Content.limit)
    case .applicationSet:
      // What a server adds is not part of what somebody wants.
      _ = map.optional("status")
      let definition = map.required("spec")?.applicationSetDefinition(
        name: name, namespace: node["metadata", "namespace"]?.string ?? "", document: node)
      return definition.map { definition in
        var definition = definition
        definition.rollout.windows = map.windowsOfAnnotation(header)
        return .fleetSet(definition)
      }
    case .configMap:
      for key in ["binaryData", "immutable"] { _ = map.optional(key) }
      return .configMap(
        ConfigMap(project: header.project, name: name, data: map.optional("data")?.textsByKey() ?? [:]))
    }
  }

  // MARK: Header

  /// The kinds of documents that the API version has; nil for one that is not known.
  private func checkVersion(_ object: Object) -> [DocumentHeader.Kind]? {
    let field = object["apiVersion"].map { FieldReader(node: $0, path: "apiVersion", findings: findings) }
    guard let field, !field.node.isNull else {
      findings.add(
        at: node.position, field: "apiVersion", "is missing", hint: "write apiVersion: \(Documents.apiVersion)")
      return nil
    }
    if field.node.string == Documents.apiVersion { return DocumentHeader.Kind.allCases }
    if field.node.string == ApplicationSets.apiVersion { return [.applicationSet] }
    if field.node.string == ConfigMaps.apiVersion { return [.configMap] }
    field.error("\(field.found) is not known", hint: "write apiVersion: \(Documents.apiVersion)")
    return nil
  }

  private static let kindHint =
    "give one of \(DocumentHeader.Kind.allCases.map(\.rawValue).joined(separator: ", "))"

  /// Kinds that Flotilla will have.
  private static let laterKinds = ["Channel", "Promotion", "Project"]

  private func documentKind(among kinds: [DocumentHeader.Kind]) -> DocumentHeader.Kind? {
    if kinds == [.applicationSet] {
      if node.string == ApplicationSets.kind { return .applicationSet }
      error("of Argo CD's documents Flotilla reads ApplicationSets, found \(found)")
      return nil
    }
    if kinds == [.configMap] {
      if node.string == ConfigMaps.kind { return .configMap }
      error(
        "of Kubernetes' documents Flotilla reads ConfigMaps, found \(found)",
        hint: "secrets are stored with: flotilla credential set NAME --data KEY=FILE")
      return nil
    }
    if let text = node.string, Self.laterKinds.contains(text) {
      error("\(found) is not available in this version", hint: Self.kindHint)
      return nil
    }
    if node.string == Documents.rehearsalKind {
      error(
        "\(found) is not one of the fleet's documents",
        hint: "it is what `flotilla rollout rehearse SET --faults FILE` takes")
      return nil
    }
    guard node.string != ApplicationSets.kind else {
      error("\(found) has another API version", hint: "write apiVersion: \(ApplicationSets.apiVersion)")
      return nil
    }
    return choice(DocumentHeader.Kind.self)
  }

  private func readMetadata(into header: inout DocumentHeader) {
    _ = MapReader.read(self) { map in
      let name = map.required("name", hint: "every document has a name")
      header.name = name?.name()
      header.namePosition = name?.node.position
      header.project = map.optional("project")?.name().map { ProjectName($0) } ?? .defaultProject
      header.labels = map.optional("labels")?.labels() ?? [:]
      header.annotations = map.optional("annotations")?.annotations() ?? [:]
      map.renamed("namespace", to: "project")
    }
  }

  /// The namespace of an ApplicationSet or ConfigMap is its project (AMENDMENTS 46); what a server adds to metadata is left
  /// aside.
  private func readKubernetesMetadata(into header: inout DocumentHeader) {
    _ = MapReader.read(self) { map in
      let name = map.required("name", hint: "every document has a name")
      header.name = name?.name()
      header.namePosition = name?.node.position
      header.project = map.optional("namespace")?.name().map { ProjectName($0) } ?? .defaultProject
      header.labels = map.optional("labels")?.labels() ?? [:]
      header.annotations = map.optional("annotations")?.annotations() ?? [:]
      for key in [
        "finalizers", "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "ownerReferences",
        "deletionTimestamp", "deletionGracePeriodSeconds", "generateName", "selfLink",
      ] { _ = map.optional(key) }
    }
  }
}
