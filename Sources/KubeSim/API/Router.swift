import FleetModel
import Manifest

/// What a resource path names.
struct Target: Sendable {
  var type: ResourceType
  var namespace: String
  var name: String
  var subresource: String

  var key: ObjectKey { ObjectKey(type, namespace, name) }
}

/// A request that was taken apart.
struct Call: Sendable {
  var request: KubeRequest
  var target: Target

  func flag(_ name: String) -> Bool { ["true", "1"].contains(request.query[name] ?? "") }

  /// The field manager: the parameter, or the program's name in `User-Agent` (exchange 069).
  var manager: String {
    if let name = request.query["fieldManager"], !name.isEmpty { return name }
    let program = request.userAgent.split(separator: "/").first.map(String.init) ?? ""
    return program.isEmpty ? "unknown" : String(program.prefix(128))
  }

  var isDryRun: Bool { request.query["dryRun"] == "All" }
}

extension ClusterState {
  /// Answers one request at a time. `subscribe` makes the two ends of a watch.
  mutating func handle(_ request: KubeRequest) -> KubeResponse {
    do throws(APIFailure) {
      let response = try route(request)
      counters.byCode[response.status, default: 0] += 1
      return response
    } catch {
      counters.byCode[error.code, default: 0] += 1
      if error.code == 501 {
        counters.notImplemented.append("\(request.method) \(request.path)")
        if counters.notImplemented.count > 50 { counters.notImplemented.removeFirst() }
      }
      var response = KubeResponse(error.code, error.document)
      if case .integer(let seconds)? = error.details?["retryAfterSeconds"]?.value {
        response.retryAfterSeconds = Int(seconds)
      }
      return response
    }
  }

  private mutating func route(_ request: KubeRequest) throws(APIFailure) -> KubeResponse {
    let segments = request.path.split(separator: "/").map(String.init)
    guard ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(request.method) else {
      // An answer to HEAD has no body (exchange 009).
      if request.method == "HEAD" { return KubeResponse(status: 405, text: "") }
      throw .methodNotAllowed
    }
    if let response = try discovery(request, segments) {
      counters.byVerb["discovery", default: 0] += 1
      return response
    }
    if let response = accessReview(request, segments) { return response }
    let rest: ArraySlice<String>
    let group: String
    let version: String
    if segments.first == "api", segments.count > 2 {
      (group, version, rest) = ("", segments[1], segments[2...])
    } else if segments.first == "apis", segments.count > 3 {
      (group, version, rest) = (segments[1], segments[2], segments[3...])
    } else {
      if segments == ["version"] { throw .methodNotAllowed }
      return try nothing(at: segments)
    }
    guard let target = parseTarget(group, version, Array(rest)) else { return try nothing(at: segments) }
    let call = Call(request: request, target: target)
    try MediaType.check(call)
    try checkOptions(call)
    return try dispatch(call)
  }

  /// A path without a handler is plain text at a real server, one below a known group a Status (exchanges 008 and 098).
  private func nothing(at segments: [String]) throws(APIFailure) -> KubeResponse {
    let isKnown =
      segments.first == "api"
      || segments.first == "apis" && segments.count > 1 && ResourceType.builtIn.contains { $0.group == segments[1] }
    if isKnown, segments.count > 2 { throw .unknownPath }
    return KubeResponse(status: 404, text: "404 page not found\n")
  }

  /// Subresources of real servers that are not simulated.
  private static let unsimulated: Set<String> = [
    "attach", "binding", "ephemeralcontainers", "eviction", "exec", "log", "portforward", "proxy", "resize", "token",
  ]

  private func parseTarget(_ group: String, _ version: String, _ segments: [String]) -> Target? {
    func find(_ plural: String) -> ResourceType? { type("\(group)/\(plural)", version: version) }
    if segments.count >= 3, segments[0] == "namespaces", let type = find(segments[2]), type.isNamespaced,
      segments.count <= 5
    {
      return Target(
        type: type, namespace: segments[1], name: segments.count > 3 ? segments[3] : "",
        subresource: segments.count > 4 ? segments[4] : "")
    }
    guard let first = segments.first, segments.count <= 3, let type = find(first) else { return nil }
    // A namespaced kind without its namespace can only be listed.
    if type.isNamespaced, segments.count > 1 { return nil }
    return Target(
      type: type, namespace: "", name: segments.count > 1 ? segments[1] : "",
      subresource: segments.count > 2 ? segments[2] : "")
  }

  private mutating func dispatch(_ call: Call) throws(APIFailure) -> KubeResponse {
    let target = call.target
    let isCollection = target.name.isEmpty
    if Self.unsimulated.contains(target.subresource) {
      throw .notImplemented("the subresource \(target.type.plural)/\(target.subresource)")
    }
    guard ["", "status", "scale", "finalize"].contains(target.subresource) else { throw .unknownPath }
    // Across all namespaces one can only read.
    if isCollection, target.type.isNamespaced, target.namespace.isEmpty, call.request.method != "GET" {
      throw .methodNotAllowed
    }
    try checkNumbers(call)
    let verb: String
    switch (call.request.method, isCollection) {
    case ("GET", true): verb = call.flag("watch") ? "watch" : "list"
    // A watch of a single object is not one (exchange 082).
    case ("GET", false): verb = "get"
    case ("POST", true): verb = "create"
    case ("PUT", false): verb = "update"
    case ("PATCH", false): verb = "patch"
    case ("DELETE", false): verb = "delete"
    case ("DELETE", true): verb = "deletecollection"
    default: throw .methodNotAllowed
    }
    counters.byVerb[verb, default: 0] += 1
    switch target.subresource {
    case "": break
    case "status" where target.type.hasStatus, "finalize" where target.type.kind == "Namespace":
      guard ["get", "update", "patch"].contains(verb) else { throw .methodNotAllowed }
    case "scale" where target.type.hasScale: return try scale(call, verb)
    case "status", "scale":
      if target.type.isCustom { throw .notFound(target.type, target.name) }
      throw .unknownPath
    default:
      throw .notImplemented("the subresource \(target.type.plural)/\(target.subresource)")
    }
    switch verb {
    case "list": return try list(call)
    case "watch": return try watch(call)
    case "get":
      if let wanted = call.request.query["resourceVersion"].flatMap({ Int($0) }) { try checkNotAhead(wanted) }
      return present(try existing(target), call)
    case "create": return try create(call)
    case "update": return try update(call)
    case "patch": return try patch(call)
    case "delete": return try delete(call)
    default: return try deleteCollection(call)
    }
  }

