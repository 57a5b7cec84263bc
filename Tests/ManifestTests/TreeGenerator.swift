import Manifest

/// SplitMix64: the same numbers for a seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &+ 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

/// Draws trees with everything in them that writers and readers get wrong.
struct TreeGenerator {
  private var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func document() -> Node { node(depth: 0) }

  private mutating func node(depth: Int) -> Node {
    switch Int.random(in: 0..<(depth > 5 ? 6 : 10), using: &random) {
    case 0: return Node(.null)
    case 1: return Node(.boolean(Bool.random(using: &random)))
    case 2: return Node(.integer(integer()))
    case 3: return Node(.number(decimal()))
    case 4, 5: return Node(.string(text()))
    case 6, 7: return Node(.array((0..<Int.random(in: 0...4, using: &random)).map { _ in node(depth: depth + 1) }))
    default:
      // Now and then more keys than an object searches one by one.
      let count = Int.random(in: 0..<10, using: &random) == 0 ? 40 : Int.random(in: 0...5, using: &random)
      return Node(
        .object(Object(entries: (0..<count).map { _ in Object.Entry(key: text(), value: node(depth: depth + 1)) })))
    }
  }

  private mutating func integer() -> Int64 {
    let edges: [Int64] = [0, -1, 1, .min, .max, 1 << 53, 8]
    return Bool.random(using: &random)
      ? edges[Int.random(in: 0..<edges.count, using: &random)] : Int64.random(in: -1_000...1_000, using: &random)
  }

  private mutating func decimal() -> Double {
    let edges = [
      0.5, -1.5e-7, 1e21, 1e20, 1e-6, 123_456_789.125, Double.leastNonzeroMagnitude, .greatestFiniteMagnitude,
      1.8446744073709552e19,
    ]
    if Bool.random(using: &random) { return edges[Int.random(in: 0..<edges.count, using: &random)] }
    let drawn = Double(bitPattern: random.next())
    return drawn.isFinite ? drawn : 0.25
  }

  private mutating func text() -> String {
    let whole: [String] = [
      "", " ", "yes", "NO", "null", "~", "010", "1_000", "1e3", "0x1F", "1:30", "2001-01-01", "2001-01-01T10:00:00Z",
      ".5",
      ".inf", "<<", "=", "-", "- a", "?", "a: b", "a #b", "#a", "a:", "'", "\"", "{{ .name }}", "[a]", "*a", "&a", "!a",
      "%a",
      "@a", "`a", "---", "--- a", "...", "a\nb", "a\nb\n", "a\n\n", "\na", " a\nb", "a \nb", "a\n b", "\n", "\n\n",
      "a\tb",
      "\t", "a\r\nb", "a\u{85}b", "a\u{2028}b", "\u{FEFF}a", "é", "e\u{301}", "😀", "\u{0}", "a\\b", "a\"b\\", "\u{7F}",
      "\u{FFFE}",
      "key with spaces and more than eighty characters so that a writer has to fold the line somewhere here",
      "x  y" + String(repeating: " word", count: 30), String(repeating: "k", count: 140), "a\n" + "b  \n", "a\n\tb",
      "\tb\nc",
    ]
    if Bool.random(using: &random) { return whole[Int.random(in: 0..<whole.count, using: &random)] }
    let characters: [Character] = [
      "a", "b", "1", "0", " ", " ", "\n", ":", "#", "-", "'", "\"", "\\", ",", "{", "]", "é", "😀", "\t", ".", "_", "!",
      "\u{A0}",
    ]
    return String(
      (0..<Int.random(in: 0...12, using: &random)).map { _ in
        characters[Int.random(in: 0..<characters.count, using: &random)]
      })
  }
}
