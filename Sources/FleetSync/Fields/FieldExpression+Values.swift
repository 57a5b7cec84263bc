public import FleetModel
public import Manifest

extension FieldExpression {
  /// A value that came out, and its place when it is a field of the object.
  private struct Result {
    var tokens: [String]?
    var node: Node
  }

  /// What the expression comes to: none, one or several values. A field that is not there is null, as in jq; a step into a
  /// text or a number comes to nothing.
  public func values(in node: Node) -> [Node] { results(Result(tokens: nil, node: node)).map(\.node) }

  /// Whether any of its values is neither false nor null.
  public func holds(in node: Node) -> Bool { values(in: node).contains(where: \.isTrue) }

  /// The places of the fields that it names and that are there.
  public func places(in node: Node) -> [JSONPointer] {
    results(Result(tokens: [], node: node)).compactMap { result in
      result.tokens.map(JSONPointer.init(tokens:)).flatMap { $0.value(in: node) == nil ? nil : $0 }
    }
  }

  private func results(_ input: Result) -> [Result] {
    switch self {
    case .path(let steps):
      return steps.reduce([input]) { results, step in results.flatMap { Self.take(step, $0) } }
    case .literal(let literal): return [Result(node: literal.node)]
    case .pipe(let first, let second): return first.results(input).flatMap(second.results)
    case .select(let condition): return condition.holds(in: input.node) ? [input] : []
    case .compare(let left, let comparison, let right):
      let values = right.values(in: input.node)
      return left.values(in: input.node).flatMap { value in
        values.map { Result(node: Node(.boolean(comparison.holds(value, $0)))) }
      }
    case .and(let left, let right):
      return [Result(node: Node(.boolean(left.holds(in: input.node) && right.holds(in: input.node))))]
    case .or(let left, let right):
      return [Result(node: Node(.boolean(left.holds(in: input.node) || right.holds(in: input.node))))]
    case .not: return [Result(node: Node(.boolean(!input.node.isTrue)))]
    case .call(let function, let text): return [Result(node: Node(.boolean(function.holds(input.node, text))))]
    }
  }

  private static func take(_ step: Step, _ input: Result) -> [Result] {
    func below(_ token: String, _ node: Node?) -> Result {
      Result(tokens: input.tokens.map { $0 + [token] }, node: node ?? Node(.null))
    }
    switch (step, input.node.value) {
    case (.field(let name), .object), (.field(let name), .null): return [below(name, input.node[name])]
    case (.index(let index), .array(let elements)):
      let index = index < 0 ? elements.count + index : index
      return [below(String(max(index, 0)), elements.indices.contains(index) ? elements[index] : nil)]
    case (.index, .null): return [below("0", nil)]
    case (.each, .array(let elements)):
      return elements.enumerated().map { below(String($0.offset), $0.element) }
    case (.each, .object(let object)): return object.entries.map { below($0.key, $0.value) }
    default: return []
    }
  }
}

extension FieldExpression.Literal {
  fileprivate var node: Node {
    switch self {
    case .null: Node(.null)
    case .boolean(let flag): Node(.boolean(flag))
    case .number(let number): Int64(exactly: number).map { Node(.integer($0)) } ?? Node(.decimal(number))
    case .text(let text): Node(.string(text))
    }
  }
}

extension FieldExpression.Comparison {
  /// Numbers by size and texts bytewise; what is of two kinds is unequal and in no order, null is less than any number so
  /// that a count that is not told yet is none.
  fileprivate func holds(_ left: Node, _ right: Node) -> Bool {
    switch self {
    case .equal: left == right || left.decimal != nil && left.decimal == right.decimal
    case .notEqual: !FieldExpression.Comparison.equal.holds(left, right)
    case .below: Self.isBelow(left, right)
    case .above: Self.isBelow(right, left)
    case .atMost: Self.isBelow(left, right) || Self.equal.holds(left, right)
    case .atLeast: Self.isBelow(right, left) || Self.equal.holds(left, right)
    }
  }

  private static func isBelow(_ left: Node, _ right: Node) -> Bool {
    if let left = left.string, let right = right.string { return left.utf8.lexicographicallyPrecedes(right.utf8) }
    if let left = left.decimal, let right = right.decimal { return left < right }
    return left.isNull && right.decimal != nil
  }
}

extension FieldExpression.Function {
  fileprivate func holds(_ node: Node, _ text: String) -> Bool {
    switch self {
    case .startsWith: node.string?.hasPrefix(text) == true
    case .endsWith: node.string?.hasSuffix(text) == true
    case .contains: node.string?.firstRange(of: text) != nil || node.array?.contains(Node(.string(text))) == true
    case .has: node[text] != nil
    }
  }
}

extension Node {
  fileprivate var isTrue: Bool { !isNull && boolean != false }
}
