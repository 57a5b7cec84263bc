import Manifest

/// The rules a document must keep. Only rules with a recorded answer are here (exchanges 025, 026, 062-065, 074,
/// 104); what they do not cover is let through.
enum Validation {
  static func check(_ type: ResourceType, _ new: Node, old: Node?, state: ClusterState) throws(APIFailure) {
    var causes: [FieldCause] = []
    if old == nil { nameCauses(type, new.objectName, &causes) }
    if old?["metadata"] != new["metadata"] { NameRules.metadata(new, &causes) }
    if let old { commonUpdate(old, new, &causes) }
    switch type.kind {
    case "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet": workload(type, new, old, &causes)
    case "Job": job(new, old, &causes)
    case "Pod": pod(new, old, &causes)
    case "Service": service(new, old, state, &causes)
    case "ConfigMap", "Secret": contents(type, new, old, &causes)
    case "CustomResourceDefinition": definition(new, &causes)
    case "Event": event(new, &causes)
    case "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration": webhooks(new, &causes)
    default: break
    }
    if let schema = type.custom?.schema {
      schemaCauses(new, schema, "", &causes)
      allDuplicates(new, schema, "", &causes)
    }
    if !causes.isEmpty { throw .invalid(type, new.objectName, causes) }
  }

  private static func nameCauses(_ type: ResourceType, _ name: String, _ causes: inout [FieldCause]) {
    let isPathName = type.group == "rbac.authorization.k8s.io"
    if isPathName || name.isEmpty { return }
    let isLabelName = ["Namespace", "Service"].contains(type.kind)
    if isLabelName, name.contains(".") {
      causes.append(.invalid("metadata.name", .text(name), "must not contain dots"))
      return
    }
    let allowed = name.utf8.allSatisfy { byte in
      (97...122).contains(byte) || (48...57).contains(byte) || byte == 45 || (byte == 46 && !isLabelName)
    }
    let ends = [name.utf8.first, name.utf8.last].allSatisfy { byte in
      byte.map { (97...122).contains($0) || (48...57).contains($0) } ?? false
    }
    if !allowed || !ends || name.contains("..") {
      causes.append(
        .invalid(
          "metadata.name", .text(name),
          isLabelName
            ? "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and "
              + "end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
              + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
            : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
              + "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
              + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"))
    }
    let limit = isLabelName ? 63 : 253
    if name.utf8.count > limit {
      causes.append(
        FieldCause(
          reason: "FieldValueInvalid",
          message: "Invalid value: \(JSONText.text(.text(name))): must be no more than \(limit) characters",
          field: "metadata.name"))
    }
  }

  private static func commonUpdate(_ old: Node, _ new: Node, _ causes: inout [FieldCause]) {
    if old.isDeleting {
      let added = new.finalizers.filter { !old.finalizers.contains($0) }
      if !added.isEmpty {
        let list = added.map { "\"\($0)\"" }.joined(separator: ", ")
        let cause = FieldCause.forbidden(
          "metadata.finalizers",
          "no new finalizers can be added if the object is being deleted, found new finalizers []string{\(list)}")
        causes += [cause, cause]
      }
    }
  }

  private static func workload(_ type: ResourceType, _ new: Node, _ old: Node?, _ causes: inout [FieldCause]) {
    if let replicas = new["spec", "replicas"]?.integer, replicas < 0 {
      causes.append(.invalid("spec.replicas", .number(Int(replicas)), "must be greater than or equal to 0"))
    }
    let selector = new["spec", "selector"]
    let labels = new["spec", "template", "metadata", "labels"]
    if let old, old["spec", "selector"] != selector {
      if ["StatefulSet"].contains(type.kind) == false {
        causes.append(.invalid("spec.selector", selector ?? Node(.null), "field is immutable"))
      }
    }
    if selector == nil {
      causes.append(.required("spec.selector"))
      if labels == nil {
        causes.append(
          .invalid("spec.template.metadata.labels", Node(.null), "`selector` does not match template `labels`"))
      }
    } else {
      for entry in selector?["matchLabels"]?.object?.entries ?? [] where labels?[entry.key] != entry.value {
        causes.append(
          .invalid(
            "spec.template.metadata.labels", labels ?? Node(.null), "`selector` does not match template `labels`"))
        break
      }
    }
    if new["spec", "strategy", "type"]?.string == "Recreate", new["spec", "strategy", "rollingUpdate"] != nil {
      causes.append(
        .forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'"))
    }
    if type.kind == "StatefulSet", let old {
      let mutable = [
        "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
      ]
      var left = old["spec"] ?? Node(.null)
      var right = new["spec"] ?? Node(.null)
      for field in mutable {
        left[field] = nil
        right[field] = nil
      }
      if left != right {
        causes.append(
          .forbidden(
            "spec",
            "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
              + "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"))
      }
    }
    podSpec(
      new["spec", "template", "spec"], ["spec", "template", "spec"], claimsElsewhere: type.kind == "StatefulSet",
      &causes)
    if let policy = new["spec", "template", "spec", "restartPolicy"]?.string, policy != "Always" {
      causes.append(.unsupported("spec.template.spec.restartPolicy", policy, ["Always"]))
    }
  }

  private static func event(_ new: Node, _ causes: inout [FieldCause]) {
    let place = new["involvedObject", "namespace"]?.string ?? ""
    if !place.isEmpty, place != new.objectNamespace {
      causes.append(.invalid("involvedObject.namespace", .text(place), "does not match event.namespace"))
    }
  }

  private static func job(_ new: Node, _ old: Node?, _ causes: inout [FieldCause]) {
    if let old, var left = old["spec", "template"], var right = new["spec", "template"] {
      for field in ["annotations"] {
        left.set(["metadata", field], nil)
        right.set(["metadata", field], nil)
      }
      if left != right {
        causes.append(.invalid("spec.template", right, "field is immutable"))
      }
      if old["spec", "completions"] != new["spec", "completions"] {
        causes.append(.invalid("spec.completions", new["spec", "completions"] ?? Node(.null), "field is immutable"))
      }
    }
    podSpec(new["spec", "template", "spec"], ["spec", "template", "spec"], &causes)
    let policy = new["spec", "template", "spec", "restartPolicy"]?.string
    if policy == "Always" {
      causes.append(.unsupported("spec.template.spec.restartPolicy", "Always", ["OnFailure", "Never"]))
    }
  }

  private static func service(_ new: Node, _ old: Node?, _ state: ClusterState, _ causes: inout [FieldCause]) {
    let ports = new["spec", "ports"]?.array ?? []
    let addresses = new["spec", "clusterIPs"] ?? Node(.null)
    if let old, old["spec", "type"]?.string != "ExternalName", old["spec", "clusterIPs"] != addresses {
      causes.append(.invalid("spec.clusterIPs[0]", addresses, "may not change once set"))
    }
    if ports.count > 1 {
      for (index, port) in ports.enumerated() where (port["name"]?.string ?? "").isEmpty {
        causes.append(.required("spec.ports[\(index)].name"))
      }
    }
    if ports.isEmpty, new["spec", "clusterIP"]?.string != "None", new["spec", "type"]?.string != "ExternalName" {
      causes.append(.required("spec.ports"))
    }
    if old == nil, let address = new["spec", "clusterIP"]?.string, address != "None" {
      let isTaken =
        address == "10.0.0.1"
        || state.objects("/services").contains { $0["spec", "clusterIP"]?.string == address }
      if !address.hasPrefix("10.0.") {
        causes.append(
          .invalid(
            "spec.clusterIPs", addresses,
            "failed to allocate IP \(address): the provided network does not match the current range"))
      } else if isTaken {
        causes.append(
          .invalid(
            "spec.clusterIPs", addresses, "failed to allocate IP \(address): provided IP is already allocated"))
      }
    }
  }

  private static func contents(_ type: ResourceType, _ new: Node, _ old: Node?, _ causes: inout [FieldCause]) {
    var bytes = 0
    for field in ["data", "binaryData"] {
      for entry in new[field]?.object?.entries ?? [] {
        if let words = NameRules.dataKey(entry.key) {
          causes.append(.invalid("\(field)[\(entry.key)]", .text(entry.key), words))
        }
        let text = entry.value.string ?? ""
        // What stands in base64 counts as what it is.
        bytes += type.kind == "Secret" || field == "binaryData" ? text.utf8.count / 4 * 3 : text.utf8.count
        if field == "data", new["binaryData", entry.key] != nil {
          causes.append(.invalid("data[\(entry.key)]", .text(entry.key), "duplicate of key present in binaryData"))
        }
      }
    }
    if bytes > 1_048_576 { causes.append(.tooLong(type.kind == "Secret" ? "data" : "[]", 1_048_576)) }
    if type.kind == "Secret" {
      if let old, old["type"] != new["type"] {
        causes.append(.invalid("type", new["type"] ?? Node(.null), "field is immutable"))
      }
    }
    if let old, old["immutable"]?.boolean == true {
      let text = "field is immutable when `immutable` is set"
      if new["immutable"]?.boolean != true { causes.append(.forbidden("immutable", text)) }
      if old["data"] != new["data"] { causes.append(.forbidden("data", text)) }
      if old["binaryData"] != new["binaryData"] { causes.append(.forbidden("binaryData", text)) }
    }
    if type.kind == "Secret", new["type"]?.string == "kubernetes.io/tls" {
      for key in ["tls.crt", "tls.key"] where new["data", key] == nil { causes.append(.required("data[\(key)]")) }
    }
  }

  private static func definition(_ new: Node, _ causes: inout [FieldCause]) {
    let group = new["spec", "group"]?.string ?? ""
    let plural = new["spec", "names", "plural"]?.string ?? ""
    if new.objectName != "\(plural).\(group)" {
      causes.append(
        .invalid("metadata.name", .text(new.objectName), "must be spec.names.plural+\".\"+spec.group"))
    }
    let approval = "api-approved.kubernetes.io"
    let isProtected = ["k8s.io", "kubernetes.io"].contains { group == $0 || group.hasSuffix(".\($0)") }
    if isProtected, new["metadata", "annotations", approval] == nil {
      causes.append(
        .required(
          "metadata.annotations[\(approval)]",
          "protected groups must have approval annotation \"\(approval)\", see "
            + "https://github.com/kubernetes/enhancements/pull/1111"))
    }
  }

  /// The part of OpenAPI validation that manifests run into (exchange 099).
  private static func schemaCauses(_ value: Node, _ schema: Node, _ path: String, _ causes: inout [FieldCause]) {
    if path == "metadata" || value.isNull && schema["nullable"]?.boolean == true { return }
    let wanted = schema["type"]?.string
    let actual = jsonType(value)
    if schema["x-kubernetes-int-or-string"]?.boolean != true, let wanted, wanted != actual,
      !(wanted == "number" && actual == "integer")
    {
      if !path.isEmpty {
        causes.append(
          FieldCause(
            reason: "FieldValueTypeInvalid",
            message:
              "Invalid value: \"\(actual)\": \(path) in body must be of type \(wanted): \"\(actual)\"", field: path))
      }
      return
    }
    if let values = schema["enum"]?.array, !values.contains(value) {
      let list = values.map { JSONText.text($0) }.joined(separator: ", ")
      causes.append(
        FieldCause(
          reason: "FieldValueNotSupported",
          message: "Unsupported value: \(JSONText.text(value)): supported values: \(list)", field: path))
    }
    if let least = schema["minimum"]?.integer, let number = value.integer, number < least {
      causes.append(
        .invalid(path, value, "\(path) in body should be greater than or equal to \(least)"))
    }
    if let most = schema["maximum"]?.integer, let number = value.integer, number > most {
      causes.append(.invalid(path, value, "\(path) in body should be less than or equal to \(most)"))
    }
    for field in (schema["required"]?.array ?? []).compactMap(\.string) where value.object != nil && value[field] == nil
    {
      causes.append(.required(path.isEmpty ? field : "\(path).\(field)"))
    }
    for entry in (value.object?.entries ?? []).sorted(by: { $0.key < $1.key }) {
      let place = path.isEmpty ? entry.key : "\(path).\(entry.key)"
      if let property = schema["properties", entry.key] {
        schemaCauses(entry.value, property, place, &causes)
      } else if let values = schema["additionalProperties"], values.object != nil {
        schemaCauses(entry.value, values, place, &causes)
      }
    }
    if let items = schema["items"] {
      for (index, element) in (value.array ?? []).enumerated() {
        schemaCauses(element, items, "\(path)[\(index)]", &causes)
      }
    }
  }

  /// Duplicates come after everything else, in the order of the document (exchange 102).
  private static func allDuplicates(_ value: Node, _ schema: Node, _ path: String, _ causes: inout [FieldCause]) {
    if let elements = value.array { duplicateCauses(elements, schema, path, &causes) }
    for entry in value.object?.entries ?? [] where path != "" || entry.key != "metadata" {
      let property = schema["properties", entry.key] ?? schema["additionalProperties"]
      if let property, property.object != nil {
        allDuplicates(entry.value, property, path.isEmpty ? entry.key : "\(path).\(entry.key)", &causes)
      }
    }
    if let items = schema["items"] {
      for (index, element) in (value.array ?? []).enumerated() {
        allDuplicates(element, items, "\(path)[\(index)]", &causes)
      }
    }
  }

  private static func duplicateCauses(
    _ elements: [Node], _ schema: Node, _ path: String, _ causes: inout [FieldCause]
  ) {
    var seen: Set<Node> = []
    for (index, element) in elements.enumerated() {
      let identity: Node
      switch StructuralSchema.fieldType(schema) {
      case .set: identity = element
      case .keyed(let list):
        var keys = Object()
        for key in list.keys { if let value = element[key] ?? list.keyDefaults[key] { keys[key] = value } }
        identity = Node(.object(keys))
      default: return
      }
      if !seen.insert(identity).inserted {
        causes.append(
          FieldCause(
            reason: "FieldValueDuplicate", message: "Duplicate value: \(JSONText.text(identity))",
            field: "\(path)[\(index)]"))
      }
    }
  }

  private static func jsonType(_ value: Node) -> String {
    switch value.value {
    case .null: "null"
    case .boolean: "boolean"
    case .integer: "integer"
    case .decimal: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}
