extension Node {
  /// The text, when it is one.
  public var string: String? { if case .string(let text) = value { text } else { nil } }

  // The three that follow are not inlined into callers: Swift 6.3.1 then crashes on `node["key"]?.integer` in a release
  // build ("found outside of lifetime use" in CopyPropagation).

  /// The integer, when it is one.
  @inline(never) public var integer: Int64? { if case .integer(let number) = value { number } else { nil } }

  /// The number, when it is an integer or a decimal.
  @inline(never) public var decimal: Double? {
    switch value {
    case .integer(let number): Double(number)
    case .decimal(let number): number
    default: nil
    }
  }

  /// The truth value, when it is one.
  @inline(never) public var boolean: Bool? { if case .boolean(let flag) = value { flag } else { nil } }

  /// The elements, when it is an array.
  public var array: [Node]? { if case .array(let elements) = value { elements } else { nil } }

  /// The object, when it is one.
  public var object: Object? { if case .object(let object) = value { object } else { nil } }

  /// Whether it is null.
  public var isNull: Bool { value == .null }

  /// The value of a key, when it is an object that has it. Setting on another value makes it an object.
  public subscript(key: String) -> Node? {
    get { object?[key] }
    set {
      var changed = object ?? Object()
      value = .null  // gives up the shared storage, so that the change below copies nothing
      changed[key] = newValue
      value = .object(changed)
    }
  }

  /// The value at a path of keys, for example `node["spec", "replicas"]`.
  public subscript(path: String...) -> Node? {
    var current: Node? = self
    for key in path { current = current?[key] }
    return current
  }

  /// The element at an index, when it is an array that has it.
  public subscript(index: Int) -> Node? {
    guard let elements = array, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// What it is, for messages: `a string`, `a list`, `nothing` …
  public var kindName: String {
    switch value {
    case .null: "nothing"
    case .boolean: "a boolean"
    case .integer: "an integer"
    case .decimal: "a decimal number"
    case .string: "a string"
    case .array: "a list"
    case .object: "a map"
    }
  }
}

extension Node: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A text.
  public init(stringLiteral value: String) { self.init(.string(value)) }

  /// An integer.
  public init(integerLiteral value: Int64) { self.init(.integer(value)) }

  /// A truth value.
  public init(booleanLiteral value: Bool) { self.init(.boolean(value)) }

  /// An array.
  public init(arrayLiteral elements: Node...) { self.init(.array(elements)) }

  /// An object, keys in the order written.
  public init(dictionaryLiteral elements: (String, Node)...) {
    self.init(.object(Object(entries: elements.map { Object.Entry(key: $0.0, value: $0.1) })))
  }
}
