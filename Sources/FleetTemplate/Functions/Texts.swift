// The functions of sprig on texts, and Argo CD's names. As in sprig, what is worked on comes last, so that it can come
// through a pipeline.
extension TemplateFunctions {
  static func addTexts(to table: inout FunctionTable) {
    table.add("normalize", arity: 1) { (a) throws(FunctionError) in .string(normalizedName(try a.text(0))) }
    table.add("slugify", arity: 1...3) { (a) throws(FunctionError) in
      .string(
        slug(
          try a.text(a.count - 1), maximum: a.count > 1 ? try a.int(0) : 50,
          isSmart: a.count > 2 ? try a.flag(1) : true))
    }
    table.add("trim", arity: 1) { (a) throws(FunctionError) in
      let scalars = try a.scalars(0)
      guard let first = scalars.firstIndex(where: { !Runes.isSpace($0) }),
        let last = scalars.lastIndex(where: { !Runes.isSpace($0) })
      else { return .string("") }
      return .text(Runes.bytes(scalars[first...last]))
    }
    table.add("trimAll", "trimall", arity: 2) { (a) throws(FunctionError) in
      let cut = Set(try a.scalars(0))
      let scalars = try a.scalars(1)
      guard let first = scalars.firstIndex(where: { !cut.contains($0) }),
        let last = scalars.lastIndex(where: { !cut.contains($0) })
      else { return .string("") }
      return .text(Runes.bytes(scalars[first...last]))
    }
    table.add("trimPrefix", arity: 2) { (a) throws(FunctionError) in
      let (prefix, whole) = (try a.bytes(0), try a.bytes(1))
      return .text(whole.starts(with: prefix) ? whole.dropFirst(prefix.count) : whole[...])
    }
    table.add("trimSuffix", arity: 2) { (a) throws(FunctionError) in
      let (suffix, whole) = (try a.bytes(0), try a.bytes(1))
      return .text(ends(whole, with: suffix) ? whole.dropLast(suffix.count) : whole[...])
    }
    table.add("hasPrefix", arity: 2) { (a) throws(FunctionError) in
      .boolean(try a.bytes(1).starts(with: try a.bytes(0)))
    }
    table.add("hasSuffix", arity: 2) { (a) throws(FunctionError) in
      .boolean(ends(try a.bytes(1), with: try a.bytes(0)))
    }
    table.add("contains", arity: 2) { (a) throws(FunctionError) in
      .boolean(ByteSearch(try a.bytes(0)).first(in: try a.bytes(1)) != nil)
    }
    table.add("replace", arity: 3) { (a) throws(FunctionError) in
      try replace(try a.bytes(0), by: try a.bytes(1), in: try a.bytes(2), limit: a.rendering.limits.outputBytes)
    }
    addParts(to: &table)
    addQuotes(to: &table)
  }

  private static func ends(_ whole: [UInt8], with suffix: [UInt8]) -> Bool {
    whole.count >= suffix.count && whole.suffix(suffix.count).elementsEqual(suffix)
  }

  private static func replace(
    _ part: [UInt8], by replacement: [UInt8], in whole: [UInt8], limit: Int
  ) throws(FunctionError) -> Value {
    var result = TextBuffer(limit: limit)
    if part.isEmpty {
      // Before every character and at the end.
      try result.append(replacement)
      for piece in ByteSearch.split(whole, by: [], limit: -1) {
        try result.append(piece)
        try result.append(replacement)
      }
      return result.value
    }
    for (index, piece) in ByteSearch.split(whole, by: part, limit: -1).enumerated() {
      if index > 0 { try result.append(replacement) }
      try result.append(piece)
    }
    return result.value
  }

