import FleetModel
import FleetRender
import Manifest

/// Merges any document into any other strategically: errors are fine; traps, and a second merge of the same patch that
/// changes something, are not.
///
/// The object and the patch stand one behind the other, with a line `---` between them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMerge(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let parts = Array(UnsafeBufferPointer(start: start, count: count)).split(
    separator: 0x0A, omittingEmptySubsequences: false
  ).split(separator: Array("---".utf8)[...], maxSplits: 1, omittingEmptySubsequences: false).map {
    Array($0.joined(separator: [0x0A])) + [0x0A]
  }
  guard parts.count == 2 else { return 0 }
  guard case .objects(let once) = kustomize(tree: MergedTree(object: parts[0], patch: parts[1], times: 1), path: "")
  else { return 0 }
  let text = kustomizeText(once)
  precondition((try? YAML.documents(Array(text.utf8))) == once, "what was merged is not read back")
  let twice = kustomize(tree: MergedTree(object: parts[0], patch: parts[1], times: 2), path: "")
  // kustomize's own oddities are followed, which merge some lists otherwise each time.
  guard isOrdinary(parts[0]), isOrdinary(parts[1]), !once.isEmpty else { return 0 }
  guard case .objects(let again) = twice else { preconditionFailure("what was merged cannot be merged again") }
  precondition(kustomizeText(again) == text, "merging the same once more changes something")
  return 0
}

/// Whether a document has no directives, and of lists only those whose elements have different names, or that are replaced.
private func isOrdinary(_ bytes: [UInt8]) -> Bool {
  guard let documents = try? YAML.documents(bytes) else { return false }
  return documents.count == 1 && documents.allSatisfy { isOrdinary($0, field: "") }
}

private func isOrdinary(_ node: Node, field: String) -> Bool {
  switch node.value {
  case .object(let object):
    return object.entries.allSatisfy { !$0.key.hasPrefix("$") && isOrdinary($0.value, field: $0.key) }
  case .array(let elements):
    let named = ["containers", "initContainers", "env", "volumes", "imagePullSecrets"]
    guard named.contains(field) else {
      let keyed = [
        "ports", "volumeMounts", "volumeDevices", "hostAliases", "topologySpreadConstraints", "conditions", "addresses",
        "podIPs", "podCIDRs", "ownerReferences", "finalizers", "drivers", "secrets", "webhooks", "ephemeralContainers",
      ]
      return !keyed.contains(field)
    }
    let names = elements.compactMap { $0["name"]?.string }
    return names.count == elements.count && !names.contains("") && Set(names).count == names.count
      && elements.allSatisfy { isOrdinary($0, field: "") }
  case .null: return false
  default: return true
  }
}

private struct MergedTree: SourceTree {
  let commit: CommitID
  private let contents: [String: [UInt8]]

  init(object: [UInt8], patch: [UInt8], times: Int) {
    guard let commit = CommitID(hexadecimal: String(repeating: "f1", count: 20)) else { preconditionFailure() }
    self.commit = commit
    let patches = String(repeating: "- {path: patch.yaml, target: {kind: .*}}\n", count: times)
    contents = [
      "kustomization.yaml": Array(("resources: [object.yaml]\npatches:\n" + patches).utf8), "object.yaml": object,
      "patch.yaml": patch,
    ]
  }

  func directories(under path: String) throws(SourceTreeError) -> [String] { [] }
  func files(under path: String) throws(SourceTreeError) -> [SourceFile] { [] }
  func contents(of path: String) throws(SourceTreeError) -> [UInt8]? { contents[path] }
  func objectID(of path: String) throws(SourceTreeError) -> String? { nil }
}
