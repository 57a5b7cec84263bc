/// Go's `time.Duration`: nanoseconds in 64 bits.
enum GoDuration {
  private static let units: [(name: String, nanoseconds: Int64)] = [
    ("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000),
    ("m", 60_000_000_000), ("h", 3_600_000_000_000),
  ]

  /// Reads `1h30m`, `-1.5s` and the like; nil for what Go does not read.
  static func parse(_ text: String) -> Int64? {
    var rest = Substring(text)
    let isNegative = rest.first == "-"
    if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
    if rest == "0" { return 0 }
    guard !rest.isEmpty else { return nil }
    var total: UInt64 = 0
    while !rest.isEmpty {
      let whole = rest.prefix { $0.isASCII && $0.isNumber }
      rest.removeFirst(whole.count)
      var fraction = Substring()
      if rest.first == "." {
        rest.removeFirst()
        fraction = rest.prefix { $0.isASCII && $0.isNumber }
        rest.removeFirst(fraction.count)
      }
      guard !(whole.isEmpty && fraction.isEmpty), let number = whole.isEmpty ? 0 : UInt64(whole) else { return nil }
      let name = rest.prefix { $0 != "." && !($0.isASCII && $0.isNumber) }
      guard let unit = units.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else { return nil }
      rest.removeFirst(name.count)
      let (product, overflow) = number.multipliedReportingOverflow(by: UInt64(unit.nanoseconds))
      var part = product
      if let digits = Double("0." + (fraction.isEmpty ? "0" : fraction)) {
        part = part &+ UInt64(digits * Double(unit.nanoseconds))
      }
      let (sum, beyond) = total.addingReportingOverflow(part)
      guard !overflow, !beyond, sum <= UInt64(1) << 63 else { return nil }
      total = sum
    }
    if isNegative { return total == UInt64(1) << 63 ? .min : -Int64(total) }
    return Int64(exactly: total)
  }

  /// `1h30m0s`, `1.5s`, `15ms`, `0s`.
  static func text(_ nanoseconds: Int64) -> String {
    let magnitude = nanoseconds.magnitude
    let sign = nanoseconds < 0 ? "-" : ""
    if magnitude == 0 { return "0s" }
    if magnitude < 1_000 { return "\(sign)\(magnitude)ns" }
    if magnitude < 1_000_000 { return sign + decimal(magnitude, places: 3) + "µs" }
    if magnitude < 1_000_000_000 { return sign + decimal(magnitude, places: 6) + "ms" }
    let seconds = magnitude / 1_000_000_000
    let last = decimal(magnitude % 60_000_000_000, places: 9) + "s"
    if seconds < 60 { return sign + last }
    let minutes = seconds / 60
    if minutes < 60 { return "\(sign)\(minutes)m\(last)" }
    return "\(sign)\(minutes / 60)h\(minutes % 60)m\(last)"
  }

  private static func decimal(_ number: UInt64, places: Int) -> String {
    let unit = (0..<places).reduce(UInt64(1)) { result, _ in result * 10 }
    var fraction = String(number % unit)
    fraction = String(repeating: "0", count: places - fraction.utf8.count) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    return String(number / unit) + (fraction.isEmpty ? "" : "." + fraction)
  }

  /// Rounds to seconds, half away from zero.
  static func roundedToSeconds(_ nanoseconds: Int64) -> Int64 {
    let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    let correction: Int64 = remainder.magnitude * 2 >= 1_000_000_000 ? (nanoseconds < 0 ? -1 : 1) : 0
    return (quotient + correction).multipliedReportingOverflow(by: 1_000_000_000).partialValue
  }
}
