/// A pattern is malformed.
public struct MalformedPattern: Error, Hashable, Sendable {
  /// What is wrong with it.
  public var message: String
}

/// A pattern over whole paths, as Go's `path.Match` reads it: `*` any characters but `/`, `?` one character but `/`,
/// `[a-z]` and `[^a-z]` one character of a class, `\` the next character as it is. There is no `**`.
public struct PathPattern: Hashable, Sendable, PathMatching {
  /// What patterns of one kind do differently.
  struct Style: Hashable, Sendable {
    /// Whether `*` and `?` take a `/` too.
    var crossesDirectories = false
    /// The characters that turn a class around when they stand first in it.
    var negations: Set<Unicode.Scalar> = ["^"]

    static let goMatch = Style()
  }

  private enum Part: Hashable, Sendable {
    case anyCharacters
    case anyCharacter
    case character(Unicode.Scalar)
    case characters(ranges: [ClosedRange<UInt32>], isNegated: Bool)
  }

  private var parts: [Part] = []
  private let style: Style

  /// Reads a pattern.
  ///
  /// - Throws: ``MalformedPattern`` for a class that is not closed or empty, and for a `\` at the end.
  public init(_ pattern: String) throws(MalformedPattern) { try self.init(pattern, style: .goMatch) }

  init(_ pattern: String, style: Style) throws(MalformedPattern) {
    self.style = style
    var rest = Array(pattern.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "*": if parts.last != .anyCharacters { parts.append(.anyCharacters) }
      case "?": parts.append(.anyCharacter)
      case "[": parts.append(try Self.characterClass(&rest, negations: style.negations))
      case "\\":
        guard let next = rest.popFirst() else { throw MalformedPattern(message: "a \\ stands at its end") }
        parts.append(.character(next))
      default: parts.append(.character(scalar))
      }
    }
  }

  /// Whether the whole path matches. The time is bounded by the product of both lengths.
  public func matches(_ path: String) -> Bool {
    let text = Array(path.unicodeScalars)
    let crosses = style.crossesDirectories
    var (part, position) = (0, 0)
    // Where to go on when what follows the last `*` does not match: that `*` takes one more character.
    var (retryPart, retryPosition) = (-1, 0)
    while part < parts.count || position < text.count {
      if part < parts.count {
        switch parts[part] {
        case .anyCharacters:
          (retryPart, retryPosition) = (part, position)
          part += 1
          continue
        case .anyCharacter where position < text.count && (crosses || text[position] != "/"):
          (part, position) = (part + 1, position + 1)
          continue
        case .character(let scalar) where position < text.count && text[position] == scalar:
          (part, position) = (part + 1, position + 1)
          continue
        case .characters(let ranges, let isNegated) where position < text.count:
          if ranges.contains(where: { $0.contains(text[position].value) }) != isNegated {
            (part, position) = (part + 1, position + 1)
            continue
          }
        default: break
        }
      }
      guard retryPart >= 0, retryPosition < text.count, crosses || text[retryPosition] != "/" else { return false }
      retryPosition += 1
      (part, position) = (retryPart + 1, retryPosition)
    }
    return true
  }

  private static func characterClass(
    _ rest: inout ArraySlice<Unicode.Scalar>, negations: Set<Unicode.Scalar>
  ) throws(MalformedPattern) -> Part {
    let unclosed = MalformedPattern(message: "a [ is not closed by ]")
    var ranges: [ClosedRange<UInt32>] = []
    let isNegated = rest.first.map(negations.contains) ?? false
    if isNegated { rest.removeFirst() }
    func character() throws(MalformedPattern) -> Unicode.Scalar {
      guard var scalar = rest.popFirst() else { throw unclosed }
      guard scalar != "-", scalar != "]" else {
        throw MalformedPattern(message: "a class between [ and ] is malformed")
      }
      if scalar == "\\" {
        guard let next = rest.popFirst() else { throw unclosed }
        scalar = next
      }
      guard !rest.isEmpty else { throw unclosed }
      return scalar
    }
    while true {
      if rest.first == "]", !ranges.isEmpty {
        rest.removeFirst()
        return .characters(ranges: ranges, isNegated: isNegated)
      }
      let low = try character().value
      var high = low
      if rest.first == "-" {
        rest.removeFirst()
        high = try character().value
      }
      // A range that runs backwards holds nothing, as in Go; it still counts as one.
      ranges.append(low <= high ? low...high : UInt32.max...UInt32.max)
    }
  }
}