  private static func addParts(to table: inout FunctionTable) {
    table.add("trunc", arity: 2) { (a) throws(FunctionError) in
      let count = try a.int(0)
      let bytes = try a.bytes(1)
      guard count.magnitude < UInt(bytes.count) else { return a[1] }
      return .text(count < 0 ? bytes.suffix(-count) : bytes.prefix(count))
    }
    table.add("substr", arity: 3) { (a) throws(FunctionError) in
      let (start, end, bytes) = (try a.int(0), try a.int(1), try a.bytes(2))
      let range: (Int, Int) =
        start < 0 ? (0, end) : end < 0 || end > bytes.count ? (start, bytes.count) : (start, end)
      guard range.1 >= 0, range.1 <= bytes.count, range.0 <= range.1 else {
        throw FunctionError("slice bounds out of range: [\(range.0):\(range.1)] of \(bytes.count)")
      }
      return .text(bytes[range.0..<range.1])
    }
    table.add("repeat", arity: 2) { (a) throws(FunctionError) in
      let (count, bytes) = (try a.int(0), try a.bytes(1))
      guard count >= 0 else { throw FunctionError("strings: negative Repeat count") }
      let (total, overflow) = count.multipliedReportingOverflow(by: bytes.count)
      try a.rendering.reserve(overflow ? .max : total)
      var result: [UInt8] = []
      result.reserveCapacity(total)
      if !bytes.isEmpty { for _ in 0..<count { result.append(contentsOf: bytes) } }
      return .text(result)
    }
    table.add("abbrev", arity: 2) { (a) throws(FunctionError) in
      .text(abbreviated(try a.bytes(1), offset: 0, width: try a.int(0)))
    }
    table.add("abbrevboth", arity: 3) { (a) throws(FunctionError) in
      let (left, right, bytes) = (try a.int(0), try a.int(1), try a.bytes(2))
      return .text(left > 0 && right < 7 ? bytes : abbreviated(bytes, offset: left, width: right))
    }
    table.add("indent", arity: 2) { (a) throws(FunctionError) in try indented(a, start: []) }
    table.add("nindent", arity: 2) { (a) throws(FunctionError) in try indented(a, start: [10]) }
    table.add("plural", arity: 3) { (a) throws(FunctionError) in
      let (one, many) = (Value.text(try a.bytes(0)), Value.text(try a.bytes(1)))
      return try a.int(2) == 1 ? one : many
    }
  }

  /// `width` bytes with `...` for what is left out; with an offset something around that place is kept.
  private static func abbreviated(_ bytes: [UInt8], offset: Int, width: Int) -> [UInt8] {
    guard width >= 4, bytes.count > width else { return bytes }
    let dots = Array("...".utf8)
    var offset = min(offset, bytes.count)
    if bytes.count - offset < width - 3 { offset = bytes.count - (width - 3) }
    if offset <= 4 { return bytes.prefix(width - 3) + dots }
    if width < 7 { return [] }
    if offset + width - 3 < bytes.count {
      return dots + abbreviated(Array(bytes[offset...]), offset: 0, width: width - 3)
    }
    return dots + bytes.suffix(width - 3)
  }

  private static func indented(_ a: Arguments, start: [UInt8]) throws(FunctionError) -> Value {
    let count = try a.int(0)
    guard count >= 0 else { throw FunctionError("strings: negative Repeat count") }
    var result = TextBuffer(limit: a.rendering.limits.outputBytes)
    try result.append(start)
    try result.append(repeating: 32, count: count)
    for byte in try a.bytes(1) {
      try result.append(byte)
      if byte == 10 { try result.append(repeating: 32, count: count) }
    }
    return result.value
  }

  private static func addQuotes(to table: inout FunctionTable) {
    table.add("quote", atLeast: 0) { (a) throws(FunctionError) in
      try joined(a, " ") { (value) throws(FunctionError) in Quoting.quoted(try a.string(value)) }
    }
    table.add("squote", atLeast: 0) { (a) throws(FunctionError) in
      try joined(a, " ") { (value) throws(FunctionError) in [39] + (try a.string(value)) + [39] }
    }
    table.add("cat", atLeast: 0) { (a) throws(FunctionError) in
      try joined(a, " ") { (value) throws(FunctionError) in try a.string(value) }
    }
    table.add("toString", arity: 1) { (a) throws(FunctionError) in .text(try a.string(a[0])) }
    table.add("join", arity: 2) { (a) throws(FunctionError) in
      let separator = try a.bytes(0)
      var result = TextBuffer(limit: a.rendering.limits.outputBytes)
      for (index, text) in try Conversion.texts(a[1], a.rendering).enumerated() {
        if index > 0 { try result.append(separator) }
        try result.append(text.textBytes ?? [])
      }
      return result.value
    }
  }

  private static func joined(
    _ a: Arguments, _ separator: String, _ text: (Value) throws(FunctionError) -> [UInt8]
  ) throws(FunctionError) -> Value {
    var result = TextBuffer(limit: a.rendering.limits.outputBytes)
    var isFirst = true
    for value in a.values where !value.isNothing {
      if !isFirst { try result.append(separator) }
      isFirst = false
      try result.append(try text(value))
    }
    return result.value
  }
}
