public import Logging
public import Manifest

/// A client of one Kubernetes API server.
///
/// Reads wait and repeat when the server asks for patience (429 with `Retry-After`); writes report it to their caller,
/// who knows whether they are still wanted. The number of requests under way is bounded, watches apart.
public struct KubeClient: Sendable {
  let transport: any KubeTransport
  let gate: RequestGate
  let discovery: Discovery
  let logger: Logger
  /// The name under which fields are owned.
  public let fieldManager: String

  /// Makes a client.
  ///
  /// - Parameters:
  ///   - fieldManager: the name under which fields are owned.
  ///   - requestLimit: the most requests under way at a time.
  public init(
    transport: any KubeTransport, fieldManager: String = "flotilla", requestLimit: Int = 8,
    logger: Logger = Logger(label: "flotilla.kube")
  ) {
    let gate = RequestGate(limit: requestLimit)
    self.transport = transport
    self.gate = gate
    self.fieldManager = fieldManager
    self.logger = logger
    discovery = Discovery { path throws(KubeError) in
      try await Self.read(KubeRequest(.get, path), transport: transport, gate: gate)
    }
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

  /// Asks for at most one ConfigMap of a namespace, which only a server can give that answers, knows us and reads its
  /// storage. It waits for no other request, and does not repeat.
  public func check(namespace: String, within limit: Duration) async throws(KubeError) {
    let request = KubeRequest(
      .get, "/api/v1/namespaces/\(PercentEncoding.encode(namespace))/configmaps", query: [("limit", "1")],
      timeout: limit)
    _ = try Self.tree(of: try await transport.send(request), request)
  }

  func read(_ request: KubeRequest) async throws(KubeError) -> Node {
    try await Self.read(request, transport: transport, gate: gate)
  }

  func write(_ request: KubeRequest) async throws(KubeError) -> (answer: Node, response: KubeResponse) {
    let response = try await gate.through { () throws(KubeError) in try await transport.send(request) }
    let answer = try Self.tree(of: response, request)
    for warning in response.warnings {
      logger.info("the API server warns", metadata: ["path": "\(request.path)", "warning": "\(warning)"])
    }
    return (answer, response)
  }

  private static func read(
    _ request: KubeRequest, transport: any KubeTransport, gate: RequestGate
  ) async throws(KubeError) -> Node {
    var attempt = 1
    while true {
      let response = try await gate.through { () throws(KubeError) in try await transport.send(request) }
      guard response.status == 429, let seconds = response.retryAfterSeconds, seconds <= 10, attempt < 4 else {
        return try tree(of: response, request)
      }
      attempt += 1
      do { try await Task.sleep(for: .seconds(max(seconds, 1))) } catch {
        throw KubeError(.connection, message: "cancelled")
      }
    }
  }

  /// The body of a good answer, or the error that a bad one tells.
  static func tree(of response: KubeResponse, _ request: KubeRequest) throws(KubeError) -> Node {
    let body = try? JSON.parse(response.body)
    guard (200..<300).contains(response.status) else { throw error(of: response, status: body, request) }
    guard let body else {
      throw KubeError(
        .unreadable,
        message: "\(request.method.rawValue) \(request.path): the answer is not JSON; is this a Kubernetes API server?")
    }
    return body
  }

  static func error(of response: KubeResponse, status: Node?, _ request: KubeRequest) -> KubeError {
    let details = status?["details"]
    let seconds = response.retryAfterSeconds.map(Int64.init) ?? details?["retryAfterSeconds"]?.integer
    let text = status?["message"]?.string ?? String(decoding: response.body.prefix(200), as: UTF8.self)
    let fallback = "\(request.method.rawValue) \(request.path)"
    return KubeError(
      .status(response.status), reason: status?["reason"]?.string ?? "", message: text.isEmpty ? fallback : text,
      causes: (details?["causes"]?.array ?? []).map {
        .init(
          reason: $0["reason"]?.string ?? "", message: $0["message"]?.string ?? "", field: $0["field"]?.string ?? "")
      },
      subjectKind: details?["kind"]?.string ?? "", retryAfter: seconds.map { .seconds($0) })
  }
}
