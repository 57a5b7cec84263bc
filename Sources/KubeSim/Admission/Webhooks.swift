import FleetModel
import Manifest

/// Admission webhooks (exchange 106): nobody stands behind one here, so each that a write concerns fails, and its
/// `failurePolicy` decides what becomes of the write.
extension ClusterState {
  private static let kinds = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"].map(ResourceType.named)

  /// - Throws: 500 in a server's words for the first webhook that must be asked and cannot be.
  func askWebhooks(_ call: Call, _ object: Node, old: Node?) throws(APIFailure) {
    for kind in Self.kinds where collections[kind.storage]?.isEmpty == false {
      // A server asks nobody about its own configuration, so that it can be mended.
      guard call.target.type.group != kind.group else { return }
      for webhook in objects(kind.storage).flatMap({ $0["webhooks"]?.array ?? [] })
      where webhook["failurePolicy"]?.string != "Ignore" && concerns(webhook, call, object, old: old) {
        let words =
          "failed calling webhook \"\(webhook["name"]?.string ?? "")\": failed to call webhook: \(failure(of: webhook))"
        throw APIFailure(
          500, "InternalError", "Internal error occurred: \(words)", details: ["causes": [["message": .text(words)]]])
      }
    }
  }

  private func concerns(_ webhook: Node, _ call: Call, _ object: Node, old: Node?) -> Bool {
    let target = call.target
    let operation = call.request.method == "DELETE" ? "DELETE" : old == nil ? "CREATE" : "UPDATE"
    let plural = target.subresource.isEmpty ? target.type.plural : "\(target.type.plural)/\(target.subresource)"
    let isMeant = (webhook["rules"]?.array ?? []).contains { rule in
      func names(_ field: String, _ values: String...) -> Bool {
        rule[field]?.array?.contains { $0.string.map { $0 == "*" || values.contains($0) } ?? false } ?? false
      }
      return names("operations", operation) && names("apiGroups", target.type.group)
        && names("apiVersions", target.type.version) && names("resources", plural, "*/*")
    }
    guard isMeant, Self.matches(webhook["objectSelector"], object) else { return false }
    guard target.type.isNamespaced else { return true }
    let namespace = self.object(ObjectKey(ResourceType.named("Namespace"), "", target.namespace))
    return Self.matches(webhook["namespaceSelector"], namespace ?? Node(.object(Object())))
  }

  /// A `LabelSelector`; none, or an empty one, takes everything.
  private static func matches(_ selector: Node?, _ object: Node) -> Bool {
    func texts(_ map: Node?) -> [String: String] {
      (map?.object?.entries ?? []).reduce(into: [:]) { $0[$1.key] = $1.value.string }
    }
    let expressions = (selector?["matchExpressions"]?.array ?? []).map { expression in
      LabelRequirement(
        key: expression["key"]?.string ?? "",
        operator: LabelRequirement.Operator(rawValue: expression["operator"]?.string ?? "") ?? .doesNotExist,
        values: (expression["values"]?.array ?? []).compactMap(\.string))
    }
    return LabelSelector(matchLabels: texts(selector?["matchLabels"]), matchExpressions: expressions)
      .matches(texts(object["metadata", "labels"]))
  }

  private func failure(of webhook: Node) -> String {
    let timeout = "timeout=\(webhook["timeoutSeconds"]?.integer ?? 10)s"
    guard let service = webhook["clientConfig", "service"] else {
      let url = webhook["clientConfig", "url"]?.string ?? ""
      let host = url.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" }
      return "Post \"\(url)?\(timeout)\": dial tcp \(host): connect: connection refused"
    }
    let (name, namespace) = (service["name"]?.string ?? "", service["namespace"]?.string ?? "")
    let path = service["path"]?.string ?? ""
    let post = "Post \"https://\(name).\(namespace).svc:\(service["port"]?.integer ?? 443)\(path)?\(timeout)\""
    let isThere = object(ObjectKey(ResourceType.named("Service"), namespace, name)) != nil
    return "\(post): \(isThere ? "context deadline exceeded" : "service \"\(name)\" not found")"
  }
}

extension Validation {
  /// A webhook of version 1 must be able to be asked in a dry run (exchange 106).
  static func webhooks(_ object: Node, _ causes: inout [FieldCause]) {
    for (index, webhook) in (object["webhooks"]?.array ?? []).enumerated() {
      let field = "webhooks[\(index)].sideEffects"
      guard let effects = webhook["sideEffects"]?.string else {
        causes.append(.required(field, "must specify one of None, NoneOnDryRun"))
        continue
      }
      guard !["None", "NoneOnDryRun"].contains(effects) else { continue }
      causes.append(
        FieldCause(
          reason: "FieldValueNotSupported",
          message: "Unsupported value: \(JSONText.text(.text(effects))): supported values: \"None\", \"NoneOnDryRun\"",
          field: field))
    }
  }
}
