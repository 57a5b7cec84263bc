/// Exactly one version of a chart, as its own `Chart.yaml` states it.
public struct ChartVersion: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The chart's name in its repository.
  public var name: String
  /// The version.
  public var version: String

  /// Makes a version.
  public init(name: String, version: String) {
    self.name = name
    self.version = version
  }

  /// Both, as people say it: `podinfo 6.5.0`.
  public var description: String { "\(name) \(version)" }
}
