/// What an unquoted YAML scalar means, in one place: the rules of sigs.k8s.io/yaml, which kubectl and the API server's
/// clients use. They are YAML 1.1 with Go's number syntax, and not those of YAML 1.2.
///
/// | written | means |
/// |---|---|
/// | `y yes true on`, `n no false off`, also with a capital or in capitals | a boolean |
/// | nothing, `~`, `null Null NULL` | null |
/// | `12 +12 -12 1_000 0x1F 0o17 017 0b11` | an integer; `017` is octal, underscores are dropped |
/// | `08`, `1.5`, `.5`, `1.`, `1e3`, integers beyond 64 bits | a decimal, or an integer when it is whole |
/// | `.inf`, `.nan` | numbers that JSON has not; refused later |
/// | everything else: `1e400`, `1:30`, `2001-01-01`, `1.2.3`, `0x` | a text |
enum ScalarRules {
  /// Whether a text begins like a word and is none of the words that mean something: what most texts are.
  static func isWord(_ text: String) -> Bool {
    text.utf8.withContiguousStorageIfAvailable(isWord) ?? false
  }

  private static func isWord(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count > 1, (0x61...0x7A).contains(text[0] | 0x20) else { return false }
    if text.count > 5 { return true }
    let second = text[1]
    return switch text[0] | 0x20 {
    case UInt8(ascii: "y"): second | 0x20 != UInt8(ascii: "e")
    case UInt8(ascii: "n"): second | 0x20 != UInt8(ascii: "o") && second | 0x20 != UInt8(ascii: "u")
    case UInt8(ascii: "t"): second | 0x20 != UInt8(ascii: "r")
    case UInt8(ascii: "f"): second | 0x20 != UInt8(ascii: "a")
    case UInt8(ascii: "o"): second | 0x20 != UInt8(ascii: "n") && second | 0x20 != UInt8(ascii: "f")
    default: true
    }
  }

  /// The value of an untagged plain scalar.
  static func value(ofPlain text: String) -> NodeValue {
    if isWord(text) { return .string(text) }
    guard let first = text.utf8.first else { return .null }
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
      return number(text) ?? infinity(text) ?? .string(text)
    case UInt8(ascii: "~"), UInt8(ascii: "y"), UInt8(ascii: "Y"), UInt8(ascii: "n"), UInt8(ascii: "N"),
      UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "o"),
      UInt8(ascii: "O"):
      guard text.utf8.count <= 5 else { return .string(text) }
      return words[text] ?? .string(text)
    default: return .string(text)
    }
  }

  /// The value of an untagged plain scalar by YAML 1.2 with Go's number syntax; nil for a date.
  static func valueOfYAML12(ofPlain text: String) -> NodeValue? {
    if isWord(text) { return .string(text) }
    guard let first = text.utf8.first else { return .null }
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
      if OtherReaders.isTimestamp(text) { return nil }
      return number(text) ?? infinity(text) ?? .string(text)
    case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "t"), UInt8(ascii: "T"),
      UInt8(ascii: "f"), UInt8(ascii: "F"):
      guard text.utf8.count <= 5, let word = words[text] else { return .string(text) }
      // `n`, `no`, `y` and their like are truth values to YAML 1.1 alone.
      if case .boolean = word { return text.utf8.count >= 4 ? word : .string(text) }
      return word
    default: return .string(text)
    }
  }

  /// Whether a tag is one of those that scalars may have.
  static func knows(tag: String) -> Bool { tagNames.contains(tag) }

  /// The value of a scalar with a tag, whether quoted or not; nil when the text is nothing of that kind.
  static func value(of text: String, tag: String) -> NodeValue? {
    if tag == tagPrefix + "str" || tag == tagPrefix + "timestamp" { return .string(text) }
    let value = value(ofPlain: text)
    switch (tag.dropFirst(tagPrefix.count), value) {
    case ("bool", .boolean), ("null", .null), ("int", .integer), ("float", .integer), ("float", .decimal): return value
    default: return nil
    }
  }

  /// Whether a text, written without quotes, would be read as the same text.
  ///
  /// Stricter than `value(ofPlain:)`: what other YAML readers take for a date or a number to base 60 is quoted too.
  static func isPlainText(_ text: String) -> Bool {
    if isWord(text) { return true }
    guard case .string = value(ofPlain: text) else { return false }
    return !OtherReaders.isTimestamp(text) && !OtherReaders.isBase60(text)
  }

  private static let tagPrefix = "tag:yaml.org,2002:"
  private static let tagNames = Set(["str", "bool", "null", "int", "float", "timestamp"].map { tagPrefix + $0 })

  private static let words: [String: NodeValue] = {
    var words: [String: NodeValue] = ["~": .null, "null": .null, "Null": .null, "NULL": .null]
    for word in ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"] { words[word] = true.value }
    for word in ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"] {
      words[word] = false.value
    }
    return words
  }()

  private static let infinities: [String: NodeValue] = {
    var words: [String: NodeValue] = [:]
    for word in [".inf", ".Inf", ".INF"] {
      words[word] = .decimal(.infinity)
      words["+" + word] = .decimal(.infinity)
      words["-" + word] = .decimal(-.infinity)
    }
    for word in [".nan", ".NaN", ".NAN"] { words[word] = .decimal(.nan) }
    return words
  }()

  private static func infinity(_ text: String) -> NodeValue? {
    // Versions and quantities begin like numbers too, but with a digit.
    guard text.utf8.count <= 5, let first = text.utf8.first, !(0x30...0x39).contains(first) else { return nil }
    return infinities[text]
  }

  // MARK: Numbers

  private static func number(_ text: String) -> NodeValue? {
    if let digits = shortInteger(text) { return .integer(digits) }
    // Underscores are dropped wherever they stand, except in a number that begins with its point.
    let digits = text.utf8.filter { $0 != UInt8(ascii: "_") }
    guard text.utf8.first != UInt8(ascii: ".") || digits.count == text.utf8.count else { return nil }
    if let integer = integer(digits[...]) { return integer }
    guard isDecimal(digits[...]), let decimal = Double(String(decoding: digits, as: UTF8.self)), decimal.isFinite else {
      return nil
    }
    return .number(decimal)
  }

  /// The number that a few digits are, of which the first is no zero: what most numbers are.
  private static func shortInteger(_ text: String) -> Int64? {
    text.utf8.withContiguousStorageIfAvailable { bytes -> Int64? in
      guard bytes.count <= 18, bytes[0] != UInt8(ascii: "0") else { return nil }
      var result: Int64 = 0
      for byte in bytes {
        guard (0x30...0x39).contains(byte) else { return nil }
        result = result * 10 + Int64(byte - 0x30)
      }
      return result
    } ?? nil
  }

  /// An integer in Go's syntax with any prefix; nil when it is none. One beyond 64 bits without a sign is a decimal.
  private static func integer(_ text: ArraySlice<UInt8>) -> NodeValue? {
    var digits = text
    let sign = digits.first
    let isSigned = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
    if isSigned { digits = digits.dropFirst() }
    var radix: UInt64 = 10
    if digits.first == UInt8(ascii: "0"), digits.count > 1 {
      switch digits[digits.startIndex + 1] | 0x20 {
      case UInt8(ascii: "x"): radix = 16
      case UInt8(ascii: "o"): radix = 8
      case UInt8(ascii: "b"): radix = 2
      default: radix = 8
      }
      let hasLetter = digits[digits.startIndex + 1] >= UInt8(ascii: "A")
      digits = digits.dropFirst(hasLetter ? 2 : 1)
    }
    guard !digits.isEmpty, let magnitude = magnitude(digits, radix: radix) else { return nil }
    if sign == UInt8(ascii: "-") {
      if magnitude == UInt64(Int64.max) + 1 { return .integer(.min) }
      return Int64(exactly: magnitude).map { .integer(-$0) }
    }
    if let integer = Int64(exactly: magnitude) { return .integer(integer) }
    return isSigned ? nil : .number(Double(magnitude))
  }

  private static func magnitude(_ digits: ArraySlice<UInt8>, radix: UInt64) -> UInt64? {
    var result: UInt64 = 0
    for byte in digits {
      let digit: UInt64
      switch byte {
      case 0x30...0x39: digit = UInt64(byte - 0x30)
      case 0x41...0x46: digit = UInt64(byte - 0x41) + 10
      case 0x61...0x66: digit = UInt64(byte - 0x61) + 10
      default: return nil
      }
      guard digit < radix else { return nil }
      let (product, productOverflow) = result.multipliedReportingOverflow(by: radix)
      let (sum, sumOverflow) = product.addingReportingOverflow(digit)
      guard !productOverflow, !sumOverflow else { return nil }
      result = sum
    }
    return result
  }

  /// Whether it is an optional sign, digits with an optional point, and an optional exponent.
  private static func isDecimal(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    func takeSign() {
      if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    }
    func takeDigits() -> Int {
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      rest = rest.dropFirst(digits.count)
      return digits.count
    }
    takeSign()
    var count = takeDigits()
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      count += takeDigits()
    }
    guard count > 0 else { return false }
    if let first = rest.first, first | 0x20 == UInt8(ascii: "e") {
      rest = rest.dropFirst()
      takeSign()
      guard takeDigits() > 0 else { return false }
    }
    return rest.isEmpty
  }
}

