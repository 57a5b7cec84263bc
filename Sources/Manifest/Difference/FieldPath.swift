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
}
