import Manifest

/// Which forms of bodies and answers a request may have (exchanges 028, 089 and 091).
enum MediaType {
  private static let forms = "application/json, application/yaml, application/vnd.kubernetes.protobuf"

  static func check(_ call: Call) throws(APIFailure) {
    try checkAnswer(call)
    guard ["POST", "PUT", "PATCH"].contains(call.request.method) else { return }
    let kind = base(call.request.contentType)
    guard call.request.method == "PATCH" else {
      if ["", "application/json", "application/yaml"].contains(kind) || kind.contains("protobuf") { return }
      throw unsupported(forms)
    }
    let patches = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"]
    if patches.contains(kind) { return }
    guard kind == "application/strategic-merge-patch+json" else {
      throw APIFailure(
        415, "UnsupportedMediaType", "415: Unsupported Media Type", details: Node(.object(Object())))
    }
    if call.target.type.isCustom { throw unsupported(patches.joined(separator: ", ")) }
  }

  private static func base(_ text: some StringProtocol) -> String {
    String(text.split(separator: ";").first ?? "").filter { $0 != " " }
  }

  private static func unsupported(_ accepted: String) -> APIFailure {
    APIFailure(
      415, "UnsupportedMediaType",
      "the body of the request was in an unknown format - accepted media types include: \(accepted)")
  }

  private static func checkAnswer(_ call: Call) throws(APIFailure) {
    let parts = call.request.accept.split(separator: ",")
    let known = parts.filter { part in
      let form = base(part)
      // Custom resources have no protocol buffers.
      return ["application/json", "application/yaml", "application/*", "*/*"].contains(form)
        || form == "application/vnd.kubernetes.protobuf" && !call.target.type.isCustom
    }
    guard parts.isEmpty || !known.isEmpty else {
      throw APIFailure(
        406, "NotAcceptable", "406: Not Acceptable\n\nAvailable representations: \(forms)",
        details: Node(.object(Object())))
    }
    guard let first = known.first, first.contains("as=") else { return }
    let isServed = known.contains { !$0.contains("as=") || $0.contains("v=v1") }
    if !isServed {
      throw APIFailure(406, "NotAcceptable", "only the following media types are accepted: \(forms)")
    }
    let isList = call.target.name.isEmpty && !call.flag("watch") && call.request.method == "GET"
    if isList, first.contains("as=PartialObjectMetadata;") || first.hasSuffix("as=PartialObjectMetadata") {
      let package = call.target.type.group.split(separator: ".").first ?? "core"
      throw APIFailure(
        406, "NotAcceptable",
        "you requested PartialObjectMetadata, but the requested object is a list "
          + "(*\(package).\(call.target.type.listKind))")
    }
    if first.contains("as=Table"), let include = call.request.query["includeObject"],
      !["", "Metadata", "Object", "None"].contains(include)
    {
      throw .badRequest(
        "Unable to convert to Table as requested: includeObject: Invalid value: \(JSONText.text(.text(include))): must be "
          + "'Metadata', 'Object', 'None', or empty")
    }
  }
}
