/// A version by semver.org 2.0.0: what version tags name and version ranges select.
public struct SemanticVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Raised by incompatible changes.
  public var major: UInt64
  /// Raised by compatible additions.
  public var minor: UInt64
  /// Raised by compatible corrections.
  public var patch: UInt64
  /// The dot-separated identifiers after `-`; empty for a release.
  public var prerelease: [String]
  /// The text after `+`, which orders nothing; empty when there is none.
  public var build: String

  /// Makes a version.
  public init(major: UInt64, minor: UInt64, patch: UInt64, prerelease: [String] = [], build: String = "") {
    self.major = major
    self.minor = minor
    self.patch = patch
    self.prerelease = prerelease
    self.build = build
  }

  /// Reads `1.2.3`, `v1.2.3`, `1.2.3-rc.1+build`; nil for anything else.
  ///
  /// All three numbers are needed: a moving tag such as `v1` is not a version.
  public init?(_ text: String) {
    let unprefixed = text.utf8.first == UInt8(ascii: "v") ? text.dropFirst() : Substring(text)
    let (rest, build) = unprefixed.splitOnce(at: "+")
    let (core, prerelease) = rest.splitOnce(at: "-")
    let numbers = core.split(separator: ".", omittingEmptySubsequences: false)
    guard numbers.count == 3,
      let major = Self.number(numbers[0]), let minor = Self.number(numbers[1]), let patch = Self.number(numbers[2])
    else { return nil }
    self.init(major: major, minor: minor, patch: patch)
    if let prerelease {
      guard let identifiers = Self.prereleaseIdentifiers(prerelease) else { return nil }
      self.prerelease = identifiers
    }
    if let build {
      let parts = build.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.allSatisfy(Self.isIdentifier) else { return nil }
      self.build = String(build)
    }
  }

  /// Whether it comes before a release.
  public var isPrerelease: Bool { !prerelease.isEmpty }

  /// Orders by precedence (semver.org, section 11); build metadata is ignored.
  public static func < (left: SemanticVersion, right: SemanticVersion) -> Bool {
    let leftNumbers = (left.major, left.minor, left.patch)
    let rightNumbers = (right.major, right.minor, right.patch)
    if leftNumbers != rightNumbers { return leftNumbers < rightNumbers }
    if left.prerelease.isEmpty || right.prerelease.isEmpty {
      return !left.prerelease.isEmpty && right.prerelease.isEmpty
    }
    for (one, other) in zip(left.prerelease, right.prerelease) where one != other {
      return precedes(one, other)
    }
    return left.prerelease.count < right.prerelease.count
  }

  /// The version without a `v`.
  public var description: String {
    var text = "\(major).\(minor).\(patch)"
    if !prerelease.isEmpty { text += "-" + prerelease.joined(separator: ".") }
    if !build.isEmpty { text += "+" + build }
    return text
  }

  /// Numeric identifiers order by number and come before the others, which order bytewise.
  private static func precedes(_ left: String, _ right: String) -> Bool {
    switch (isNumeric(left), isNumeric(right)) {
    case (true, true):
      // Without leading zeros, the longer number is the larger one; no width limit is needed.
      let (leftCount, rightCount) = (left.utf8.count, right.utf8.count)
      return leftCount == rightCount ? left.utf8.lexicographicallyPrecedes(right.utf8) : leftCount < rightCount
    case (true, false): return true
    case (false, true): return false
    case (false, false): return left.utf8.lexicographicallyPrecedes(right.utf8)
    }
  }

  private static func isNumeric(_ text: some StringProtocol) -> Bool {
    text.utf8.allSatisfy { (48...57).contains($0) }
  }

  private static func isIdentifier(_ text: Substring) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45
      }
  }

  /// A number without sign and leading zeros that fits 64 bits.
  static func number(_ text: Substring) -> UInt64? {
    guard !text.isEmpty, isNumeric(text), text == "0" || text.utf8.first != UInt8(ascii: "0") else { return nil }
    return UInt64(text)
  }

  /// The identifiers of a pre-release; nil when one is empty, has other characters or a leading zero.
  static func prereleaseIdentifiers(_ text: Substring) -> [String]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    for part in parts {
      guard isIdentifier(part) else { return nil }
      if isNumeric(part), part.utf8.count > 1, part.utf8.first == UInt8(ascii: "0") { return nil }
    }
    return parts.map(String.init)
  }
}

extension Substring {
  /// The parts before and after the first separator; nil for the second when there is none.
  func splitOnce(at separator: Character) -> (Substring, Substring?) {
    guard let index = firstIndex(of: separator) else { return (self, nil) }
    return (self[..<index], self[self.index(after: index)...])
  }
}
