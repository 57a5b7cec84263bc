/// A regular expression of the part of Go's syntax that selectors are made of: characters, `.`, classes, groups,
/// alternatives, `* + ?` and counts, `^` and `$`. What is beyond that is not read, so that nothing is matched otherwise
/// than Go does.
struct TextPattern {
  private indirect enum Node {
    case byte(UInt8)
    case any
    case set(Set<UInt8>, isNegated: Bool)
    case begin, end
    case sequence([Node])
    case alternatives([Node])
    case repeated(Node, from: Int, to: Int)
  }

  /// Patterns and texts that are longer are not matched here.
  private static let limit = 500

  private let root: Node
  private let literal: [UInt8]?

  /// Reads a pattern; nil when it uses anything else, or is wrong.
  init?(_ text: String) {
    guard text.utf8.count <= Self.limit else { return nil }
    var reader = Reader(bytes: Array(text.utf8))
    guard let root = reader.alternatives(), reader.isAtEnd else { return nil }
    self.root = root
    if case .sequence(let nodes) = root {
      let bytes = nodes.map { if case .byte(let byte) = $0 { byte } else { nil } as UInt8? }
      literal = bytes.contains(nil) ? nil : bytes.compactMap { $0 }
    } else {
      literal = nil
    }
  }

  /// Whether it is no more than characters that stand for themselves.
  var isLiteral: Bool { literal != nil }

  /// Whether the whole of a text matches.
  ///
  /// - Returns: nil when finding out takes too long.
  func matchesWhole(_ text: String) -> Bool? {
    if let literal { return text.utf8.elementsEqual(literal) }
    guard text.utf8.count <= Self.limit, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    var matcher = Matcher(text: Array(text.utf8))
    let end = matcher.text.count
    let isMatch = matcher.match(root, at: 0) { place, _ in place == end }
    return matcher.steps > Matcher.limit ? nil : isMatch
  }

  /// Whether a part of a text matches.
  ///
  /// - Returns: nil when finding out takes too long.
  func matchesPart(_ text: String) -> Bool? {
    guard text.utf8.count <= Self.limit, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    var matcher = Matcher(text: Array(text.utf8))
    for start in 0...matcher.text.count where matcher.match(root, at: start, then: { _, _ in true }) {
      return matcher.steps > Matcher.limit ? nil : true
    }
    return matcher.steps > Matcher.limit ? nil : false
  }

  // MARK: Reading

  private struct Reader {
    let bytes: [UInt8]
    var place = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }
    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    mutating func alternatives() -> Node? {
      var all: [Node] = []
      repeat {
        guard let sequence = sequence() else { return nil }
        all.append(sequence)
      } while take(UInt8(ascii: "|"))
      return all.count == 1 ? all[0] : .alternatives(all)
    }

    private mutating func take(_ byte: UInt8) -> Bool {
      guard next == byte else { return false }
      place += 1
      return true
    }

