public import FleetModel
public import Manifest

extension IgnoredDifference {
  /// Reads an Application's `spec.ignoreDifferences`.
  ///
  /// - Parameters:
  ///   - node: the list.
  ///   - field: where it stands, for messages.
  /// - Throws: every field that is unknown or not understood.
  public static func read(_ node: Node, field: String) throws(DiagnosticsError) -> [IgnoredDifference] {
    let findings = Findings(file: "")
    let rules = FieldReader(node: node, path: field, findings: findings).list()?.compactMap { $0.ignoredDifference() }
    guard let rules, findings.errorCount == 0 else { throw DiagnosticsError(findings.sorted) }
    return rules
  }
}

extension FieldReader {
  /// An element of `ignoreDifferences`, as Argo CD has it.
  func ignoredDifference() -> IgnoredDifference? {
    let read = MapReader.read(self) { map -> IgnoredDifference? in
      let objects = map.objectPattern()
      let pointers = map.optional("jsonPointers")?.list()?.compactMap { $0.jsonPointer() } ?? []
      let expressions =
        map.optional("jqPathExpressions")?.list()?.compactMap { field in
          field.expression { (text) throws(FieldExpressionError) in try FieldExpression(namingFields: text) }
        } ?? []
      let managers = map.optional("managedFieldsManagers")?.texts() ?? []
      let keys = ["jsonPointers", "jqPathExpressions", "managedFieldsManagers"]
      if !map.writtenKeys.contains(where: keys.contains) {
        map.reportMissing(keys) { self.error("names no field", hint: "give one of \(keys.joined(separator: ", "))") }
      }
      return objects.map {
        IgnoredDifference(
          objects: $0, jsonPointers: pointers, jqPathExpressions: expressions, managedFieldsManagers: managers)
      }
    }
    return read ?? nil
  }

  /// An element of a FleetSet's `health`.
  func healthRules() -> HealthRules? {
    let read = MapReader.read(self) { map -> HealthRules? in
      let objects = map.objectPattern()
      let rules = map.required("rules", hint: "a list of when, health and message")
      let lines = rules?.list()?.compactMap { $0.healthLine() } ?? []
      if let rules, rules.node.array?.isEmpty == true { rules.error("there is no rule") }
      let otherwise = map.optional("otherwise")?.toldHealth() ?? .progressing
      return objects.map { HealthRules(objects: $0, lines: lines, otherwise: otherwise) }
    }
    return read ?? nil
  }

  private func healthLine() -> HealthRules.Line? {
    let read = MapReader.read(self) { map -> HealthRules.Line? in
      let when = map.required("when", hint: "such as .status.phase == \"Ready\"")?
        .expression { (text) throws(FieldExpressionError) in try FieldExpression(text) }
      let health = map.required("health")?.toldHealth()
      let message = map.optional("message")?.healthMessage() ?? ""
      guard let when, let health else { return nil }
      return HealthRules.Line(when: when, health: health, message: message)
    }
    return read ?? nil
  }

  /// A health that a manifest's author can tell.
  private func toldHealth() -> Health? {
    guard let health = choice(Health.self) else { return nil }
    guard health != .missing else {
      error("\"Missing\" is what is not there, which no rule can see", hint: "give Progressing or Degraded")
      return nil
    }
    return health
  }

  private func healthMessage() -> String? {
    guard let text = nonEmptyText(), text.hasPrefix(".") else { return nonEmptyText() }
    return expression { (text) throws(FieldExpressionError) in try FieldExpression(text) }
  }

  private func jsonPointer() -> String? {
    guard let text = nonEmptyText() else { return nil }
    guard let pointer = JSONPointer(text), !pointer.tokens.isEmpty else {
      expected("a JSON pointer, such as /spec/replicas")
      return nil
    }
    return text
  }

  private func expression(_ check: (String) throws(FieldExpressionError) -> FieldExpression) -> String? {
    guard let text = nonEmptyText() else { return nil }
    do throws(FieldExpressionError) {
      _ = try check(text)
      return text
    } catch {
      self.error(error.message, hint: error.hint)
      return nil
    }
  }
}

extension MapReader {
  /// `group`, `kind`, `namespace` and `name` of the objects that a rule is about.
  fileprivate func objectPattern() -> ObjectPattern? {
    let group = optional("group")?.text() ?? ""
    let kind = required("kind", hint: "\"*\" stands for every kind")?.nonEmptyText()
    let namespace = optional("namespace")?.text() ?? ""
    let name = optional("name")?.text() ?? ""
    return kind.map { ObjectPattern(group: group, kind: $0, namespace: namespace, name: name) }
  }
}
