/// Where a controller is, and how to talk to it.
public struct ControllerConfiguration: Sendable {
  /// The base URL without a trailing slash, for example `https://fleet.example.com` or `http://127.0.0.1:8484`; several of
  /// controllers over one database are separated by commas.
  public var server: String
  /// The bearer token; nil for none. It never reaches a log or an error.
  public var token: String?
  /// A PEM file of the authorities to trust instead of the system's; nil for the system's.
  public var authorityFile: String?
  /// How long one attempt of a request may take.
  public var requestTimeout: Duration
  /// How long a request that may be repeated is repeated while the controller cannot be reached or says "not now".
  public var retryFor: Duration

  /// Makes a configuration.
  public init(
    server: String, token: String? = nil, authorityFile: String? = nil, requestTimeout: Duration = .seconds(30),
    retryFor: Duration = .seconds(3)
  ) {
    self.server = ControllerAddresses.split(server).joined(separator: ",")
    self.token = token
    self.authorityFile = authorityFile
    self.requestTimeout = requestTimeout
    self.retryFor = retryFor
  }
}
