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
public enum NodeValue: Sendable, Hashable {
  /// Nothing.
  case null
  /// True or false.
  case boolean(Bool)
  /// An integer.
  case integer(Int64)
  /// A number with a fraction or exponent, or beyond 64 bits.
  case decimal(Double)
  /// A text.
  case string(String)
  /// Values in order.
  case array([Node])
  /// Values by key, in the order written.
  case object(Object)
}

/// Values by key in the order they were written. Equality ignores the order.
public struct Object: Sendable, Hashable {
  /// One key with its value.
  public struct Entry: Sendable {
    /// The key.
    public var key: String
    /// Where the key was read.
    public var keyPosition: Position?
    /// The value.
    public var value: Node

    /// Makes an entry.
    public init(key: String, keyPosition: Position? = nil, value: Node) {
      self.key = key
      self.keyPosition = keyPosition
      self.value = value
    }
  }

  /// The entries in the order written; keys are unique.
  public private(set) var entries: [Entry]

  /// Makes an empty object.
  public init() { entries = [] }

  /// Makes an object of entries; of equal keys the last value stays, at the first one's place.
  public init(entries: some Sequence<Entry>) {
    self.entries = []
    for entry in entries { set(entry) }
  }

  /// The keys in the order written.
  public var keys: [String] { entries.map(\.key) }

  /// Whether there is no entry.
  public var isEmpty: Bool { entries.isEmpty }

  /// The number of entries.
  public var count: Int { entries.count }

  /// The value of a key. Setting nil removes the key; a new key goes to the end.
  public subscript(key: String) -> Node? {
    get { entries.first { $0.key == key }?.value }
    set {
      guard let newValue else {
        entries.removeAll { $0.key == key }
        return
      }
      set(Entry(key: key, value: newValue))
    }
  }

  /// The entry of a key, for its position.
  public func entry(_ key: String) -> Entry? { entries.first { $0.key == key } }

  private mutating func set(_ entry: Entry) {
    if let index = entries.firstIndex(where: { $0.key == entry.key }) {
      entries[index].value = entry.value
    } else {
      entries.append(entry)
    }
  }

  /// Compares keys and values, not their order.
  public static func == (left: Object, right: Object) -> Bool {
    left.entries.count == right.entries.count && left.entries.allSatisfy { right[$0.key] == $0.value }
  }

  /// Hashes keys and values independent of their order.
  public func hash(into hasher: inout Hasher) {
    for entry in entries.sorted(by: { $0.key < $1.key }) {
      hasher.combine(entry.key)
      hasher.combine(entry.value)
    }
  }
}
