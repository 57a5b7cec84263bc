import Manifest

/// Values as Go prints them (`%v`), which some messages of API servers hold.
enum GoText {
  static func text(_ value: Node) -> String {
    switch value.value {
    case .null: "<nil>"
    case .string(let text): text
    case .array(let elements): "[" + elements.map(text).joined(separator: " ") + "]"
    case .object(let object):
      "map["
        + object.entries.sorted { $0.key < $1.key }.map { "\($0.key):\(text($0.value))" }.joined(separator: " ") + "]"
    default: JSONText.text(value)
    }
  }
}
