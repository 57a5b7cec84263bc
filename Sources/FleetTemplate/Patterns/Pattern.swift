/// A regular expression with Go's syntax and meaning. It is matched in time linear in the text: every place of the
/// expression is tried at most once for every character, whatever the expression is.
struct Pattern: Sendable {
  enum Instruction: Sendable {
    case set(CharacterSet)
    case split(Int, Int)
    case jump(Int)
    case save(Int)
    case assert(PatternAssertion)
    case match
  }

  let program: [Instruction]
  /// The names of groups by their numbers; empty for those without.
  let names: [String]

  private static let maximumInstructions = 20_000

  init(_ source: String) throws(PatternError) {
    var parser = PatternParser(source)
    let tree = try parser.parse()
    names = parser.names
    var compiler = Compiler()
    try compiler.add(.group(tree, index: 0))
    compiler.program.append(.match)
    program = compiler.program
  }

  private struct Compiler {
    var program: [Instruction] = []
    /// Nodes that were looked at: repetitions of nothing make no instructions, but take time.
    private var work = 0

    private mutating func emit(_ instruction: Instruction) throws(PatternError) {
      guard program.count < Pattern.maximumInstructions else { throw PatternError("expression too large") }
      program.append(instruction)
    }

    mutating func add(_ node: PatternNode) throws(PatternError) {
      work += 1
      guard work <= Pattern.maximumInstructions * 4 else { throw PatternError("expression too large") }
      switch node {
      case .empty: break
      case .set(let set): try emit(.set(set))
      case .assertion(let assertion): try emit(.assert(assertion))
      case .sequence(let nodes): for node in nodes { try add(node) }
      case .group(let inner, let index):
        try emit(.save(index * 2))
        try add(inner)
        try emit(.save(index * 2 + 1))
      case .alternatives(let nodes):
        var jumps: [Int] = []
        for (number, node) in nodes.enumerated() {
          guard number + 1 < nodes.count else {
            try add(node)
            break
          }
          let split = program.count
          try emit(.split(split + 1, 0))
          try add(node)
          jumps.append(program.count)
          try emit(.jump(0))
          program[split] = .split(split + 1, program.count)
        }
        for jump in jumps { program[jump] = .jump(program.count) }
      case .repeated(let inner, let minimum, let maximum, let isGreedy):
        try add(inner, minimum: minimum, maximum: maximum, isGreedy: isGreedy)
      }
    }

    private mutating func add(
      _ inner: PatternNode, minimum: Int, maximum: Int?, isGreedy: Bool
    ) throws(PatternError) {
      func split(_ inside: Int, _ outside: Int) -> Instruction {
        isGreedy ? .split(inside, outside) : .split(outside, inside)
      }
      guard let maximum else {
        // What may be empty is repeated as "(once or more) or not at all", so that empty comes in its turn.
        if minimum == 0, !inner.mayBeEmpty {
          let loop = program.count
          try emit(.split(0, 0))
          try add(inner)
          try emit(.jump(loop))
          program[loop] = split(loop + 1, program.count)
          return
        }
        for _ in 0..<max(minimum - 1, 0) { try add(inner) }
        let skip = program.count
        if minimum == 0 { try emit(.split(0, 0)) }
        let start = program.count
        try add(inner)
        try emit(split(start, program.count + 1))
        if minimum == 0 { program[skip] = split(start, program.count) }
        return
      }
      for _ in 0..<minimum { try add(inner) }
      var splits: [Int] = []
      for _ in minimum..<max(maximum, minimum) {
        splits.append(program.count)
        try emit(.split(0, 0))
        try add(inner)
      }
      for place in splits { program[place] = split(place + 1, program.count) }
    }
  }
}

// Searching.
extension Pattern {
  /// Whether the text has a match anywhere.
  func matches(_ text: [UInt8], _ rendering: Rendering) throws(FunctionError) -> Bool {
    var machine = PatternMachine(program: program, slots: 0)
    return try machine.run(text, from: 0, rendering) != nil
  }

  /// Starts and ends of the first match at or after a place and of its groups; -1 for groups that took no part.
  func firstMatch(in text: [UInt8], from start: Int, _ rendering: Rendering) throws(FunctionError) -> [Int]? {
    var machine = PatternMachine(program: program, slots: names.count * 2)
    return try machine.run(text, from: start, rendering)
  }

  /// Matches from left to right, none empty right after another; all when `limit` is negative.
  func allMatches(in text: [UInt8], limit: Int, _ rendering: Rendering) throws(FunctionError) -> [[Int]] {
    var machine = PatternMachine(program: program, slots: names.count * 2)
    var result: [[Int]] = []
    var position = 0
    var previousEnd = -1
    while position <= text.count, limit < 0 || result.count < limit {
      guard let match = try machine.run(text, from: position, rendering) else { break }
      try rendering.spend(1)
      var isTaken = true
      if match[1] == position {
        isTaken = match[0] != previousEnd
        position += position < text.count ? Runes.decode(text, at: position).1 : 1
      } else {
        position = match[1]
      }
      previousEnd = match[1]
      if isTaken { result.append(match) }
    }
    return result
  }

  /// The text with every match replaced.
  func replacingAll(
    in text: [UInt8], _ rendering: Rendering, with replacement: ([Int]) -> [UInt8]
  ) throws(FunctionError) -> [UInt8] {
    var machine = PatternMachine(program: program, slots: names.count * 2)
    var result = TextBuffer(limit: rendering.limits.outputBytes)
    var lastEnd = 0
    var position = 0
    while position <= text.count {
      guard let match = try machine.run(text, from: position, rendering) else { break }
      try rendering.spend(1)
      try result.append(text[lastEnd..<match[0]])
      if match[1] > lastEnd || match[0] == 0 { try result.append(replacement(match)) }
      lastEnd = match[1]
      let width = position < text.count ? Runes.decode(text, at: position).1 : 1
      position = max(position + width, match[1])
    }
    try result.append(text[lastEnd...])
    return result.bytes
  }

  /// What `$1`, `${1}`, `$name` and `$$` in a replacement stand for.
  func expanded(_ template: [UInt8], match: [Int], in text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    while index < template.count {
      guard template[index] == UInt8(ascii: "$"), index + 1 < template.count else {
        result.append(template[index])
        index += 1
        continue
      }
      if template[index + 1] == UInt8(ascii: "$") {
        result.append(UInt8(ascii: "$"))
        index += 2
        continue
      }
      let isBraced = template[index + 1] == UInt8(ascii: "{")
      let start = index + (isBraced ? 2 : 1)
      let name = template[start...].prefix { CharacterClasses.word.contains(UInt32($0)) }
      let end = start + name.count
      guard !name.isEmpty, !isBraced || (end < template.count && template[end] == UInt8(ascii: "}")) else {
        result.append(template[index])
        index += 1
        continue
      }
      if let group = group(Array(name).text, match) { result += text[match[group * 2]..<match[group * 2 + 1]] }
      index = end + (isBraced ? 1 : 0)
    }
    return result
  }

  private func group(_ name: String, _ match: [Int]) -> Int? {
    let number = name.utf8.allSatisfy { (48...57).contains($0) } ? Int(name) : names.firstIndex(of: name)
    guard let number, number < match.count / 2, match[number * 2] >= 0, match[number * 2 + 1] >= 0 else {
      return nil
    }
    return number
  }
}
