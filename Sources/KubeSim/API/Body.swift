import FleetModel
import Manifest

/// Reading and checking of request bodies (exchanges 024 and 027).
enum Body {
  static func parse(_ call: Call) throws(APIFailure) -> Node {
    guard !call.request.contentType.contains("protobuf") else {
      throw APIFailure(
        415, "UnsupportedMediaType",
        "the simulator reads JSON and YAML, not protocol buffers; with kubectl, add "
          + "`--dry-run=client -o yaml | kubectl apply -f -` to a `kubectl create` command")
    }
    try checkSize(call)
    do throws(JSONText.Failure) {
      return try JSONText.parse(call.request.body)
    } catch {
      if call.request.contentType.contains("yaml") { return try yaml(call) }
      throw unrecognized(call, "json parse error: \(error.message)")
    }
  }

  /// The most that a server reads of a body (exchange 065).
  private static let mostBytes = 3_145_728

  private static func checkSize(_ call: Call) throws(APIFailure) {
    if call.request.body.count > mostBytes {
      throw APIFailure(413, "RequestEntityTooLarge", "Request entity too large: limit is \(mostBytes)")
    }
  }

  /// One document of YAML: of several the first.
  private static func yaml(_ call: Call) throws(APIFailure) -> Node {
    do throws(DiagnosticsError) {
      return try YAML.documents(call.request.body).first ?? Node(.null)
    } catch {
      let words = "yaml: \(error.diagnostics.first?.message ?? "it cannot be read")"
      if call.request.contentType.hasPrefix("application/apply-patch") {
        throw .badRequest("error decoding YAML: error converting YAML to JSON: \(words)")
      }
      throw unrecognized(call, words)
    }
  }

  private static func unrecognized(_ call: Call, _ words: String) -> APIFailure {
    let body = call.request.body
    let shown =
      body.isEmpty
      ? "<empty>"
      : body.first == UInt8(ascii: "{")
        ? String(decoding: body.prefix(30), as: UTF8.self) + (body.count > 30 ? " ..." : "")
        : body.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let prefix = words.hasPrefix("json") ? "couldn't get version/kind; " : ""
    return .badRequest(
      "the object provided is unrecognized (must be of type \(call.target.type.kind)): \(prefix)\(words) (\(shown))")
  }

  /// A patch in JSON.
  static func patch(_ call: Call) throws(APIFailure) -> Node {
    try checkSize(call)
    let patch: Node
    do throws(JSONText.Failure) { patch = try JSONText.parse(call.request.body) } catch {
      throw .badRequest("error decoding patch: \(error.message)")
    }
    let isList = call.request.contentType.hasPrefix("application/json-patch")
    guard isList || patch.object != nil else {
      throw .badRequest(
        "error decoding patch: json: cannot unmarshal \(patch.array == nil ? patch.kindName : "array") into Go value of "
          + "type map[string]interface {}")
    }
    return patch
  }

