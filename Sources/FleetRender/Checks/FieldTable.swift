import FleetModel
import Manifest

/// The fields of Kubernetes' own kinds with their types, read from lines: `!apiVersion Kind…` names kinds, whose type has the
/// same name unless `Kind=Type` says another; `Type: field=type…` names fields. A type is `s`, `i`, `n`, `b` (a text, a whole
/// number, a number, a truth value), `*` (anything), `[type]`, `{type}` (a map) or another type's name.
struct FieldTable: Sendable {
  private indirect enum FieldType: Sendable {
    case text, integer, number, boolean, anything
    case list(FieldType)
    case map(FieldType)
    case structure(String)
  }

  /// What does not fit.
  struct Misfit {
    /// The field's path.
    var path: String
    var message: String
    var hint = ""
    /// Where it stands.
    var position: Position?
  }

  /// The version of Kubernetes that has these fields; newer ones may have more.
  let version: KubernetesVersion
  private var types: [String: [String: FieldType]] = [:]
  private var kinds: [String: String] = [:]

  init(_ text: String, of version: KubernetesVersion) {
    self.version = version
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let head = words.first else { continue }
      for word in words.dropFirst() {
        let parts = word.split(separator: "=", maxSplits: 1)
        if head.first == "!" {
          kinds["\(head.dropFirst()) \(parts[0])"] = String(parts[parts.count - 1])
        } else if parts.count == 2 {
          types[String(head.dropLast()), default: [:]][String(parts[0])] = Self.type(parts[1])
        }
      }
    }
  }

  private static func type(_ spelling: Substring) -> FieldType {
    switch spelling {
    case "s": .text
    case "i": .integer
    case "n": .number
    case "b": .boolean
    case "*": .anything
    default:
      switch spelling.first {
      case "[": .list(type(spelling.dropFirst().dropLast()))
      case "{": .map(type(spelling.dropFirst().dropLast()))
      default: .structure(String(spelling))
      }
    }
  }

  /// What of an object no API server of this version would take; nothing for kinds that are not in the table.
  func misfits(of object: Node, apiVersion: String, kind: String) -> [Misfit] {
    guard let type = kinds["\(apiVersion) \(kind)"] else { return [] }
    var walk = Walk()
    check(object, .structure(type), &walk)
    return walk.misfits
  }

  /// Where a check is, spelled out only for what does not fit: most fields do.
  private struct Walk {
    enum Part {
      case key(String)
      case index(Int)
    }

    var parts: [Part] = []
    var misfits: [Misfit] = []

    mutating func note(_ message: String, hint: String, at position: Position?) {
      let path = parts.reduce("") { path, part in
        switch part {
        case .key(let key): FieldPath.appending(key: key, to: path)
        case .index(let index): FieldPath.appending(index: index, to: path)
        }
      }
      misfits.append(Misfit(path: path, message: message, hint: hint, position: position))
    }
  }

  private func check(_ node: Node, _ type: FieldType, _ walk: inout Walk) {
    switch (type, node.value) {
    case (_, .null), (.anything, _), (.text, .string), (.integer, .integer), (.boolean, .boolean): return
    case (.number, .integer), (.number, .decimal): return
    case (.list(let element), .array(let values)):
      for (index, value) in values.enumerated() {
        walk.parts.append(.index(index))
        check(value, element, &walk)
        walk.parts.removeLast()
      }
    case (.map(let element), .object(let map)):
      for entry in map.entries {
        walk.parts.append(.key(entry.key))
        check(entry.value, element, &walk)
        walk.parts.removeLast()
      }
    case (.structure(let name), .object(let map)):
      let fields = types[name] ?? [:]
      for entry in map.entries {
        walk.parts.append(.key(entry.key))
        if let type = fields[entry.key] {
          check(entry.value, type, &walk)
        } else {
          walk.note(
            "\(name) has no such field",
            hint: suggestion(for: entry.key, among: fields.keys).map { "did you mean \"\($0)\"?" } ?? "",
            at: entry.value.position)
        }
        walk.parts.removeLast()
      }
    default:
      let isScalar = node.object == nil && node.array == nil
      walk.note(
        "expected \(Self.name(of: type)), not \(node.kindName)",
        hint: isScalar ? Self.hint(for: type) : "", at: node.position)
    }
  }

  private static func name(of type: FieldType) -> String {
    switch type {
    case .text: "a text"
    case .integer: "a whole number"
    case .number: "a number"
    case .boolean: "true or false"
    case .list: "a list"
    case .map, .structure: "a map"
    case .anything: "anything"
    }
  }

  private static func hint(for type: FieldType) -> String { if case .text = type { "write it in quotes" } else { "" } }
}
