/// What versions sprig's `semverCompare` takes: `>=1.2 <2 || ^3.1`, ranges `1.2 - 1.5`, and `x` or `*` for any number.
struct VersionConstraint {
  /// One comparison.
  private struct Term {
    var comparison: String
    var version: SemanticVersion
    /// How many of its numbers were given; the others are open.
    var given: Int

    var isOpen: Bool { given < 3 }
  }

  private var alternatives: [[Term]] = []

  private static let comparisons = ["!=", ">=", "=>", "<=", "=<", "~>", "=", ">", "<", "~", "^"]

  init(_ text: String) throws(FunctionError) {
    for alternative in Self.splitAlternatives(text) {
      var scanner = Scanner(rest: Substring(alternative))
      var terms: [Term] = []
      scanner.skipSpaces()
      while true {
        guard let term = try Self.term(&scanner) else { throw FunctionError("improper constraint: \"\(text)\"") }
        let hadSpace = scanner.skipSpaces()
        if hadSpace, scanner.takeRange() {
          scanner.skipSpaces()
          guard let upper = try Self.term(&scanner), term.comparison.isEmpty, upper.comparison.isEmpty else {
            throw FunctionError("improper constraint: \"\(text)\"")
          }
          terms.append(Term(comparison: ">=", version: term.version, given: term.given))
          terms.append(Term(comparison: "<=", version: upper.version, given: upper.given))
        } else {
          terms.append(term)
        }
        var isSeparated = scanner.skipSpaces() || hadSpace
        if scanner.rest.first == "," {
          scanner.rest.removeFirst()
          scanner.skipSpaces()
          isSeparated = true
        }
        if scanner.rest.isEmpty { break }
        guard isSeparated else { throw FunctionError("improper constraint: \"\(text)\"") }
      }
      alternatives.append(terms)
    }
  }

  private static func splitAlternatives(_ text: String) -> [Substring] {
    var result: [Substring] = []
    var rest = Substring(text)
    while let bar = rest.firstIndex(of: "|") {
      let next = rest.index(after: bar)
      guard next < rest.endIndex, rest[next] == "|" else { break }
      result.append(rest[..<bar])
      rest = rest[rest.index(after: next)...]
    }
    return result + [rest]
  }

  private struct Scanner {
    var rest: Substring

    @discardableResult mutating func skipSpaces() -> Bool {
      let count = rest.prefix { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }.count
      rest.removeFirst(count)
      return count > 0
    }

    /// `- ` between two versions.
    mutating func takeRange() -> Bool {
      guard rest.hasPrefix("- ") || rest.hasPrefix("-\t") else { return false }
      rest.removeFirst(2)
      return true
    }
  }

  private static func term(_ scanner: inout Scanner) throws(FunctionError) -> Term? {
    let comparison = comparisons.first { scanner.rest.hasPrefix($0) } ?? ""
    scanner.rest.removeFirst(comparison.count)
    scanner.skipSpaces()
    let word = scanner.rest.prefix { !$0.isWhitespace && $0 != "," }
    scanner.rest.removeFirst(word.count)
    var numbers = word
    if numbers.first == "v" { numbers.removeFirst() }
    let head = numbers.prefix { $0 != "-" && $0 != "+" }
    let tail = numbers.dropFirst(head.count)
    let parts = head.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count), !word.isEmpty else { return nil }
    var given = 0
    for part in parts {
      if part == "x" || part == "X" || part == "*" { break }
      guard !part.isEmpty, part.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
      given += 1
    }
    let closed = parts.prefix(given) + Array(repeating: "0", count: 3 - given).map { Substring($0) }
    // Only a pre-release counts where numbers are open; metadata never does.
    let version = try SemanticVersion(closed.joined(separator: ".") + tail)
    return Term(comparison: comparison, version: version, given: given)
  }

  func admits(_ version: SemanticVersion) -> Bool {
    alternatives.contains { terms in
      let takesPrereleases = terms.contains { !$0.version.prerelease.isEmpty }
      guard version.prerelease.isEmpty || takesPrereleases else { return false }
      return terms.allSatisfy { Self.holds($0, for: version) }
    }
  }

  private static func holds(_ term: Term, for version: SemanticVersion) -> Bool {
    let order = version.compare(term.version)
    switch term.comparison {
    case "", "=": return term.isOpen ? isNear(term, version) : order == 0
    case "!=": return !isSame(term, version, order)
    case ">": return isGreater(term, version, order)
    case "<": return order < 0
    case ">=", "=>": return order >= 0
    case "<=", "=<":
      guard term.isOpen else { return order <= 0 }
      if version.major != term.version.major { return version.major < term.version.major }
      return term.given < 2 || version.minor <= term.version.minor
    case "~", "~>": return isNear(term, version)
    default: return isCompatible(term, version)
    }
  }

  /// Whether a version is the one of a term, as far as that says.
  private static func isSame(_ term: Term, _ version: SemanticVersion, _ order: Int) -> Bool {
    guard term.isOpen else { return order == 0 }
    if version.major != term.version.major { return false }
    if term.given < 2 { return true }
    if version.minor != term.version.minor { return false }
    if version.prerelease.isEmpty, term.version.prerelease.isEmpty { return true }
    return SemanticVersion.compare(prerelease: version.prerelease, term.version.prerelease) == 0
  }

  private static func isGreater(_ term: Term, _ version: SemanticVersion, _ order: Int) -> Bool {
    guard term.isOpen else { return order > 0 }
    if version.major != term.version.major { return version.major > term.version.major }
    switch term.given {
    case 1: return false
    case 2: return version.minor > term.version.minor
    default: return order > 0
    }
  }

  /// `~1.2.3`: the patch may grow.
  private static func isNear(_ term: Term, _ version: SemanticVersion) -> Bool {
    let floor = term.version
    if version.compare(floor) < 0 { return false }
    let isMinorOpen = term.given == 1
    let isPatchOpen = term.given == 2
    if floor.major == 0, floor.minor == 0, floor.patch == 0, !isMinorOpen, !isPatchOpen { return true }
    return version.major == floor.major && (isMinorOpen || version.minor == floor.minor)
  }

  /// `^1.2.3`: everything but the first number that is not 0 may grow.
  private static func isCompatible(_ term: Term, _ version: SemanticVersion) -> Bool {
    let floor = term.version
    if version.compare(floor) < 0 { return false }
    if floor.major > 0 || term.given == 1 { return version.major == floor.major }
    if version.major > 0 { return false }
    if floor.minor > 0 || term.given == 2 { return version.minor == floor.minor }
    return version.minor == 0 && version.patch == floor.patch
  }
}
