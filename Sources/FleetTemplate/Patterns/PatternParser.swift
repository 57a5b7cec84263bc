/// Reads Go's (RE2's) regular expressions.
struct PatternParser {
  private let scalars: [Unicode.Scalar]
  private let source: String
  private var index = 0
  private var depth = 0
  /// What is left of the work that one expression may be.
  private var budget = 400_000
  private var flags = Flags()
  /// The names of groups by their numbers; the whole match is 0.
  private(set) var names = [""]

  private struct Flags {
    var ignoresCase = false
    /// `^` and `$` at lines.
    var isMultiline = false
    /// `.` takes line ends.
    var dotTakesAll = false
    var isUngreedy = false
  }

  private static let maximumDepth = 200
  private static let maximumRepeat = 1_000
  private static let maximumLength = 20_000

  init(_ source: String) {
    self.source = source
    scalars = Array(source.unicodeScalars)
  }

  mutating func parse() throws(PatternError) -> PatternNode {
    guard scalars.count <= Self.maximumLength else { throw PatternError("expression too large") }
    let node = try alternatives()
    guard index == scalars.count else { throw PatternError("unexpected ): `\(source)`") }
    return node
  }

  private mutating func spend(_ work: Int) throws(PatternError) {
    budget -= work
    guard budget >= 0 else { throw PatternError("expression too large") }
  }

