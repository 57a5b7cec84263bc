/// One call of the API: the server registers it, the client builds its URL from it, the OpenAPI document lists it.
public struct Route: Sendable, Identifiable {
  /// The HTTP method.
  public enum Method: String, Sendable, CaseIterable {
    /// Reads.
    case get = "GET"
    /// Does something, or makes something new.
    case post = "POST"
    /// Stores under a name.
    case put = "PUT"
    /// Changes parts.
    case patch = "PATCH"
    /// Removes.
    case delete = "DELETE"
  }

  /// Who may call it.
  public enum Access: Hashable, Sendable {
    /// Anybody.
    case open
    /// A repository's webhook secret, or a token with the right operate.
    case webhook
    /// An agent that has no session yet: it brings its own proof.
    case agentProof
    /// An agent's session token.
    case agentSession
    /// A token with this right.
    case right(AccessRight)
  }

  /// A parameter in the query.
  public struct Query: Sendable, Hashable {
    /// The name.
    public var name: String
    /// What it does, for people.
    public var summary: String
    /// What its value is.
    public var kind: Kind

    /// What the value of a parameter is.
    public enum Kind: String, Sendable {
      /// A text.
      case string
      /// A whole number.
      case integer
      /// `true` or `false`.
      case boolean
    }

    /// Makes a parameter.
    public init(_ name: String, _ summary: String, _ kind: Kind = .string) {
      self.name = name
      self.summary = summary
      self.kind = kind
    }
  }

  /// A name that is unique among all routes, for OpenAPI's `operationId` and for metrics.
  public var id: String
  /// The method.
  public var method: Method
  /// The path; parts in braces are parameters.
  public var path: String
  /// Who may call it.
  public var access: Access
  /// What it does, for people.
  public var summary: String
  /// The parameters in the query.
  public var query: [Query]
  /// The body of the request; nil for none.
  public var request: (any WireValue.Type)?
  /// The body of the answer; nil for one that is not JSON, or has no fixed shape.
  public var response: (any WireValue.Type)?
  /// The media type of the answer, without parameters.
  public var contentType: String
  /// The status of the answer when all went well.
  public var status: Int
  /// The largest request body in bytes.
  public var bodyLimit: Int

  /// Bodies of most requests: 1 MiB (AMENDMENTS 59).
  public static let usualBodyLimit = 1 << 20
  /// Bodies that carry documents: 8 MiB.
  public static let documentsBodyLimit = 8 << 20

  /// Makes a route.
  public init(
    _ id: String, _ method: Method, _ path: String, _ access: Access, _ summary: String, query: [Query] = [],
    request: (any WireValue.Type)? = nil, response: (any WireValue.Type)? = nil,
    contentType: String = "application/json", status: Int = 200, bodyLimit: Int = Route.usualBodyLimit
  ) {
    self.id = id
    self.method = method
    self.path = path
    self.access = access
    self.summary = summary
    self.query = query
    self.request = request
    self.response = response
    self.contentType = contentType
    self.status = status
    self.bodyLimit = bodyLimit
  }

  /// Whether it changes something, so that it takes an `Idempotency-Key`. Agents' calls are repeatable by themselves.
  public var isMutating: Bool {
    guard method != .get, case .right = access else { return false }
    return !Routes.readOnlyPosts.contains(id)
  }

  /// The names of the parameters in the path, in order.
  public var pathParameters: [String] {
    path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
  }

  /// The path with the parameters filled in, in order, each percent-encoded; a missing one stays as it is.
  public func path(_ parameters: String...) -> String {
    var rest = parameters[...]
    let parts = path.split(separator: "/").map { part in
      guard part.hasPrefix("{"), let value = rest.popFirst() else { return String(part) }
      return Self.percentEncoded(value)
    }
    return "/" + parts.joined(separator: "/")
  }

  /// A text as one part of a path, or as a value in a query: everything but RFC 3986's unreserved characters is encoded.
  public static func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var result: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        result.append(byte)
      default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
