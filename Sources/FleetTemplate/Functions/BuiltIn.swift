// Go's own functions (text/template, "Functions").
extension TemplateFunctions {
  static let builtIn: [String: TemplateFunction] = [
    "and": TemplateFunction(1...Int.max, shortCircuit: false) { (values, _) throws(FunctionError) in values.last ?? nil
    },
    "or": TemplateFunction(1...Int.max, shortCircuit: true) { (values, _) throws(FunctionError) in values.last ?? nil },
    "not": TemplateFunction(1...1) { (values, _) throws(FunctionError) in .boolean(!isTrue(values[0])) },
    "len": TemplateFunction(1...1) { (values, _) throws(FunctionError) in try length(values[0]) },
    "index": TemplateFunction(1...Int.max) { (values, _) throws(FunctionError) in
      var value = values[0]
      for key in values.dropFirst() { value = try element(of: value, at: key) }
      return value
    },
    "slice": TemplateFunction(1...3) { (values, _) throws(FunctionError) in
      try slice(values[0], bounds: Array(values.dropFirst()))
    },
    "print": TemplateFunction(0...Int.max) { (values, _) throws(FunctionError) in .string(joined(values, line: false))
    },
    "println": TemplateFunction(0...Int.max) { (values, _) throws(FunctionError) in
      .string(joined(values, line: true) + "\n")
    },
    "printf": TemplateFunction(1...Int.max) { (values, limits) throws(FunctionError) in
      .string(try Format.print(text(values[0]), values.dropFirst().map { $0 ?? .null }, limits: limits))
    },
    "eq": TemplateFunction(2...Int.max) { (values, _) throws(FunctionError) in
      for other in values.dropFirst() where try areEqual(values[0], other) { return .boolean(true) }
      return .boolean(false)
    },
    "ne": TemplateFunction(2...2) { (values, _) throws(FunctionError) in
      .boolean(try !areEqual(values[0], values[1]))
    },
    "lt": TemplateFunction(2...2) { (values, _) throws(FunctionError) in
      .boolean(try isLess(values[0], values[1]))
    },
    "le": TemplateFunction(2...2) { (values, _) throws(FunctionError) in
      .boolean(try !isLess(values[1], values[0]))
    },
    "gt": TemplateFunction(2...2) { (values, _) throws(FunctionError) in
      .boolean(try isLess(values[1], values[0]))
    },
    "ge": TemplateFunction(2...2) { (values, _) throws(FunctionError) in
      .boolean(try !isLess(values[0], values[1]))
    },
  ]

  private static func length(_ value: ParameterValue?) throws(FunctionError) -> ParameterValue {
    switch value {
    case .string(let text): return .integer(Int64(text.utf8.count))
    case .list(let elements): return .integer(Int64(elements.count))
    case .map(let values): return .integer(Int64(values.count))
    case nil, .null: throw FunctionError("there is no value to take the length of")
    case .some(let other): throw FunctionError("\(other.kindName) has no length")
    }
  }

  private static func element(
    of value: ParameterValue?, at key: ParameterValue?
  ) throws(FunctionError) -> ParameterValue? {
    switch (value, key) {
    case (.map(let values), .string(let key)): return values[key]
    case (.list(let elements), .integer(let index)):
      guard index >= 0, index < elements.count else {
        throw FunctionError("index out of range: \(index) of \(elements.count) elements")
      }
      return elements[Int(index)]
    case (.string(let text), .integer(let index)):
      guard index >= 0, index < text.utf8.count else {
        throw FunctionError("index out of range: \(index) of \(text.utf8.count) bytes")
      }
      return .integer(Int64(Array(text.utf8)[Int(index)]))
    case (nil, _), (.null, _): throw FunctionError("there is no value to take an element of")
    case (.some(let value), let key):
      throw FunctionError("can't take an element of \(value.kindName) with \(key?.kindName ?? "nothing")")
    }
  }

  private static func slice(
    _ value: ParameterValue?, bounds: [ParameterValue?]
  ) throws(FunctionError) -> ParameterValue {
    func range(in count: Int) throws(FunctionError) -> Range<Int> {
      var numbers = [0, count]
      for (index, bound) in bounds.enumerated() {
        guard case .integer(let number) = bound, number >= 0, number <= count else {
          throw FunctionError("bounds must be integers from 0 to \(count)")
        }
        numbers[index] = Int(number)
      }
      guard numbers[0] <= numbers[1] else { throw FunctionError("the bounds \(numbers[0]) and \(numbers[1]) cross") }
      return numbers[0]..<numbers[1]
    }
    switch value {
    case .string(let text):
      let bytes = Array(text.utf8)
      return .string(String(decoding: bytes[try range(in: bytes.count)], as: UTF8.self))
    case .list(let elements): return .list(Array(elements[try range(in: elements.count)]))
    case nil, .null: throw FunctionError("there is no value to slice")
    case .some(let other): throw FunctionError("can't slice \(other.kindName)")
    }
  }

  /// `print` puts a space between two values neither of which is a text, `println` between all.
  private static func joined(_ values: [ParameterValue?], line: Bool) -> String {
    var result = ""
    var before: ParameterValue?
    for (index, value) in values.enumerated() {
      let value = value ?? .null
      if index > 0, line || (before?.string == nil && value.string == nil) { result += " " }
      result += value.text
      before = value
    }
    return result
  }

  private static func areEqual(_ left: ParameterValue?, _ right: ParameterValue?) throws(FunctionError) -> Bool {
    switch (left ?? .null, right ?? .null) {
    case (.null, let other), (let other, .null): return other == .null
    case (.boolean(let left), .boolean(let right)): return left == right
    case (.string(let left), .string(let right)): return left.utf8.elementsEqual(right.utf8)
    case (.integer(let left), .integer(let right)): return left == right
    case (.decimal(let left), .decimal(let right)): return left == right
    case (.integer(let integer), .decimal(let decimal)), (.decimal(let decimal), .integer(let integer)):
      return Int64(exactly: decimal) == integer
    case (let left, let right):
      throw FunctionError("incompatible types for comparison: \(left.kindName) and \(right.kindName)")
    }
  }

  private static func isLess(_ left: ParameterValue?, _ right: ParameterValue?) throws(FunctionError) -> Bool {
    switch (left ?? .null, right ?? .null) {
    case (.string(let left), .string(let right)): return left.utf8.lexicographicallyPrecedes(right.utf8)
    case (.integer(let left), .integer(let right)): return left < right
    case (.decimal(let left), .decimal(let right)): return left < right
    case (.integer(let left), .decimal(let right)): return Double(left) < right
    case (.decimal(let left), .integer(let right)): return left < Double(right)
    case (let left, let right):
      throw FunctionError("incompatible types for comparison: \(left.kindName) and \(right.kindName)")
    }
  }

  /// An argument that must be a text.
  static func text(_ value: ParameterValue?) throws(FunctionError) -> String {
    switch value {
    case .string(let text): return text
    case nil, .null: throw FunctionError("expected a string, there is no value")
    case .some(let other): throw FunctionError("expected a string, not \(other.kindName)")
    }
  }
}
