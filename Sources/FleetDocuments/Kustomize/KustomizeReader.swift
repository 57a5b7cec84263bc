public import FleetModel
public import Manifest

extension KustomizeOptions {
  /// Reads `source.kustomize` of a target or an Application.
  ///
  /// - Parameters:
  ///   - node: the map.
  ///   - field: where it stands, for messages.
  /// - Throws: every field that is unknown or of the wrong type.
  public static func read(_ node: Node, field: String) throws(DiagnosticsError) -> KustomizeOptions {
    let findings = Findings(file: "")
    let options = FieldReader(node: node, path: field, findings: findings).kustomizeOptions()
    guard let options, findings.errorCount == 0 else { throw DiagnosticsError(findings.sorted) }
    return options
  }
}

extension FieldReader {
  /// `source.kustomize` of a template as it is written; nil when it is none.
  func checkedKustomizeOptions() -> Node? { kustomizeOptions() == nil ? nil : node }

  /// `source.kustomize`; texts may be templates.
  func kustomizeOptions() -> KustomizeOptions? {
    MapReader.read(self) { map in
      var options = KustomizeOptions()
      func flag(_ key: String) -> Bool { map.optional(key)?.boolean() ?? false }
      options.namePrefix = map.optional("namePrefix")?.nonEmptyText()
      options.nameSuffix = map.optional("nameSuffix")?.nonEmptyText()
      options.namespace = map.optional("namespace")?.nonEmptyText()
      options.images = map.optional("images")?.texts() ?? []
      options.replicas = map.optional("replicas")?.list()?.compactMap { $0.kustomizeReplicas() } ?? []
      options.commonLabels = map.optional("commonLabels")?.textsByKey() ?? [:]
      options.forceCommonLabels = flag("forceCommonLabels")
      options.labelWithoutSelector = flag("labelWithoutSelector")
      options.labelIncludeTemplates = flag("labelIncludeTemplates")
      options.commonAnnotations = map.optional("commonAnnotations")?.textsByKey() ?? [:]
      options.forceCommonAnnotations = flag("forceCommonAnnotations")
      options.patches = map.optional("patches")?.kustomizePatches()
      options.components = map.optional("components")?.texts() ?? []
      options.ignoreMissingComponents = flag("ignoreMissingComponents")
      // What they say changes nothing here: one kustomize builds everything, and it asks no cluster.
      for key in ["version", "kubeVersion", "apiVersions"] { _ = map.optional(key) }
      if flag("commonAnnotationsEnvsubst") {
        map.notAvailable("commonAnnotationsEnvsubst", hint: "write the value, or a parameter of the generator")
      }
      return options
    }
  }

  /// `{name, count}`, where a text that is a number is one, as for Argo CD.
  private func kustomizeReplicas() -> KustomizeOptions.Replicas? {
    let read = MapReader.read(self) { map -> KustomizeOptions.Replicas? in
      let name = map.required("name")?.nonEmptyText()
      let field = map.required("count")
      guard let name, let field else { return nil }
      if let text = field.node.string {
        if text.contains("{{") { return KustomizeOptions.Replicas(name: name, count: 0) }
        guard let count = Int(text), count >= 0 else {
          field.expected("a count")
          return nil
        }
        return KustomizeOptions.Replicas(name: name, count: count)
      }
      return field.integer(0...1_000_000).map { KustomizeOptions.Replicas(name: name, count: $0) }
    }
    return read ?? nil
  }

  private func kustomizePatches() -> String? {
    guard node.array != nil else {
      expected("a list of patches")
      return nil
    }
    return JSON.text(node, sortedKeys: true)
  }
}
