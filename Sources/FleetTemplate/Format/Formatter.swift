/// Go's `fmt`: values as `%v` and the other verbs print them, with Go's own words for what does not fit.
struct Formatter {
  var output: TextBuffer
  var flags = Flags()

  /// The flags, width and precision of one verb.
  struct Flags {
    var width: Int?
    var precision: Int?
    var minus = false
    var plus = false
    var sharp = false
    var space = false
    var zero = false
    /// `%#v`
    var sharpV = false
  }

  init(limit: Int) { output = TextBuffer(limit: limit) }

  /// A value as `%v` prints it.
  static func text(_ value: Value, limit: Int) throws(FunctionError) -> [UInt8] {
    if case .string(let text) = value { return Array(text.utf8) }
    var formatter = Formatter(limit: limit)
    try formatter.print(value, verb: "v")
    return formatter.output.bytes
  }

  // MARK: Sprint

  /// Go's `Sprint`: a space between two values neither of which is a text.
  mutating func printAll(_ values: [Value]) throws(FunctionError) {
    var wasText = false
    for (index, value) in values.enumerated() {
      if index > 0, !value.isText, !wasText { try output.append(UInt8(ascii: " ")) }
      try print(value, verb: "v")
      wasText = value.isText
    }
  }

  /// Go's `Sprintln`.
  mutating func printLine(_ values: [Value]) throws(FunctionError) {
    for (index, value) in values.enumerated() {
      if index > 0 { try output.append(UInt8(ascii: " ")) }
      try print(value, verb: "v")
    }
    try output.append(UInt8(ascii: "\n"))
  }

  // MARK: One value

  mutating func print(_ value: Value, verb: Unicode.Scalar) throws(FunctionError) {
    switch verb {
    case "T" where !value.isNothing: return try pad(truncated(Array(value.typeName.utf8)))
    case "p":
      if case .list = value { throw addresses }
      if case .map = value { throw addresses }
      if case .version = value { throw addresses }
    default: break
    }
    try print(value, verb: verb, depth: 0)
  }

  private var addresses: FunctionError { FunctionError("%p prints addresses, which are no part of a template's input") }

  private mutating func print(_ value: Value, verb: Unicode.Scalar, depth: Int) throws(FunctionError) {
    guard depth <= Rendering.maximumValueDepth else { throw Rendering.tooDeep }
    if case .string(let text) = value, verb == "s" || verb == "v", !flags.sharpV, flags.width == nil,
      flags.precision == nil
    {
      return try output.append(text)
    }
    if let text = value.ownText, verb == "v" || verb == "s" || verb == "x" || verb == "X" || verb == "q",
      !flags.sharpV || value.kindName == "struct" || value.kindName == "ptr"
    {
      return try format(text: Array(text.utf8), value, verb: verb)
    }
    switch value {
    case .missing, .null:
      if depth > 0 { return try output.append(flags.sharpV ? "interface {}(nil)" : "<nil>") }
      guard verb == "v" || verb == "T" else { return try badVerb(verb, value) }
      try pad(Array("<nil>".utf8))
    case .boolean(let flag):
      guard verb == "t" || verb == "v" else { return try badVerb(verb, value) }
      try pad(Array((flag ? "true" : "false").utf8))
    case .integer(let number, let kind): try format(integer: number, kind, value, verb: verb)
    case .decimal(let number): try format(decimal: number, value, verb: verb)
    case .string(let text): try format(text: Array(text.utf8), value, verb: verb)
    case .bytes(let bytes): try format(text: bytes, value, verb: verb)
    case .list(let list): try format(list, verb: verb, depth: depth)
    case .map(let map): try format(map, value, verb: verb, depth: depth)
    case .time, .version: try badVerb(verb, value)
    }
  }

  private mutating func format(_ list: ListValue, verb: Unicode.Scalar, depth: Int) throws(FunctionError) {
    if flags.sharpV {
      try output.append(list.type.name)
      if list.isNil { return try output.append("(nil)") }
    }
    try output.append(flags.sharpV ? "{" : "[")
    for index in 0..<list.count {
      if index > 0 { try output.append(flags.sharpV ? ", " : " ") }
      try print(list[index], verb: verb, depth: depth + 1)
    }
    try output.append(flags.sharpV ? "}" : "]")
  }

  private mutating func format(
    _ map: MapValue, _ value: Value, verb: Unicode.Scalar, depth: Int
  ) throws(FunctionError) {
    try output.append(flags.sharpV ? value.typeName + "{" : "map[")
    for (index, key) in map.sortedKeys.enumerated() {
      if index > 0 { try output.append(flags.sharpV ? ", " : " ") }
      try print(.string(key), verb: verb, depth: depth + 1)
      try output.append(UInt8(ascii: ":"))
      try print(map[key] ?? .null, verb: verb, depth: depth + 1)
    }
    try output.append(flags.sharpV ? "}" : "]")
  }

  private mutating func format(text: [UInt8], _ value: Value, verb: Unicode.Scalar) throws(FunctionError) {
    switch verb {
    case "v" where flags.sharpV: try pad(quoted(text))
    case "v", "s": try pad(truncated(text))
    case "q": try pad(quoted(truncated(text)))
    case "x", "X": try format(hexadecimal: text, isUpper: verb == "X")
    default: try badVerb(verb, value)
    }
  }

  private func quoted(_ text: [UInt8]) -> [UInt8] {
    if flags.sharp, Quoting.canBackquote(text) { return [UInt8(ascii: "`")] + text + [UInt8(ascii: "`")] }
    return Quoting.quoted(text, isASCII: flags.plus)
  }

  private func truncated(_ text: [UInt8]) -> [UInt8] {
    guard let precision = flags.precision, precision < text.count else { return text }
    var index = 0
    for _ in 0..<precision {
      guard index < text.count else { return text }
      index += Runes.decode(text, at: index).1
    }
    return Array(text[..<index])
  }

  private mutating func format(hexadecimal text: [UInt8], isUpper: Bool) throws(FunctionError) {
    let bytes = flags.precision.map { Array(text.prefix($0)) } ?? text
    let prefix = isUpper ? "0X" : "0x"
    var result = ""
    for (index, byte) in bytes.enumerated() {
      if flags.space, index > 0 { result += " " }
      if flags.sharp, index == 0 || flags.space { result += prefix }
      result += (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: isUpper)
    }
    try pad(Array(result.utf8))
  }

  // MARK: Complaints

  mutating func badVerb(_ verb: Unicode.Scalar, _ value: Value) throws(FunctionError) {
    try output.append("%!")
    try output.append(String(Character(verb)))
    try output.append(UInt8(ascii: "("))
    if value.isNothing {
      try output.append("<nil>")
    } else {
      try output.append(value.typeName)
      try output.append(UInt8(ascii: "="))
      // Flags, width and precision hold for the value inside too, but it is not asked for a text of its own.
      if case .integer(let number, _) = value {
        try print(.integer(number, .int64), verb: "v")
      } else {
        try print(value, verb: "v")
      }
    }
    try output.append(UInt8(ascii: ")"))
  }

  // MARK: Padding

  mutating func pad(_ text: [UInt8], byZeros: Bool? = nil) throws(FunctionError) {
    let missing = (flags.width ?? 0) - (flags.width == nil ? 0 : Runes.count(text))
    let zeros = byZeros ?? flags.zero
    let padding: UInt8 = zeros && !flags.minus ? UInt8(ascii: "0") : UInt8(ascii: " ")
    if !flags.minus { try output.append(repeating: padding, count: missing) }
    try output.append(text)
    if flags.minus { try output.append(repeating: padding, count: missing) }
  }
}
