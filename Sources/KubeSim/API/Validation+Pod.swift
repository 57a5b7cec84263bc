import Manifest

/// What of Pods and their templates has a recorded answer (exchanges 025 and 097).
extension Validation {
  static func podSpec(
    _ spec: Node?, _ path: [String], claimsElsewhere: Bool = false, _ causes: inout [FieldCause]
  ) {
    let base = path.joined(separator: ".")
    let containers = spec?["containers"]?.array ?? []
    if containers.isEmpty { causes.append(.required("\(base).containers")) }
    var names: Set<String> = []
    for (index, container) in containers.enumerated() {
      let name = container["name"]?.string ?? ""
      if name.isEmpty {
        causes.append(.required("\(base).containers[\(index)].name"))
      } else if !names.insert(name).inserted {
        causes.append(
          FieldCause(
            reason: "FieldValueDuplicate", message: "Duplicate value: \"\(name)\"",
            field: "\(base).containers[\(index)].name"))
      } else if !NameRules.isLabelName(name) {
        causes.append(.invalid("\(base).containers[\(index)].name", .text(name), NameRules.labelName))
      }
      if (container["image"]?.string ?? "").isEmpty {
        causes.append(.required("\(base).containers[\(index)].image"))
      }
      ports(container, "\(base).containers[\(index)]", &causes)
      for (place, variable) in (container["env"]?.array ?? []).enumerated() {
        if variable["valueFrom"] != nil, !(variable["value"]?.string ?? "").isEmpty {
          causes.append(
            .invalid(
              "\(base).containers[\(index)].env[\(place)].valueFrom", "",
              "may not be specified when `value` is not empty"))
        }
      }
      let volumes = Set((spec?["volumes"]?.array ?? []).compactMap { $0["name"]?.string })
        .union((spec?["volumeClaimTemplates"]?.array ?? []).compactMap { $0["metadata", "name"]?.string })
      for (place, mount) in (container["volumeMounts"]?.array ?? []).enumerated() {
        let name = mount["name"]?.string ?? ""
        // The claims of a StatefulSet are volumes too, and stand elsewhere.
        guard !claimsElsewhere, !volumes.contains(name) else { continue }
        causes.append(
          FieldCause(
            reason: "FieldValueNotFound", message: "Not found: \"\(name)\"",
            field: "\(base).containers[\(index)].volumeMounts[\(place)].name"))
      }
      for entry in container["resources", "requests"]?.object?.entries ?? [] {
        guard let limit = container["resources", "limits", entry.key], Quantity.isMore(entry.value, than: limit) else {
          continue
        }
        causes.append(
          .invalid(
            "\(base).containers[\(index)].resources.requests", entry.value,
            "must be less than or equal to \(entry.key) limit of \(limit.string ?? "")"))
      }
    }
  }

  static func pod(_ new: Node, _ old: Node?, _ causes: inout [FieldCause]) {
    podSpec(new["spec"], ["spec"], &causes)
    guard let old, var left = old["spec"], var right = new["spec"] else { return }
    for field in ["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds"] {
      left[field] = nil
      right[field] = nil
    }
    for list in ["containers", "initContainers"] {
      left[list] = left[list]?.array.map { .list($0.map(withoutImage)) }
      right[list] = right[list]?.array.map { .list($0.map(withoutImage)) }
    }
    if left != right {
      causes.append(
        .forbidden(
          "spec",
          "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
            + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
            + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"))
    }
  }

  private static func withoutImage(_ container: Node) -> Node {
    var container = container
    container["image"] = nil
    return container
  }

  private static func ports(_ container: Node, _ base: String, _ causes: inout [FieldCause]) {
    for (index, port) in (container["ports"]?.array ?? []).enumerated() {
      if let number = port["containerPort"]?.integer, !(1...65_535).contains(number) {
        causes.append(
          .invalid(
            "\(base).ports[\(index)].containerPort", .number(Int(number)), "must be between 1 and 65535, inclusive"))
      }
      if let name = port["protocol"]?.string, !["SCTP", "TCP", "UDP"].contains(name) {
        causes.append(.unsupported("\(base).ports[\(index)].protocol", name, ["SCTP", "TCP", "UDP"]))
      }
    }
  }
}