    private mutating func sequence() -> Node? {
      var nodes: [Node] = []
      while let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
        guard let atom = atom(), let node = repetition(of: atom) else { return nil }
        nodes.append(node)
      }
      return .sequence(nodes)
    }

    private mutating func atom() -> Node? {
      guard let byte = next, byte < 0x80 else { return nil }
      place += 1
      switch byte {
      case UInt8(ascii: "."): return .any
      case UInt8(ascii: "^"): return .begin
      case UInt8(ascii: "$"): return .end
      case UInt8(ascii: "["): return set()
      case UInt8(ascii: "("):
        if take(UInt8(ascii: "?")), !take(UInt8(ascii: ":")) { return nil }
        guard let node = alternatives(), take(UInt8(ascii: ")")) else { return nil }
        return node
      case UInt8(ascii: "\\"): return escape()
      case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"), UInt8(ascii: "}"),
        UInt8(ascii: "]"):
        return nil
      default: return .byte(byte)
      }
    }

    private mutating func repetition(of atom: Node) -> Node? {
      guard let byte = next else { return atom }
      let bounds: (Int, Int)
      switch byte {
      case UInt8(ascii: "*"): bounds = (0, .max)
      case UInt8(ascii: "+"): bounds = (1, .max)
      case UInt8(ascii: "?"): bounds = (0, 1)
      case UInt8(ascii: "{"):
        place += 1
        guard let counted = count() else { return nil }
        bounds = counted
        place -= 1
      default: return atom
      }
      place += 1
      // Whether it takes much or little first makes no difference to whether it matches.
      _ = take(UInt8(ascii: "?"))
      if let next, [UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{")].contains(next) {
        return nil
      }
      return .repeated(atom, from: bounds.0, to: bounds.1)
    }

    /// `{2}`, `{2,}` or `{2,5}` behind its brace.
    private mutating func count() -> (Int, Int)? {
      guard let from = number() else { return nil }
      var to = from
      if take(UInt8(ascii: ",")) { to = next == UInt8(ascii: "}") ? .max : number() ?? -1 }
      guard take(UInt8(ascii: "}")), from <= to, from <= 1000, to == .max || to <= 1000 else { return nil }
      return (from, to)
    }

    private mutating func number() -> Int? {
      let digits = bytes[place...].prefix { (0x30...0x39).contains($0) }
      place += digits.count
      return digits.count > 4 ? nil : Int(String(decoding: digits, as: UTF8.self))
    }

    private mutating func escape() -> Node? {
      guard let byte = next, byte < 0x80 else { return nil }
      place += 1
      if let set = Self.named(byte) { return set }
      let isLetter = (0x41...0x5A).contains(byte & 0xDF) || (0x30...0x39).contains(byte)
      return isLetter ? nil : .byte(byte)
    }

    private static func named(_ byte: UInt8) -> Node? {
      let digits = Set<UInt8>(0x30...0x39)
      let word = digits.union(0x41...0x5A).union(0x61...0x7A).union([UInt8(ascii: "_")])
      let space: Set<UInt8> = [0x09, 0x0A, 0x0C, 0x0D, 0x20]
      switch byte {
      case UInt8(ascii: "d"): return .set(digits, isNegated: false)
      case UInt8(ascii: "D"): return .set(digits, isNegated: true)
      case UInt8(ascii: "w"): return .set(word, isNegated: false)
      case UInt8(ascii: "W"): return .set(word, isNegated: true)
      case UInt8(ascii: "s"): return .set(space, isNegated: false)
      case UInt8(ascii: "S"): return .set(space, isNegated: true)
      default: return nil
      }
    }

    private mutating func set() -> Node? {
      let isNegated = take(UInt8(ascii: "^"))
      var members: Set<UInt8> = []
      var isFirst = true
      while let byte = next, isFirst || byte != UInt8(ascii: "]") {
        isFirst = false
        guard let low = member(byte) else { return nil }
        if case .set(let named, false) = low {
          members.formUnion(named)
          continue
        }
        guard case .byte(let low) = low else { return nil }
        var high = low
        if next == UInt8(ascii: "-"), place + 1 < bytes.count, bytes[place + 1] != UInt8(ascii: "]") {
          place += 1
          guard let end = next, case .byte(let byte)? = member(end), byte >= low else { return nil }
          high = byte
        }
        members.formUnion(low...high)
      }
      return take(UInt8(ascii: "]")) ? .set(members, isNegated: isNegated) : nil
    }

    private mutating func member(_ byte: UInt8) -> Node? {
      guard byte < 0x80, byte != UInt8(ascii: "[") else { return nil }
      place += 1
      return byte == UInt8(ascii: "\\") ? escape() : .byte(byte)
    }
  }

  // MARK: Matching

  private struct Matcher {
    let text: [UInt8]
    var steps = 0

    static let limit = 100_000

    init(text: [UInt8]) { self.text = text }

    /// Whether the node matches at a place such that what comes then does too.
    mutating func match(
      _ node: Node, at place: Int, then rest: (Int, inout Matcher) -> Bool
    ) -> Bool {
      steps += 1
      guard steps <= Self.limit else { return false }
      switch node {
      case .byte(let byte): return place < text.count && text[place] == byte && rest(place + 1, &self)
      case .any: return place < text.count && text[place] != 0x0A && rest(place + 1, &self)
      case .set(let members, let isNegated):
        return place < text.count && members.contains(text[place]) != isNegated && rest(place + 1, &self)
      case .begin: return place == 0 && rest(place, &self)
      case .end: return place == text.count && rest(place, &self)
      case .sequence(let nodes): return match(nodes[...], at: place, then: rest)
      case .alternatives(let all):
        for node in all where match(node, at: place, then: rest) { return true }
        return false
      case .repeated(let node, let from, let to):
        return match(node, from: from, to: to, at: place, then: rest)
      }
    }

    private mutating func match(
      _ nodes: ArraySlice<Node>, at place: Int, then rest: (Int, inout Matcher) -> Bool
    ) -> Bool {
      guard let first = nodes.first else { return rest(place, &self) }
      return match(first, at: place) { next, matcher in
        matcher.match(nodes.dropFirst(), at: next, then: rest)
      }
    }

    private mutating func match(
      _ node: Node, from: Int, to: Int, at place: Int, then rest: (Int, inout Matcher) -> Bool
    ) -> Bool {
      if from == 0, rest(place, &self) { return true }
      guard to > 0 else { return false }
      return match(node, at: place) { next, matcher in
        guard next > place || from > 0 else { return false }
        return matcher.match(
          node, from: max(0, from - 1), to: to == .max ? .max : to - 1, at: next, then: rest)
      }
    }
  }
}