extension Bool {
  fileprivate var value: NodeValue { .boolean(self) }
}

/// Texts that are texts to Kubernetes' tools, but not to every reader of YAML 1.1.
private enum OtherReaders {
  /// Whether it looks like `2001-01-01`, alone or with a time.
  static func isTimestamp(_ text: String) -> Bool {
    guard text.utf8.count >= 8, text.utf8.dropFirst(4).first == UInt8(ascii: "-") else { return false }
    let bytes = Array(text.utf8)
    guard bytes[..<4].allSatisfy(isDigit) else { return false }
    let date = bytes[5...].prefix { isDigit($0) || $0 == UInt8(ascii: "-") }
    let parts = date.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ (1...2).contains($0.count) }),
      let month = Int(String(decoding: parts[0], as: UTF8.self)), (1...12).contains(month),
      let day = Int(String(decoding: parts[1], as: UTF8.self)), (1...31).contains(day)
    else { return false }
    guard date.endIndex < bytes.endIndex else { return true }
    let separators = [UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")]
    let time = bytes[(date.endIndex + 1)...]
    return separators.contains(bytes[date.endIndex]) && time.contains(UInt8(ascii: ":"))
      && time.first.map(isDigit) == true
  }

  /// Whether it looks like `1:30`, a number to base 60.
  static func isBase60(_ text: String) -> Bool {
    guard text.hasByte(UInt8(ascii: ":")) else { return false }
    let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count > 1, var first = parts.first, var last = parts.last else { return false }
    if first.first == UInt8(ascii: "+") || first.first == UInt8(ascii: "-") { first = first.dropFirst() }
    guard first.first.map(isDigit) == true, first.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "_") }) else {
      return false
    }
    if let point = last.firstIndex(of: UInt8(ascii: ".")) {
      let fraction = last[last.index(after: point)...]
      guard fraction.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "_") }) else { return false }
      last = last[..<point]
    }
    return (parts[1...].dropLast() + [last]).allSatisfy { part in
      guard part.allSatisfy(isDigit), let tens = part.first else { return false }
      return part.count == 1 || part.count == 2 && tens <= UInt8(ascii: "5")
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
