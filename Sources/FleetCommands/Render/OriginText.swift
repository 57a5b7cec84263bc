internal import FleetAPI
internal import FleetModel
internal import FleetRender
internal import Manifest

/// Manifests for people, with what gave each field its value behind it.
struct OriginText {
  /// How far to the right comments begin at most; longer lines have theirs two spaces behind them.
  private static let widest = 60

  let style: Style

  /// A manifest in YAML with a comment on every line that has a value. It is the same YAML without them.
  func text(_ manifest: Node, _ fields: [ObjectOriginsResource.Field]) -> String {
    let text = YAML.text(manifest)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last?.isEmpty == true { lines.removeLast() }
    guard let written = try? YAML.documents(Array(text.utf8)).first else { return text }
    var places = Places(lines: lines)
    places.visit(written, path: "")
    let origins = Dictionary(fields.map { ($0.field, $0.origins) }, uniquingKeysWith: { first, _ in first })
    var comments: [Int: String] = [:]
    for (path, position) in places.values {
      if let own = origins[path], !own.isEmpty { comments[places.end(of: position)] = Self.text(own) }
    }
    let column = comments.keys.map { displayWidth(lines[$0]) }.filter { $0 <= Self.widest }.max() ?? 0
    for (line, comment) in comments {
      let gap = String(repeating: " ", count: max(0, column - displayWidth(lines[line])) + 2)
      lines[line] += gap + style(.quiet, "# " + comment)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What counts first, and what it lies over.
  static func text(_ origins: [FieldOrigin]) -> String {
    oneLine(origins.reversed().map(\.text).joined(separator: ", over "))
  }

  /// The fields of objects in columns.
  static func table(_ objects: [ObjectOriginsResource]) -> Table {
    Table(
      columns: [.init("OBJECT"), .init("FIELD"), .init("VALUE"), .init("ORIGIN")],
      rows: objects.flatMap { object in
        object.fields.map { field in
          [
            .init(object.object), .init(field.field), .init(truncated(oneLine(field.value), to: 40)),
            .init(text(field.origins)),
          ]
        }
      })
  }

  /// Where values stand in the lines of a YAML text.
  private struct Places {
    let lines: [String]
    private(set) var values: [(path: String, position: Position)] = []
    /// The lines on which a key or an element begins.
    private var begins: Set<Int> = []

    init(lines: [String]) { self.lines = lines }

    mutating func visit(_ node: Node, path: String) {
      if let position = node.position { begins.insert(Int(position.line) - 1) }
      switch node.value {
      case .object(let object) where !object.isEmpty:
        for entry in object.entries {
          if let position = entry.keyPosition { begins.insert(Int(position.line) - 1) }
          visit(entry.value, path: FieldPath.appending(key: entry.key, to: path))
        }
      case .array(let elements) where !elements.isEmpty:
        for (index, element) in elements.enumerated() {
          visit(element, path: FieldPath.appending(index: index, to: path))
        }
      default:
        if let position = node.position { values.append((path, position)) }
      }
    }

    /// The line behind which a comment of a value may stand: its first line when it is a block of text, where the others are
    /// part of it, else its last one.
    func end(of position: Position) -> Int {
      let line = Int(position.line) - 1
      guard lines.indices.contains(line),
        let first = lines[line].unicodeScalars.dropFirst(Int(position.column) - 1).first,
        first != "|", first != ">"
      else { return max(0, min(line, lines.count - 1)) }
      var end = line
      while end + 1 < lines.count, !begins.contains(end + 1) { end += 1 }
      return end
    }
  }
}

extension ObjectOriginsResource {
  /// What rendering found out about an object.
  init(_ found: OriginatedObject) {
    self.init(
      object: ObjectIdentity(of: found.manifest)?.display ?? "",
      fields: found.fields.map { field in
        Field(
          field: field.path, value: field.value.string ?? JSON.text(field.value, sortedKeys: true),
          origins: field.origins)
      })
  }
}
