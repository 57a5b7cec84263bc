public import FleetModel
public import Manifest

extension HelmOptions {
  /// Reads `source.helm` of a target or an Application.
  ///
  /// - Parameters:
  ///   - node: the map.
  ///   - field: where it stands, for messages.
  ///   - yieldedByTemplates: whether a text where a list, `true` or `false` belongs is what a template yielded, to be read
  ///     as YAML.
  /// - Throws: every field that is unknown or of the wrong type.
  public static func read(
    _ node: Node, field: String, yieldedByTemplates: Bool = false
  ) throws(DiagnosticsError) -> HelmOptions {
    let findings = Findings(file: "")
    let options = FieldReader(node: node, path: field, findings: findings)
      .helmOptions(yieldedByTemplates ? .filledIn : .refused)
    guard let options, findings.errorCount == 0 else { throw DiagnosticsError(findings.sorted) }
    return options
  }
}

extension HelmOptions {
  /// The fields that are lists, `true` or `false`, which one template may yield in a FleetSet.
  public static let fieldsWithTypes: Set<String> = [
    "valueFiles", "ignoreMissingValueFiles", "parameters", "skipCrds", "skipTests", "apiVersions",
  ]
}

/// What a text stands for where something else belongs.
enum TemplatesOfFields {
  /// A mistake.
  case refused
  /// A template, if it looks like one: what it yields is not known yet.
  case accepted
  /// What a template yielded.
  case filledIn
}

extension FieldReader {
  /// `source.helm` of a FleetSet's template as it is written; nil when it is none.
  func checkedHelmOptions() -> Node? { helmOptions(.accepted) == nil ? nil : node }

  /// The field with what its template yields, read as YAML; nil where that is not known, is nothing, or is no YAML.
  private func yielded(_ templates: TemplatesOfFields) -> FieldReader? {
    guard let text = node.string, templates != .refused else { return self }
    if templates == .accepted { return text.contains("{{") ? nil : self }
    do throws(DiagnosticsError) {
      guard let yielded = try YAML.documents(Array(text.utf8)).first, !yielded.isNull else { return nil }
      return FieldReader(node: yielded, path: path, findings: findings)
    } catch {
      for problem in error.diagnostics { self.error(problem.message, hint: problem.hint) }
      return nil
    }
  }

  /// `source.helm`; texts may be templates.
  func helmOptions(_ templates: TemplatesOfFields = .refused) -> HelmOptions? {
    MapReader.read(self) { map in
      var options = HelmOptions()
      options.releaseName = map.optional("releaseName")?.nonEmptyText()
      options.namespace = map.optional("namespace")?.nonEmptyText()
      options.valueFiles = map.optional("valueFiles")?.yielded(templates)?.texts() ?? []
      options.ignoreMissingValueFiles = map.optional("ignoreMissingValueFiles")?.yielded(templates)?.boolean() ?? false
      options.valuesFrom = map.optional("valuesFrom")?.list()?.compactMap { $0.helmValuesSource() }
      let values = map.optional("values")
      let valuesObject = map.optional("valuesObject")
      if let values, valuesObject != nil { values.error("is given beside valuesObject; only one may be") }
      options.values = (valuesObject ?? values)?.helmValues() ?? ""
      options.parameters =
        map.optional("parameters")?.yielded(templates)?.list()?.compactMap { $0.helmParameter() } ?? []
      options.skipCrds = map.optional("skipCrds")?.yielded(templates)?.boolean() ?? false
      // Tests of a chart are never part of what is rolled out.
      _ = map.optional("skipTests")?.yielded(templates)?.boolean()
      options.kubeVersion = map.optional("kubeVersion")?.nonEmptyText()
      options.apiVersions = map.optional("apiVersions")?.yielded(templates)?.texts() ?? []
      // What they say changes nothing here: charts are templated by the newest program, and fetched by Flotilla.
      for key in ["version", "passCredentials", "skipSchemaValidation"] { _ = map.optional(key) }
      map.notAvailable("fileParameters", hint: "put the text into values")
      return options
    }
  }

  /// Values as a map, or as a text that holds one.
  private func helmValues() -> String? {
    if let text = node.string { return text }
    guard node.object != nil else {
      expected("a map of values, or a text that holds one")
      return nil
    }
    return JSON.text(node, sortedKeys: true)
  }

  private func helmValuesSource() -> HelmOptions.ValuesSource? {
    let read = MapReader.read(self) { map -> HelmOptions.ValuesSource? in
      let file = map.required(
        "file", hint: "a file of the repository with the ConfigMap or Secret, relative to the chart")?.nonEmptyText()
      let kind = map.optional("kind")?.choice(HelmOptions.ValuesSource.Kind.self) ?? .configMap
      let isOptional = map.optional("optional")?.boolean() ?? false
      guard let file else { return nil }
      var source = HelmOptions.ValuesSource(file: file, kind: kind, isOptional: isOptional)
      source.name = map.optional("name")?.nonEmptyText()
      source.valuesKey = map.optional("valuesKey")?.nonEmptyText()
      source.targetPath = map.optional("targetPath")?.nonEmptyText()
      return source
    }
    return read ?? nil
  }

  private func helmParameter() -> HelmOptions.Parameter? {
    let read = MapReader.read(self) { map -> HelmOptions.Parameter? in
      let name = map.required("name")?.nonEmptyText()
      let value = map.optional("value")?.text() ?? ""
      let forceString = map.optional("forceString")?.boolean() ?? false
      return name.map { HelmOptions.Parameter(name: $0, value: value, forceString: forceString) }
    }
    return read ?? nil
  }
}
