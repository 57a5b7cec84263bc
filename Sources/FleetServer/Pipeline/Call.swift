import FleetAPI
import FleetModel
import FleetPorts
import FoundationEssentials
import HTTPTypes
import Logging

/// A request that found its route and whose sender was let in.
struct Call: Sendable {
  /// The route.
  var route: Route
  /// The parameters in the path, decoded.
  var parameters: [String: String]
  /// The parameters in the query, decoded; of repeated ones the last.
  var query: [String: String]
  /// The headers.
  var headers: HTTPFields
  /// The body, within the route's limit.
  var body: [UInt8]
  /// Who calls; for open routes and agents' ones, nobody with any right.
  var principal: Principal
  /// The cluster of an agent's session.
  var cluster: ClusterID?
  /// The request, for errors and logs.
  var requestID: String
  /// The sender's address, without the port.
  var remoteAddress: String
  /// A logger that names the request.
  var logger: Logger

  /// The project in the path.
  var project: ProjectName { ProjectName(parameters["project"] ?? ProjectName.defaultProject.rawValue) }

  /// A parameter of the path; the route table has it, so it is there.
  func parameter(_ name: String) -> String { parameters[name] ?? "" }

  /// Who changes something, and why.
  func cause(_ reason: String?) -> ChangeCause {
    ChangeCause(principal: principal.name, reason: reason ?? query["reason"] ?? "")
  }

  /// The body as JSON of a type; an empty body counts as `{}`.
  func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(body.isEmpty ? Array("{}".utf8) : body))
    } catch let error as DecodingError {
      throw Self.problem(error)
    }
  }

  /// How many items a list may have.
  func limit() throws -> Int {
    guard let text = query["limit"] else { return 100 }
    guard let limit = Int(text), (1...1_000).contains(limit) else {
      throw ErrorEnvelope(
        code: .invalid, message: "limit is \"\(text)\"", field: "limit", hint: "give a number from 1 to 1000")
    }
    return limit
  }

  /// The part of a list that is asked for, and how much is left when that is asked for too.
  func list<Element, Item: WireValue>(
    _ read: (_ after: String?, _ limit: Int) async throws -> Page<Element>, _ item: (Element) throws -> Item
  ) async throws -> Reply {
    let page = try await read(query["after"], try limit())
    var part = ListPage(items: try page.elements.map(item), next: page.next)
    if try flag("count") {
      var (remaining, next) = (0, page.next)
      while let after = next, remaining < 20_000 {
        let more = try await read(after, 1_000)
        remaining += more.elements.count
        next = more.next
      }
      part.remaining = remaining
    }
    return try .json(part)
  }

  /// A yes or no in the query.
  func flag(_ name: String) throws -> Bool {
    switch query[name] {
    case nil, "false"?: return false
    case ""?, "true"?: return true
    case let text?:
      throw ErrorEnvelope(
        code: .invalid, message: "\(name) is \"\(text)\"", field: name, hint: "give true or false")
    }
  }

  /// Refuses an edit of a newer generation than the one the caller has seen (`If-Match`).
  func checkGeneration(_ generation: Int64) throws {
    guard let wanted = headers[.ifMatch], wanted != "*" else { return }
    let accepted = wanted.split(separator: ",").map { $0.filter { !" \"".contains($0) } }
    guard accepted.contains(String(generation)) else {
      throw ErrorEnvelope(
        code: .conflict, message: "it was changed meanwhile: it is at generation \(generation), not \(wanted)",
        field: "If-Match", hint: "look at it again, then repeat the change")
    }
  }

  private static func problem(_ error: DecodingError) -> ErrorEnvelope {
    let (context, message): (DecodingError.Context, String) =
      switch error {
      case .typeMismatch(let type, let context): (context, "expected \(name(of: type))")
      case .valueNotFound(let type, let context): (context, "is null, expected \(name(of: type))")
      case .keyNotFound(let key, let context): (context, "the field \(key.stringValue) is missing")
      case .dataCorrupted(let context): (context, context.debugDescription)
      @unknown default: (.init(codingPath: [], debugDescription: ""), "it is not what this call takes")
      }
    var field = ""
    for key in context.codingPath {
      if let index = key.intValue {
        field += "[\(index)]"
      } else {
        field += (field.isEmpty ? "" : ".") + key.stringValue
      }
    }
    return ErrorEnvelope(
      code: .invalid, message: "the body of the request is not right: \(message)", field: field,
      hint: "GET /api/v1/openapi.json describes the body of every call")
  }

  private static func name(of type: Any.Type) -> String {
    switch type {
    case is String.Type: "a text"
    case is Bool.Type: "true or false"
    case is Int.Type, is Int64.Type, is Int32.Type: "a whole number"
    case is [Any].Type: "a list"
    default: "another kind of value"
    }
  }
}
