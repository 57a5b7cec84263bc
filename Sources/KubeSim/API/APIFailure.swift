public import Manifest

/// A request that was refused: what becomes a `Status` of kind Failure.
public struct APIFailure: Error, Sendable {
  /// The HTTP status.
  public var code: Int
  /// The machine-readable reason; empty for none.
  public var reason: String
  /// The sentence for the person.
  public var message: String
  /// `details`: name, kind, group, causes, retryAfterSeconds.
  public var details: Node?
  /// The continue token of a 410 (exchange 037).
  var continueToken: String?

  init(_ code: Int, _ reason: String, _ message: String, details: Node? = nil, continueToken: String? = nil) {
    self.code = code
    self.reason = reason
    self.message = message
    self.details = details
    self.continueToken = continueToken
  }

  /// The `Status` document.
  public var document: Node {
    var metadata = Object()
    if let continueToken { metadata["continue"] = Node(.string(continueToken)) }
    var status: Node = [
      "kind": "Status", "apiVersion": "v1", "metadata": Node(.object(metadata)), "status": "Failure",
      "message": Node(.string(message)),
    ]
    if !reason.isEmpty { status["reason"] = Node(.string(reason)) }
    if let details { status["details"] = details }
    status["code"] = Node(.integer(Int64(code)))
    return status
  }
}

/// One field that is wrong.
struct FieldCause: Sendable {
  var reason: String
  var message: String
  var field: String

  var document: Node {
    var node: Node = ["reason": Node(.string(reason)), "message": Node(.string(message))]
    if !field.isEmpty { node["field"] = Node(.string(field)) }
    return node
  }

  static func required(_ field: String, _ detail: String = "") -> FieldCause {
    FieldCause(
      reason: "FieldValueRequired", message: "Required value" + (detail.isEmpty ? "" : ": \(detail)"), field: field)
  }

  static func invalid(_ field: String, _ value: Node, _ detail: String) -> FieldCause {
    FieldCause(reason: "FieldValueInvalid", message: "Invalid value: \(JSONText.text(value)): \(detail)", field: field)
  }

  static func tooLong(_ field: String, _ bytes: Int) -> FieldCause {
    FieldCause(
      reason: "FieldValueTooLong", message: "Too long: may not be more than \(bytes) bytes", field: field)
  }

  static func unsupported(_ field: String, _ value: String, _ supported: [String]) -> FieldCause {
    FieldCause(
      reason: "FieldValueNotSupported",
      message: "Unsupported value: \"\(value)\": supported values: "
        + supported.map { "\"\($0)\"" }.joined(separator: ", "), field: field)
  }

  static func forbidden(_ field: String, _ detail: String) -> FieldCause {
    FieldCause(reason: "FieldValueForbidden", message: "Forbidden: \(detail)", field: field)
  }
}

extension APIFailure {
  static func details(_ type: ResourceType?, _ name: String, kind: String? = nil, causes: [Node] = []) -> Node {
    var object = Object()
    if !name.isEmpty { object["name"] = Node(.string(name)) }
    if let type, !type.group.isEmpty { object["group"] = Node(.string(type.group)) }
    if let kind = kind ?? type?.plural { object["kind"] = Node(.string(kind)) }
    if !causes.isEmpty { object["causes"] = Node(.array(causes)) }
    return Node(.object(object))
  }

  static func notFound(_ type: ResourceType, _ name: String) -> APIFailure {
    APIFailure(404, "NotFound", "\(type.qualifiedName) \"\(name)\" not found", details: details(type, name))
  }

  /// A path that leads to no resource.
  static var unknownPath: APIFailure {
    APIFailure(
      404, "NotFound", "the server could not find the requested resource", details: Node(.object(Object())))
  }

  static func alreadyExists(_ type: ResourceType, _ name: String, deleting: Bool = false) -> APIFailure {
    APIFailure(
      409, "AlreadyExists",
      (deleting ? "object is being deleted: " : "") + "\(type.qualifiedName) \"\(name)\" already exists",
      details: details(type, name))
  }

  static func conflict(_ type: ResourceType, _ name: String, _ text: String, kind: String? = nil) -> APIFailure {
    APIFailure(
      409, "Conflict", "Operation cannot be fulfilled on \(kind ?? type.qualifiedName) \"\(name)\": \(text)",
      details: details(type, name, kind: kind))
  }

  static func stale(_ type: ResourceType, _ name: String) -> APIFailure {
    conflict(
      type, name, "the object has been modified; please apply your changes to the latest version and try again")
  }

  static func badRequest(_ message: String) -> APIFailure { APIFailure(400, "BadRequest", message) }

  static func forbidden(_ type: ResourceType, _ name: String, _ text: String, causes: [Node] = []) -> APIFailure {
    APIFailure(
      403, "Forbidden", "\(type.qualifiedName) \"\(name)\" is forbidden: \(text)",
      details: details(type, name, causes: causes))
  }

  static func invalid(_ type: ResourceType, _ name: String, _ causes: [FieldCause]) -> APIFailure {
    invalid(kind: type.kind, group: type.group, name, causes)
  }

  static func invalid(kind: String, group: String, _ name: String, _ causes: [FieldCause]) -> APIFailure {
    var seen: Set<String> = []
    let texts = causes.map { $0.field.isEmpty ? $0.message : "\($0.field): \($0.message)" }
      .filter { seen.insert($0).inserted }
    let qualified = group.isEmpty ? kind : "\(kind).\(group)"
    var details = Object()
    if !name.isEmpty { details["name"] = Node(.string(name)) }
    if !group.isEmpty { details["group"] = Node(.string(group)) }
    details["kind"] = Node(.string(kind))
    details["causes"] = Node(.array(causes.map(\.document)))
    return APIFailure(
      422, "Invalid",
      "\(qualified) \"\(name)\" is invalid: " + (texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"),
      details: Node(.object(details)))
  }

  static var methodNotAllowed: APIFailure {
    APIFailure(
      405, "MethodNotAllowed", "the server does not allow this method on the requested resource",
      details: Node(.object(Object())))
  }

  /// A request that the simulator does not implement; counted, so that tests can fail on it.
  static func notImplemented(_ what: String) -> APIFailure {
    APIFailure(501, "NotImplemented", "the simulator does not implement \(what)")
  }
}
