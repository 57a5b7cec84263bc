internal import FleetModel
internal import Manifest

extension FieldReader {
  /// The `spec` of a FleetSet document.
  func fleetSetDefinition() -> FleetSetDefinition? {
    let read = MapReader.read(self) { map -> FleetSetDefinition? in
      let language = map.templateLanguage()
      let generators = map.required("generators")
      let entries = generators?.list()
      if entries?.isEmpty == true { generators?.error("there is no generator, so that there would be no target") }
      let template = map.required("template")?.targetTemplate()
      let sync = map.optional("sync")?.syncPolicy() ?? SyncPolicy()
      let rollout = map.optional("rollout")?.rolloutStrategy() ?? RolloutStrategy()
      map.renamed("syncPolicy", to: "sync")
      map.renamed("strategy", to: "rollout")
      map.notAvailable("templatePatch")
      let generatorEntries = entries?.compactMap { $0.generatorEntry(language: language) }
      guard let generatorEntries, let template = template ?? nil else { return nil }
      return FleetSetDefinition(
        generators: generatorEntries, language: language, template: template, sync: sync, rollout: rollout)
    }
    return read ?? nil
  }

  private func targetTemplate() -> TargetTemplate? {
    let read = MapReader.read(self) { map -> TargetTemplate? in
      let metadata = map.required("metadata")
      let labels = metadata.flatMap { field in
        MapReader.read(field) { fields in
          (
            name: fields.required("name", hint: "a template such as \"{{name}}-web\"")?.nonEmptyText(),
            labels: fields.optional("labels")?.templatedLabels(areLabels: true) ?? [:],
            annotations: fields.optional("annotations")?.templatedLabels(areLabels: false) ?? [:]
          )
        }
      }
      let target = map.required("spec")?.targetSpecification()
      guard let labels, let name = labels.name, var target = target ?? nil else { return nil }
      target.name = name
      target.labels = labels.labels
      target.annotations = labels.annotations
      return target
    }
    return read ?? nil
  }

  private func targetSpecification() -> TargetTemplate? {
    let read = MapReader.read(self) { map -> TargetTemplate? in
      let source = map.required("source").flatMap { field in
        MapReader.read(field) { fields -> (repository: String?, revision: Revision, path: String?) in
          fields.renamed("repoURL", to: "repository")
          fields.renamed("targetRevision", to: "revision")
          return (
            fields.required("repository", hint: "the name of a Repository document")?.nonEmptyText(),
            fields.optional("revision")?.revision() ?? .head,
            fields.required("path", hint: "the directory to render; \".\" is the repository's root")?.sourcePath()
          )
        }
      }
      let destination = map.required("destination").flatMap { field in
        MapReader.read(field) { fields -> (cluster: String?, namespace: String) in
          fields.notAvailable("server", hint: "name the cluster: destination.cluster")
          if !fields.writtenKeys.contains("cluster") { fields.renamed("name", to: "cluster") }
          return (
            fields.required("cluster", hint: "usually \"{{name}}\"")?.nonEmptyText(),
            fields.optional("namespace")?.nonEmptyText() ?? "default"
          )
        }
      }
      map.notAvailable("sources", hint: "this version has one source")
      guard let source, let destination, let repository = source.repository, let path = source.path,
        let cluster = destination.cluster
      else { return nil }
      return TargetTemplate(
        name: "", repository: repository, revision: source.revision, path: path, cluster: cluster,
        namespace: destination.namespace)
    }
    return read ?? nil
  }

  /// A directory below the repository's root.
  private func sourcePath() -> String? {
    guard let path = nonEmptyText() else { return nil }
    guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
      error("\(found) leaves the repository", hint: "give a path from the repository's root, without \"..\"")
      return nil
    }
    return path
  }

  private func syncPolicy() -> SyncPolicy? {
    MapReader.read(self) { map in
      SyncPolicy(
        prune: map.optional("prune")?.boolean() ?? true, selfHeal: map.optional("selfHeal")?.boolean() ?? true,
        createNamespace: map.optional("createNamespace")?.boolean() ?? true)
    }
  }
}

extension MapReader {
  fileprivate func templateLanguage() -> TemplateLanguage {
    let isGoTemplate = optional("goTemplate")?.boolean() ?? false
    let optionsField = optional("goTemplateOptions")
    let options = optionsField?.list()?.compactMap { $0.templateOption() } ?? []
    if !isGoTemplate, !options.isEmpty { optionsField?.warning("has no effect without goTemplate: true") }
    return isGoTemplate ? .goTemplate(options: options) : .fields
  }
}

extension FieldReader {
  fileprivate func templateOption() -> String? {
    guard let text = text() else { return nil }
    let known = ["missingkey=default", "missingkey=invalid", "missingkey=zero", "missingkey=error"]
    guard known.contains(text) else {
      error("\(found) is not an option of Go templates", hint: "give one of \(known.joined(separator: ", "))")
      return nil
    }
    return text
  }
}
