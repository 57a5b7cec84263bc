/// A version as sprig's `semver` reads it: `v` in front and missing parts are fine.
final class SemanticVersion: Sendable {
  let major: UInt64
  let minor: UInt64
  let patch: UInt64
  let prerelease: String
  let metadata: String
  /// As it was written.
  let original: String

  init(
    major: UInt64, minor: UInt64, patch: UInt64, prerelease: String = "", metadata: String = "",
    original: String? = nil
  ) {
    self.major = major
    self.minor = minor
    self.patch = patch
    self.prerelease = prerelease
    self.metadata = metadata
    self.original = original ?? Self.text(major, minor, patch, prerelease, metadata)
  }

  /// Reads a version.
  convenience init(_ text: String) throws(FunctionError) {
    let invalid = FunctionError("invalid semantic version \"\(text)\"")
    var rest = Substring(text)
    if rest.first == "v" { rest.removeFirst() }
    var metadata = Substring()
    if let plus = rest.firstIndex(of: "+") {
      metadata = rest[rest.index(after: plus)...]
      rest = rest[..<plus]
      guard Self.isIdentifiers(metadata) else { throw invalid }
    }
    var prerelease = Substring()
    if let dash = rest.firstIndex(of: "-") {
      prerelease = rest[rest.index(after: dash)...]
      rest = rest[..<dash]
      guard Self.isIdentifiers(prerelease) else { throw invalid }
      for part in prerelease.split(separator: ".") where part.count > 1 && part.first == "0" {
        if part.utf8.allSatisfy({ (48...57).contains($0) }) {
          throw FunctionError("version segment starts with 0")
        }
      }
    }
    let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count) else { throw invalid }
    var numbers: [UInt64] = []
    for part in parts {
      guard !part.isEmpty, part.utf8.allSatisfy({ (48...57).contains($0) }) else { throw invalid }
      guard let number = UInt64(part), number <= Int64.max else {
        throw FunctionError("error parsing version segment: \(part) is out of range")
      }
      numbers.append(number)
    }
    self.init(
      major: numbers[0], minor: numbers.count > 1 ? numbers[1] : 0, patch: numbers.count > 2 ? numbers[2] : 0,
      prerelease: String(prerelease), metadata: String(metadata), original: text)
  }

  private static func isIdentifiers(_ text: Substring) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty
        && part.utf8.allSatisfy { byte in
          (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
        }
    }
  }

  private static func text(
    _ major: UInt64, _ minor: UInt64, _ patch: UInt64, _ prerelease: String, _ metadata: String
  ) -> String {
    "\(major).\(minor).\(patch)" + (prerelease.isEmpty ? "" : "-" + prerelease)
      + (metadata.isEmpty ? "" : "+" + metadata)
  }

  var text: String { Self.text(major, minor, patch, prerelease, metadata) }

  /// -1, 0 or 1, as versions are ordered; metadata does not count.
  func compare(_ other: SemanticVersion) -> Int {
    for (own, others) in [(major, other.major), (minor, other.minor), (patch, other.patch)] where own != others {
      return own < others ? -1 : 1
    }
    if prerelease.isEmpty || other.prerelease.isEmpty {
      return prerelease.isEmpty == other.prerelease.isEmpty ? 0 : prerelease.isEmpty ? 1 : -1
    }
    return Self.compare(prerelease: prerelease, other.prerelease)
  }

  static func compare(prerelease left: String, _ right: String) -> Int {
    let left = left.split(separator: ".", omittingEmptySubsequences: false)
    let right = right.split(separator: ".", omittingEmptySubsequences: false)
    for index in 0..<max(left.count, right.count) {
      guard index < left.count else { return -1 }
      guard index < right.count else { return 1 }
      let order = compare(part: left[index], right[index])
      if order != 0 { return order }
    }
    return 0
  }

  private static func compare(part left: Substring, _ right: Substring) -> Int {
    if left == right { return 0 }
    switch (UInt64(left), UInt64(right)) {
    case (let left?, let right?): return left < right ? -1 : left > right ? 1 : 0
    case (.some, nil): return -1
    case (nil, .some): return 1
    case (nil, nil): return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
    }
  }

  /// The version with one part made larger and everything after it dropped.
  func incremented(_ part: String) -> SemanticVersion {
    let prefix = original.hasPrefix("v") ? "v" : ""
    func made(_ major: UInt64, _ minor: UInt64, _ patch: UInt64) -> SemanticVersion {
      SemanticVersion(
        major: major, minor: minor, patch: patch, original: prefix + Self.text(major, minor, patch, "", ""))
    }
    switch part {
    case "IncMajor": return made(major &+ 1, 0, 0)
    case "IncMinor": return made(major, minor &+ 1, 0)
    default: return made(major, minor, prerelease.isEmpty ? patch &+ 1 : patch)
    }
  }
}
