internal import FleetModel
internal import Manifest

extension FieldReader {
  /// A name as DNS-1123 defines it (RFC 1123 with dots), short enough to be a label's value in a cluster.
  func name() -> String? {
    guard let text = text() else { return nil }
    guard LabelSyntax.isSubdomain(text), text.utf8.count <= 63 else {
      error(
        "\(found) is not a name",
        hint: "use lower-case letters, digits, \"-\" and \".\", at most 63, with a letter or digit at both ends")
      return nil
    }
    return text
  }

  /// Texts by name, whatever they are.
  func textsByKey() -> [String: String]? {
    guard let object = node.object else {
      expected("a map of texts")
      return nil
    }
    var texts: [String: String] = [:]
    for entry in object.entries {
      texts[entry.key] = child(entry).text()
    }
    return texts
  }

  /// Labels with keys and values as Kubernetes wants them.
  ///
  /// - Parameters:
  ///   - mayBeTemplates: whether a key or value with `{{` in it is taken as it is.
  ///   - hasFreeValues: whether values may be any text.
  func labels(mayBeTemplates: Bool = false, hasFreeValues: Bool = false) -> [String: String]? {
    guard let texts = textsByKey() else { return nil }
    for entry in node.object?.entries ?? [] {
      if !mayBeTemplates || !entry.key.contains("{{") { checkLabelKey(entry) }
      guard !hasFreeValues, let text = texts[entry.key], !mayBeTemplates || !text.contains("{{") else { continue }
      child(entry).checkLabelValue()
    }
    return texts
  }

  /// Annotations: keys as Kubernetes wants them, any values.
  func annotations() -> [String: String]? {
    for entry in node.object?.entries ?? [] { checkLabelKey(entry) }
    return textsByKey()
  }

  /// Labels or annotations of a template, whose keys and values may be templates too.
  func templatedLabels(areLabels: Bool) -> [String: String]? {
    labels(mayBeTemplates: true, hasFreeValues: !areLabels)
  }

  /// A label's key; a template, as children of a matrix may have, is taken as it is.
  func labelKey() -> String? {
    guard let text = nonEmptyText() else { return nil }
    guard LabelSyntax.isKey(text) || text.contains("{{") else {
      error("\(found) is not a label's key", hint: LabelSyntax.keyHint)
      return nil
    }
    return text
  }

  /// A label selector with `matchLabels` and `matchExpressions`.
  ///
  /// - Parameter isOverLabels: whether it looks at labels; parameters, which a post-filter looks at, have any values.
  func selector(isOverLabels: Bool = true) -> LabelSelector? {
    MapReader.read(self) { map in
      LabelSelector(
        matchLabels: map.optional("matchLabels")?.labels(mayBeTemplates: true, hasFreeValues: !isOverLabels) ?? [:],
        matchExpressions: map.optional("matchExpressions")?.list()?.compactMap {
          $0.requirement(isOverLabels: isOverLabels)
        } ?? [])
    }
  }

  private func requirement(isOverLabels: Bool) -> LabelRequirement? {
    let read = MapReader.read(self) { map -> LabelRequirement? in
      let key = map.required("key")?.labelKey()
      let judgement = map.required("operator", hint: "give one of In, NotIn, Exists, DoesNotExist")?
        .choice(LabelRequirement.Operator.self)
      let valuesField = map.optional("values")
      let elements = valuesField?.list()
      let values = elements?.compactMap { element in
        let text = element.text()
        if isOverLabels, text?.contains("{{") == false { element.checkLabelValue() }
        return text
      }
      guard let key, let judgement else { return nil }
      switch judgement {
      case .isIn, .isNotIn:
        if valuesField == nil || elements?.isEmpty == true {
          (valuesField ?? self).error("\(judgement.rawValue) needs at least one value in \"values\"")
        }
      case .exists, .doesNotExist:
        if elements?.isEmpty == false { valuesField?.error("\(judgement.rawValue) takes no values") }
      }
      return LabelRequirement(key: key, operator: judgement, values: values ?? [])
    }
    return read ?? nil
  }

  private func checkLabelKey(_ entry: Object.Entry) {
    guard !LabelSyntax.isKey(entry.key) else { return }
    findings.add(
      at: entry.keyPosition, field: FieldPath.appending(key: entry.key, to: path), "the key is not valid",
      hint: LabelSyntax.keyHint)
  }

  private func checkLabelValue() {
    guard let text = node.string, !LabelSyntax.isValue(text) else { return }
    error("\(found) is not a label's value", hint: LabelSyntax.valueHint)
  }

  func child(_ entry: Object.Entry) -> FieldReader {
    FieldReader(node: entry.value, path: FieldPath.appending(key: entry.key, to: path), findings: findings)
  }
}

/// What Kubernetes takes for names, label keys and label values.
enum LabelSyntax {
  static let keyHint =
    "use letters, digits, \"-\", \"_\" and \".\", at most 63, optionally after a domain and \"/\""
  static let valueHint =
    "use letters, digits, \"-\", \"_\" and \".\", at most 63, with a letter or digit at both ends"

  static func isSubdomain(_ text: String) -> Bool {
    guard (1...253).contains(text.utf8.count) else { return false }
    return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
      guard let first = label.first, let last = label.last, label.count <= 63 else { return false }
      return isLowerOrDigit(first) && isLowerOrDigit(last)
        && label.allSatisfy { isLowerOrDigit($0) || $0 == UInt8(ascii: "-") }
    }
  }

  static func isKey(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let name = parts.last, !name.isEmpty, isValue(String(name)) else { return false }
    return parts.count == 1 || isSubdomain(String(parts[0]))
  }

  static func isValue(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return true }
    return text.utf8.count <= 63 && isAlphanumeric(first) && isAlphanumeric(last)
      && text.utf8.allSatisfy { isAlphanumeric($0) || [0x2D, 0x5F, 0x2E].contains($0) }
  }

  private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isLowerOrDigit(byte) || (0x41...0x5A).contains(byte)
  }
}
