internal import FleetModel
internal import Manifest

extension FieldReader {
  /// `spec.template` of an ApplicationSet: what Kubernetes would refuse is an error, what Argo CD ignores and what this
  /// version does not render are warnings.
  func applicationTemplate(hasPatch: Bool) -> Node? {
    let read = MapReader.read(self) { map -> Bool in
      let metadata = map.required("metadata")
      if let metadata { metadata.applicationMetadata(needsName: !hasPatch) }
      let spec = map.required("spec")
      if let spec {
        spec.checkApplicationSpec()
        spec.warnOfWhatIsNotRendered()
      }
      return metadata != nil && spec != nil
    }
    return read == true ? node : nil
  }

  private func applicationMetadata(needsName: Bool) {
    _ = MapReader.read(self) { map in
      let name = needsName ? map.required("name", hint: "a template such as \"{{name}}-web\"") : map.optional("name")
      _ = name?.text()
      _ = map.optional("namespace")?.text()
      _ = map.optional("labels")?.templatedLabels(areLabels: true)
      _ = map.optional("annotations")?.templatedLabels(areLabels: false)
      _ = map.optional("finalizers")?.texts()
    }
  }

  private func checkApplicationSpec() {
    guard node.object != nil else {
      expected("a map")
      return
    }
    for (key, isMap) in [("project", false), ("destination", true)] {
      guard let value = node[key] else { continue }
      let field = FieldReader(node: value, path: FieldPath.appending(key: key, to: path), findings: findings)
      if isMap ? value.object == nil : value.string == nil { field.expected(isMap ? "a map" : "a text") }
    }
    if let ignored = node["ignoreDifferences"], !ignored.isNull, !JSON.text(ignored).contains("{{") {
      let place = FieldPath.appending(key: "ignoreDifferences", to: path)
      FieldReader(node: ignored, path: place, findings: findings).list()?.forEach { _ = $0.ignoredDifference() }
    }
    checkKnownFields(at: "")
  }

  /// Warns of fields that an Application does not have.
  private func checkKnownFields(at place: String) {
    switch node.value {
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        FieldReader(node: element, path: FieldPath.appending(index: index, to: path), findings: findings)
          .checkKnownFields(at: place)
      }
    case .object(let object):
      guard let known = ApplicationFields.known[place] else { return }
      for entry in object.entries {
        guard known.contains(entry.key) else {
          let near = suggestion(for: entry.key, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
          findings.add(
            .warning, at: entry.keyPosition, field: FieldPath.appending(key: entry.key, to: path),
            "an Application has no such field" + near)
          continue
        }
        let key = place.isEmpty && entry.key == "sources" ? "source" : entry.key
        child(entry).checkKnownFields(at: place.isEmpty ? key : "\(place).\(key)")
      }
    default: break
    }
  }

  private func warnOfWhatIsNotRendered() {
    for (keys, what) in ApplicationFields.notRendered {
      var current: Node? = node
      for key in keys { current = current?[key] }
      guard let found = current, !found.isNull else { continue }
      findings.add(
        .warning, at: found.position, field: keys.reduce(path) { FieldPath.appending(key: $1, to: $0) },
        "this version renders no \(what)", hint: "previews show the Application; a target made from it is refused")
    }
  }
}

/// The fields of an Application's `spec`, as far as it is worth looking for typing mistakes.
enum ApplicationFields {
  static let known: [String: Set<String>] = [
    "": [
      "project", "source", "sources", "sourceHydrator", "destination", "syncPolicy", "ignoreDifferences", "info",
      "revisionHistoryLimit",
    ],
    "destination": ["server", "name", "namespace"],
    "source": [
      "repoURL", "path", "targetRevision", "chart", "helm", "kustomize", "directory", "plugin", "ref", "name",
    ],
    "source.helm": [
      "valueFiles", "parameters", "releaseName", "values", "valuesObject", "fileParameters", "version",
      "passCredentials", "ignoreMissingValueFiles", "skipCrds", "skipTests", "skipSchemaValidation", "namespace",
      "kubeVersion", "apiVersions",
    ],
    "source.kustomize": [
      "namePrefix", "nameSuffix", "images", "commonLabels", "version", "commonAnnotations", "forceCommonLabels",
      "forceCommonAnnotations", "namespace", "commonAnnotationsEnvsubst", "replicas", "patches", "components",
      "ignoreMissingComponents", "labelWithoutSelector", "labelIncludeTemplates", "kubeVersion", "apiVersions",
    ],
    "source.directory": ["recurse", "jsonnet", "exclude", "include"],
    "syncPolicy": ["automated", "syncOptions", "retry", "managedNamespaceMetadata"],
    "syncPolicy.automated": ["prune", "selfHeal", "allowEmpty", "enabled"],
    "syncPolicy.retry": ["limit", "backoff", "refresh"],
    "syncPolicy.retry.backoff": ["duration", "factor", "maxDuration"],
    "ignoreDifferences": [
      "group", "kind", "name", "namespace", "jsonPointers", "jqPathExpressions", "managedFieldsManagers",
    ],
  ]

  /// What targets cannot be made from yet, by its place in `spec`.
  static let notRendered: [(keys: [String], what: String)] = [
    (["sourceHydrator"], "hydrated sources"), (["source", "plugin"], "plugins"),
    (["source", "directory", "jsonnet"], "jsonnet"), (["source", "directory", "include"], "part of a directory"),
    (["source", "directory", "exclude"], "part of a directory"),
  ]
}
