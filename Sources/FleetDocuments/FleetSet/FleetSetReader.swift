internal import FleetModel
internal import Manifest

extension FieldReader {
  /// The `spec` of a FleetSet document.
  func fleetSetDefinition() -> FleetSetDefinition? {
    let read = MapReader.read(self) { map -> FleetSetDefinition? in
      let language = map.templateLanguage()
      let generators = map.required("generators")
      if generators?.node.array?.isEmpty == true {
        generators?.error("there is no generator, so that there would be no target")
      }
      let templateField = map.required("template")
      let template = templateField?.targetTemplate()
      let entries = generators?.generatorEntries(
        language: language, template: template == nil ? nil : templateField?.node)
      var sync = map.optional("sync")?.syncPolicy() ?? SyncPolicy()
      sync.health = map.optional("health")?.list()?.compactMap { $0.healthRules() } ?? []
      let onRemoval = map.optional("onRemoval")?.choice(RemovalPolicy.self) ?? .remove
      let transfersFrom = map.optional("transfer").flatMap { field in
        MapReader.read(field) { fields -> FleetSetName? in
          fields.required("from", hint: "the FleetSet whose objects this one takes over")?.nonEmptyText().map {
            FleetSetName($0)
          }
        }
      }
      let overrides = map.optional("overrides")?.overrides() ?? []
      let checks = map.optional("checks")?.setChecks() ?? SetChecks()
      let rollout = map.optional("rollout")?.rolloutStrategy() ?? RolloutStrategy()
      map.renamed("syncPolicy", to: "sync")
      map.renamed("strategy", to: "rollout")
      map.notAvailable("templatePatch", hint: "a FleetSet's fields take templates of every type")
      guard let entries, let template else { return nil }
      var definition = FleetSetDefinition(
        generators: entries, language: language, template: template, sync: sync, rollout: rollout)
      definition.onRemoval = onRemoval
      definition.transfersFrom = transfersFrom ?? nil
      definition.overrides = overrides
      definition.checks = checks
      return definition
    }
    return read ?? nil
  }

  /// The entries of `generators`; those with a template of their own get it over the set's.
  private func generatorEntries(language: TemplateLanguage, template: Node?) -> [GeneratorEntry]? {
    let reader = GeneratorReader(language: language, dialect: .fleetSet, depth: 0)
    return list()?.flatMap { element in
      reader.entries(element).map { read in
        var entry = read
        guard let own = entry.template, let template else { return entry }
        let path = "\(element.path).\(entry.generator.kind).template"
        let merged = FieldReader(node: mergedTemplate(own, over: template), path: path, findings: findings)
        entry.targetTemplate = merged.targetTemplate()
        return entry
      }
    }
  }

  private func targetTemplate() -> TargetTemplate? {
    let read = MapReader.read(self) { map -> TargetTemplate? in
      let metadata = map.required("metadata")
      let labels = metadata.flatMap { field in
        MapReader.read(field) { fields in
          (
            name: fields.required("name", hint: "a template such as \"{{name}}-web\"")?.nonEmptyText(),
            labels: fields.optional("labels")?.templatedTexts(areLabels: true) ?? [:],
            annotations: fields.optional("annotations")?.templatedTexts(areLabels: false) ?? [:]
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
        MapReader.read(field) {
          fields -> (
            repository: String?, revision: Revision, path: String?, isChart: Bool, helm: Node?, kustomize: Node?,
            substitute: TargetTemplate.Texts?
          ) in
          fields.renamed("repoURL", to: "repository")
          fields.renamed("targetRevision", to: "revision")
          let chart = fields.optional("chart")
          let path =
            if let chart {
              chart.chartName(beside: fields.optional("path"), fields.optional("kustomize"))
            } else {
              fields.required(
                "path",
                hint:
                  "the directory to render; \".\" is the repository's root; or chart: NAME of a repository of charts"
              )?.sourcePath()
            }
          let revision = fields.optional("revision")
          let helm = fields.optional("helm")
          if chart != nil, helm?.node["valuesFrom"] != nil {
            helm?.error(
              "has valuesFrom, and a repository of charts has no files of yours",
              hint: "write the values into values, or keep the chart in Git")
          }
          return (
            fields.required("repository", hint: "the name of a Repository document")?.nonEmptyText(),
            (chart == nil ? revision?.revision() : revision?.chartRevision()) ?? .head, path, chart != nil,
            helm?.checkedHelmOptions(),
            fields.optional("kustomize")?.checkedKustomizeOptions(),
            fields.optional("substitute")?.substitutedTexts()
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
      let sync = map.optional("sync")?.templatedSync() ?? TargetTemplate.Sync()
      guard let source, let destination, let repository = source.repository, let path = source.path,
        let cluster = destination.cluster
      else { return nil }
      var template = TargetTemplate(
        name: "", repository: repository, revision: source.revision, path: path, cluster: cluster,
        namespace: destination.namespace, sync: sync)
      template.isChart = source.isChart
      template.helm = source.helm
      template.kustomize = source.kustomize
      template.substitute = source.substitute
      return template
    }
    return read ?? nil
  }

  /// Labels or annotations by key, or one template that yields them.
  private func templatedTexts(areLabels: Bool) -> TargetTemplate.Texts? {
    if let text = node.string {
      guard text.contains("{{") else {
        expected("a map of texts, or a template that yields one")
        return nil
      }
      return .template(text)
    }
    return templatedLabels(areLabels: areLabels).map(TargetTemplate.Texts.byKey)
  }

  /// Values of `${NAME}` by name, or one template that yields them.
  private func substitutedTexts() -> TargetTemplate.Texts? {
    let texts = templatedTexts(areLabels: false)
    guard case .byKey(let map)? = texts else { return texts }
    for name in map.keys.sorted() where !name.contains("{{") {
      let isName = name.allSatisfy { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
      if !isName || name.first?.isNumber == true {
        error("\"\(name)\" cannot stand in ${…}", hint: "give letters, digits and \"_\", not a digit first")
      }
    }
    return texts
  }

  private func templatedSync() -> TargetTemplate.Sync? {
    MapReader.read(self) { map in
      TargetTemplate.Sync(
        prune: map.optional("prune")?.templatedFlag(), selfHeal: map.optional("selfHeal")?.templatedFlag(),
        createNamespace: map.optional("createNamespace")?.templatedFlag())
    }
  }

  /// `true`, `false`, or a template that yields one of them.
  private func templatedFlag() -> TargetTemplate.Flag? {
    if let text = node.string, text.contains("{{") { return .template(text) }
    return boolean().map(TargetTemplate.Flag.value)
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
      let ignored = map.optional("ignoreDifferences")?.list()?.compactMap { $0.ignoredDifference() } ?? []
      var policy = SyncPolicy(
        prune: map.optional("prune")?.boolean() ?? true, selfHeal: map.optional("selfHeal")?.boolean() ?? true,
        createNamespace: map.optional("createNamespace")?.boolean() ?? true,
        options: map.optional("options")?.list()?.compactMap { $0.syncOption() } ?? [])
      policy.ignoreDifferences = ignored
      return policy
    }
  }

  private func syncOption() -> String? {
    guard let text = nonEmptyText() else { return nil }
    guard SyncOptionName.read(text) != nil else {
      expected("one of \(SyncOptionName.listing)")
      return nil
    }
    return text
  }
}

extension MapReader {
  /// `goTemplate` and `goTemplateOptions`.
  func templateLanguage() -> TemplateLanguage {
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
