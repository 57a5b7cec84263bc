import FleetModel
import Manifest

extension ManifestSources {
  /// Puts a kustomization over the objects, natively.
  ///
  /// - Parameter commit: the commit that they come from.
  /// - Returns: a warning when it changes nothing.
  /// - Throws: what kustomize would refuse, and what only the program could do.
  mutating func apply(_ overlay: RenderOverlay, at commit: CommitID) throws(DiagnosticsError) -> [Diagnostic] {
    func problem(_ message: String, hint: String = "", severity: Diagnostic.Severity = .error) -> Diagnostic {
      Diagnostic(
        severity: severity, field: "spec.overrides", message: "override \(overlay.name): \(message)", hint: hint)
    }
    let tree = try OverlayTree(overlay, over: entries.map(\.manifest), at: commit)
    let followed = entries.compactMap(\.traced)
    let trace =
      followed.isEmpty
      ? nil : BuildTrace(parts: KustomizationParts(override: overlay.name) { _ in nil }, earlier: followed)
    switch trace.map({ kustomize(tree: tree, path: "", trace: $0) }) ?? kustomize(tree: tree, path: "") {
    case .needsProgram(let reason):
      throw DiagnosticsError([problem("\(reason) cannot be changed here", hint: "change it in the directory")])
    case .failed(let problems):
      throw DiagnosticsError(
        problems.map { found in
          problem(found.field.isEmpty ? found.message : "\(found.field): \(found.message)", hint: found.hint)
        })
    case .objects(let objects):
      let before = Set(entries.map(\.manifest))
      let files = Dictionary(
        entries.map { (Self.identity($0.manifest), $0.file) }, uniquingKeysWith: { first, _ in first })
      removeAll()
      for object in objects { add([object], file: files[Self.identity(object)] ?? "override \(overlay.name)") }
      if let trace { follow(trace.documents) }
      guard before == Set(objects) else { return [] }
      return [
        problem("changes nothing", hint: "look at its targets and at the names of its images", severity: .warning)
      ]
    }
  }

  private static func identity(_ object: Node) -> [String?] {
    [
      object["apiVersion"]?.string, object["kind"]?.string, object["metadata"]?["namespace"]?.string,
      object["metadata"]?["name"]?.string,
    ]
  }
}

/// Objects and a kustomization over them, as files.
private struct OverlayTree: SourceTree {
  private static let resources = "resources.yaml"
  private let files: [String: [UInt8]]
  let commit: CommitID

  init(_ overlay: RenderOverlay, over objects: [Node], at commit: CommitID) throws(DiagnosticsError) {
    guard var definition = try JSON.parse(Array(overlay.kustomization.utf8)).object else {
      throw DiagnosticsError([
        Diagnostic(field: "spec.overrides", message: "override \(overlay.name) is no kustomization")
      ])
    }
    definition["resources"] = Node(.array([Node(.string(Self.resources))]))
    self.commit = commit
    files = [
      Self.resources: Array(kustomizeText(objects).utf8),
      "kustomization.yaml": JSON.bytes(Node(.object(definition))),
    ]
  }

  func directories(under path: String) -> [String] { [] }

  func files(under path: String) -> [SourceFile] {
    files.sorted { $0.key < $1.key }.map { SourceFile(path: $0.key, objectID: "", sizeBytes: Int64($0.value.count)) }
  }

  func contents(of path: String) -> [UInt8]? { files[path] }
  func objectID(of path: String) -> String? { files[path].map { _ in path } }
}
