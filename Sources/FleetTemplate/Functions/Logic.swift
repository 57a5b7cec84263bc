// Go's own functions (text/template, "Functions"), without the comparisons.
extension TemplateFunctions {
  static func addLogic(to table: inout FunctionTable) {
    table.add("and", arity: 1...Int.max, shortCircuit: false) { (a) throws(FunctionError) in a[a.count - 1] }
    table.add("or", arity: 1...Int.max, shortCircuit: true) { (a) throws(FunctionError) in a[a.count - 1] }
    table.add("not", arity: 1) { (a) throws(FunctionError) in .boolean(!a[0].isTrue) }
    table.add("len", arity: 1) { (a) throws(FunctionError) in .int(try length(a[0])) }
    table.add("index", atLeast: 1) { (a) throws(FunctionError) in
      if a[0].isNothing { throw FunctionError("index of untyped nil") }
      var value = a[0]
      for key in a.values.dropFirst() { value = try element(of: value, at: key) }
      return value
    }
    // Argo CD has sprig's function, for lists; texts are sliced as Go's own would.
    table.add("slice", "mustSlice", atLeast: 1) { (a) throws(FunctionError) in try slice(a) }
    table.add("call", atLeast: 1) { (a) throws(FunctionError) in
      if a[0].isNothing { throw FunctionError("call of nil") }
      throw FunctionError("a value of type \(a[0].typeName) is no function")
    }
    table.add("print", atLeast: 0) { (a) throws(FunctionError) in
      var formatter = Formatter(limit: a.rendering.limits.outputBytes)
      try formatter.printAll(a.values)
      return formatter.output.value
    }
    table.add("println", atLeast: 0) { (a) throws(FunctionError) in
      var formatter = Formatter(limit: a.rendering.limits.outputBytes)
      try formatter.printLine(a.values)
      return formatter.output.value
    }
    table.add("printf", atLeast: 1) { (a) throws(FunctionError) in
      var formatter = Formatter(limit: a.rendering.limits.outputBytes)
      try formatter.printf(try a.bytes(0), Array(a.values.dropFirst()))
      return formatter.output.value
    }
    addEscapes(to: &table)
  }

  private static func addEscapes(to table: inout FunctionTable) {
    table.add("html", atLeast: 0) { (a) throws(FunctionError) in
      try escaped(a) { byte in
        switch byte {
        case 0: Array("\u{FFFD}".utf8)
        case UInt8(ascii: "\""): Array("&#34;".utf8)
        case UInt8(ascii: "'"): Array("&#39;".utf8)
        case UInt8(ascii: "&"): Array("&amp;".utf8)
        case UInt8(ascii: "<"): Array("&lt;".utf8)
        case UInt8(ascii: ">"): Array("&gt;".utf8)
        default: nil
        }
      }
    }
    table.add("js", atLeast: 0) { (a) throws(FunctionError) in try scriptEscaped(a) }
    table.add("urlquery", atLeast: 0) { (a) throws(FunctionError) in
      try escaped(a) { byte in
        if byte == UInt8(ascii: " ") { return [UInt8(ascii: "+")] }
        return Address.isUnreserved(byte) ? nil : Address.percent(byte)
      }
    }
  }

  /// The arguments as one text, as `print` makes it.
  private static func joined(_ a: Arguments) throws(FunctionError) -> [UInt8] {
    if a.count == 1, let bytes = a[0].textBytes { return bytes }
    var formatter = Formatter(limit: a.rendering.limits.outputBytes)
    try formatter.printAll(a.values.map { $0.isNothing ? .string("<no value>") : $0 })
    return formatter.output.bytes
  }

  private static func escaped(_ a: Arguments, _ escape: (UInt8) -> [UInt8]?) throws(FunctionError) -> Value {
    var result = TextBuffer(limit: a.rendering.limits.outputBytes)
    for byte in try joined(a) { try result.append(escape(byte) ?? [byte]) }
    return result.value
  }

  private static func scriptEscaped(_ a: Arguments) throws(FunctionError) -> Value {
    var result = TextBuffer(limit: a.rendering.limits.outputBytes)
    for scalar in Runes.scalars(try joined(a)) {
      switch scalar {
      case "\\": try result.append("\\\\")
      case "'": try result.append("\\'")
      case "\"": try result.append("\\\"")
      case "<", ">", "&", "=": try result.append("\\u00" + String(scalar.value, radix: 16, uppercase: true))
      case _ where scalar.value < 0x20 || !Quoting.isPrintable(scalar) && scalar.value >= 0x80:
        let digits = String(scalar.value, radix: 16, uppercase: true)
        try result.append("\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits)
      default: try result.append(String(Character(scalar)))
      }
    }
    return result.value
  }

  private static func length(_ value: Value) throws(FunctionError) -> Int {
    switch value {
    case .string(let text): return text.utf8.count
    case .bytes(let bytes): return bytes.count
    case .list(let list): return list.count
    case .map(let map): return map.count
    case .missing, .null: throw FunctionError("there is no value to take the length of")
    default: throw FunctionError("len of type \(value.typeName)")
    }
  }

  private static func element(of value: Value, at key: Value) throws(FunctionError) -> Value {
    switch value {
    case .map(let map):
      guard let bytes = key.textBytes else { throw FunctionError("value has type \(key.typeName); should be string") }
      return map[bytes.text] ?? map.zero
    case .list(let list): return list[try place(key, below: list.count)]
    case .string(let text):
      let place = try place(key, below: text.utf8.count)
      return .integer(Int64(text.utf8[text.utf8.index(text.utf8.startIndex, offsetBy: place)]), .uint8)
    case .bytes(let bytes): return .integer(Int64(bytes[try place(key, below: bytes.count)]), .uint8)
    case .missing, .null: throw FunctionError("index of nil pointer")
    default: throw FunctionError("can't index item of type \(value.typeName)")
    }
  }

  private static func place(_ key: Value, below count: Int) throws(FunctionError) -> Int {
    guard case .integer(let index, _) = key else {
      throw FunctionError("cannot index slice/array with \(key.isNothing ? "nil" : "type " + key.typeName)")
    }
    guard index >= 0, index < count else {
      throw FunctionError("index out of range: \(index); there are \(count)")
    }
    return Int(index)
  }

  private static func slice(_ a: Arguments) throws(FunctionError) -> Value {
    guard a.count <= 4 else { throw FunctionError("too many slice indexes: \(a.count - 1)") }
    let count: Int
    switch a[0] {
    case .list(let list):
      if list.count == 0 { return .null }
      count = list.count
    case .string, .bytes: count = try a.bytes(0).count
    case .missing, .null: throw FunctionError("slice of untyped nil")
    default: throw FunctionError("list should be type of slice or array but \(a[0].kindName)")
    }
    var bounds = [0, count]
    for index in 1..<min(a.count, 3) where a.count > 1 { bounds[index - 1] = Int(Conversion.integer(a[index])) }
    guard bounds[0] >= 0, bounds[0] <= bounds[1], bounds[1] <= count else {
      throw FunctionError("slice bounds out of range: [\(bounds[0]):\(bounds[1])] of \(count)")
    }
    if case .list(let list) = a[0] {
      return .list(ListValue((bounds[0]..<bounds[1]).map { list[$0] }, type: list.type))
    }
    return .text(try a.bytes(0)[bounds[0]..<bounds[1]])
  }
}
