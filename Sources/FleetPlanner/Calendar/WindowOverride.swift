public import FleetModel

/// A person's word that a stage goes on although its windows are closed or a freeze is on (R21). It counts until the
/// windows open next; while a freeze is on, two different people must give it after the freeze began.
public struct WindowOverride: Hashable, Sendable, Codable {
  /// Who.
  public var by: String
  /// Why.
  public var reason: String
  /// When.
  public var at: Instant

  /// Makes an override.
  public init(by: String, reason: String, at: Instant) {
    self.by = by
    self.reason = reason
    self.at = at
  }
}