  private func checkNumbers(_ call: Call) throws(APIFailure) {
    for name in ["limit", "timeoutSeconds", "gracePeriodSeconds"] {
      if let text = call.request.query[name], !text.isEmpty, Int64(text) == nil {
        throw .badRequest("strconv.ParseInt: parsing \(JSONText.text(.text(text))): invalid syntax")
      }
    }
  }

  func existing(_ target: Target) throws(APIFailure) -> Node {
    guard let object = object(target.key) else { throw .notFound(target.type, target.name) }
    return object
  }

  /// The object as the asked version shows it.
  static func shown(_ object: Node, _ type: ResourceType) -> Node {
    var shown = object
    shown["kind"] = .text(type.kind)
    shown["apiVersion"] = .text(type.apiVersion)
    if let custom = type.custom { shown = StructuralSchema.defaulted(shown, custom.schema) }
    return shown
  }

  func present(_ object: Node, _ call: Call, status: Int = 200, warnings: [String] = []) -> KubeResponse {
    let presentation = Presentation(accept: call.request.accept, query: call.request.query)
    return KubeResponse(
      status, presentation.item(object, call.target.type, now: now, withColumns: true, inList: false),
      contentType: presentation.contentType, warnings: warnings)
  }

  /// The checks of the query (exchanges 033 and 057).
  private func checkOptions(_ call: Call) throws(APIFailure) {
    let kind: String
    switch call.request.method {
    case "POST": kind = "CreateOptions"
    case "PUT": kind = "UpdateOptions"
    case "PATCH": kind = "PatchOptions"
    case "DELETE": kind = "DeleteOptions"
    default: return
    }
    var causes: [FieldCause] = []
    let isApply = call.request.contentType.hasPrefix("application/apply-patch")
    if kind == "PatchOptions" {
      if isApply, (call.request.query["fieldManager"] ?? "").isEmpty {
        causes.append(.required("fieldManager", "is required for apply patch"))
      }
      if !isApply, call.request.query["force"] != nil {
        causes.append(.forbidden("force", "may not be specified for non-apply patch"))
      }
    }
    if let manager = call.request.query["fieldManager"] {
      if manager.utf8.count > 128 {
        causes.append(
          FieldCause(
            reason: "FieldValueTooLong", message: "Too long: may not be more than 128 bytes", field: "fieldManager"))
      }
      for (index, scalar) in manager.unicodeScalars.enumerated() where scalar.value < 32 {
        let code = String(scalar.value, radix: 16, uppercase: true)
        causes.append(
          .invalid(
            "fieldManager", .text(manager),
            "invalid character U+\(String(repeating: "0", count: 4 - code.count))\(code) (at position \(index))"))
      }
    }
    if let dryRun = call.request.query["dryRun"], dryRun != "All" {
      causes.append(
        FieldCause(
          reason: "FieldValueNotSupported",
          message: "Unsupported value: [\(JSONText.text(.text(dryRun)))]: supported values: \"All\"", field: "dryRun"))
    }
    if let validation = call.request.query["fieldValidation"], !["", "Ignore", "Warn", "Strict"].contains(validation) {
      causes.append(
        FieldCause(
          reason: "FieldValueNotSupported",
          message:
            "Unsupported value: \(JSONText.text(.text(validation))): supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"",
          field: "fieldValidation"))
    }
    if !causes.isEmpty { throw .invalid(kind: kind, group: "meta.k8s.io", "", causes) }
  }

  /// Everyone may do everything: that is what the reviews say.
  private func accessReview(_ request: KubeRequest, _ segments: [String]) -> KubeResponse? {
    guard request.method == "POST", segments.count == 4, segments[0] == "apis" else { return nil }
    guard segments[1] == "authorization.k8s.io" || segments[1] == "authentication.k8s.io" else { return nil }
    var review = (try? JSONText.parse(request.body)) ?? Node(.object(Object()))
    switch segments[3] {
    case "selfsubjectaccessreviews", "subjectaccessreviews":
      review["status"] = ["allowed": true, "reason": "simulated cluster"]
    case "selfsubjectrulesreviews":
      review["status"] = [
        "resourceRules": [["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]],
        "nonResourceRules": [["verbs": ["*"], "nonResourceURLs": ["*"]]], "incomplete": false,
      ]
    case "selfsubjectreviews":
      review["status"] = ["userInfo": ["username": "simulator", "groups": ["system:masters", "system:authenticated"]]]
    default: return nil
    }
    return KubeResponse(201, review)
  }
}
