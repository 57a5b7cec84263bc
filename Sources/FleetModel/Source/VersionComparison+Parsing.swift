/// A version whose last numbers may be left open: `1`, `1.2`, `1.x`, `1.2.*`, `*`.
private struct PartialVersion {
  var major: UInt64?
  var minor: UInt64?
  var patch: UInt64?
  var prerelease: [String] = []

  init?(_ text: Substring) {
    let unprefixed = text.utf8.first == UInt8(ascii: "v") ? text.dropFirst() : text
    let withoutBuild = unprefixed.splitOnce(at: "+").0
    let (core, prerelease) = withoutBuild.splitOnce(at: "-")
    let parts = core.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count) else { return nil }
    var numbers: [UInt64?] = []
    for part in parts {
      if part == "x" || part == "X" || part == "*" {
        numbers.append(nil)
      } else if let number = SemanticVersion.number(part), numbers.last != .some(nil), number < UInt64.max {
        numbers.append(number)
      } else {
        return nil
      }
    }
    major = numbers[0]
    minor = numbers.count > 1 ? numbers[1] : nil
    patch = numbers.count > 2 ? numbers[2] : nil
    if let prerelease {
      guard patch != nil, let identifiers = SemanticVersion.prereleaseIdentifiers(prerelease) else { return nil }
      self.prerelease = identifiers
    }
  }

  /// The lowest version it stands for.
  var lowest: SemanticVersion {
    SemanticVersion(major: major ?? 0, minor: minor ?? 0, patch: patch ?? 0, prerelease: prerelease)
  }

  /// The first version after all that it stands for; nil when it stands for every version.
  var firstAfter: SemanticVersion? {
    guard let major else { return nil }
    guard let minor else { return SemanticVersion(major: major + 1, minor: 0, patch: 0) }
    guard let patch else { return SemanticVersion(major: major, minor: minor + 1, patch: 0) }
    return SemanticVersion(major: major, minor: minor, patch: patch + 1)
  }
}

extension VersionComparison {
  /// The comparisons of one alternative of a range.
  static func alternative(
    _ text: Substring, of range: String
  ) throws(SemanticVersionRangeError) -> [VersionComparison] {
    let words = text.split { $0 == " " || $0 == "\t" || $0 == "," }
    guard !words.isEmpty else { throw SemanticVersionRangeError(range: range, part: "") }
    if words.count == 3, words[1] == "-" {
      return try hyphen(from: words[0], to: words[2], of: range)
    }
    var comparisons: [VersionComparison] = []
    var pendingOperator: Substring?
    for word in words {
      let symbol = pendingOperator ?? word.prefix { "<>=!~^".contains($0) }
      let version = pendingOperator == nil ? word.dropFirst(symbol.count) : word
      if version.isEmpty {
        pendingOperator = symbol
        continue
      }
      pendingOperator = nil
      guard let partial = PartialVersion(version), let parsed = comparison(symbol, partial) else {
        throw SemanticVersionRangeError(range: range, part: String(symbol + version))
      }
      comparisons += parsed
    }
    if let pendingOperator { throw SemanticVersionRangeError(range: range, part: String(pendingOperator)) }
    return comparisons
  }

  private static func hyphen(
    from low: Substring, to high: Substring, of range: String
  ) throws(SemanticVersionRangeError) -> [VersionComparison] {
    guard let lowest = PartialVersion(low) else { throw SemanticVersionRangeError(range: range, part: String(low)) }
    guard let highest = PartialVersion(high) else { throw SemanticVersionRangeError(range: range, part: String(high)) }
    return [VersionComparison(relation: .atLeast, bound: lowest.lowest)] + upTo(highest)
  }

  private static func comparison(_ symbol: Substring, _ version: PartialVersion) -> [VersionComparison]? {
    let lowest = version.lowest
    switch symbol {
    case "", "=", "==":
      if version.patch != nil { return [VersionComparison(relation: .equal, bound: lowest)] }
      return between(lowest, version.firstAfter)
    case "!=":
      guard version.patch == nil else { return [VersionComparison(relation: .notEqual, bound: lowest)] }
      return version.firstAfter.map { [VersionComparison(relation: .outside(firstAfter: $0), bound: lowest)] }
    case ">=", "=>": return [VersionComparison(relation: .atLeast, bound: lowest)]
    case "<": return [VersionComparison(relation: .less, bound: lowest)]
    case "<=", "=<": return upTo(version)
    case ">":
      if version.patch != nil { return [VersionComparison(relation: .greater, bound: lowest)] }
      guard let next = version.firstAfter else { return [VersionComparison(relation: .less, bound: lowest)] }
      return [VersionComparison(relation: .atLeast, bound: next)]
    case "~", "~>":
      guard let major = version.major, let minor = version.minor else { return between(lowest, version.firstAfter) }
      return between(lowest, SemanticVersion(major: major, minor: minor + 1, patch: 0))
    case "^": return between(lowest, firstIncompatible(with: version))
    default: return nil
    }
  }

  /// The first version that may break users of `version`: the leftmost number that is not zero goes up.
  private static func firstIncompatible(with version: PartialVersion) -> SemanticVersion? {
    guard let major = version.major, major == 0, let minor = version.minor else {
      return version.major.map { SemanticVersion(major: $0 + 1, minor: 0, patch: 0) }
    }
    guard minor == 0, let patch = version.patch else {
      return SemanticVersion(major: 0, minor: minor + 1, patch: 0)
    }
    return SemanticVersion(major: 0, minor: 0, patch: patch + 1)
  }

  private static func upTo(_ version: PartialVersion) -> [VersionComparison] {
    if version.patch != nil { return [VersionComparison(relation: .atMost, bound: version.lowest)] }
    guard let next = version.firstAfter else { return between(version.lowest, nil) }
    return [VersionComparison(relation: .less, bound: next)]
  }

  private static func between(_ lowest: SemanticVersion, _ firstAfter: SemanticVersion?) -> [VersionComparison] {
    var comparisons = [VersionComparison(relation: .atLeast, bound: lowest)]
    if let firstAfter { comparisons.append(VersionComparison(relation: .less, bound: firstAfter)) }
    return comparisons
  }
}
