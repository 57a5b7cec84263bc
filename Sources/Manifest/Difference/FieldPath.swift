/// How fields are named to people: `spec.containers[0].image`, and `metadata.annotations["example.com/owner"]` where a
/// key has characters of its own.
public enum FieldPath {
  /// The path of a key below a path; the root is empty.
  public static func appending(key: String, to path: String) -> String {
    let isPlain =
      !key.isEmpty
      && key.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "$"):
          true
        default: false
        }
      }
    if isPlain { return path.isEmpty ? key : "\(path).\(key)" }
    return "\(path)[\(JSON.text(Node(.string(key))))]"
  }

  /// The path of an element below a path.
  public static func appending(index: Int, to path: String) -> String { "\(path)[\(index)]" }

  /// Where the field of a path stands in a document that was read; where the path goes further than the document, the
  /// place of the last field that is there. Nil for a document without places.
  public static func position(of path: String, in document: Node) -> Position? {
    var node = document
    var position = document.position
    for part in parts(of: path) {
      let next: Node?
      switch part {
      case .key(let key): next = node[key]
      case .index(let index): next = node[index]
      }
      guard let next else { break }
      node = next
      position = next.position ?? position
    }
    return position
  }

  private enum Part {
    case key(String)
    case index(Int)
  }

  /// The parts of a path as `appending` writes it; what it would not write ends the list.
  private static func parts(of path: String) -> [Part] {
    var parts: [Part] = []
    var rest = path[...]
    while let first = rest.first {
      switch first {
      case "[" where rest.dropFirst().first == "\"":
        guard let end = rest.end(ofFirst: "\"]"),
          let key = try? JSON.parse(Array(rest[rest.index(after: rest.startIndex)..<rest.index(before: end)].utf8))
            .string
        else { return parts }
        parts.append(.key(key))
        rest = rest[end...]
      case "[":
        guard let end = rest.firstIndex(of: "]"), let index = Int(rest[rest.index(after: rest.startIndex)..<end]) else {
          return parts
        }
        parts.append(.index(index))
        rest = rest[rest.index(after: end)...]
      default:
        if first == "." { rest = rest.dropFirst() }
        let key = rest.prefix { $0 != "." && $0 != "[" }
        guard !key.isEmpty else { return parts }
        parts.append(.key(String(key)))
        rest = rest[key.endIndex...]
      }
    }
    return parts
  }
}

extension Substring {
  /// The place behind the first occurrence of a text.
  fileprivate func end(ofFirst text: String) -> Index? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
