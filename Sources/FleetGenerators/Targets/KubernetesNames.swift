/// Kubernetes' rules for names and labels (kubernetes.io/docs/concepts/overview/working-with-objects/names and labels).
/// Each function gives what is wrong, nil for a valid text.
enum KubernetesNames {
  /// RFC 1123 subdomain: names of most objects.
  static func subdomain(_ name: String) -> String? {
    if name.isEmpty { return "it is empty" }
    if name.utf8.count > 253 { return "it has \(name.utf8.count) characters, at most 253 are allowed" }
    let isValid = name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isLabel($0) }
    return isValid
      ? nil : "expected lower-case letters, digits, \"-\" and \".\", beginning and ending in a letter or digit"
  }

  /// RFC 1123 label: names of namespaces.
  static func label(_ name: String) -> String? {
    if name.isEmpty { return "it is empty" }
    if name.utf8.count > 63 { return "it has \(name.utf8.count) characters, at most 63 are allowed" }
    return isLabel(name[...])
      ? nil : "expected lower-case letters, digits and \"-\", beginning and ending in a letter or digit"
  }

  /// `prefix/name` or `name`: keys of labels and annotations.
  static func qualifiedName(_ key: String) -> String? {
    let parts = key.split(separator: "/", omittingEmptySubsequences: false)
    guard let name = parts.last, parts.count <= 2 else { return "expected name or prefix/name" }
    if parts.count == 2, let complaint = subdomain(String(parts[0])) { return "its prefix: \(complaint)" }
    if name.isEmpty { return "it is empty" }
    if name.utf8.count > 63 { return "it has \(name.utf8.count) characters after the prefix, at most 63 are allowed" }
    return isWord(name)
      ? nil : "expected letters, digits, \"-\", \"_\" and \".\", beginning and ending in a letter or digit"
  }

  /// A label's value; it may be empty.
  static func labelValue(_ value: String) -> String? {
    if value.utf8.count > 63 { return "it has \(value.utf8.count) characters, at most 63 are allowed" }
    let isValid = value.isEmpty || isWord(value[...])
    return isValid ? nil : "expected letters, digits, \"-\", \"_\" and \".\", beginning and ending in a letter or digit"
  }

  private static func isLabel(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    return isLowerOrDigit(first) && isLowerOrDigit(last)
      && text.utf8.allSatisfy { isLowerOrDigit($0) || $0 == UInt8(ascii: "-") }
  }

  private static func isWord(_ text: Substring) -> Bool {
    func isEnd(_ byte: UInt8) -> Bool { isLowerOrDigit(byte) || (65...90).contains(byte) }
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    return isEnd(first) && isEnd(last) && text.utf8.allSatisfy { isEnd($0) || "-_.".utf8.contains($0) }
  }

  private static func isLowerOrDigit(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (48...57).contains(byte) }
}
