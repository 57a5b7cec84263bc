// The functions of sprig, and Argo CD's own, that names and paths are most often made with. As in sprig, what is worked
// on comes last, so that it can come through a pipeline.
extension TemplateFunctions {
  static let texts: [String: TemplateFunction] = [
    "normalize": TemplateFunction(1...1) { (values, _) throws(FunctionError) in
      .string(normalizedName(try text(values[0])))
    },
    "default": TemplateFunction(1...2) { (values, _) throws(FunctionError) in
      values.count == 2 && isTrue(values[1]) ? values[1] : values[0]
    },
    "empty": TemplateFunction(1...1) { (values, _) throws(FunctionError) in .boolean(!isTrue(values[0])) },
    "coalesce": TemplateFunction(0...Int.max) { (values, _) throws(FunctionError) in
      values.first { isTrue($0) } ?? nil
    },
    "ternary": TemplateFunction(3...3) { (values, _) throws(FunctionError) in
      guard case .boolean(let flag) = values[2] else { throw FunctionError("expected a boolean as the last argument") }
      return flag ? values[0] : values[1]
    },
    "lower": TemplateFunction(1...1) { (values, _) throws(FunctionError) in .string(try text(values[0]).lowercased()) },
    "upper": TemplateFunction(1...1) { (values, _) throws(FunctionError) in .string(try text(values[0]).uppercased()) },
    "trim": TemplateFunction(1...1) { (values, _) throws(FunctionError) in .string(trimmed(try text(values[0]))) },
    "trimPrefix": TemplateFunction(2...2) { (values, _) throws(FunctionError) in
      let (prefix, whole) = (Array(try text(values[0]).utf8), Array(try text(values[1]).utf8))
      return .string(
        String(decoding: whole.starts(with: prefix) ? whole.dropFirst(prefix.count) : whole[...], as: UTF8.self))
    },
    "trimSuffix": TemplateFunction(2...2) { (values, _) throws(FunctionError) in
      let (suffix, whole) = (Array(try text(values[0]).utf8), Array(try text(values[1]).utf8))
      let ends = whole.reversed().starts(with: suffix.reversed())
      return .string(String(decoding: ends ? whole.dropLast(suffix.count) : whole[...], as: UTF8.self))
    },
    "hasPrefix": TemplateFunction(2...2) { (values, _) throws(FunctionError) in
      .boolean(try text(values[1]).utf8.starts(with: try text(values[0]).utf8))
    },
    "hasSuffix": TemplateFunction(2...2) { (values, _) throws(FunctionError) in
      .boolean(try text(values[1]).utf8.reversed().starts(with: try text(values[0]).utf8.reversed()))
    },
    "contains": TemplateFunction(2...2) { (values, _) throws(FunctionError) in
      let (part, whole) = (Array(try text(values[0]).utf8), Array(try text(values[1]).utf8))
      return .boolean(firstIndex(of: part, in: whole, from: 0) != nil)
    },
    "replace": TemplateFunction(3...3) { (values, limits) throws(FunctionError) in
      .string(try replace(try text(values[0]), try text(values[1]), in: try text(values[2]), limits: limits))
    },
    "trunc": TemplateFunction(2...2) { (values, _) throws(FunctionError) in
      guard case .integer(let count) = values[0] else { throw FunctionError("expected an integer first") }
      let bytes = Array(try text(values[1]).utf8)
      if count < 0 { return .string(String(decoding: bytes.suffix(Int(clamping: count.magnitude)), as: UTF8.self)) }
      return .string(String(decoding: bytes.prefix(Int(clamping: count)), as: UTF8.self))
    },
    "quote": TemplateFunction(0...Int.max) { (values, _) throws(FunctionError) in
      let present = values.compactMap { $0 }.filter { $0 != .null }
      return .string(present.map { Format.quoted($0.text) }.joined(separator: " "))
    },
    "squote": TemplateFunction(0...Int.max) { (values, _) throws(FunctionError) in
      let present = values.compactMap { $0 }.filter { $0 != .null }
      return .string(present.map { "'\($0.text)'" }.joined(separator: " "))
    },
    "join": TemplateFunction(2...2) { (values, _) throws(FunctionError) in
      guard case .list(let elements) = values[1] else { return .string((values[1] ?? .null).text) }
      return .string(elements.filter { $0 != .null }.map(\.text).joined(separator: try text(values[0])))
    },
    "toString": TemplateFunction(1...1) { (values, _) throws(FunctionError) in .string((values[0] ?? .null).text) },
  ]

  private static func firstIndex(of part: [UInt8], in whole: [UInt8], from start: Int) -> Int? {
    guard start + part.count <= whole.count else { return nil }
    return (start...(whole.count - part.count)).first { whole[$0...].starts(with: part) }
  }

  private static func replace(
    _ part: String, _ replacement: String, in whole: String, limits: TemplateLimits
  ) throws(FunctionError) -> String {
    let (part, replacement, whole) = (Array(part.utf8), Array(replacement.utf8), Array(whole.utf8))
    guard !part.isEmpty else { throw FunctionError("the text to replace is empty") }
    var result: [UInt8] = []
    var position = 0
    while let match = firstIndex(of: part, in: whole, from: position) {
      result += whole[position..<match] + replacement
      position = match + part.count
      guard result.count <= limits.outputBytes else {
        throw FunctionError("its result is over \(limits.outputBytes) bytes")
      }
    }
    return String(decoding: result + whole[position...], as: UTF8.self)
  }
}