  private var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  private func starts(_ text: String) -> Bool { scalars[index...].starts(with: text.unicodeScalars) }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    index += 1
    return true
  }

  private mutating func alternatives() throws(PatternError) -> PatternNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else { throw PatternError("expression nests too deeply: `\(source)`") }
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .alternatives(branches)
  }

  private mutating func sequence() throws(PatternError) -> PatternNode {
    var parts: [PatternNode] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      if starts("\\Q") {
        index += 2
        while index < scalars.count, !starts("\\E") {
          parts.append(literal(scalars[index]))
          index += 1
        }
        if index < scalars.count { index += 2 }
        continue
      }
      guard let atom = try atom() else {
        // As in Go, a repetition behind flags is of what stands before them.
        if let last = parts.popLast() { parts.append(try repetitions(of: last)) }
        continue
      }
      parts.append(try repetitions(of: atom))
    }
    return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
  }

  private mutating func repetitions(of atom: PatternNode) throws(PatternError) -> PatternNode {
    var node = atom
    var isRepeated = false
    while let scalar = next {
      let start = index
      let bounds: (Int, Int?)
      switch scalar {
      case "*": bounds = (0, nil)
      case "+": bounds = (1, nil)
      case "?": bounds = (0, 1)
      case "{":
        guard let read = try braces() else { return node }
        bounds = read
        index -= 1
      default: return node
      }
      index += 1
      let isLazy = take("?")
      guard !isRepeated else {
        throw PatternError("invalid nested repetition operator: `\(text(start - 1..<index))`")
      }
      isRepeated = true
      node = .repeated(node, minimum: bounds.0, maximum: bounds.1, isGreedy: isLazy == flags.isUngreedy)
    }
    return node
  }

  private func text(_ range: Range<Int>) -> String { Runes.bytes(scalars[range.clamped(to: 0..<scalars.count)]).text }

  /// `{2}`, `{2,}`, `{2,5}`; nil (and nothing read) for braces that are no repetition.
  private mutating func braces() throws(PatternError) -> (Int, Int?)? {
    let start = index
    index += 1
    func digits(_ from: Int) -> Int? {
      let taken = scalars[from...].prefix { (48...57).contains($0.value) }
      return taken.isEmpty ? nil : taken.reduce(0) { min($0 * 10 + Int($1.value - 48), 100_000) }
    }
    func width(_ from: Int) -> Int { scalars[from...].prefix { (48...57).contains($0.value) }.count }
    guard let minimum = digits(index) else {
      index = start
      return nil
    }
    index += width(index)
    var maximum: Int? = minimum
    if take(",") {
      maximum = digits(index)
      index += width(index)
    }
    guard take("}") else {
      index = start
      return nil
    }
    guard minimum <= Self.maximumRepeat, maximum ?? 0 <= Self.maximumRepeat, minimum <= maximum ?? minimum else {
      throw PatternError("invalid repeat count: `\(text(start..<index))`")
    }
    return (minimum, maximum)
  }

  private func literal(_ scalar: Unicode.Scalar) -> PatternNode {
    let set = CharacterSet([scalar.value...scalar.value])
    return .set(flags.ignoresCase ? set.foldingCase : set)
  }

  /// One piece that can be repeated; nil when only flags were set.
  private mutating func atom() throws(PatternError) -> PatternNode? {
    guard let scalar = next else { return .empty }
    switch scalar {
    case "(": return try group()
    case "[": return .set(try bracket())
    case "*", "+", "?": throw PatternError("missing argument to repetition operator: `\(Character(scalar))`")
    case "{":
      let start = index
      if try braces() != nil {
        throw PatternError("missing argument to repetition operator: `\(text(start..<index))`")
      }
      index += 1
      return literal(scalar)
    case ".":
      index += 1
      return .set(flags.dotTakesAll ? .any : .notLineEnd)
    case "^":
      index += 1
      return .assertion(flags.isMultiline ? .lineStart : .textStart)
    case "$":
      index += 1
      return .assertion(flags.isMultiline ? .lineEnd : .textEnd)
    case "\\": return try escape()
    default:
      index += 1
      return literal(scalar)
    }
  }

  private mutating func group() throws(PatternError) -> PatternNode? {
    index += 1
    let outer = flags
    var number: Int?
    if starts("?P<") || starts("?<") {
      let start = index
      index += starts("?P<") ? 3 : 2
      let name = scalars[index...].prefix { $0 != ">" }
      index += name.count
      let isName = !name.isEmpty && name.allSatisfy { CharacterClasses.word.contains($0.value) }
      guard take(">"), isName else {
        throw PatternError("invalid named capture: `\(text(start - 1..<index))`")
      }
      let text = Runes.bytes(name).text
      guard !names.contains(text) else { throw PatternError("duplicate capture group name: `\(text)`") }
      number = names.count
      names.append(text)
    } else if take("?") {
      if try setFlags() { return nil }
    } else {
      number = names.count
      names.append("")
    }
    let inner = try alternatives()
    guard take(")") else { throw PatternError("missing closing ): `\(source)`") }
    flags = outer
    return number.map { .group(inner, index: $0) } ?? inner
  }

  /// Reads `i-s:` or `i-s)`; true for the latter, whose flags hold to the end of the group around it.
  private mutating func setFlags() throws(PatternError) -> Bool {
    let start = index
    var isOn = true
    var isEmpty = true
    while let scalar = next {
      index += 1
      switch scalar {
      case "i": flags.ignoresCase = isOn
      case "m": flags.isMultiline = isOn
      case "s": flags.dotTakesAll = isOn
      case "U": flags.isUngreedy = isOn
      case "-":
        guard isOn else { throw PatternError("invalid or unsupported Perl syntax: `\(text(start - 2..<index))`") }
        isOn = false
        isEmpty = true
        continue
      case ":", ")":
        guard isOn || !isEmpty else { break }
        return scalar == ")"
      default: throw PatternError("invalid or unsupported Perl syntax: `\(text(start - 2..<index))`")
      }
      isEmpty = false
    }
    throw PatternError("missing closing ): `\(source)`")
  }

  private mutating func escape() throws(PatternError) -> PatternNode {
    index += 1
    guard let letter = next else { throw PatternError("trailing backslash at end of expression: ``") }
    switch letter {
    case "A": index += 1; return .assertion(.textStart)
    case "z": index += 1; return .assertion(.textEnd)
    case "b": index += 1; return .assertion(.wordBoundary)
    case "B": index += 1; return .assertion(.noWordBoundary)
    default: break
    }
    if let set = try classEscape() { return .set(set) }
    return literal(try character())
  }

  /// A set after a backslash (which is read already); nil and nothing read when there is none.
  private mutating func classEscape() throws(PatternError) -> CharacterSet? {
    guard let letter = next else { return nil }
    if let set = CharacterClasses.perl(letter, folded: flags.ignoresCase) {
      index += 1
      return set
    }
    guard letter == "p" || letter == "P" else { return nil }
    index += 1
    var name = ""
    if take("{") {
      let inner = scalars[index...].prefix { $0 != "}" }
      index += inner.count
      guard take("}") else { throw PatternError("invalid character class range: `\\\(Character(letter)){`") }
      name = Runes.bytes(inner).text
    } else if let single = next {
      name = String(Character(single))
      index += 1
    }
    var isInverted = letter == "P"
    if name.hasPrefix("^") {
      isInverted.toggle()
      name.removeFirst()
    }
    guard let set = CharacterClasses.unicode(name, folded: flags.ignoresCase) else {
      throw PatternError("invalid character class range, or one that is not known here: `\\p{\(name)}`")
    }
    try spend(set.ranges.count)
    return isInverted ? set.inverted : set
  }

  /// One character after a backslash, which is read already.
  private mutating func character() throws(PatternError) -> Unicode.Scalar {
    guard let letter = next else { throw PatternError("trailing backslash at end of expression: ``") }
    let start = index - 1
    index += 1
    switch letter {
    case "a": return "\u{7}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "v": return "\u{B}"
    case "0"..."7":
      // Octal; one digit alone would be a back reference, which there is none of.
      guard letter == "0" || next.map({ ("0"..."7").contains($0) }) == true else { break }
      var value = letter.value - 48
      for _ in 0..<2 {
        guard let digit = next, ("0"..."7").contains(digit) else { break }
        value = value * 8 + digit.value - 48
        index += 1
      }
      if let scalar = Unicode.Scalar(value) { return scalar }
    case "x":
      var digits = ""
      if take("{") {
        let inner = scalars[index...].prefix { $0 != "}" }
        index += inner.count
        if take("}"), inner.count <= 8 { digits = Runes.bytes(inner).text }
      } else {
        digits = text(index..<index + 2)
        index = min(index + 2, scalars.count)
        if digits.utf8.count != 2 { digits = "" }
      }
      if let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) { return scalar }
    default:
      if letter.isASCII, !CharacterClasses.word.contains(letter.value) || letter == "_" { return letter }
    }
    throw PatternError("invalid escape sequence: `\(text(start..<index))`")
  }

  private mutating func bracket() throws(PatternError) -> CharacterSet {
    let start = index
    index += 1
    let isInverted = take("^")
    var ranges: [ClosedRange<UInt32>] = []
    var isFirst = true
    while let scalar = next, scalar != "]" || isFirst {
      isFirst = false
      if starts("[:"), let named = try posixClass() {
        ranges += named.ranges
        try spend(named.ranges.count)
        continue
      }
      if scalar == "\\" {
        index += 1
        if let inner = try classEscape() {
          ranges += inner.ranges
          try spend(inner.ranges.count)
          continue
        }
        index -= 1
      }
      let low = try bracketCharacter()
      var high = low
      if next == "-", index + 1 < scalars.count, scalars[index + 1] != "]" {
        index += 1
        high = try bracketCharacter()
      }
      guard low.value <= high.value else {
        throw PatternError("invalid character class range: `\(Character(low))-\(Character(high))`")
      }
      guard flags.ignoresCase else {
        ranges.append(low.value...high.value)
        continue
      }
      try spend(Int(min(high.value - low.value, CharacterSet.largestFolded)))
      ranges += CharacterSet([low.value...high.value]).foldingCase.ranges
    }
    let set = CharacterSet(ranges)
    guard take("]") else { throw PatternError("missing closing ]: `\(text(start..<scalars.count))`") }
    return isInverted ? set.inverted : set
  }

  private mutating func bracketCharacter() throws(PatternError) -> Unicode.Scalar {
    guard let scalar = next else { throw PatternError("missing closing ]: `\(source)`") }
    index += 1
    return scalar == "\\" ? try character() : scalar
  }

  private mutating func posixClass() throws(PatternError) -> CharacterSet? {
    let rest = scalars[(index + 2)...]
    try spend(rest.count / 16)
    guard let close = rest.indices.dropLast().first(where: { rest[$0] == ":" && rest[$0 + 1] == "]" }) else {
      return nil
    }
    var name = Runes.bytes(rest[..<close]).text
    let isInverted = name.hasPrefix("^")
    if isInverted { name.removeFirst() }
    guard let named = CharacterClasses.posix(name) else {
      throw PatternError("invalid character class range: `\(text(index..<close + 2))`")
    }
    index = close + 2
    let set = flags.ignoresCase ? named.foldingCase : named
    return isInverted ? set.inverted : set
  }
}

extension [UInt8] {
  /// The bytes as a text, repaired where they are none.
  var text: String { String(decoding: self, as: UTF8.self) }
}
