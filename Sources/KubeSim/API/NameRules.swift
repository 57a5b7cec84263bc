import Manifest

/// The rules for keys and values of labels, annotations and data, with the server's own words (exchanges 025, 026, 034).
enum NameRules {
  static let namePart =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
    + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
  static let labelName =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and "
    + "end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"

  /// Why a text is no qualified name; nil when it is one.
  static func qualifiedName(_ text: String) -> String? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2 else {
      return "a valid label key \(namePart) with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
    }
    let name = parts.last ?? ""
    if name.isEmpty { return "name part must be non-empty" }
    if name.utf8.count > 63 { return "name part must be no more than 63 characters" }
    return isName(name) ? nil : "name part \(namePart)"
  }

  /// Why a text is no value of a label; nil when it is one.
  static func labelValue(_ text: String) -> String? {
    if text.utf8.count > 63 { return "must be no more than 63 characters" }
    if text.isEmpty || isName(text[...]) { return nil }
    return
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
      + "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
      + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
  }

  /// Why a text is no key of a ConfigMap or Secret; nil when it is one.
  static func dataKey(_ text: String) -> String? {
    let isGood = !text.isEmpty && text.utf8.allSatisfy { isLetterOrDigit($0) || "-._".utf8.contains($0) }
    return isGood
      ? nil
      : "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  "
        + "or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
  }

  /// What is wrong with an object's labels, annotations, owners and finalizers.
  static func metadata(_ object: Node, _ causes: inout [FieldCause]) {
    // Values before keys, as the server tells them.
    for entry in object["metadata", "labels"]?.object?.entries ?? [] {
      if let words = qualifiedName(entry.key) { causes.append(.invalid("metadata.labels", .text(entry.key), words)) }
      if let value = entry.value.string, let words = labelValue(value) {
        causes.append(.invalid("metadata.labels", .text(value), words))
      }
    }
    var bytes = 0
    for entry in object["metadata", "annotations"]?.object?.entries ?? [] {
      if let words = qualifiedName(entry.key) {
        causes.append(.invalid("metadata.annotations", .text(entry.key), words))
      }
      bytes += entry.key.utf8.count + (entry.value.string?.utf8.count ?? 0)
    }
    if bytes > 262_144 { causes.append(.tooLong("metadata.annotations", 262_144)) }
    for owner in object["metadata", "ownerReferences"]?.array ?? [] where (owner["uid"]?.string ?? "").isEmpty {
      causes.append(.invalid("metadata.ownerReferences.uid", "", "must not be empty"))
    }
    for (index, finalizer) in object.finalizers.enumerated()
    where !finalizer.contains("/") && !["kubernetes", "orphan", "foregroundDeletion"].contains(finalizer) {
      causes.append(
        .invalid(
          "metadata.finalizers[\(index)]", .text(finalizer),
          "name is neither a standard finalizer name nor is it fully qualified"))
    }
  }

  /// Whether a text is a lowercase label of RFC 1123.
  static func isLabelName(_ text: String) -> Bool {
    let lower = text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    return !text.isEmpty && lower && !text.hasPrefix("-") && !text.hasSuffix("-")
  }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    return isLetterOrDigit(first) && isLetterOrDigit(last)
      && text.utf8.allSatisfy { isLetterOrDigit($0) || "-_.".utf8.contains($0) }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte)
  }
}
