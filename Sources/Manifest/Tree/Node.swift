/// One value of a document tree, with the place it came from.
///
/// Equality and hashing ignore positions: two documents are equal when they say the same.
public struct Node: Sendable, Hashable {
  /// What it holds.
  public var value: NodeValue
  /// Where it was read; nil for a value made in the program.
  public var position: Position?

  /// Makes a node.
  public init(_ value: NodeValue, at position: Position? = nil) {
    self.value = value
    self.position = position
  }

  /// Compares values, not places.
  public static func == (left: Node, right: Node) -> Bool { left.value == right.value }

  /// Hashes the value, not the place.
  public func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

/// A place in a source text.
public struct Position: Sendable, Hashable {
  /// The line from 1.
  public var line: Int32
  /// The column from 1, in characters.
  public var column: Int32

  /// Makes a place.
  public init(line: Int, column: Int) {
    self.line = Int32(clamping: line)
    self.column = Int32(clamping: column)
  }
}

/// A JSON value. Integers and decimals are kept apart, as the Kubernetes API does.
///
/// Texts are compared bytewise: "é" as one character and as two are different texts to Kubernetes, although Swift's
/// own `String` comparison takes them for equal.
public enum NodeValue: Sendable, Hashable {
  /// Nothing.
  case null
  /// True or false.
  case boolean(Bool)
  /// An integer.
  case integer(Int64)
  /// A number with a fraction, or beyond 64 bits; always finite. Readers make whole numbers integers, see `number(_:)`.
  case decimal(Double)
  /// A text.
  case string(String)
  /// Values in order.
  case array([Node])
  /// Values by key, in the order written.
  case object(Object)
}

extension NodeValue {
  /// A number that was written with a fraction or an exponent.
  ///
  /// Kubernetes writes `1.0` and `1e3` back as `1` and `1000` and reads those as integers, so a decimal whose JSON text
  /// is that of a 64-bit integer becomes that integer. Otherwise a manifest would always differ from what is stored.
  public static func number(_ decimal: Double) -> NodeValue {
    Int64(NumberText.json(decimal)).map(NodeValue.integer) ?? .decimal(decimal)
  }

  /// Compares what documents say: texts bytewise, objects without their order.
  public static func == (left: NodeValue, right: NodeValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.boolean(let left), .boolean(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.decimal(let left), .decimal(let right)): left == right
    case (.string(let left), .string(let right)): sameBytes(left, right)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }
}
