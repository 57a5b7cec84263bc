import Manifest

/// Fields that people write with the wrong type: numbers and booleans without quotes, and numbers in quotes (exchanges
/// 027, 030 and 099). An apply and a decoder say it in different words.
enum ScalarTypes {
  private struct Mismatch {
    /// As a Go decoder names it, for example `ConfigMap.data`.
    var place: String
    var wanted: String
    var found: Node
    /// As an apply names it, for example `.data.a`.
    var path: String
  }

  static func check(_ object: Node, _ call: Call) throws(APIFailure) {
    try checkTexts(object, call)
    guard let mismatch = first(object, call.target.type) else { return }
    let type = call.target.type
    if call.request.contentType.hasPrefix("application/apply-patch") {
      let words =
        mismatch.wanted == "string"
        ? "expected string, got &value.valueUnstructured{Value:\(JSONText.text(mismatch.found))}"
        : "expected numeric (int or float), got \(kind(mismatch.found))"
      throw APIFailure(
        500, "",
        "failed to create typed patch object (\(object.objectNamespace)/\(object.objectName); \(type.group)/"
          + "\(type.version), Kind=\(type.kind)): \(mismatch.path): \(words)")
    }
    // A custom resource's own schema says it.
    guard !type.isCustom, ["POST", "PUT"].contains(call.request.method) else { return }
    throw .badRequest(
      "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): json: cannot unmarshal "
        + "\(kind(mismatch.found)) into Go struct field \(mismatch.place) of type \(mismatch.wanted)")
  }

  /// Texts of a form of their own: base64 (exchange 027), and times of a Lease with six digits (093).
  private static func checkTexts(_ object: Node, _ call: Call) throws(APIFailure) {
    let type = call.target.type
    let isApply = call.request.contentType.hasPrefix("application/apply-patch")
    func refused(_ words: String) -> APIFailure {
      .badRequest("\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): \(words)")
    }
    if type.kind == "Secret", !isApply {
      for entry in object["data"]?.object?.entries ?? [] {
        let text = entry.value.string ?? ""
        if let place = text.utf8.enumerated().first(where: { !isBase64($0.element) })?.offset {
          throw refused("illegal base64 data at input byte \(place)")
        }
      }
    }
    guard type.kind == "Lease" else { return }
    for field in ["acquireTime", "renewTime"] {
      guard let text = object["spec", field]?.string, text.utf8.count > 19 else { continue }
      let rest = String(text.dropFirst(19))
      if !rest.hasPrefix(".") || rest.dropFirst().prefix(while: \.isNumber).count != 6 {
        throw refused(
          "parsing time \"\(text)\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse \"\(rest)\" as \".000000\"")
      }
    }
  }

  private static func isBase64(_ byte: UInt8) -> Bool {
    (97...122).contains(byte) || (65...90).contains(byte) || (47...57).contains(byte) || byte == 43 || byte == 61
  }

  private static func first(_ object: Node, _ type: ResourceType) -> Mismatch? {
    for field in ["name", "namespace"] {
      if let value = object["metadata", field], !isText(value) {
        return Mismatch(
          place: "ObjectMeta.metadata.\(field)", wanted: "string", found: value, path: ".metadata.\(field)")
      }
    }
    for field in ["labels", "annotations"] {
      if let found = texts(object["metadata", field], "ObjectMeta.metadata.\(field)", ".metadata.\(field)") {
        return found
      }
    }
    if type.isCustom { return custom(object, type.custom?.schema, "") }
    switch type.kind {
    case "ConfigMap": return texts(object["data"], "ConfigMap.data", ".data")
    case "Secret": return texts(object["stringData"], "Secret.stringData", ".stringData")
    case "Deployment", "ReplicaSet", "StatefulSet":
      if let found = number(object["spec", "replicas"], "\(type.kind)Spec.spec.replicas", "int32", ".spec.replicas") {
        return found
      }
      return containers(object["spec", "template", "spec"], "spec.template.spec")
    case "DaemonSet", "Job": return containers(object["spec", "template", "spec"], "spec.template.spec")
    case "Pod": return containers(object["spec"], "spec")
    default: return nil
    }
  }

  private static func containers(_ spec: Node?, _ path: String) -> Mismatch? {
    if let list = spec?["containers"], list.object != nil {
      return Mismatch(
        place: "PodSpec.\(path).containers", wanted: "[]v1.Container", found: list, path: ".\(path).containers")
    }
    for container in spec?["containers"]?.array ?? [] {
      let place = ".\(path).containers[name=\"\(container["name"]?.string ?? "")\"]"
      for variable in container["env"]?.array ?? [] {
        if let value = variable["value"], !isText(value) {
          let name = variable["name"]?.string ?? ""
          return Mismatch(
            place: "EnvVar.\(path).containers.env.value", wanted: "string", found: value,
            path: "\(place).env[name=\"\(name)\"].value")
        }
      }
      for port in container["ports"]?.array ?? [] {
        let key = JSONText.text(port["containerPort"] ?? Node(.null))
        let protocolName = port["protocol"]?.string ?? "TCP"
        if let found = number(
          port["containerPort"], "ContainerPort.\(path).containers.ports.containerPort", "int32",
          "\(place).ports[containerPort=\(key),protocol=\"\(protocolName)\"].containerPort")
        {
          return found
        }
      }
    }
    return nil
  }

  private static func texts(_ map: Node?, _ place: String, _ path: String) -> Mismatch? {
    for entry in map?.object?.entries ?? [] where !isText(entry.value) {
      return Mismatch(place: place, wanted: "string", found: entry.value, path: "\(path).\(entry.key)")
    }
    return nil
  }

  private static func number(_ value: Node?, _ place: String, _ wanted: String, _ path: String) -> Mismatch? {
    guard let value, value.string != nil else { return nil }
    return Mismatch(place: place, wanted: wanted, found: value, path: path)
  }

  /// The first property whose schema wants a number or a text and has another.
  private static func custom(_ value: Node, _ schema: Node?, _ path: String) -> Mismatch? {
    for entry in value.object?.entries ?? [] where path != "" || entry.key != "metadata" {
      guard let property = schema?["properties", entry.key] else { continue }
      let place = "\(path).\(entry.key)"
      let wanted = property["type"]?.string
      if property["x-kubernetes-int-or-string"]?.boolean == true { continue }
      if wanted == "integer" || wanted == "number" {
        if let found = number(entry.value, "", "integer", place) { return found }
      } else if wanted == "object", let found = custom(entry.value, property, place) {
        return found
      }
    }
    return nil
  }

  private static func isText(_ value: Node) -> Bool { value.string != nil || value.isNull }

  private static func kind(_ value: Node) -> String {
    switch value.value {
    case .null: "null"
    case .boolean: "bool"
    case .integer, .decimal: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}
