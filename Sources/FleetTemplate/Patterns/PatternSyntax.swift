/// A regular expression's tree, with Go's (RE2's) meaning.
indirect enum PatternNode: Sendable {
  case empty
  /// One character of a set.
  case set(CharacterSet)
  case sequence([PatternNode])
  case alternatives([PatternNode])
  case group(PatternNode, index: Int)
  case repeated(PatternNode, minimum: Int, maximum: Int?, isGreedy: Bool)
  case assertion(PatternAssertion)

  /// Whether it can match without taking a character.
  var mayBeEmpty: Bool {
    switch self {
    case .empty, .assertion: true
    case .set: false
    case .sequence(let nodes): nodes.allSatisfy(\.mayBeEmpty)
    case .alternatives(let nodes): nodes.contains(where: \.mayBeEmpty)
    case .group(let inner, _): inner.mayBeEmpty
    case .repeated(let inner, let minimum, _, _): minimum == 0 || inner.mayBeEmpty
    }
  }
}

/// A place between characters.
enum PatternAssertion: Sendable {
  case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
}

/// Why a regular expression is none.
struct PatternError: Error {
  var message: String

  init(_ message: String) { self.message = "error parsing regexp: " + message }
}

/// Characters, as ranges of their numbers.
struct CharacterSet: Sendable, Equatable {
  /// In order, apart from each other.
  private(set) var ranges: [ClosedRange<UInt32>]

  static let largest: UInt32 = 0x10FFFF
  /// Longer ranges have no case: they are those of ideographs, or of nearly everything.
  static let largestFolded: UInt32 = 0x3000

  init(_ ranges: [ClosedRange<UInt32>]) {
    var merged: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, range.lowerBound <= last.upperBound || range.lowerBound == last.upperBound + 1 {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    self.ranges = merged
  }

  static let any = CharacterSet([0...largest])
  static let notLineEnd = CharacterSet([10...10]).inverted

  var inverted: CharacterSet {
    var result: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    if next <= Self.largest { result.append(next...Self.largest) }
    return CharacterSet(result)
  }

  func union(_ other: CharacterSet) -> CharacterSet { CharacterSet(ranges + other.ranges) }

  /// The set with all cases of every letter. Sets of everything are looked at only in their small part.
  var foldingCase: CharacterSet {
    var result = ranges
    for range in ranges where range.upperBound - range.lowerBound < Self.largestFolded {
      for value in range {
        for other in Self.cases[value] ?? [] { result.append(other...other) }
      }
    }
    return CharacterSet(result)
  }

  /// For every letter with cases all of them: s, S and the long s; σ, Σ and the final ς.
  private static let cases: [UInt32: [UInt32]] = {
    var groups: [UInt32: [UInt32]] = [:]
    for value in UInt32(0)...lastCased {
      guard let scalar = Unicode.Scalar(value), scalar.properties.isCased else { continue }
      groups[Runes.lowercase(Runes.uppercase(scalar)).value, default: []].append(value)
    }
    var result: [UInt32: [UInt32]] = [:]
    for group in groups.values where group.count > 1 {
      for value in group { result[value] = group }
    }
    return result
  }()

  /// Beyond it there are no letters with cases (Adlam's are the last).
  private static let lastCased: UInt32 = 0x1E943

  func contains(_ value: UInt32) -> Bool {
    if ranges.count <= 4 {
      for range in ranges where range.contains(value) { return true }
      return false
    }
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= value
  }
}
