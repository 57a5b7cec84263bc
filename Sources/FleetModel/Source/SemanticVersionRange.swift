/// A set of versions as people write it in documents: `^1.4`, `~1.2.3`, `>=2.0 <3.0`, `1.x || 2.1.*`, `1.2 - 1.4`.
///
/// Alternatives are separated by `||`; the comparisons of one alternative by blanks or commas, and all must hold.
/// A pre-release is in the range only when its alternative names a pre-release (`>=2.0.0-0`), so that nobody gets a
/// release candidate unasked.
public struct SemanticVersionRange: Hashable, Sendable, CustomStringConvertible {
  /// The range as written.
  public let description: String
  let alternatives: [[VersionComparison]]

  /// Reads a range.
  ///
  /// - Throws: ``SemanticVersionRangeError`` naming the part that is not understood.
  public init(_ text: String) throws(SemanticVersionRangeError) {
    description = text
    var alternatives: [[VersionComparison]] = []
    var rest = Substring(text)
    while let bar = rest.firstRange(ofAdjacent: "||") {
      alternatives.append(try VersionComparison.alternative(rest[..<bar.lowerBound], of: text))
      rest = rest[bar.upperBound...]
    }
    alternatives.append(try VersionComparison.alternative(rest, of: text))
    self.alternatives = alternatives
  }

  /// Whether the version is in the range.
  public func contains(_ version: SemanticVersion) -> Bool {
    alternatives.contains { comparisons in
      if version.isPrerelease, !comparisons.contains(where: \.namesPrerelease) { return false }
      return comparisons.allSatisfy { $0.holds(for: version) }
    }
  }

  /// The tag with the highest version in the range; tags that are no versions (`1.2.3` or `v1.2.3`) are passed over.
  ///
  /// Of several tags with the same precedence the bytewise last one is taken, so that the answer does not depend on
  /// their order.
  public func highest(among tags: some Sequence<String>) -> String? {
    var best: (version: SemanticVersion, tag: String)?
    for tag in tags {
      guard let version = SemanticVersion(tag), contains(version) else { continue }
      if let found = best {
        if version < found.version { continue }
        if !(found.version < version), !found.tag.utf8.lexicographicallyPrecedes(tag.utf8) { continue }
      }
      best = (version, tag)
    }
    return best?.tag
  }
}

/// A version range is not understood.
public struct SemanticVersionRangeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The whole range.
  public var range: String
  /// The part that is not understood.
  public var part: String

  /// Says what is wrong and what is expected.
  public var description: String {
    let what = part.isEmpty ? "an empty comparison" : "'\(part)'"
    return "version range '\(range)': \(what) is not understood; "
      + "expected comparisons such as ^1.4, ~1.2.3, >=2.0 <3.0, 1.x, 1.2 - 1.4, separated by ||"
  }
}

/// One comparison of a range against a bound.
struct VersionComparison: Hashable, Sendable {
  enum Relation: Hashable, Sendable {
    case equal, notEqual, less, atMost, greater, atLeast
    /// Not from the bound on to before another version.
    case outside(firstAfter: SemanticVersion)
  }

  var relation: Relation
  var bound: SemanticVersion

  var namesPrerelease: Bool { bound.isPrerelease }

  func holds(for version: SemanticVersion) -> Bool {
    switch relation {
    case .equal: !(version < bound) && !(bound < version)
    case .notEqual: version < bound || bound < version
    // `<2.0.0` does not mean 2.0.0-beta, though semver orders it before 2.0.0.
    case .less: version < bound && !(version.isPrerelease && !bound.isPrerelease && version.hasSameNumbers(as: bound))
    case .atMost: !(bound < version)
    case .greater: bound < version
    case .atLeast: !(version < bound)
    case .outside(let firstAfter): version < bound || !(version < firstAfter)
    }
  }
}

extension SemanticVersion {
  fileprivate func hasSameNumbers(as other: SemanticVersion) -> Bool {
    (major, minor, patch) == (other.major, other.minor, other.patch)
  }
}

extension Substring {
  /// Where two equal characters stand side by side.
  fileprivate func firstRange(ofAdjacent pair: String) -> Range<Index>? {
    var index = startIndex
    while index < endIndex {
      let next = self.index(after: index)
      if next < endIndex, self[index...next] == pair { return index..<self.index(after: next) }
      index = next
    }
    return nil
  }
}
