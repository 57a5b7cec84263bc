/// What generators may ask, and how much that may cost.
public struct ForgeConfiguration: Sendable {
  /// Whether servers on this machine (`localhost`, 127.0.0.0/8, ::1) may be asked; for demos and tests.
  public var allowsLoopback: Bool
  /// The most of one answer that is read.
  public var largestAnswer = 8 << 20
  /// The most requests that one question may take: pages, and what is asked about each element.
  public var mostRequests = 2_000
  /// How long one question may take.
  public var longestQuestion = Duration.seconds(120)
  /// Whom to ask in place of an origin (`https://api.bitbucket.org`), for tests of providers whose address is fixed.
  public var replacedOrigins: [String: String] = [:]

  /// Makes a configuration with the limits of a controller in production.
  public init(allowsLoopback: Bool = false) { self.allowsLoopback = allowsLoopback }
}
