/// A minor version of Kubernetes, which says what API versions and fields there are.
public struct KubernetesVersion: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
  /// The major version.
  public var major: Int
  /// The minor version.
  public var minor: Int

  /// Makes a version.
  public init(major: Int, minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Reads what an API server says of itself, for example `v1.31.2` or `v1.29.4-eks-036c24b`; nil for anything else.
  public init?(_ text: String) {
    let digits = text.hasPrefix("v") ? text.dropFirst() : text[...]
    let parts = digits.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1].prefix(while: \.isNumber)),
      (0...999).contains(major), (0...9_999).contains(minor)
    else { return nil }
    self.init(major: major, minor: minor)
  }

  /// As people write it, for example `1.31`.
  public var description: String { "\(major).\(minor)" }

  /// The older one first.
  public static func < (left: KubernetesVersion, right: KubernetesVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }
}
