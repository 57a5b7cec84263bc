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
    var misfits: [Misfit] = []
    check(object, .structure(type), path: "", of: kind, &misfits)
    return misfits
  }

  private func check(_ node: Node, _ type: FieldType, path: String, of owner: String, _ misfits: inout [Misfit]) {
    guard !node.isNull else { return }
    func expect(_ holds: Bool, _ wanted: String, hint: String = "") {
      guard !holds else { return }
      misfits.append(
        Misfit(path: path, message: "expected \(wanted), not \(node.kindName)", hint: hint, position: node.position))
    }
    switch type {
    case .anything: return
    case .text:
      expect(node.string != nil, "a text", hint: node.object == nil && node.array == nil ? "write it in quotes" : "")
    case .integer: expect(node.integer != nil, "a whole number")
    case .number: expect(node.decimal != nil, "a number")
    case .boolean: expect(node.boolean != nil, "true or false")
    case .list(let element):
      expect(node.array != nil, "a list")
      for (index, value) in (node.array ?? []).enumerated() {
        check(value, element, path: FieldPath.appending(index: index, to: path), of: owner, &misfits)
      }
    case .map(let value):
      expect(node.object != nil, "a map")
      for entry in node.object?.entries ?? [] {
        check(entry.value, value, path: FieldPath.appending(key: entry.key, to: path), of: owner, &misfits)
      }
    case .structure(let name):
      expect(node.object != nil, "a map")
      let fields = types[name] ?? [:]
      for entry in node.object?.entries ?? [] {
        let field = FieldPath.appending(key: entry.key, to: path)
        if let type = fields[entry.key] {
          check(entry.value, type, path: field, of: name, &misfits)
        } else {
          let meant = suggestion(for: entry.key, among: fields.keys)
          misfits.append(
            Misfit(
              path: field, message: "\(owner == name ? name : "\(owner)'s \(name)") has no such field",
              hint: meant.map { "did you mean \"\($0)\"?" } ?? "", position: entry.value.position))
        }
      }
    }
  }
}