  /// The object of a create, update or apply, whose type must be the one of the URL.
  static func object(_ call: Call, allowUntyped: Bool) throws(APIFailure) -> Node {
    let node = try parse(call)
    let type = call.target.type
    guard node.object != nil || !allowUntyped && node.isNull else {
      guard allowUntyped, node.array != nil else { throw .badRequest("the body is \(node.kindName), not an object") }
      throw unrecognized(
        call,
        "json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "
          + #""json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }"#)
    }
    let kind = node["kind"]?.string ?? ""
    let version = node["apiVersion"]?.string ?? ""
    if !allowUntyped {
      guard kind == type.kind, version == type.apiVersion else {
        let parts = version.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let (group, plain) = parts.count > 1 ? (parts[0], parts[1]) : ("", parts.first ?? "")
        throw .badRequest("invalid object type: \(group)/\(plain), Kind=\(kind)")
      }
      return node
    }
    if type.isCustom {
      if kind.isEmpty { throw .badRequest("Object 'Kind' is missing in '\(JSONText.text(node))'") }
      guard kind == type.kind, version == type.apiVersion else {
        throw .badRequest(
          "the API version in the data (\(version)) does not match the expected API version (\(type.apiVersion))")
      }
      return node
    }
    if !version.isEmpty, version != type.apiVersion {
      throw .badRequest(
        "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): no kind \"\(kind)\" is "
          + "registered for version \"\(version)\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"")
    }
    if !kind.isEmpty, kind != type.kind {
      throw .badRequest(
        "\(kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): converting (\(type.version).\(kind)) "
          + "to (\(type.group.isEmpty ? "core" : type.group).\(type.kind)): unknown conversion")
    }
    return node
  }

  /// The first item that stands twice in a list where each may stand once.
  static func duplicate(_ value: Node, _ type: FieldType, _ path: [String] = []) -> String? {
    var seen: Set<String> = []
    func check(_ element: String) -> String? {
      seen.insert(element).inserted
        ? nil : "\(FieldSet.describe(path)): duplicate entries for key \(FieldSet.describe([element]))"
    }
    let resolved = type.resolved(for: value)
    switch resolved {
    case .leaf: return nil
    case .fields, .entries:
      for entry in value.object?.entries ?? [] {
        if let found = duplicate(entry.value, resolved.child(entry.key), path + ["f:" + entry.key]) { return found }
      }
    case .values:
      for item in value.array ?? [] { if let found = check(setElement(item)) { return found } }
    case .elements(let list):
      for item in value.array ?? [] {
        guard let element = listElement(item, list) else { continue }
        if let found = check(element) ?? duplicate(item, list.element, path + [element]) { return found }
      }
    }
    return nil
  }

  static func checkName(_ object: Node, _ target: Target) throws(APIFailure) {
    let name = object.objectName
    if !name.isEmpty, name != target.name {
      throw .badRequest("the name of the object (\(name)) does not match the name on the URL (\(target.name))")
    }
  }

  static func checkNamespace(_ object: Node, _ target: Target) throws(APIFailure) {
    let namespace = object.objectNamespace
    if target.type.isNamespaced, !namespace.isEmpty, namespace != target.namespace {
      throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
    }
  }

  /// What a typed decoder and encoder do to a built-in object: nulls and empty optional maps go, null in a map of
  /// texts is the empty text.
  static func tidy(_ object: inout Node, _ type: ResourceType) {
    let textMaps = [["metadata", "labels"], ["metadata", "annotations"], ["data"], ["stringData"]]
    for path in textMaps where path.count == 2 || !type.isCustom {
      guard let map = object.at(path) else { continue }
      if map.isNull || map.object?.isEmpty == true {
        object.set(path, nil)
      } else if let entries = map.object?.entries, entries.contains(where: { $0.value.isNull }) {
        var texts = Object()
        for entry in entries { texts[entry.key] = entry.value.isNull ? "" : entry.value }
        object.set(path, Node(.object(texts)))
      }
    }
    for field in ["finalizers", "ownerReferences", "managedFields"] {
      if let value = object["metadata", field], value.isNull || value.array?.isEmpty == true {
        object.set(["metadata", field], nil)
      }
    }
    if object["metadata", "creationTimestamp"]?.isNull == true { object.set(["metadata", "creationTimestamp"], nil) }
    guard !type.isCustom else { return }
    object = withoutNulls(object)
    for path in optionalMaps(type.kind) {
      if let value = object.at(path), value.object?.isEmpty == true || value.array?.isEmpty == true {
        object.set(path, nil)
      }
    }
  }

  private static func optionalMaps(_ kind: String) -> [[String]] {
    switch kind {
    case "ConfigMap": [["data"], ["binaryData"]]
    case "Secret": [["data"]]
    case "Namespace": [["spec", "finalizers"]]
    case "Service": [["spec", "selector"], ["spec", "ports"], ["status", "conditions"]]
    case "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job": [["status", "conditions"]]
    default: []
    }
  }

  private static func withoutNulls(_ node: Node) -> Node {
    switch node.value {
    case .object(let object):
      guard object.entries.contains(where: { $0.value.isNull || $0.value.object != nil || $0.value.array != nil })
      else { return node }
      var kept: [Object.Entry] = []
      for entry in object.entries where !entry.value.isNull {
        let value = withoutNulls(entry.value)
        // Empty lists of these fields are left out by the typed form.
        if value.array?.isEmpty == true, optionalLists.contains(entry.key) { continue }
        kept.append(Object.Entry(key: entry.key, value: value))
      }
      return Node(.object(Object(entries: kept)))
    case .array(let elements): return Node(.array(elements.map(withoutNulls)))
    default: return node
    }
  }

  private static let optionalLists: Set<String> = [
    "env", "args", "command", "ports", "volumeMounts", "volumes", "initContainers", "imagePullSecrets", "tolerations",
    "envFrom", "hostAliases", "volumeDevices", "topologySpreadConstraints",
  ]

  private static let metadataOrder = [
    "name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation", "creationTimestamp",
    "deletionTimestamp", "deletionGracePeriodSeconds", "labels", "annotations", "ownerReferences", "finalizers",
    "managedFields",
  ]

  /// The usual order of metadata, which people are used to reading.
  static func orderMetadata(_ object: inout Node) {
    guard let metadata = object["metadata"]?.object else { return }
    var ordered = Object()
    for key in metadataOrder { if let value = metadata[key] { ordered[key] = value } }
    for entry in metadata.entries where ordered[entry.key] == nil { ordered[entry.key] = entry.value }
    var whole = Object()
    for key in ["kind", "apiVersion"] { whole[key] = object[key] }
    whole["metadata"] = Node(.object(ordered))
    for entry in object.object?.entries ?? [] where whole[entry.key] == nil { whole[entry.key] = entry.value }
    object = Node(.object(whole))
  }
}
