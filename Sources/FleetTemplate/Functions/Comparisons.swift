// Go's comparisons.
extension TemplateFunctions {
  static func addComparisons(to table: inout FunctionTable) {
    table.add("eq", atLeast: 1) { (a) throws(FunctionError) in
      guard a.count > 1 else { throw FunctionError("missing argument for comparison") }
      for other in a.values.dropFirst() where try Comparison.areEqual(a[0], other) { return .boolean(true) }
      return .boolean(false)
    }
    table.add("ne", arity: 2) { (a) throws(FunctionError) in .boolean(try !Comparison.areEqual(a[0], a[1])) }
    table.add("lt", arity: 2) { (a) throws(FunctionError) in .boolean(try Comparison.isLess(a[0], a[1])) }
    table.add("le", arity: 2) { (a) throws(FunctionError) in
      .boolean(try Comparison.isAtMost(a[0], a[1]))
    }
    table.add("gt", arity: 2) { (a) throws(FunctionError) in
      .boolean(try !Comparison.isAtMost(a[0], a[1]))
    }
    table.add("ge", arity: 2) { (a) throws(FunctionError) in .boolean(try !Comparison.isLess(a[0], a[1])) }
  }
}

/// How values compare in Go's templates.
enum Comparison {
  private enum Kind {
    case boolean, integer, decimal, text, other
    /// A whole number of a document, which compares with both kinds of numbers.
    case document
  }

  private static func kind(_ value: Value) -> Kind {
    switch value {
    case .boolean: .boolean
    case .integer(_, .document): .document
    case .integer: .integer
    case .decimal: .decimal
    case .string, .bytes: .text
    default: .other
    }
  }

  private static func areNumbers(_ left: Kind, _ right: Kind) -> Bool {
    let numbers: [Kind] = [.integer, .decimal, .document]
    return numbers.contains(left) && numbers.contains(right)
      && (left == right || left == .document || right == .document)
  }

  static func areEqual(_ left: Value, _ right: Value) throws(FunctionError) -> Bool {
    if left.isNothing || right.isNothing {
      // A nil slice is nothing too.
      return isNil(left) && isNil(right)
    }
    let kinds = (kind(left), kind(right))
    switch (left, right) {
    case (.boolean(let left), .boolean(let right)): return left == right
    case _ where areNumbers(kinds.0, kinds.1): return order(left, right) == 0
    case _ where kinds.0 == .text && kinds.1 == .text: return sameText(left, right)
    case (.time(let left), .time(let right)): return left == right
    case (.version(let left), .version(let right)): return left === right
    default: break
    }
    guard kinds.0 == .other, kinds.1 == .other, left.kindName == right.kindName else {
      throw FunctionError("incompatible types for comparison: \(left.typeName) and \(right.typeName)")
    }
    if isNil(left) || isNil(right) { return isNil(left) && isNil(right) }
    throw FunctionError("values of type \(right.typeName) cannot be compared; deepEqual compares what is in them")
  }

  private static func isNil(_ value: Value) -> Bool {
    if case .list(let list) = value { return list.isNil }
    return value.isNothing
  }

  static func sameText(_ left: Value, _ right: Value) -> Bool {
    if case .string(let left) = left, case .string(let right) = right { return sameBytes(left, right) }
    return left.textBytes == right.textBytes
  }

  static func isLess(_ left: Value, _ right: Value) throws(FunctionError) -> Bool {
    let kinds = (kind(left), kind(right))
    if areNumbers(kinds.0, kinds.1) { return order(left, right) < 0 }
    if kinds.0 == .text, kinds.1 == .text {
      return (left.textBytes ?? []).lexicographicallyPrecedes(right.textBytes ?? [])
    }
    if left.isNothing || right.isNothing || kinds.0 == kinds.1 || kinds.0 == .other || kinds.1 == .other {
      throw FunctionError("invalid type for comparison: \(left.typeName) and \(right.typeName)")
    }
    throw FunctionError("incompatible types for comparison: \(left.typeName) and \(right.typeName)")
  }

  static func isAtMost(_ left: Value, _ right: Value) throws(FunctionError) -> Bool {
    if try isLess(left, right) { return true }
    return try areEqual(left, right)
  }

  /// Below, at or above 0; for what is not a number (NaN) neither.
  private static func order(_ left: Value, _ right: Value) -> Int {
    switch (left, right) {
    case (.integer(let left, let leftKind), .integer(let right, let rightKind)):
      if leftKind.isUnsigned, rightKind.isUnsigned {
        let (left, right) = (UInt64(bitPattern: left), UInt64(bitPattern: right))
        return left < right ? -1 : left > right ? 1 : 0
      }
      return left < right ? -1 : left > right ? 1 : 0
    case (.integer(let integer, _), .decimal(let decimal)): return order(integer, decimal)
    case (.decimal(let decimal), .integer(let integer, _)): return decimal.isNaN ? 2 : -order(integer, decimal)
    case (.decimal(let left), .decimal(let right)): return left < right ? -1 : left == right ? 0 : left > right ? 1 : 2
    default: return 2
    }
  }

  private static func order(_ integer: Int64, _ decimal: Double) -> Int {
    let number = Double(integer)
    return number < decimal ? -1 : number == decimal ? 0 : number > decimal ? 1 : 2
  }

  /// Go's `reflect.DeepEqual`.
  static func areDeepEqual(
    _ left: Value, _ right: Value, _ rendering: Rendering, depth: Int = 0
  ) throws(FunctionError) -> Bool {
    try rendering.spend(1)
    guard depth <= Rendering.maximumValueDepth else { throw Rendering.tooDeep }
    switch (left, right) {
    case (.missing, .missing), (.missing, .null), (.null, .missing), (.null, .null): return true
    case (.boolean(let left), .boolean(let right)): return left == right
    case (.integer(let leftNumber, let leftKind), .integer(let rightNumber, let rightKind)):
      return leftNumber == rightNumber && (leftKind == rightKind || leftKind == .document || rightKind == .document)
    case (.integer(_, .document), .decimal), (.decimal, .integer(_, .document)), (.decimal, .decimal):
      return order(left, right) == 0
    case (.string, .string), (.bytes, .bytes): return sameText(left, right)
    case (.time(let left), .time(let right)): return left == right
    case (.version(let left), .version(let right)): return left.original == right.original
    case (.list(let left), .list(let right)):
      guard left.count == right.count, left.type == right.type, left.isNil == right.isNil else { return false }
      for index in 0..<left.count {
        guard try areDeepEqual(left[index], right[index], rendering, depth: depth + 1) else { return false }
      }
      return true
    case (.map(let left), .map(let right)):
      guard left.count == right.count, left.holdsTexts == right.holdsTexts else { return false }
      for key in left.sortedKeys {
        guard let own = left[key], let other = right[key] else { return false }
        guard try areDeepEqual(own, other, rendering, depth: depth + 1) else { return false }
      }
      return true
    default: return false
    }
  }
}
