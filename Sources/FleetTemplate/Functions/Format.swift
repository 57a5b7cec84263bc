/// Go's `fmt.Sprintf` for the verbs that templates use: v s q d t x X c o b and %, with width, precision of texts and
/// the flags `-`, `0`, `+` and space. Values that do not fit a verb are printed the way Go complains about them.
enum Format {
  private struct Directive {
    var isLeft = false
    var isZeroed = false
    var hasPlus = false
    var hasSpace = false
    var width = 0
    var precision: Int?
  }

  static func print(
    _ format: String, _ arguments: [ParameterValue], limits: TemplateLimits
  ) throws(FunctionError) -> String {
    var result = ""
    var rest = Substring(format)
    var next = 0
    while let percent = rest.firstIndex(of: "%") {
      result += rest[..<percent]
      rest = rest[percent...].dropFirst()
      let directive = try directive(&rest, limits: limits)
      guard let verb = rest.popFirst() else {
        result += "%!(NOVERB)"
        break
      }
      if verb == "%" {
        result += "%"
        continue
      }
      guard next < arguments.count else {
        result += "%!\(verb)(MISSING)"
        continue
      }
      result += padded(try text(of: arguments[next], verb: verb, directive), directive, arguments[next])
      next += 1
      guard result.utf8.count <= limits.outputBytes else {
        throw FunctionError("its result is over \(limits.outputBytes) bytes")
      }
    }
    result += rest
    if next < arguments.count {
      result += "%!(EXTRA "
      result += arguments[next...].map { "\(typeName($0))=\($0.text)" }.joined(separator: ", ") + ")"
    }
    return result
  }

  private static func directive(
    _ rest: inout Substring, limits: TemplateLimits
  ) throws(FunctionError) -> Directive {
    var result = Directive()
    flags: while let flag = rest.first {
      switch flag {
      case "-": result.isLeft = true
      case "0": result.isZeroed = true
      case "+": result.hasPlus = true
      case " ": result.hasSpace = true
      case "#", "*", "[": throw FunctionError("the flag \(flag) of a format is not available in this version")
      default: break flags
      }
      rest.removeFirst()
    }
    result.width = try number(&rest, limits: limits) ?? 0
    if rest.first == "." {
      rest.removeFirst()
      result.precision = try number(&rest, limits: limits) ?? 0
    }
    return result
  }

  private static func number(_ rest: inout Substring, limits: TemplateLimits) throws(FunctionError) -> Int? {
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    rest = rest.dropFirst(digits.count)
    guard !digits.isEmpty else { return nil }
    guard let number = Int(digits), number <= limits.outputBytes else {
      throw FunctionError("the width \(digits.prefix(20)) is over \(limits.outputBytes)")
    }
    return number
  }

  private static func text(
    of value: ParameterValue, verb: Character, _ directive: Directive
  ) throws(FunctionError) -> String {
    func signed(_ text: String) -> String {
      text.hasPrefix("-") ? text : directive.hasPlus ? "+" + text : directive.hasSpace ? " " + text : text
    }
    func limited(_ text: String) -> String { directive.precision.map { String(text.prefix($0)) } ?? text }
    switch (verb, value) {
    case ("v", .string(let text)), ("s", .string(let text)): return limited(text)
    case ("v", .integer(let number)), ("d", .integer(let number)): return signed(String(number))
    case ("v", _): return value.text
    case ("t", .boolean(let flag)): return flag ? "true" : "false"
    case ("q", .string(let text)): return quoted(limited(text))
    case ("x", .integer(let number)): return signed(String(number, radix: 16))
    case ("X", .integer(let number)): return signed(String(number, radix: 16, uppercase: true))
    case ("o", .integer(let number)): return signed(String(number, radix: 8))
    case ("b", .integer(let number)): return signed(String(number, radix: 2))
    case ("x", .string(let text)): return text.utf8.map { hexadecimal($0) }.joined()
    case ("X", .string(let text)): return text.utf8.map { hexadecimal($0) }.joined().uppercased()
    case ("c", .integer(let number)):
      return UInt32(exactly: number).flatMap(Unicode.Scalar.init).map { String(Character($0)) } ?? "\u{FFFD}"
    case ("e", _), ("E", _), ("f", _), ("F", _), ("g", _), ("G", _), ("U", _), ("T", _), ("p", _), ("w", _):
      throw FunctionError("the verb %\(verb) is not available in this version")
    case ("s", .list), ("s", .map), ("q", .list), ("q", .map), ("d", .list), ("d", .map), ("x", .list), ("x", .map):
      throw FunctionError("%\(verb) of \(value.kindName) is not available in this version; use %v")
    case (_, .null): return "%!\(verb)(<nil>)"
    default: return "%!\(verb)(\(typeName(value))=\(value.text))"
    }
  }

  private static func padded(_ text: String, _ directive: Directive, _ value: ParameterValue) -> String {
    let missing = directive.width - text.unicodeScalars.count
    guard missing > 0 else { return text }
    if directive.isLeft { return text + String(repeating: " ", count: missing) }
    if directive.isZeroed {
      let zeros = String(repeating: "0", count: missing)
      if value.string == nil, let sign = text.first, sign == "-" || sign == "+" || sign == " " {
        return String(sign) + zeros + text.dropFirst()
      }
      return zeros + text
    }
    return String(repeating: " ", count: missing) + text
  }

  /// A text in double quotes as Go's `%q` writes it.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case "\u{7}": result += "\\a"
      case "\u{8}": result += "\\b"
      case "\u{B}": result += "\\v"
      case "\u{C}": result += "\\f"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F: result += "\\x" + hexadecimal(UInt8(scalar.value))
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

  private static func typeName(_ value: ParameterValue) -> String {
    switch value {
    case .null: "<nil>"
    case .boolean: "bool"
    case .integer: "int"
    case .decimal: "float64"
    case .string: "string"
    case .list: "[]interface {}"
    case .map: "map[string]interface {}"
    }
  }
}
