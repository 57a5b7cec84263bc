import FleetDocuments
import FleetModel
import Manifest

/// A document of another system, with the file that it stands in.
struct SourceDocument {
  var node: Node
  var file: String

  var kind: String { node["kind"]?.string ?? "" }
  var group: String {
    let version = node["apiVersion"]?.string ?? ""
    return version.split(separator: "/").count == 2 ? String(version.prefix { $0 != "/" }) : ""
  }
  var name: String { node["metadata", "name"]?.string ?? "" }
  var namespace: String { node["metadata", "namespace"]?.string ?? "" }
  var labels: [String: String] { node["metadata", "labels"]?.texts ?? [:] }
  var annotations: [String: String] { node["metadata", "annotations"]?.texts ?? [:] }

  /// For messages.
  var title: String { "\(kind) \"\(name)\"" }
}

/// What was made and noted so far.
struct ImportBook {
  private(set) var documents: [Node] = []
  private(set) var findings: [ImportFinding] = []
  private(set) var steps: [ImportStep] = []

  private var errors: [Diagnostic] = []

  /// Everything, unless something was not valid: half an import would look like a whole one.
  ///
  /// - Throws: `DiagnosticsError` with all that is not valid.
  func result() throws(DiagnosticsError) -> ImportResult {
    guard errors.isEmpty else {
      throw DiagnosticsError(errors.sorted { ($0.file, $0.line, $0.column) < ($1.file, $1.line, $1.column) })
    }
    let ordered = findings.sorted { ($0.file, $0.line, $0.column, $0.field) < ($1.file, $1.line, $1.column, $1.field) }
    return ImportResult(documents: documents, findings: ordered, steps: steps)
  }

  /// A file, or a document of it, is not valid for the system that it was written for.
  mutating func refuse(_ problems: [Diagnostic]) { errors += problems }

  /// A field is not valid for the system that it was written for.
  mutating func refuse(_ source: SourceDocument, _ field: String, _ message: String, hint: String = "") {
    let position = FieldPath.position(of: field, in: source.node)
    refuse([
      Diagnostic(
        file: source.file, line: Int(position?.line ?? 0), column: Int(position?.column ?? 0), field: field,
        message: message, hint: hint)
    ])
  }

  mutating func add(_ document: Node) { documents.append(document) }

  /// Something has no place in Flotilla's documents.
  mutating func leaveOut(_ source: SourceDocument, _ field: String, _ message: String, hint: String = "") {
    note(.leftOut, source, field, message, hint)
  }

  /// Something means something else than it did.
  mutating func differs(_ source: SourceDocument, _ field: String, _ message: String, hint: String = "") {
    note(.differs, source, field, message, hint)
  }

  /// Something has to be done besides; the same is told once.
  ///
  /// - Parameter project: whose it is; nil for what belongs to no project.
  mutating func step(_ command: String, in project: ProjectName?, _ reason: String) {
    let option = project.map { $0 == .defaultProject ? "" : " --project \($0)" } ?? ""
    let step = ImportStep(command: command + option, reason: reason)
    if !steps.contains(where: { $0.command == step.command }) { steps.append(step) }
  }

