public import Logging
public import Manifest

/// A client of one Kubernetes API server.
///
/// Reads wait and repeat when the server asks for patience (429 or 503 with `Retry-After`); writes report it to their
/// caller, who knows whether they are still wanted. The number of requests is bounded, under way and per second.
public struct KubeClient: Sendable {
  var line: RequestLine
  let discovery: Discovery
  /// The name under which fields are owned.
  public let fieldManager: String

  /// Makes a client.
  ///
  /// - Parameters:
  ///   - fieldManager: the name under which fields are owned.
  ///   - limits: how much is asked of the server.
  ///   - clock: by which it waits between attempts.
  ///   - onWarning: told each text of the server's `Warning` headers once, with the path of the request that first had
  ///     it; without it they are logged.
  public init(
    transport: any KubeTransport, fieldManager: String = "flotilla", limits: RequestLimits = RequestLimits(),
    clock: WaitClock = .system, logger: Logger = Logger(label: "flotilla.kube"),
    onWarning: (@Sendable (KubeWarning) -> Void)? = nil
  ) {
    let tell =
      onWarning ?? { warning in
        logger.info("the API server warns", metadata: ["path": "\(warning.path)", "warning": "\(warning.text)"])
      }
    let line = RequestLine(
      transport: transport, limits: limits, warnings: WarningLog(tell: tell), clock: clock)
    self.line = line
    self.fieldManager = fieldManager
    discovery = Discovery { request throws(KubeError) in try await line.patiently(request) }
  }

  /// How a kind is addressed; `version` empty for the preferred one. Throws `noMatch` for an unknown kind.
  public func resource(group: String, version: String, kind: String) async throws(KubeError) -> KubeResource {
    try await discovery.resource(group: group, version: version, kind: kind)
  }

  /// How the kind of an object is addressed.
  public func resource(of identity: ObjectIdentity) async throws(KubeError) -> KubeResource {
    try await resource(group: identity.group, version: identity.version, kind: identity.kind)
  }

  /// The server's version, for example `v1.31.2`.
  public func serverVersion() async throws(KubeError) -> String {
    try await read(KubeRequest(.get, "/version"))["gitVersion"]?.string ?? ""
  }

  /// The API versions that the server serves besides Kubernetes' own: `group/version`, and `group/version/Kind` from
  /// servers that tell kinds in one answer (1.26 and later).
  public func extensions() async throws(KubeError) -> [String] { try await discovery.extensions() }

  /// Asks for at most one ConfigMap of a namespace, which only a server can give that answers, knows us and reads its
  /// storage. It waits for no other request, and does not repeat.
  public func check(namespace: String, within limit: Duration) async throws(KubeError) {
    let request = KubeRequest(
      .get, "/api/v1/namespaces/\(PercentEncoding.encode(namespace))/configmaps", query: [("limit", "1")],
      timeout: limit)
    _ = try Self.tree(of: try await line.transport.send(request), request)
  }

  func read(_ request: KubeRequest) async throws(KubeError) -> Node {
    try Self.tree(of: try await line.patiently(request), request)
  }

  func write(_ request: KubeRequest) async throws(KubeError) -> (answer: Node, response: KubeResponse) {
    let response = try await line.once(request)
    return (try Self.tree(of: response, request), response)
  }

  /// The body of a good answer, or the error that a bad one tells.
  static func tree(of response: KubeResponse, _ request: KubeRequest) throws(KubeError) -> Node {
    let body = try? JSON.parse(response.body)
    guard (200..<300).contains(response.status) else { throw KubeError(response, status: body, to: request) }
    guard let body else {
      throw KubeError(
        .unreadable,
        message: "\(request.method.rawValue) \(request.path): the answer is not JSON; is this a Kubernetes API server?")
    }
    return body
  }
}

/// Brings requests to the server, as many and as often as the limits say.
struct RequestLine: Sendable {
  let transport: any KubeTransport
  let limits: RequestLimits
  let warnings: WarningLog
  let clock: WaitClock
  /// Asked right before a request that changes something; what it throws is the answer.
  var beforeWrite: (@Sendable () async throws(KubeError) -> Void)?
  private let gate: RequestGate
  private let pace: RequestPace

  init(transport: any KubeTransport, limits: RequestLimits, warnings: WarningLog, clock: WaitClock = .system) {
    self.transport = transport
    self.limits = limits
    self.warnings = warnings
    self.clock = clock
    gate = RequestGate(limit: limits.concurrentRequests)
    pace = RequestPace(limits, clock: clock)
  }

  /// Sends a request once.
  func once(_ request: KubeRequest) async throws(KubeError) -> KubeResponse {
    let response = try await gate.through { () throws(KubeError) in
      try await pace.turn()
      if let beforeWrite, request.changes { try await beforeWrite() }
      return try await transport.send(request)
    }
    warnings.take(response.warnings, path: request.path)
    return response
  }

  /// Sends a request that may be repeated, and repeats it when the server asks for patience.
  func patiently(_ request: KubeRequest) async throws(KubeError) -> KubeResponse {
    var attempt = 1
    while true {
      let response = try await once(request)
      guard let wait = Patience.wait(after: response, attempt: attempt, limits: limits) else { return response }
      attempt += 1
      do { try await clock.sleep(wait) } catch { throw KubeError(.connection, message: "cancelled") }
    }
  }

  /// Sends a request whose answer arrives over time; it takes a turn, and no place among those under way.
  func stream(_ request: KubeRequest) async throws(KubeError) -> KubeStream {
    try await pace.turn()
    let stream = try await transport.stream(request)
    warnings.take(stream.head.warnings, path: request.path)
    return stream
  }
}
