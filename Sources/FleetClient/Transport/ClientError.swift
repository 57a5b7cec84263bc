public import FleetAPI

/// Why a request to the controller gave no answer of the expected kind.
public enum ClientError: Error, Sendable, CustomStringConvertible {
  /// The controller answered with its error envelope.
  case refused(ErrorEnvelope)
  /// No connection, no answer in time, or "not now" for longer than the configuration waits.
  case unreachable(server: String, why: String)
  /// Something answered that is not a controller of this version.
  case unexpected(server: String, message: String)
  /// The configuration cannot work: a bad URL, an authority file that cannot be read.
  case configuration(String)

  /// Whether the same request may be answered later: the controller is away, starting or overloaded.
  public var mayPass: Bool {
    switch self {
    case .unreachable: true
    case .refused(let envelope): [.unavailable, .internal, .rateLimited].contains(envelope.code)
    case .unexpected, .configuration: false
    }
  }

  /// What happened, for people; without secrets.
  public var description: String {
    switch self {
    case .refused(let envelope): envelope.message
    case .unreachable(let server, let why): "the controller at \(server) cannot be reached: \(why)"
    case .unexpected(let server, let message): "\(server) did not answer like a Flotilla controller: \(message)"
    case .configuration(let message): message
    }
  }
}
