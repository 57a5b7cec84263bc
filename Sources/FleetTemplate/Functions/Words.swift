// Functions on the words and lines of texts, and on texts as lists.
extension TemplateFunctions {
  static func addWords(to table: inout FunctionTable) {
    table.add("nospace", arity: 1) { (a) throws(FunctionError) in
      .text(Runes.bytes(try a.scalars(0).filter { !Runes.isSpace($0) }))
    }
    table.add("initials", arity: 1) { (a) throws(FunctionError) in
      let words = try a.scalars(0).split(whereSeparator: Runes.isSpace)
      return .text(Runes.bytes(words.compactMap(\.first)))
    }
    table.add("wrap", arity: 2) { (a) throws(FunctionError) in
      try wrapped(a, try a.bytes(1), width: try a.int(0), separator: [10], breaksWords: false)
    }
    table.add("wrapWith", arity: 3) { (a) throws(FunctionError) in
      let separator = try a.bytes(1)
      return try wrapped(
        a, try a.bytes(2), width: try a.int(0), separator: separator.isEmpty ? [10] : separator, breaksWords: true)
    }
    table.add("splitList", arity: 2) { (a) throws(FunctionError) in
      let pieces = ByteSearch.split(try a.bytes(1), by: try a.bytes(0), limit: -1)
      try a.rendering.spend(pieces.count / 16)
      return .texts(pieces.map { .text($0) })
    }
    table.add("split", arity: 2) { (a) throws(FunctionError) in
      try numbered(ByteSearch.split(try a.bytes(1), by: try a.bytes(0), limit: -1), a)
    }
    table.add("splitn", arity: 3) { (a) throws(FunctionError) in
      try numbered(ByteSearch.split(try a.bytes(2), by: try a.bytes(0), limit: try a.int(1)), a)
    }
    table.add("toStrings", arity: 1) { (a) throws(FunctionError) in .texts(try Conversion.texts(a[0], a.rendering)) }
    table.add("sortAlpha", arity: 1) { (a) throws(FunctionError) in
      guard case .list = a[0] else { return .texts([.text(try a.string(a[0]))]) }
      let texts = try Conversion.texts(a[0], a.rendering).map { $0.textBytes ?? [] }
      try a.rendering.spend(texts.count)
      return .texts(texts.sorted { $0.lexicographicallyPrecedes($1) }.map { .text($0) })
    }
  }

  /// The pieces as sprig's `split` names them: `_0`, `_1` …
  private static func numbered(_ pieces: [ArraySlice<UInt8>], _ a: Arguments) throws(FunctionError) -> Value {
    try a.rendering.spend(pieces.count / 8)
    var values: [String: Value] = [:]
    for (index, piece) in pieces.enumerated() { values["_\(index)"] = .text(piece) }
    return a.rendering.map(values, holdsTexts: true)
  }

  /// Lines of at most `width` bytes, broken at spaces; spaces at the start of a line go.
  private static func wrapped(
    _ a: Arguments, _ text: [UInt8], width: Int, separator: [UInt8], breaksWords: Bool
  ) throws(FunctionError) -> Value {
    let width = max(width, 1)
    var result = TextBuffer(limit: a.rendering.limits.outputBytes)
    var start = 0
    while text.count - start > width {
      if text[start] == 32 {
        start += 1
        continue
      }
      if let space = text[start...(start + width)].lastIndex(of: 32) {
        try result.append(text[start..<space])
        start = space + 1
      } else if breaksWords {
        try result.append(text[start..<(start + width)])
        start += width
      } else if let space = text[(start + width)...].firstIndex(of: 32) {
        try result.append(text[start..<space])
        start = space + 1
      } else {
        break
      }
      try result.append(separator)
    }
    try result.append(text[start...])
    return result.value
  }
}
