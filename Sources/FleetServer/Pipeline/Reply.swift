import FleetAPI
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

/// What a handler answers.
struct Reply: Sendable {
  /// The body.
  enum Body: Sendable {
    /// Bytes.
    case bytes([UInt8])
    /// A stream that writes itself.
    case stream(ResponseBody)
  }

  /// The status.
  var status: Int
  /// Headers besides the usual ones.
  var headers: HTTPFields
  /// The body.
  var body: Body

  /// JSON of a value.
  static func json(_ value: some Encodable, status: Int = 200, headers: HTTPFields = [:]) throws -> Reply {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var headers = headers
    headers[.contentType] = "application/json"
    return Reply(status: status, headers: headers, body: .bytes(Array(try encoder.encode(value))))
  }

  /// JSON of a value with its generation as the `ETag`.
  static func json(_ value: some Encodable, generation: Int64) throws -> Reply {
    try json(value, headers: [.eTag: "\"\(generation)\""])
  }

  /// A text.
  static func text(_ text: String, type: String = "text/plain; charset=utf-8", status: Int = 200) -> Reply {
    Reply(status: status, headers: [.contentType: type], body: .bytes(Array(text.utf8)))
  }

  /// Nothing.
  static var empty: Reply { Reply(status: 204, headers: [:], body: .bytes([])) }

  /// The bytes of a body that is not a stream.
  var bytes: [UInt8]? { if case .bytes(let bytes) = body { bytes } else { nil } }

  /// The HTTP answer.
  func response(requestID: String) -> Response {
    var headers = headers
    headers[.requestID] = requestID
    if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
    headers[.contentTypeOptions] = "nosniff"
    let body: ResponseBody =
      switch body {
      case .bytes(let bytes): bytes.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
      case .stream(let body): body
      }
    return Response(status: HTTPResponse.Status(code: status), headers: headers, body: body)
  }
}

extension HTTPField.Name {
  /// The request, as the client or the server named it.
  static let requestID = HTTPField.Name("X-Request-Id") ?? .via
  /// The key under which a mutating call is done once.
  static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .via
  /// Whether an answer is the stored one of an earlier call.
  static let idempotentReplay = HTTPField.Name("Idempotent-Replay") ?? .via
  /// Stops browsers from guessing types.
  static let contentTypeOptions = HTTPField.Name("X-Content-Type-Options") ?? .via
  /// Stops proxies from holding back a stream.
  static let accelBuffering = HTTPField.Name("X-Accel-Buffering") ?? .via
}
