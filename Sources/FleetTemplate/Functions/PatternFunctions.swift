// Regular expressions.
extension TemplateFunctions {
  static func addPatterns(to table: inout FunctionTable) {
    add(&table, "regexMatch", 2, isLenient: true) { (a, pattern) throws(FunctionError) in
      .boolean(try pattern.matches(a.bytes(1), a.rendering))
    }
    add(&table, "mustRegexMatch", 2) { (a, pattern) throws(FunctionError) in
      .boolean(try pattern.matches(a.bytes(1), a.rendering))
    }
    for name in ["regexFind", "mustRegexFind"] {
      add(&table, name, 2) { (a, pattern) throws(FunctionError) in
        let text = try a.bytes(1)
        guard let match = try pattern.firstMatch(in: text, from: 0, a.rendering) else { return .string("") }
        return .text(text[match[0]..<match[1]])
      }
    }
    for name in ["regexFindAll", "mustRegexFindAll"] {
      add(&table, name, 3) { (a, pattern) throws(FunctionError) in
        let text = try a.bytes(1)
        let matches = try pattern.allMatches(in: text, limit: a.int(2), a.rendering)
        return .list(ListValue(matches.map { .text(text[$0[0]..<$0[1]]) }, type: .strings, isNil: matches.isEmpty))
      }
    }
    for name in ["regexReplaceAll", "mustRegexReplaceAll"] {
      add(&table, name, 3) { (a, pattern) throws(FunctionError) in
        let (text, template) = (try a.bytes(1), try a.bytes(2))
        return .text(
          try pattern.replacingAll(in: text, a.rendering) { pattern.expanded(template, match: $0, in: text) })
      }
    }
    for name in ["regexReplaceAllLiteral", "mustRegexReplaceAllLiteral"] {
      add(&table, name, 3) { (a, pattern) throws(FunctionError) in
        let replacement = try a.bytes(2)
        return .text(try pattern.replacingAll(in: a.bytes(1), a.rendering) { _ in replacement })
      }
    }
    for name in ["regexSplit", "mustRegexSplit"] {
      add(&table, name, 3) { (a, pattern) throws(FunctionError) in try split(a, pattern) }
    }
    table.add("regexQuoteMeta", arity: 1) { (a) throws(FunctionError) in
      let special = Set("\\.+*?()|[]{}^$".utf8)
      return .text(try a.bytes(0).flatMap { special.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] })
    }
  }

  /// - Parameter isLenient: whether a wrong expression matches nothing, as in sprig.
  private static func add(
    _ table: inout FunctionTable, _ name: String, _ arity: Int, isLenient: Bool = false,
    _ body: @escaping @Sendable (Arguments, Pattern) throws(FunctionError) -> Value
  ) {
    table.add(name, arity: arity...arity, takesPattern: true) { (a) throws(FunctionError) in
      let source = try a.text(0)
      do throws(FunctionError) {
        if case .bytes = a[0] { throw FunctionError("error parsing regexp: invalid UTF-8") }
        return try body(a, try a.rendering.pattern(source))
      } catch {
        if isLenient, error.isPatternError { return .boolean(false) }
        throw error
      }
    }
  }

  private static func split(_ a: Arguments, _ pattern: Pattern) throws(FunctionError) -> Value {
    let text = try a.bytes(1)
    let limit = try a.int(2)
    if limit == 0 { return .list(ListValue([], type: .strings, isNil: true)) }
    if try !a.bytes(0).isEmpty, text.isEmpty { return .texts([.string("")]) }
    var pieces: [Value] = []
    var start = 0
    var end = 0
    for match in try pattern.allMatches(in: text, limit: limit, a.rendering) {
      if limit > 0, pieces.count == limit - 1 { break }
      end = match[0]
      if match[1] != 0 { pieces.append(.text(text[start..<end])) }
      start = match[1]
    }
    if end != text.count { pieces.append(.text(text[start...])) }
    return .texts(pieces)
  }
}

extension FunctionError {
  fileprivate var isPatternError: Bool { message.hasPrefix("error parsing regexp") }
}
