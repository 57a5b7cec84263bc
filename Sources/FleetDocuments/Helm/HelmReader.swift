public import FleetModel
public import Manifest

extension HelmOptions {
  /// Reads `source.helm` of a target or an Application.
  ///
  /// - Parameters:
  ///   - node: the map.
  ///   - field: where it stands, for messages.
  /// - Throws: every field that is unknown or of the wrong type.
  public static func read(_ node: Node, field: String) throws(DiagnosticsError) -> HelmOptions {
    let findings = Findings(file: "")
    let options = FieldReader(node: node, path: field, findings: findings).helmOptions()
    guard let options, findings.errorCount == 0 else { throw DiagnosticsError(findings.sorted) }
    return options
  }
}

extension FieldReader {
  /// `source.helm` of a template as it is written; nil when it is none.
  func checkedHelmOptions() -> Node? { helmOptions() == nil ? nil : node }

  /// `source.helm`; texts may be templates.
  func helmOptions() -> HelmOptions? {
    MapReader.read(self) { map in
      var options = HelmOptions()
      options.releaseName = map.optional("releaseName")?.nonEmptyText()
      options.namespace = map.optional("namespace")?.nonEmptyText()
      options.valueFiles = map.optional("valueFiles")?.texts() ?? []
      options.ignoreMissingValueFiles = map.optional("ignoreMissingValueFiles")?.boolean() ?? false
      let values = map.optional("values")
      let valuesObject = map.optional("valuesObject")
      if let values, valuesObject != nil { values.error("is given beside valuesObject; only one may be") }
      options.values = (valuesObject ?? values)?.helmValues() ?? ""
      options.parameters = map.optional("parameters")?.list()?.compactMap { $0.helmParameter() } ?? []
      options.skipCrds = map.optional("skipCrds")?.boolean() ?? false
      // Tests of a chart are never part of what is rolled out.
      _ = map.optional("skipTests")?.boolean()
      options.kubeVersion = map.optional("kubeVersion")?.nonEmptyText()
      options.apiVersions = map.optional("apiVersions")?.texts() ?? []
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
