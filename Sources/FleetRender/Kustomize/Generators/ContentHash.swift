import FleetModel
import Manifest

/// The suffix that kustomize gives the names of generated ConfigMaps and Secrets: ten letters of the SHA-256 over a JSON
/// text of their data.
enum ContentHash {
  static func suffix(of resource: Resource) throws(KustomizeStop) -> String {
    let fields: [String]
    switch resource.kind {
    case "ConfigMap": fields = ["binaryData", "data"]
    case "Secret": fields = ["data", "stringData"]
    default: throw .needsProgram("a hash of a \(resource.kind)")
    }
    var json: [UInt8] = []
    var members: [String] = []
    for field in ["binaryData", "data", "kind", "name", "stringData", "type"] {
      switch field {
      case "kind": members.append("\"kind\":" + GoJSON.text(resource.kind))
      // kustomize looks for a field of the name metadata/name here, and never finds it.
      case "name": members.append("\"name\":\"\"")
      case "type" where resource.kind == "Secret":
        members.append("\"type\":" + GoJSON.text(resource.root["type"]?.text ?? ""))
      case _ where fields.contains(field):
        if let data = try data(field, of: resource) {
          members.append("\"\(field)\":" + data)
        } else if field == "data" {
          members.append("\"data\":\"\"")
        }
      default: break
      }
    }
    json += "{\(members.joined(separator: ","))}".utf8
    let hexadecimal = FleetModel.Digest.sha256(json).hexadecimal
    return String(hexadecimal.prefix(10).map { letters[$0] ?? $0 })
  }

  /// Letters that cannot make a word.
  private static let letters: [Character: Character] = ["0": "g", "1": "h", "3": "k", "a": "m", "e": "t"]

  /// The JSON of a map of texts; nil when there is none.
  private static func data(_ field: String, of resource: Resource) throws(KustomizeStop) -> String? {
    guard let node = resource.root[field] else { return nil }
    guard node.kind == .mapping, !node.isNull, let object = try ResourceReader.value(of: node).object else {
      throw .needsProgram("\(field) that is no map")
    }
    var members: [String] = []
    for entry in object.sortedEntries {
      guard let text = entry.value.string else { throw .needsProgram("\(field) with what is no text") }
      members.append(GoJSON.text(entry.key) + ":" + GoJSON.text(text))
    }
    return "{\(members.joined(separator: ","))}"
  }
}

/// Texts as Go's encoding/json writes them.
enum GoJSON {
  static func text(_ text: String) -> String {
    var result: [UInt8] = [UInt8(ascii: "\"")]
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += [UInt8(ascii: "\\"), UInt8(scalar.value)]
      case "\n": result += Array("\\n".utf8)
      case "\r": result += Array("\\r".utf8)
      case "\t": result += Array("\\t".utf8)
      case "\u{08}": result += Array("\\b".utf8)
      case "\u{0C}": result += Array("\\f".utf8)
      case "<", ">", "&", "\u{2028}", "\u{2029}", "\0"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        result += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
      default: result += Array(String(scalar).utf8)
      }
    }
    result.append(UInt8(ascii: "\""))
    return String(decoding: result, as: UTF8.self)
  }
}
