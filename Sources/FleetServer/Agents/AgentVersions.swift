/// Which agents a controller serves: those of its own minor version and of the one before (AMENDMENTS 40).
enum AgentVersions {
  /// Why an agent is not served; nil for one that is.
  ///
  /// - Parameters:
  ///   - agent: the agent's version, `MAJOR.MINOR.PATCH` with anything behind it.
  ///   - controller: this controller's.
  static func refusal(agent: String, controller: String) -> String? {
    guard let own = parts(controller) else { return nil }
    let before = own.minor > 0 ? " and \(own.major).\(own.minor - 1)" : ""
    let served = "controllers of version \(controller) serve agents of \(own.major).\(own.minor)\(before)"
    guard let other = parts(agent) else { return "its agent names no version (\"\(agent)\"); \(served)" }
    if other == own || other.major == own.major && other.minor == own.minor - 1 { return nil }
    let isNewer = (other.major, other.minor) > (own.major, own.minor)
    return "its agent is of version \(agent), which is too \(isNewer ? "new" : "old"); \(served)"
  }

  private static func parts(_ version: String) -> (major: Int, minor: Int)? {
    let parts = version.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count > 1, let major = Int(parts[0]), let minor = Int(parts[1]), major >= 0, minor >= 0 else {
      return nil
    }
    return (major, minor)
  }
}