  /// Fields that are none of the known ones: nobody can say what is lost with them.
  mutating func leaveOutUnknown(_ source: SourceDocument, _ field: String, known: Set<String>) {
    guard let object = source.field(field)?.object else { return }
    for entry in object.entries where !known.contains(entry.key) && !entry.value.isUnset {
      let near = suggestion(for: entry.key, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
      leaveOut(source, FieldPath.appending(key: entry.key, to: field), "is not known" + near)
    }
  }

  private mutating func note(
    _ outcome: ImportFinding.Outcome, _ source: SourceDocument, _ field: String, _ message: String, _ hint: String
  ) {
    let position = FieldPath.position(of: field, in: source.node)
    let finding = ImportFinding(
      outcome: outcome, file: source.file, line: Int(position?.line ?? 0), column: Int(position?.column ?? 0),
      field: field, message: message, hint: hint)
    if !findings.contains(finding) { findings.append(finding) }
  }
}

extension SourceDocument {
  /// The value of a field, by its path of plain keys; nil when it is not written.
  func field(_ path: String) -> Node? {
    var current: Node? = node
    for key in path.split(separator: ".") where current != nil {
      guard let bracket = key.firstIndex(of: "["), let index = Int(key[bracket...].dropFirst().dropLast()) else {
        current = current?[String(key)]
        continue
      }
      current = current?[String(key[..<bracket])]?[index]
    }
    return current?.isNull == true ? nil : current
  }
}

extension ImportFile {
  /// The documents of files that have a mark in them; a folder may hold much else, such as templates of charts, which are
  /// no YAML.
  static func documents(_ files: [ImportFile], with mark: String, _ book: inout ImportBook) -> [SourceDocument] {
    var documents: [SourceDocument] = []
    for file in files where file.contains(mark) {
      let (nodes, problems) = DocumentReader.readableDocuments(file.content, file: file.name)
      documents += DocumentReader.unpackingLists(nodes).map { SourceDocument(node: $0, file: file.name) }
      book.refuse(problems)
    }
    return documents
  }

  private func contains(_ text: String) -> Bool {
    let wanted = Array(text.utf8)
    guard content.count >= wanted.count else { return false }
    return (0...(content.count - wanted.count)).contains { start in
      content[start] == wanted[0] && content[start..<(start + wanted.count)].elementsEqual(wanted)
    }
  }
}

extension Node {
  /// The entries that are texts.
  var texts: [String: String] {
    Dictionary(
      (object?.entries ?? []).compactMap { entry in entry.value.string.map { (entry.key, $0) } },
      uniquingKeysWith: { $1 })
  }

  /// Whether nothing is said: nothing, `false`, an empty text, list or map.
  var isUnset: Bool {
    switch value {
    case .null: true
    case .boolean(let flag): !flag
    case .string(let text): text.isEmpty
    case .array(let elements): elements.isEmpty
    case .object(let object): object.isEmpty
    default: false
    }
  }

  /// A map of the fields that are not nil.
  static func map(_ fields: KeyValuePairs<String, Node?>) -> Node {
    var object = Object()
    for (key, value) in fields { object[key] = value }
    return Node(.object(object))
  }

  /// A text.
  static func text(_ text: String) -> Node { Node(.string(text)) }
}

/// Names that Flotilla takes, each given once.
struct NameBook {
  private var taken: Set<String> = []

  /// A name made of a text: lower case, letters, digits, `-` and `.`, at most 63; with a number behind it when it is
  /// taken.
  mutating func name(_ text: String) -> String {
    let base = Self.valid(text)
    var name = base
    var number = 2
    while !taken.insert(name).inserted {
      let suffix = "-\(number)"
      name = Self.trimmed(String(base.prefix(63 - suffix.count))) + suffix
      number += 1
    }
    return name
  }

  /// The text as a name; `unnamed` when nothing of it can stay.
  static func valid(_ text: String) -> String {
    let mapped = text.lowercased().unicodeScalars.map { scalar -> Character in
      switch scalar {
      case "a"..."z", "0"..."9", "-", ".": Character(scalar)
      default: "-"
      }
    }
    // A name is a subdomain: labels between dots begin and end with a letter or digit.
    let labels = String(mapped).split(separator: ".").map { trimmed(String($0)) }.filter { !$0.isEmpty }
    let name = trimmed(String(labels.joined(separator: ".").prefix(63)))
    return name.isEmpty ? "unnamed" : name
  }

  private static func trimmed(_ text: String) -> String {
    var rest = text[...]
    while let last = rest.last, last == "-" || last == "." { rest.removeLast() }
    while let first = rest.first, first == "-" || first == "." { rest.removeFirst() }
    return String(rest)
  }

  /// The name of a repository by its URL: the last part of its path.
  static func ofRepository(_ url: String) -> String {
    var text = url[...]
    while text.hasSuffix("/") { text.removeLast() }
    if text.hasSuffix(".git") { text.removeLast(4) }
    let last = text.split { $0 == "/" || $0 == ":" }.last ?? ""
    return valid(String(last))
  }
}
