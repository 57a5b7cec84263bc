import FleetModel

/// A value while a Go template runs: what Go's reflection would see of it.
///
/// Parameters are wrapped, never copied as trees; what functions make is held in the same shapes.
enum Value {
  /// Go's invalid value: what a key that is not there yields.
  case missing
  /// nil.
  case null
  case boolean(Bool)
  case integer(Int64, IntegerKind)
  case decimal(Double)
  case string(String)
  /// A text that is not UTF-8; Go's strings are bytes.
  case bytes([UInt8])
  case list(ListValue)
  case map(MapValue)
  indirect case time(TimeValue)
  case version(SemanticVersion)

  /// Go's integer types that templates can meet.
  enum IntegerKind: UInt8 {
    case int
    case int64
    case uint8
    case uint64
    /// A whole number of a document: a float64 to Argo CD, and taken for an integer too here.
    case document
    case duration
    case month
    case weekday
  }

  static func int(_ number: Int) -> Value { .integer(Int64(number), .int) }
  static func int64(_ number: Int64) -> Value { .integer(number, .int64) }

  /// A text of bytes, as a string when it is one.
  static func text(_ bytes: some Collection<UInt8>) -> Value {
    String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes(Array(bytes))
  }

  /// A list of texts, as Go's `[]string`.
  static func texts(_ texts: [Value]) -> Value { .list(ListValue(texts, type: .strings)) }

  static func list(_ elements: [Value]) -> Value { .list(ListValue(elements)) }

  init(_ parameter: ParameterValue) {
    switch parameter {
    case .null: self = .null
    case .boolean(let flag): self = .boolean(flag)
    case .integer(let number): self = .integer(number, .document)
    case .decimal(let number): self = .decimal(number)
    case .string(let text): self = .string(text)
    case .list(let elements): self = .list(ListValue(parameters: elements))
    case .map(let values): self = .map(.parameters(values))
    }
  }

  /// Whether there is no value at all.
  var isNothing: Bool {
    switch self {
    case .missing, .null: true
    default: false
    }
  }

  /// The bytes of a text; nil for everything else.
  var textBytes: [UInt8]? {
    switch self {
    case .string(let text): Array(text.utf8)
    case .bytes(let bytes): bytes
    default: nil
    }
  }

  var isText: Bool {
    switch self {
    case .string, .bytes: true
    default: false
    }
  }

  /// Go's truth: nothing, false, 0 and everything empty is false; times and versions are true.
  var isTrue: Bool {
    switch self {
    case .missing, .null: false
    case .boolean(let flag): flag
    case .integer(let number, _): number != 0
    case .decimal(let number): number != 0
    case .string(let text): !text.isEmpty
    case .bytes(let bytes): !bytes.isEmpty
    case .list(let list): list.count > 0
    case .map(let map): map.count > 0
    case .time, .version: true
    }
  }

  /// The name of the type as Go's `%T` gives it.
  var typeName: String {
    switch self {
    case .missing, .null: "<nil>"
    case .boolean: "bool"
    case .integer(_, let kind): kind.typeName
    case .decimal: "float64"
    case .string, .bytes: "string"
    case .list(let list): list.type.name
    case .map(let map): map.holdsTexts ? "map[string]string" : "map[string]interface {}"
    case .time: "time.Time"
    case .version: "*semver.Version"
    }
  }

  /// The name of the kind as Go's reflection gives it.
  var kindName: String {
    switch self {
    case .missing, .null: "invalid"
    case .integer(_, let kind): kind.kindName
    case .list: "slice"
    case .map: "map"
    case .time: "struct"
    case .version: "ptr"
    default: typeName
    }
  }

  /// How many levels of lists and maps it has, as far as is known without looking.
  var depth: Int {
    switch self {
    case .list(let list): list.depth
    case .map(.box(let box)): box.depth
    case .map: 1
    default: 0
    }
  }

  /// About how many bytes it needs itself; what is inside was counted when it was made.
  var size: Int {
    switch self {
    case .string(let text): text.utf8.count
    case .bytes(let bytes): bytes.count
    case .list(let list): list.count * 32
    case .map(let map): map.count * 64
    default: 0
    }
  }
}

extension Value.IntegerKind {
  var typeName: String {
    switch self {
    case .int: "int"
    case .int64: "int64"
    case .uint8: "uint8"
    case .uint64: "uint64"
    case .document: "float64"
    case .duration: "time.Duration"
    case .month: "time.Month"
    case .weekday: "time.Weekday"
    }
  }

  var kindName: String {
    switch self {
    case .duration: "int64"
    case .month, .weekday: "int"
    default: typeName
    }
  }

  var isUnsigned: Bool { self == .uint8 || self == .uint64 }
}
