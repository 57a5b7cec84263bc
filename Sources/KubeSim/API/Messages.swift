import FleetModel
import Manifest

/// A request to one cluster, free of any HTTP library so that agents in the same process can send it too.
public struct KubeRequest: Sendable {
  /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
  public var method: String
  /// The path from the root of the cluster, for example `/api/v1/namespaces`, without the query.
  public var path: String
  /// The query, decoded.
  public var query: [String: String]
  /// `Accept`.
  public var accept: String
  /// `Content-Type`.
  public var contentType: String
  /// `If-None-Match`: the version of the answer that the client has; nil for none.
  public var knownVersion: String?
  /// `User-Agent`: its first word is the default field manager.
  public var userAgent: String
  /// The bearer token.
  public var token: String?
  /// The body.
  public var body: [UInt8]

  /// Makes a request.
  public init(
    _ method: String, _ path: String, query: [String: String] = [:], accept: String = "application/json",
    contentType: String = "application/json", userAgent: String = "simulator", token: String? = nil,
    body: [UInt8] = []
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.accept = accept
    self.contentType = contentType
    self.userAgent = userAgent
    self.token = token
    self.body = body
  }
}

/// An answer of one cluster.
public struct KubeResponse: Sendable {
  /// What follows the head.
  public enum Body: Sendable {
    /// All of it.
    case bytes([UInt8])
    /// A watch: one JSON event per line, until the stream ends.
    case stream(AsyncStream<[UInt8]>)
  }

  /// The HTTP status.
  public var status: Int
  /// `Content-Type`.
  public var contentType: String
  /// `Warning` headers' texts.
  public var warnings: [String]
  /// The body.
  public var body: Body
  /// For `Retry-After`, in seconds.
  public var retryAfterSeconds: Int?
  /// For `ETag`, where an answer has a version.
  public var version: String?

  init(_ status: Int, _ document: Node, contentType: String = "application/json", warnings: [String] = []) {
    self.status = status
    self.contentType = contentType
    self.warnings = warnings
    body = .bytes(JSONText.bytes(document))
  }

  init(status: Int, text: String) {
    self.status = status
    contentType = "text/plain; charset=utf-8"
    warnings = []
    body = .bytes(Array(text.utf8))
  }

  init(stream: AsyncStream<[UInt8]>, contentType: String = "application/json") {
    status = 200
    self.contentType = contentType
    warnings = []
    body = .stream(stream)
  }

  /// The bytes of a finished body; empty for a stream.
  public var bytes: [UInt8] { if case .bytes(let bytes) = body { bytes } else { [] } }
}

/// How objects are shown: whole, metadata only, or as a table.
enum Presentation: Sendable {
  case whole
  case partial
  case table(include: String)

  init(accept: String, query: [String: String]) {
    self = .whole
    for part in accept.split(separator: ",") {
      if part.contains("as=Table"), part.contains("v=v1"), !part.contains("v=v1beta1") {
        self = .table(include: query["includeObject"] ?? "Metadata")
        return
      }
      if part.contains("as=PartialObjectMetadata") {
        self = .partial
        return
      }
      if part.contains("application/json") || part.contains("*/*") { return }
    }
  }

  var contentType: String {
    switch self {
    case .whole: "application/json"
    case .partial, .table: "application/json"
    }
  }

  static func partial(_ object: Node) -> Node {
    [
      "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
      "metadata": object["metadata"] ?? Node(.object(Object())),
    ]
  }

  /// One object, for an answer or a watch event.
  func item(_ object: Node, _ type: ResourceType, now: Instant, withColumns: Bool, inList: Bool) -> Node {
    switch self {
    case .whole: return ClusterState.shown(object, type)
    case .partial: return Self.partial(object)
    case .table(let include):
      return Table.document(
        [object], type, now: now, resourceVersion: object.resourceVersion, withColumns: withColumns,
        include: include, metadata: [:])
    }
  }
}
