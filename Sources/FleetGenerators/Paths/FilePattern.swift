import FleetDocuments

/// A pattern of files in one of the two ways that Argo CD knows (GENERATORS 2.4).
struct FilePattern: Hashable, Sendable, PathMatching {
  private enum Part: Hashable, Sendable {
    case anyDirectories
    case segment(PathPattern)
  }

  private enum Way: Hashable, Sendable {
    /// `git ls-files`: without special characters a path, or a directory that everything below belongs to.
    case path(String)
    case greedy(PathPattern)
    case doublestar([[Part]])
  }

  private let way: Way

  init(_ pattern: String, globbing: GitGenerator.Globbing) throws(MalformedPattern) {
    switch globbing {
    case .greedy:
      guard pattern.utf8.contains(where: { "*?[\\".utf8.contains($0) }) else {
        way = .path(pattern.hasSuffix("/") ? String(pattern.dropLast()) : pattern)
        return
      }
      way = .greedy(
        try PathPattern(pattern, style: .init(crossesDirectories: true, negations: ["!", "^"])))
    case .doublestar:
      var alternatives: [[Part]] = []
      for alternative in try Self.alternatives(pattern) {
        var parts: [Part] = []
        for segment in alternative.split(separator: "/", omittingEmptySubsequences: true) {
          if segment == "**" {
            if parts.last != .anyDirectories { parts.append(.anyDirectories) }
          } else {
            parts.append(
              .segment(try PathPattern(String(segment), style: .init(negations: ["!", "^"]))))
          }
        }
        alternatives.append(parts)
      }
      way = .doublestar(alternatives)
    }
  }

  func matches(_ path: String) -> Bool {
    switch way {
    case .path(let own): path == own || path.hasPrefix(own + "/") || own.isEmpty
    case .greedy(let pattern): pattern.matches(path)
    case .doublestar(let alternatives):
      alternatives.contains { Self.matches(path.split(separator: "/"), $0) }
    }
  }

  /// Segment by segment; a `**` that was too short takes one more. Only the last `**` needs to be tried again.
  private static func matches(_ segments: [Substring], _ parts: [Part]) -> Bool {
    var (part, position) = (0, 0)
    var (retryPart, retryPosition) = (-1, 0)
    while part < parts.count || position < segments.count {
      if part < parts.count {
        switch parts[part] {
        case .anyDirectories:
          (retryPart, retryPosition) = (part, position)
          part += 1
          continue
        case .segment(let pattern) where position < segments.count:
          if pattern.matches(String(segments[position])) {
            (part, position) = (part + 1, position + 1)
            continue
          }
        case .segment: break
        }
      }
      guard retryPart >= 0, retryPosition < segments.count else { return false }
      retryPosition += 1
      (part, position) = (retryPart + 1, retryPosition)
    }
    return true
  }

  private static let maximumAlternatives = 1_000

  /// The patterns that `{a,b}` stands for.
  private static func alternatives(_ pattern: String) throws(MalformedPattern) -> [String] {
    var finished: [String] = []
    var open = [pattern]
    while let next = open.popLast() {
      guard let braces = try braces(in: Array(next.unicodeScalars)) else {
        finished.append(next)
        continue
      }
      for choice in braces.choices { open.append(braces.before + choice + braces.after) }
      guard open.count + finished.count <= maximumAlternatives else {
        throw MalformedPattern(message: "it stands for more than \(maximumAlternatives) patterns")
      }
    }
    return finished
  }

  /// The first braces outside of classes; nil for none.
  private static func braces(
    in scalars: [Unicode.Scalar]
  ) throws(MalformedPattern) -> (before: String, choices: [String], after: String)? {
    func text(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(scalars[range])) }
    var start: Int?
    var depth = 0
    var choices: [String] = []
    var choice = 0
    var index = 0
    while index < scalars.count {
      switch scalars[index] {
      case "\\": index += 1
      case "{":
        depth += 1
        if depth == 1 { (start, choice) = (index, index + 1) }
      case "," where depth == 1:
        choices.append(text(choice..<index))
        choice = index + 1
      case "}" where depth > 0:
        depth -= 1
        if depth == 0, let start {
          choices.append(text(choice..<index))
          return (text(0..<start), choices, text(index + 1..<scalars.count))
        }
      default: break
      }
      index += 1
    }
    if start != nil { throw MalformedPattern(message: "a { is not closed by }") }
    return nil
  }
}
