/// Conversions as sprig makes them (spf13/cast): what cannot be converted is 0.
enum Conversion {
  static func integer(_ value: Value) -> Int64 {
    switch value {
    case .boolean(let flag): flag ? 1 : 0
    case .integer(let number, _): number
    case .decimal(let number): truncated(number)
    case .string(let text): integer(text)
    default: 0
    }
  }

  /// As 64-bit processors convert, with the smallest number for what does not fit.
  private static func truncated(_ number: Double) -> Int64 { Int64(exactly: number.rounded(.towardZero)) ?? .min }

  private static func integer(_ text: String) -> Int64 {
    var whole = Substring(text)
    // A decimal part of digits is cut off.
    if let point = text.utf8.firstIndex(of: 46) {
      let head = text[..<point]
      let tail = text[text.utf8.index(after: point)...]
      let digits = head.first == "-" || head.first == "+" ? head.dropFirst() : head
      guard (digits + tail).utf8.allSatisfy({ (48...57).contains($0) }) else { return 0 }
      whole = digits.isEmpty ? "0" : head
    }
    return GoNumber.integer(whole) ?? 0
  }

  static func decimal(_ value: Value) -> Double {
    switch value {
    case .boolean(let flag): flag ? 1 : 0
    case .integer(let number, _): Double(number)
    case .decimal(let number): number
    case .string(let text): GoNumber.decimal(text) ?? 0
    default: 0
    }
  }

  /// A list of texts of whatever there is; nothing is left out.
  static func texts(_ value: Value, _ rendering: Rendering) throws(FunctionError) -> [Value] {
    guard case .list(let list) = value else {
      if value.isNothing { return [] }
      return [value.isText ? value : .text(try Formatter.text(value, limit: rendering.limits.outputBytes))]
    }
    try rendering.spend(list.count / 16)
    var result: [Value] = []
    result.reserveCapacity(list.count)
    var bytes = 0
    for index in 0..<list.count {
      let element = list[index]
      if element.isNothing { continue }
      let text = element.isText ? element : .text(try Formatter.text(element, limit: rendering.limits.outputBytes))
      bytes += text.size
      // What is new here must not outgrow what a rendering may make.
      if !element.isText { try rendering.reserve(bytes) }
      result.append(text)
    }
    return result
  }
}
