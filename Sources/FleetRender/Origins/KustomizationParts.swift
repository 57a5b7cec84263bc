import FleetModel
import Manifest

/// How the parts of kustomizations are called, and where they are written.
final class KustomizationParts {
  /// A kustomization as it lies in the commit, and as `source.kustomize` changed it.
  struct Edit {
    var file: String
    var original: Node
    var edited: Node
  }

  private let edit: Edit?
  /// The override that the kustomization is of; nil for one that lies in a directory.
  let override: String?
  private let contents: (String) -> [UInt8]?
  private var documents: [String: Node?] = [:]

  /// - Parameter contents: the bytes of a file of the build.
  init(override: String? = nil, edit: Edit? = nil, contents: @escaping (String) -> [UInt8]?) {
    self.override = override
    self.edit = edit
    self.contents = contents
  }

  /// Whether lines of a file are those that somebody wrote.
  func hasLines(_ file: String) -> Bool { override == nil && edit?.file != file }

  /// What a part of a kustomization did.
  ///
  /// - Parameters:
  ///   - place: the file and line where the value is written, when that is not the part itself.
  ///   - key: the last key of the field that was set.
  func origin(
    _ kind: FieldOrigin.Kind, _ part: String, of file: String, at place: (file: String, line: Int?)? = nil,
    key: String = ""
  ) -> FieldOrigin {
    if let override { return FieldOrigin(kind: .override, part: "override \(override): \(part)") }
    var part = part
    var line: Int?
    if let edit, edit.file == file {
      guard let written = Self.written(part, key, edit) else {
        let field = "source.kustomize.\(Self.field(part, edit))"
        guard let place, place.file != file else { return FieldOrigin(kind: .fleetSet, part: field) }
        return FieldOrigin(
          kind: .fleetSet, file: place.file, line: place.line, part: field, kustomization: "the FleetSet")
      }
      part = written
      line = Self.line(of: part, key, in: edit.original)
    } else {
      line = document(file).flatMap { Self.line(of: part, key, in: $0) }
    }
    guard let place, place.file != file else {
      let known = hasLines(file) ? place?.line : nil
      return FieldOrigin(kind: kind, file: file, line: known ?? line, part: part)
    }
    return FieldOrigin(kind: kind, file: place.file, line: place.line, part: part, kustomization: file)
  }

  /// The line of a part, or of the key of it that was set.
  private static func line(of part: String, _ key: String, in document: Node) -> Int? {
    let map = part.hasPrefix("labels[") ? part + ".pairs" : part
    let path = key.isEmpty ? part : FieldPath.appending(key: key, to: map)
    return FieldPath.position(of: path, in: document).map { Int($0.line) }
  }

  private func document(_ file: String) -> Node? {
    if let known = documents[file] { return known }
    let document = contents(file).flatMap { try? YAML.documents($0).first }
    documents[file] = .some(document)
    return document
  }

  // MARK: What source.kustomize changed

  private static func split(_ part: String) -> (field: String, index: Int?) {
    guard let open = part.firstIndex(of: "["), part.last == "]" else { return (part, nil) }
    return (String(part[..<open]), Int(part[part.index(after: open)...].dropLast()))
  }

  /// The part as the file of the commit has it; nil for what it has not.
  private static func written(_ part: String, _ key: String, _ edit: Edit) -> String? {
    let (field, index) = split(part)
    let (original, edited) = (edit.original[field], edit.edited[field])
    if let index {
      guard let element = edited?[index], let place = original?.array?.firstIndex(of: element) else { return nil }
      return "\(field)[\(place)]"
    }
    if original?.object != nil, let value = edited?[key] { return original?[key] == value ? part : nil }
    return original != nil && original == edited ? part : nil
  }

  /// The field of `source.kustomize` that added a part.
  private static func field(_ part: String, _ edit: Edit) -> String {
    let (field, index) = split(part)
    switch field {
    case "labels": return "commonLabels"
    case "patches":
      let own = (index ?? 0) - (edit.original[field]?.array?.count ?? 0)
      return own >= 0 ? "patches[\(own)]" : field
    default: return field
    }
  }
}

extension KustomizationParts {
  /// Those of the kustomizations of a commit.
  convenience init(of tree: any SourceTree) {
    self.init { path in try? tree.contents(of: path) }
  }

  /// Those of a commit with one kustomization that `source.kustomize` changed.
  convenience init(of tree: EditedTree) {
    func document(_ bytes: [UInt8]?) -> Node { bytes.flatMap { try? YAML.documents($0).first } ?? [:] }
    let original = try? tree.tree.contents(of: tree.file)
    self.init(edit: Edit(file: tree.file, original: document(original), edited: document(tree.bytes))) { path in
      try? tree.contents(of: path)
    }
  }
}
