/// Runs a regular expression over a text, all its threads side by side (Thompson's construction, Pike's captures).
struct PatternMachine {
  /// The threads at one character, best first, each with its own captures.
  private struct Threads {
    var dense: [Int] = []
    var sparse: [Int]
    var captures: [Int] = []

    init(size: Int) { sparse = Array(repeating: 0, count: size) }

    func contains(_ place: Int) -> Bool {
      let index = sparse[place]
      return index < dense.count && dense[index] == place
    }

    mutating func insert(_ place: Int) {
      sparse[place] = dense.count
      dense.append(place)
    }
  }

  /// What is still to be followed from a thread's start: a place, or a capture to set back.
  private enum Pending {
    case place(Int)
    case restore(slot: Int, value: Int)
  }

  private struct Scratch {
    var pending: [Pending] = []
    var work = 0
  }

  private let program: [Pattern.Instruction]
  /// 0 when only whether there is a match is asked.
  private let slots: Int
  private var current: Threads
  private var following: Threads
  private var scratch = Scratch()

  init(program: [Pattern.Instruction], slots: Int) {
    self.program = program
    self.slots = slots
    current = Threads(size: program.count)
    following = Threads(size: program.count)
  }

  /// One step of a template is worth so many of the machine's.
  private static let workPerStep = 64

  mutating func run(_ text: [UInt8], from start: Int, _ rendering: Rendering) throws(FunctionError) -> [Int]? {
    var matched: [Int]?
    var position = start
    Self.clear(&current)
    let empty = [Int](repeating: -1, count: slots)
    while true {
      if matched == nil { Self.add(0, of: program, to: &current, captures: empty, text, position, &scratch) }
      if current.dense.isEmpty { break }
      let (scalar, width) = position < text.count ? Self.decode(text, position) : (0, 0)
      Self.clear(&following)
      threads: for (index, place) in current.dense.enumerated() {
        let captures = Array(current.captures[(index * slots)..<((index + 1) * slots)])
        switch program[place] {
        case .match:
          matched = captures
          if slots == 0 { return [] }
          break threads
        case .set(let set):
          if width > 0, set.contains(scalar) {
            Self.add(
              place + 1, of: program, to: &following, captures: captures, text, position + width, &scratch)
          }
        default: break
        }
      }
      if scratch.work >= Self.workPerStep {
        try rendering.spend(scratch.work / Self.workPerStep)
        scratch.work %= Self.workPerStep
      }
      swap(&current, &following)
      if width == 0 { break }
      position += width
      if current.dense.isEmpty, matched != nil { break }
    }
    return matched
  }

  private static func decode(_ text: [UInt8], _ position: Int) -> (UInt32, Int) {
    let byte = text[position]
    if byte < 0x80 { return (UInt32(byte), 1) }
    let (scalar, width) = Runes.decode(text, at: position)
    return (scalar?.value ?? 0xFFFD, width)
  }

  private static func clear(_ threads: inout Threads) {
    threads.dense.removeAll(keepingCapacity: true)
    threads.captures.removeAll(keepingCapacity: true)
  }

  /// Adds a thread and all that it leads to without taking a character.
  private static func add(
    _ start: Int, of program: [Pattern.Instruction], to threads: inout Threads, captures: [Int], _ text: [UInt8],
    _ position: Int, _ scratch: inout Scratch
  ) {
    var captures = captures
    scratch.pending.append(.place(start))
    while let next = scratch.pending.popLast() {
      guard case .place(let place) = next else {
        if case .restore(let slot, let value) = next { captures[slot] = value }
        continue
      }
      scratch.work += 1
      if threads.contains(place) { continue }
      threads.insert(place)
      threads.captures.append(contentsOf: captures)
      switch program[place] {
      case .jump(let target): scratch.pending.append(.place(target))
      case .split(let first, let second):
        scratch.pending.append(.place(second))
        scratch.pending.append(.place(first))
      case .save(let slot):
        if slot < captures.count {
          scratch.pending.append(.restore(slot: slot, value: captures[slot]))
          captures[slot] = position
        }
        scratch.pending.append(.place(place + 1))
      case .assert(let assertion):
        if holds(assertion, text, position) { scratch.pending.append(.place(place + 1)) }
      case .set, .match: break
      }
    }
  }

  private static func holds(_ assertion: PatternAssertion, _ text: [UInt8], _ position: Int) -> Bool {
    func isWord(_ index: Int) -> Bool {
      index >= 0 && index < text.count && CharacterClasses.word.contains(UInt32(text[index]))
    }
    switch assertion {
    case .textStart: return position == 0
    case .textEnd: return position == text.count
    case .lineStart: return position == 0 || text[position - 1] == 10
    case .lineEnd: return position == text.count || text[position] == 10
    case .wordBoundary: return isWord(position - 1) != isWord(position)
    case .noWordBoundary: return isWord(position - 1) == isWord(position)
    }
  }
}
