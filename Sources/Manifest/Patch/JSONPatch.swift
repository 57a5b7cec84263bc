/// A JSON Patch (RFC 6902): operations that are applied one after the other, all or none.
public struct JSONPatch: Hashable, Sendable {
  /// One change, or one condition.
  public enum Operation: Hashable, Sendable {
    /// Sets a key, or inserts an element; `-` as the last token appends.
    case add(JSONPointer, Node)
    /// Removes what is there.
    case remove(JSONPointer)
    /// Replaces what is there.
    case replace(JSONPointer, Node)
    /// Takes a value from one place to another.
    case move(from: JSONPointer, to: JSONPointer)
    /// Repeats a value in another place.
    case copy(from: JSONPointer, to: JSONPointer)
    /// Holds only if the value is there.
    case test(JSONPointer, Node)
  }

  /// Why a patch cannot be read or applied. Nothing was changed.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The operation's index from 0; nil when the patch as a whole is wrong.
    public var operation: Int?
    /// What is wrong.
    public var message: String

    /// `operation 2: …`
    public var description: String { operation.map { "operation \($0): \(message)" } ?? message }
  }

  /// The operations in order.
  public var operations: [Operation]

  /// Makes a patch.
  public init(operations: [Operation]) { self.operations = operations }

  /// Reads a patch document: a list of maps with `op`, `path`, and `value` or `from`. Other members are ignored, as the
  /// RFC demands.
  ///
  /// - Throws: which operation is wrong and how.
  public init(_ node: Node) throws(Failure) {
    guard let elements = node.array else {
      throw Failure(message: "a JSON Patch is a list of operations, found \(node.kindName)")
    }
    operations = []
    for (index, element) in elements.enumerated() {
      operations.append(try Self.operation(element, index: index))
    }
  }

  private static func operation(_ node: Node, index: Int) throws(Failure) -> Operation {
    func failure(_ message: String) -> Failure { Failure(operation: index, message: message) }
    func pointer(_ member: String) throws(Failure) -> JSONPointer {
      guard let text = node[member]?.string else { throw failure("\"\(member)\" is missing, or is not a text") }
      guard let pointer = JSONPointer(text) else {
        throw failure("\"\(text)\" is not a JSON Pointer; write it like /metadata/labels/app")
      }
      return pointer
    }
    func value() throws(Failure) -> Node {
      guard let value = node["value"] else { throw failure("\"value\" is missing") }
      return value
    }
    guard let name = node["op"]?.string else { throw failure("\"op\" is missing, or is not a text") }
    switch name {
    case "add": return .add(try pointer("path"), try value())
    case "remove": return .remove(try pointer("path"))
    case "replace": return .replace(try pointer("path"), try value())
    case "move": return .move(from: try pointer("from"), to: try pointer("path"))
    case "copy": return .copy(from: try pointer("from"), to: try pointer("path"))
    case "test": return .test(try pointer("path"), try value())
    default: throw failure("\"\(name)\" is none of add, remove, replace, move, copy and test")
    }
  }

  /// Applies all operations to a document.
  ///
  /// - Throws: which operation does not apply and why.
  public func applied(to node: Node) throws(Failure) -> Node {
    var document = node
    for (index, operation) in operations.enumerated() {
      do {
        try operation.apply(to: &document)
      } catch {
        throw Failure(operation: index, message: error.message)
      }
    }
    return document
  }
}

