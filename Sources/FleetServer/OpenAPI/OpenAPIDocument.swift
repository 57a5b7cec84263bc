import FleetAPI
import FleetModel
import FoundationEssentials

/// The OpenAPI 3.1 document of the API, made from the table that the server routes by and from the examples of its values.
enum OpenAPIDocument {
  /// The document as JSON text, the same at every start.
  static func text(version: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    guard let data = try? encoder.encode(document(version: version)) else { return "{}" }
    return String(decoding: data, as: UTF8.self) + "\n"
  }

  private static func document(version: String) -> JSONValue {
    var schemas = SchemaTable()
    var paths: [String: [String: JSONValue]] = [:]
    for route in Routes.all {
      paths[route.path, default: [:]][route.method.rawValue.lowercased()] = operation(route, &schemas)
    }
    schemas.add(ErrorEnvelope.example, name: "Error")
    return .object([
      "openapi": .string("3.1.0"),
      "info": .object([
        "title": .string("Flotilla"), "version": .string(version),
        "description": .string(
          "Times are RFC 3339 in UTC. Durations carry their unit in the name. Mutating calls take an Idempotency-Key. "
            + "Agents' calls are described in the reference."),
      ]),
      "paths": .object(paths.mapValues { .object($0) }),
      "components": .object([
        "schemas": .object(schemas.schemas),
        "securitySchemes": .object([
          "token": .object(["type": .string("http"), "scheme": .string("bearer")]),
          "agentSession": .object(["type": .string("http"), "scheme": .string("bearer")]),
        ]),
      ]),
    ])
  }

  private static func operation(_ route: Route, _ schemas: inout SchemaTable) -> JSONValue {
    var operation: [String: JSONValue] = [
      "operationId": .string(route.id), "summary": .string(route.summary), "security": security(route.access),
    ]
    if case .right(let right) = route.access { operation["x-flotilla-right"] = .string(right.rawValue) }
    var parameters = route.pathParameters.map { name in
      parameter(name, in: "path", summary: nil, required: true)
    }
    parameters += route.query.map { parameter($0.name, in: "query", $0.kind, summary: $0.summary, required: false) }
    if route.isMutating {
      parameters.append(
        parameter("Idempotency-Key", in: "header", summary: "does the call once per key for 24 hours", required: false))
    }
    if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
    if let request = route.request {
      operation["requestBody"] = .object([
        "required": .boolean(true), "content": content(schemas.reference(to: request)),
      ])
    }
    var success: [String: JSONValue] = ["description": .string(route.summary)]
    if let response = route.response {
      success["content"] = content(schemas.reference(to: response))
    } else if route.contentType != "application/json" {
      success["content"] = content(.object(["type": .string("string")]), as: route.contentType)
    } else if route.status != 204 {
      success["content"] = content(.object(["type": .string("object")]))
    }
    let failure = JSONValue.object([
      "description": .string("what went wrong, and what to do"),
      "content": content(.object(["$ref": .string("#/components/schemas/Error")])),
    ])
    operation["responses"] = .object([String(route.status): .object(success), "default": failure])
    return .object(operation)
  }

  private static func security(_ access: Route.Access) -> JSONValue {
    switch access {
    case .open, .webhook, .agentProof: .array([])
    case .agentSession: .array([.object(["agentSession": .array([])])])
    case .right: .array([.object(["token": .array([])])])
    }
  }

  private static func parameter(
    _ name: String, in place: String, _ kind: Route.Query.Kind = .string, summary: String?, required: Bool
  ) -> JSONValue {
    var parameter: [String: JSONValue] = [
      "name": .string(name), "in": .string(place), "required": .boolean(required),
      "schema": .object(["type": .string(kind.rawValue)]),
    ]
    if let summary { parameter["description"] = .string(summary) }
    return .object(parameter)
  }

  private static func content(_ schema: JSONValue, as type: String = "application/json") -> JSONValue {
    .object([type: .object(["schema": schema])])
  }
}

extension ErrorEnvelope {
  /// An envelope with every field set.
  fileprivate static let example = ErrorEnvelope(
    code: .invalid, message: "1 error, nothing was changed", field: "spec.url", hint: "give an https or ssh URL",
    diagnostics: [
      Diagnostic(
        file: "fleet.yaml", line: 18, column: 9, field: "spec.rollout.stages[1].maxConcurrent",
        message: "\"0%\" would never start a cluster", hint: "give a number from 1, or a percentage from 1% to 100%")
    ], requestID: "5f0c6b1d2a3e4f50")
}
