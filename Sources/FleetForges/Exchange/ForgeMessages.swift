import FleetPorts
import Manifest

/// A request to a provider, without the secrets that are sent along.
struct ForgeRequest: Sendable {
  enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
  }

  var method: Method
  var url: ForgeURL
  /// Names in lower case.
  var headers: [(name: String, value: String)]
  var body: [UInt8]?
  /// The statuses that are answers although they are failures, for example 404 where something may be missing.
  var accepted: Set<Int>
  /// How long the exchange may take.
  var timeout: Duration
  /// Whether it is sent also to a server that others leave alone for a while: a measurement has its own interval, and one
  /// that was not made would count as one that failed.
  var isMeasurement = false

  init(
    _ method: Method = .get, _ url: ForgeURL, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
    accepting accepted: Set<Int> = [], timeout: Duration = .seconds(30)
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.accepted = accepted
    self.timeout = timeout
  }

  /// The same request of another URL, for the next page.
  func at(_ url: ForgeURL) -> ForgeRequest {
    var request = self
    request.url = url
    return request
  }
}

/// What a provider answered.
struct ForgeReply: Sendable {
  var status: Int
  /// Names in lower case; several of one name are joined by commas.
  var headers: [String: String]
  var body: [UInt8]

  /// The body as JSON.
  ///
  /// - Throws: `unreadable` with the beginning of what came instead.
  func json() throws(GeneratorSourceError) -> Node {
    do {
      return try JSON.parse(body)
    } catch {
      let start = readable(String(decoding: body.prefix(100), as: UTF8.self))
      throw GeneratorSourceError(.unreadable, "the answer is no JSON: \(start)", hint: "is this the API's address?")
    }
  }

  /// The elements of an answer that is a list.
  func list() throws(GeneratorSourceError) -> [Node] {
    let node = try json()
    guard let elements = node.array else {
      throw GeneratorSourceError(
        .unreadable, "the answer is \(node.kindName), not a list", hint: "is this the API's address?")
    }
    return elements
  }

  /// The words of a failure: the field that most APIs have for it, else the beginning of the body.
  var words: String {
    let node = try? JSON.parse(body)
    let fields = [
      node?["message"], node?["error", "message"], node?["errors"]?.array?.first?["message"], node?["Message"],
      node?["error"],
    ]
    let text = fields.lazy.compactMap { $0?.string }.first ?? String(decoding: body.prefix(400), as: UTF8.self)
    return readable(text)
  }
}

/// At most 200 characters on one line.
func readable(_ text: String) -> String {
  let line = text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : Character($0) }
  let words = String(line).split(separator: " ").joined(separator: " ")
  return words.count > 200 ? words.prefix(200) + "…" : words
}

/// A part of a list, and the request for what follows.
struct Page<Element> {
  var elements: [Element]
  /// Nil for the last page.
  var next: ForgeRequest?
}

extension Node {
  /// The text of a field that must be there.
  func text(_ path: String...) throws(GeneratorSourceError) -> String {
    var node: Node? = self
    for key in path { node = node?[key] }
    guard let text = node?.string else {
      let found = node?.kindName ?? "nothing"
      throw GeneratorSourceError(
        .unreadable, "the answer has \(found) where a text is expected: \(path.joined(separator: "."))",
        hint: "is this the API's address, and a version of it that is supported?")
    }
    return text
  }

  /// The whole number of a field that must be there.
  func number(_ key: String) throws(GeneratorSourceError) -> Int64 {
    guard let number = self[key]?.integer else {
      throw GeneratorSourceError(.unreadable, "the answer has no whole number at \(key)")
    }
    return number
  }

  /// The texts of a list; empty when it is missing.
  func texts(_ key: String) -> [String] { self[key]?.array?.compactMap(\.string) ?? [] }

  /// The texts of a field of every map in a list.
  func texts(_ key: String, each field: String) -> [String] { self[key]?.array?.compactMap { $0[field]?.string } ?? [] }
}