extension JSONPatch.Operation {
  fileprivate func apply(to document: inout Node) throws(JSONPatch.Failure) {
    switch self {
    case .add(let path, let value): try document.add(value, at: path, from: path.tokens[...])
    case .remove(let path): _ = try document.remove(at: path, from: path.tokens[...])
    case .replace(let path, let value):
      guard !path.tokens.isEmpty else {
        document = value
        return
      }
      try document.change(at: path, from: path.tokens[...]) { $0 = value }
    case .move(let source, let path):
      guard !path.tokens.starts(with: source.tokens) || path == source else {
        throw JSONPatch.Failure(message: "\(source) cannot be moved into itself")
      }
      guard path != source else {
        _ = try document.existing(at: source)
        return
      }
      let value = try document.remove(at: source, from: source.tokens[...])
      try document.add(value, at: path, from: path.tokens[...])
    case .copy(let source, let path):
      try document.add(try document.existing(at: source), at: path, from: path.tokens[...])
    case .test(let path, let expected):
      guard try document.existing(at: path) == expected else {
        throw JSONPatch.Failure(message: "test failed: \(path) has another value")
      }
    }
  }
}

// Each function walks down with the tokens that are left, so that a change copies only what lies on the path.
extension Node {
  fileprivate func existing(at path: JSONPointer) throws(JSONPatch.Failure) -> Node {
    guard let node = path.value(in: self) else { throw Self.nothing(at: path) }
    return node
  }

  fileprivate mutating func add(
    _ node: Node, at path: JSONPointer, from tokens: ArraySlice<String>
  ) throws(JSONPatch.Failure) {
    guard let token = tokens.first else {
      self = node
      return
    }
    guard tokens.count == 1 else {
      try change(token, of: path) { (child) throws(JSONPatch.Failure) in
        try child.add(node, at: path, from: tokens.dropFirst())
      }
      return
    }
    switch value {
    case .object: self[token] = node
    case .array(var elements):
      value = .null
      defer { value = .array(elements) }
      if token == "-" {
        elements.append(node)
      } else if let index = JSONPointer.index(token), index <= elements.count {
        elements.insert(node, at: index)
      } else {
        throw JSONPatch.Failure(message: "\(path): the list has \(elements.count) elements")
      }
    default: throw Self.nothing(at: path)
    }
  }

  fileprivate mutating func remove(
    at path: JSONPointer, from tokens: ArraySlice<String>
  ) throws(JSONPatch.Failure) -> Node {
    guard let token = tokens.first else {
      throw JSONPatch.Failure(message: "the whole document cannot be removed")
    }
    guard tokens.count == 1 else {
      var removed = Node(.null)
      try change(token, of: path) { (child) throws(JSONPatch.Failure) in
        removed = try child.remove(at: path, from: tokens.dropFirst())
      }
      return removed
    }
    switch value {
    case .object:
      guard let removed = self[token] else { throw Self.nothing(at: path) }
      self[token] = nil
      return removed
    case .array(var elements):
      guard let index = JSONPointer.index(token), index < elements.count else { throw Self.nothing(at: path) }
      value = .null
      defer { value = .array(elements) }
      return elements.remove(at: index)
    default: throw Self.nothing(at: path)
    }
  }

  fileprivate mutating func change(
    at path: JSONPointer, from tokens: ArraySlice<String>, _ body: (inout Node) throws(JSONPatch.Failure) -> Void
  ) throws(JSONPatch.Failure) {
    guard let token = tokens.first else { return try body(&self) }
    try change(token, of: path) { (child) throws(JSONPatch.Failure) in
      try child.change(at: path, from: tokens.dropFirst(), body)
    }
  }

  /// Changes the child that a token names.
  private mutating func change(
    _ token: String, of path: JSONPointer, _ body: (inout Node) throws(JSONPatch.Failure) -> Void
  ) throws(JSONPatch.Failure) {
    switch value {
    case .object:
      guard var child = self[token] else { throw Self.nothing(at: path) }
      try body(&child)
      self[token] = child
    case .array(var elements):
      guard let index = JSONPointer.index(token), index < elements.count else { throw Self.nothing(at: path) }
      value = .null
      defer { value = .array(elements) }
      try body(&elements[index])
    default: throw Self.nothing(at: path)
    }
  }

  private static func nothing(at path: JSONPointer) -> JSONPatch.Failure {
    JSONPatch.Failure(message: "there is nothing at \(path)")
  }
}
