import Manifest

/// A place in a kustomization that names a file, a directory or something elsewhere.
struct KustomizationReference {
  var text: String
  var field: String
  var position: Position?
  /// Whether the field itself is not allowed.
  var isRefused = false

  /// What looks like a URL, or like the short forms that kustomize hands to git.
  var isRemote: Bool {
    if !Self.isSuspect(text) { return false }
    if text.contains("://") || text.contains("?") || text.hasPrefix("git::") || text.hasPrefix("git@") { return true }
    let lower = text.lowercased()
    if ["github.com", "gitlab.com", "bitbucket.org"].contains(where: { lower.hasPrefix($0) }) { return true }
    // host:path, and repository//directory
    return text.contains(":") || (text.contains("//") && !text.hasPrefix("."))
  }

  /// Whether a text begins with a letter of the hosts that are known, or has something that paths seldom have: `:`, `?`, `@`
  /// or `//`.
  private static func isSuspect(_ text: String) -> Bool {
    let isSuspect = text.utf8.withContiguousStorageIfAvailable { bytes in
      if let first = bytes.first, first | 0x20 == UInt8(ascii: "g") || first | 0x20 == UInt8(ascii: "b") { return true }
      var previous: UInt8 = 0
      for byte in bytes {
        if byte == 0x3A || byte == 0x3F || byte == 0x40 || byte == 0x2F && previous == 0x2F { return true }
        previous = byte
      }
      return false
    }
    return isSuspect ?? true
  }

  private static let pathLists = [
    "resources", "bases", "components", "crds", "configurations", "transformers", "generators", "validators",
    "patchesStrategicMerge",
  ]
  private static let objectLists = ["patches", "patchesJson6902", "replacements"]
  private static let refused = ["helmCharts", "helmChartInflationGenerator", "helmGlobals"]

  /// Every reference of a kustomization file.
  static func all(in document: Node) -> [KustomizationReference] {
    var result: [KustomizationReference] = []
    func add(_ node: Node?, _ field: String, isInlineAllowed: Bool = false) {
      guard let text = node?.string, !text.isEmpty else { return }
      // Inline documents may stand where a path may.
      if isInlineAllowed, text.contains("\n") || text.contains("{") { return }
      result.append(KustomizationReference(text: text, field: field, position: node?.position))
    }
    for field in refused where document[field] != nil && document[field]?.isNull == false {
      result.append(
        KustomizationReference(text: "", field: field, position: document[field]?.position, isRefused: true))
    }
    for field in pathLists {
      for (index, entry) in (document[field]?.array ?? []).enumerated() {
        add(entry, "\(field)[\(index)]", isInlineAllowed: field != "resources" && field != "bases")
      }
    }
    for field in objectLists {
      for (index, entry) in (document[field]?.array ?? []).enumerated() {
        add(entry["path"], "\(field)[\(index)].path")
      }
    }
    add(document["openapi", "path"], "openapi.path")
    for field in ["configMapGenerator", "secretGenerator"] {
      for (index, generator) in (document[field]?.array ?? []).enumerated() {
        let place = "\(field)[\(index)]"
        for (number, entry) in (generator["files"]?.array ?? []).enumerated() {
          addKeyed(entry, "\(place).files[\(number)]", to: &result)
        }
        for (number, entry) in (generator["envs"]?.array ?? []).enumerated() { add(entry, "\(place).envs[\(number)]") }
        add(generator["env"], "\(place).env")
      }
    }
    return result
  }

  /// `path`, or `key=path`.
  private static func addKeyed(_ node: Node, _ field: String, to result: inout [KustomizationReference]) {
    guard let text = node.string, !text.isEmpty else { return }
    let path = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).last.map(String.init) ?? text
    result.append(KustomizationReference(text: path, field: field, position: node.position))
  }
}
