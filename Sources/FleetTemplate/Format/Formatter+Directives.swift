// Format strings.
extension Formatter {
  /// The largest width or precision that Go takes.
  private static let largestNumber = 1_000_000

  /// Go's `Sprintf`.
  mutating func printf(_ format: [UInt8], _ arguments: [Value]) throws(FunctionError) {
    var state = Directives(format: format, arguments: arguments)
    while state.index < format.count {
      let start = state.index
      while state.index < format.count, format[state.index] != UInt8(ascii: "%") { state.index += 1 }
      try output.append(format[start..<state.index])
      guard state.index < format.count else { break }
      state.index += 1
      try directive(&state)
    }
    guard !state.isReordered, state.next < arguments.count else { return }
    flags = Flags()
    try output.append("%!(EXTRA ")
    for (index, argument) in arguments[state.next...].enumerated() {
      if index > 0 { try output.append(", ") }
      if !argument.isNothing { try output.append(argument.typeName + "=") }
      try print(argument, verb: "v")
    }
    try output.append(UInt8(ascii: ")"))
  }

  /// Where the reading of a format string is.
  private struct Directives {
    let format: [UInt8]
    let arguments: [Value]
    var index = 0
    /// The next argument.
    var next = 0
    var isReordered = false
    /// Whether `[n]` stood before, which forbids a width.
    var isAfterIndex = false
    var isGoodIndex = true

    init(format: [UInt8], arguments: [Value]) {
      self.format = format
      self.arguments = arguments
    }

    var byte: UInt8? { index < format.count ? format[index] : nil }

    mutating func takeNumber() -> Int? {
      let start = index
      var number = 0
      while let byte, (48...57).contains(byte) {
        guard number <= Formatter.largestNumber else {
          index = format.count
          return nil
        }
        number = number * 10 + Int(byte - 48)
        index += 1
      }
      return index > start ? number : nil
    }

    /// `[n]`: which argument comes next.
    mutating func takeArgumentNumber() {
      isAfterIndex = false
      guard byte == UInt8(ascii: "[") else { return }
      isReordered = true
      guard let close = format[index...].firstIndex(of: UInt8(ascii: "]")) else {
        isGoodIndex = false
        index += 1
        return
      }
      let digits = format[(index + 1)..<close]
      index = close + 1
      if let number = Int(String(decoding: digits, as: UTF8.self)), digits.allSatisfy({ (48...57).contains($0) }),
        (1...arguments.count + 1).contains(number), number <= arguments.count
      {
        next = number - 1
        isAfterIndex = true
      } else {
        isGoodIndex = false
        isAfterIndex = digits.allSatisfy { (48...57).contains($0) } && !digits.isEmpty
      }
    }

    mutating func takeStar() -> Int? {
      index += 1
      guard next < arguments.count else { return nil }
      defer { next += 1 }
      guard case .integer(let number, _) = arguments[next], number.magnitude <= UInt64(Formatter.largestNumber) else {
        return nil
      }
      return Int(number)
    }
  }

  private mutating func directive(_ state: inout Directives) throws(FunctionError) {
    flags = Flags()
    state.isGoodIndex = true
    takeFlags(&state)
    state.takeArgumentNumber()
    if state.byte == UInt8(ascii: "*") {
      flags.width = state.takeStar()
      if flags.width == nil { try output.append("%!(BADWIDTH)") }
      if let width = flags.width, width < 0 {
        flags.width = -width
        flags.minus = true
        flags.zero = false
      }
      state.isAfterIndex = false
    } else {
      let wasAfterIndex = state.isAfterIndex
      flags.width = state.takeNumber()
      if wasAfterIndex, flags.width != nil { state.isGoodIndex = false }
    }
    try takePrecision(&state)
    if !state.isAfterIndex { state.takeArgumentNumber() }
    guard state.index < state.format.count else { return try output.append("%!(NOVERB)") }
    let (scalar, width) = Runes.decode(state.format, at: state.index)
    state.index += width
    try apply(scalar ?? "\u{FFFD}", &state)
  }

  private mutating func apply(_ verb: Unicode.Scalar, _ state: inout Directives) throws(FunctionError) {
    if verb == "%" { return try output.append(UInt8(ascii: "%")) }
    guard state.isGoodIndex else { return try output.append("%!\(Character(verb))(BADINDEX)") }
    guard state.next < state.arguments.count else { return try output.append("%!\(Character(verb))(MISSING)") }
    if verb == "v" || verb == "w" {
      flags.sharpV = flags.sharp
      flags.sharp = false
      flags.plus = false
    }
    let argument = state.arguments[state.next]
    state.next += 1
    if verb == "w" { return try badVerb(verb, argument) }
    if max(flags.width ?? 0, flags.precision ?? 0) > output.limit { throw output.overflow }
    try print(argument, verb: verb)
  }

  private mutating func takeFlags(_ state: inout Directives) {
    while let byte = state.byte {
      switch byte {
      case UInt8(ascii: "#"): flags.sharp = true
      case UInt8(ascii: "0"): flags.zero = true
      case UInt8(ascii: "+"): flags.plus = true
      case UInt8(ascii: "-"): flags.minus = true
      case UInt8(ascii: " "): flags.space = true
      default: return
      }
      state.index += 1
    }
  }

  private mutating func takePrecision(_ state: inout Directives) throws(FunctionError) {
    guard state.byte == UInt8(ascii: "."), state.index + 1 < state.format.count else { return }
    state.index += 1
    if state.isAfterIndex { state.isGoodIndex = false }
    state.takeArgumentNumber()
    if state.byte == UInt8(ascii: "*") {
      flags.precision = state.takeStar()
      if let precision = flags.precision, precision < 0 { flags.precision = nil }
      if flags.precision == nil { try output.append("%!(BADPREC)") }
      state.isAfterIndex = false
    } else {
      flags.precision = state.takeNumber() ?? 0
    }
  }
}
