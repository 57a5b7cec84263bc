import Manifest

// Functions of chance. They are drawn from the names of the set and target and from the template, so that a target keeps
// what was drawn for it: true chance would make a new release out of nothing at every look.
extension TemplateFunctions {
  static func addChance(to table: inout FunctionTable) {
    let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    let digits = "0123456789"
    for (name, alphabet) in [
      ("randAlpha", letters), ("randNumeric", digits), ("randAlphaNum", letters + digits),
      ("randAscii", String(decoding: 32...126, as: UTF8.self)),
    ] {
      let alphabet = Array(alphabet.utf8)
      table.add(name, arity: 1) { (a) throws(FunctionError) in
        var text: [UInt8] = []
        for _ in 0..<(try count(a)) { text.append(alphabet[try below(alphabet.count, a)]) }
        return .text(text)
      }
    }
    table.add("randBytes", arity: 1) { (a) throws(FunctionError) in
      var bytes: [UInt8] = []
      for _ in 0..<(try count(a)) { bytes.append(UInt8(try below(256, a))) }
      return .text(BaseEncoding.base64.encode(bytes))
    }
    table.add("randInt", arity: 2) { (a) throws(FunctionError) in
      let (minimum, maximum) = (try a.int(0), try a.int(1))
      let (width, overflow) = maximum.subtractingReportingOverflow(minimum)
      guard width > 0, !overflow else { throw FunctionError("the second number must be above the first") }
      return .int(minimum + (try below(width, a)))
    }
    table.add("shuffle", arity: 1) { (a) throws(FunctionError) in
      var scalars = try a.scalars(0)
      for index in scalars.indices.reversed() where index > 0 { scalars.swapAt(index, try below(index + 1, a)) }
      return .text(Runes.bytes(scalars))
    }
    table.add("uuidv4", arity: 0) { (a) throws(FunctionError) in
      var (high, low) = (try a.rendering.draw(), try a.rendering.draw())
      // Version 4, variant 1.
      high = high & ~0xF000 | 0x4000
      low = low & ~(0xC0 << 56) | 0x80 << 56
      let text = [high, low].map { number in
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
      }.joined()
      var result = ""
      for (index, digit) in text.enumerated() {
        if [8, 12, 16, 20].contains(index) { result += "-" }
        result.append(digit)
      }
      return .string(result)
    }
  }

  private static func count(_ a: Arguments) throws(FunctionError) -> Int {
    let count = try a.int(0)
    try a.rendering.reserve(count)
    try a.rendering.spend(max(count, 0) / 16)
    return max(count, 0)
  }

  private static func below(_ limit: Int, _ a: Arguments) throws(FunctionError) -> Int {
    Int(try a.rendering.draw().multipliedFullWidth(by: UInt64(limit)).high)
  }
}
