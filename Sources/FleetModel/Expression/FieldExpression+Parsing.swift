extension FieldExpression {
  /// Reads an expression.
  ///
  /// - Throws: what is not understood and at which character.
  public init(_ text: String) throws(FieldExpressionError) {
    var parser = FieldExpressionParser(text)
    self = try parser.expression()
  }

  /// Reads an expression that names fields.
  ///
  /// - Throws: as `init(_:)`; that it only says something about fields; that it names the whole object.
  public init(namingFields text: String) throws(FieldExpressionError) {
    try self.init(text)
    guard namesFields else {
      throw FieldExpressionError(
        message: "\"\(text)\" names no field",
        hint: "put conditions into select(…): .spec.items[] | select(.name == \"x\")")
    }
    guard self != .path([]) else {
      throw FieldExpressionError(message: "\"\(text)\" names the whole object", hint: "name a field, as .spec.replicas")
    }
  }
}

/// Reads jq's grammar as far as it is spoken here; `|` binds least, then `or`, `and`, comparisons.
private struct FieldExpressionParser {
  private let text: String
  private let characters: [Character]
  private var position = 0
  private var depth = 0

  static let spoken =
    ".name, .[\"name\"], [0], [], |, select(…), ==, !=, <, <=, >, >=, and, or, not, startswith, endswith, contains, has"

  init(_ text: String) {
    self.text = text
    characters = Array(text)
  }

  mutating func expression() throws(FieldExpressionError) -> FieldExpression {
    let result = try pipeline()
    guard position == characters.count else { throw unexpected() }
    return result
  }

  private func unexpected() -> FieldExpressionError {
    let rest = position < characters.count ? "\"\(String(characters[position...].prefix(20)))\"" : "the end"
    let isComma = position < characters.count && characters[position] == ","
    return FieldExpressionError(
      message: "\"\(text)\": \(rest) at character \(position + 1) is not understood",
      hint: isComma ? "write one expression for each path" : "understood are \(Self.spoken)")
  }

  private mutating func pipeline() throws(FieldExpressionError) -> FieldExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 50 else {
      throw FieldExpressionError(message: "the expression is nested too deep", hint: "at most 50 levels are read")
    }
    var left = try disjunction()
    while take("|") { left = .pipe(left, try disjunction()) }
    return left
  }

  private mutating func disjunction() throws(FieldExpressionError) -> FieldExpression {
    var left = try conjunction()
    while takeWord("or") { left = .or(left, try conjunction()) }
    return left
  }

  private mutating func conjunction() throws(FieldExpressionError) -> FieldExpression {
    var left = try comparison()
    while takeWord("and") { left = .and(left, try comparison()) }
    return left
  }

  private mutating func comparison() throws(FieldExpressionError) -> FieldExpression {
    let left = try term()
    // The longer ones come first.
    for kind in FieldExpression.Comparison.allCases where take(kind.rawValue) {
      return .compare(left, kind, try term())
    }
    return left
  }

  private mutating func term() throws(FieldExpressionError) -> FieldExpression {
    skipSpaces()
    guard position < characters.count else { throw unexpected() }
    if take("(") { return try afterSteps(try closed(try pipeline())) }
    let next = characters[position]
    if next == "." { return try path() }
    if next == "\"" { return .literal(.text(try quoted())) }
    if next == "-" || next.isNumber { return .literal(.number(try number())) }
    let start = position
    switch word() {
    case "null": return .literal(.null)
    case "true": return .literal(.boolean(true))
    case "false": return .literal(.boolean(false))
    case "not": return .not
    case "select" where take("("): return try afterSteps(.select(try closed(try pipeline())))
    case let name:
      guard let function = FieldExpression.Function(rawValue: name), take("(") else {
        position = start
        throw unexpected()
      }
      skipSpaces()
      return try closed(.call(function, try quoted()))
    }
  }

  private mutating func closed(_ expression: FieldExpression) throws(FieldExpressionError) -> FieldExpression {
    guard take(")") else { throw unexpected() }
    return expression
  }

  private mutating func afterSteps(_ expression: FieldExpression) throws(FieldExpressionError) -> FieldExpression {
    let steps = try steps()
    return steps.isEmpty ? expression : .pipe(expression, .path(steps))
  }

  private mutating func path() throws(FieldExpressionError) -> FieldExpression {
    position += 1
    guard position < characters.count else { return .path([]) }
    var found: [FieldExpression.Step] = []
    if characters[position] == "\"" {
      found.append(.field(try quoted()))
    } else if isOfName(characters[position]) {
      found.append(.field(word()))
    }
    return .path(found + (try steps()))
  }

  private mutating func steps() throws(FieldExpressionError) -> [FieldExpression.Step] {
    var found: [FieldExpression.Step] = []
    while position < characters.count {
      let next = characters[position]
      if next == "?" {
        position += 1  // what is not there is passed over anyway
      } else if next == "[" {
        position += 1
        found.append(try bracket())
      } else if next == ".", position + 1 < characters.count {
        let after = characters[position + 1]
        guard after == "\"" || after == "[" || isOfName(after) else { break }
        position += 1
        if after == "\"" { found.append(.field(try quoted())) } else if after != "[" { found.append(.field(word())) }
      } else {
        break
      }
    }
    return found
  }

  private mutating func bracket() throws(FieldExpressionError) -> FieldExpression.Step {
    if take("]") { return .each }
    skipSpaces()
    guard position < characters.count else { throw unexpected() }
    let step: FieldExpression.Step
    if characters[position] == "\"" {
      step = .field(try quoted())
    } else {
      let start = position
      guard let index = Int(exactly: try number()) else {
        position = start
        throw unexpected()
      }
      step = .index(index)
    }
    guard take("]") else { throw unexpected() }
    return step
  }

  private mutating func quoted() throws(FieldExpressionError) -> String {
    guard position < characters.count, characters[position] == "\"" else { throw unexpected() }
    let start = position
    position += 1
    var result = ""
    while position < characters.count, characters[position] != "\"" {
      if characters[position] == "\\" {
        position += 1
        guard position < characters.count, "\"\\/".contains(characters[position]) else { throw unexpected() }
      }
      result.append(characters[position])
      position += 1
    }
    guard position < characters.count else {
      position = start
      throw unexpected()
    }
    position += 1
    return result
  }

  private mutating func number() throws(FieldExpressionError) -> Double {
    let start = position
    while position < characters.count, "-.0123456789".contains(characters[position]) { position += 1 }
    guard let number = Double(String(characters[start..<position])) else {
      position = start
      throw unexpected()
    }
    return number
  }

  private func isOfName(_ character: Character) -> Bool {
    character == "_" || character.isASCII && (character.isLetter || character.isNumber)
  }

  private mutating func word() -> String {
    let start = position
    while position < characters.count, isOfName(characters[position]) { position += 1 }
    return String(characters[start..<position])
  }

  private mutating func skipSpaces() {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
  }

  private mutating func take(_ symbol: String) -> Bool {
    skipSpaces()
    guard characters[position...].starts(with: symbol) else { return false }
    position += symbol.count
    return true
  }

  private mutating func takeWord(_ expected: String) -> Bool {
    skipSpaces()
    let start = position
    if word() == expected { return true }
    position = start
    return false
  }
}
