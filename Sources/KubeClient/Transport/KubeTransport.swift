/// A request as the API server sees it, without address and credentials.
public struct KubeRequest: Sendable {
  /// The HTTP method.
  public enum Method: String, Sendable {
    /// Read.
    case get = "GET"
    /// Create.
    case post = "POST"
    /// Replace.
    case put = "PUT"
    /// Change, or apply.
    case patch = "PATCH"
    /// Delete.
    case delete = "DELETE"
  }

  /// The forms that an answer may have.
  public static let json = "application/json"

  /// The method.
  public var method: Method
  /// The path below the server's base path, percent-encoded.
  public var path: String
  /// The query, not yet encoded, in order.
  public var query: [(name: String, value: String)]
  /// The type of the body; nil without one.
  public var contentType: String?
  /// The body; nil for none.
  public var body: [UInt8]?
  /// The forms that the answer may have, the dearest first.
  public var accept: String
  /// The version of the answer that we have already: a server whose own is the same answers 304; nil for none.
  public var knownVersion: String?
  /// How long the whole exchange may take; for a stream, how long it may last.
  public var timeout: Duration

  /// Makes a request.
  public init(
    _ method: Method, _ path: String, query: [(name: String, value: String)] = [], contentType: String? = nil,
    body: [UInt8]? = nil, accept: String = Self.json, knownVersion: String? = nil, timeout: Duration = .seconds(30)
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.contentType = contentType
    self.body = body
    self.accept = accept
    self.knownVersion = knownVersion
    self.timeout = timeout
  }

  /// Whether it is to change something.
  var changes: Bool { method != .get && !query.contains { $0.name == "dryRun" } }

  /// Path and query as they go over the wire.
  public var target: String {
    guard !query.isEmpty else { return path }
    return path + "?"
      + query.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
  }
}

/// What the API server answered.
public struct KubeResponse: Sendable {
  /// The HTTP status.
  public var status: Int
  /// The texts of `Warning` headers.
  public var warnings: [String]
  /// The `Retry-After` header in seconds; nil without one.
  public var retryAfterSeconds: Int?
  /// The `ETag` header, for `knownVersion`; nil without one.
  public var version: String?
  /// The body.
  public var body: [UInt8]

  /// Makes an answer.
  public init(
    status: Int, warnings: [String] = [], retryAfterSeconds: Int? = nil, version: String? = nil, body: [UInt8] = []
  ) {
    self.status = status
    self.warnings = warnings
    self.retryAfterSeconds = retryAfterSeconds
    self.version = version
    self.body = body
  }
}

/// An answer whose body arrives over time.
public struct KubeStream: Sendable {
  /// Status and headers; the body is empty.
  public var head: KubeResponse
  /// The body's pieces, cut anywhere.
  public var chunks: any AsyncSequence<[UInt8], any Error> & Sendable

  /// Makes a stream.
  public init(head: KubeResponse, chunks: any AsyncSequence<[UInt8], any Error> & Sendable) {
    self.head = head
    self.chunks = chunks
  }
}

/// How requests reach an API server: HTTP, or a simulated cluster in the same process.
///
/// Every answer with a status is returned; only its absence is thrown, as a `KubeError` of kind `connection`.
public protocol KubeTransport: Sendable {
  /// Sends a request and reads the whole answer.
  func send(_ request: KubeRequest) async throws(KubeError) -> KubeResponse
  /// Sends a request and returns when the head of the answer is there.
  func stream(_ request: KubeRequest) async throws(KubeError) -> KubeStream
}
