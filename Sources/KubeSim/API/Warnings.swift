import Manifest

/// What a server says in `Warning` headers beside accepting a document (exchanges 031 and 053).
enum Warnings {
  static func texts(_ type: ResourceType, _ object: Node) -> [String] {
    switch type.kind {
    case "Pod": podSpec(object["spec"], "spec")
    case "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job":
      podSpec(object["spec", "template", "spec"], "spec.template.spec")
    case "CronJob":
      podSpec(object["spec", "jobTemplate", "spec", "template", "spec"], "spec.jobTemplate.spec.template.spec")
    case "Service" where object["spec", "externalName"] != nil && object["spec", "type"]?.string != "ExternalName":
      ["spec.externalName is ignored when spec.type is not \"ExternalName\""]
    default: []
    }
  }

  /// What is said to whoever asks for a kind that will go.
  static func deprecation(_ type: ResourceType) -> [String] {
    type.kind == "Endpoints" && type.group.isEmpty
      ? ["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"] : []
  }

  private static func podSpec(_ spec: Node?, _ path: String) -> [String] {
    var texts: [String] = []
    for (old, new) in [("os", "os"), ("arch", "arch")] where spec?["nodeSelector", "beta.kubernetes.io/\(old)"] != nil {
      texts.append(
        "\(path).nodeSelector[beta.kubernetes.io/\(old)]: deprecated since v1.14; use \"kubernetes.io/\(new)\" instead")
    }
    var addresses: Set<String> = []
    for (index, alias) in (spec?["hostAliases"]?.array ?? []).enumerated() {
      let address = alias["ip"]?.string ?? ""
      if !addresses.insert(address).inserted {
        texts.append("\(path).hostAliases[\(index)].ip: duplicate ip \"\(address)\"")
      }
    }
    for (index, container) in (spec?["containers"]?.array ?? []).enumerated() {
      let place = "\(path).containers[\(index)]"
      var names: Set<String> = []
      for (number, variable) in (container["env"]?.array ?? []).enumerated() {
        let name = variable["name"]?.string ?? ""
        if !names.insert(name).inserted {
          texts.append(
            "\(place).env[\(number)]: hides previous definition of \"\(name)\", which may be dropped when using apply")
        }
      }
      var ports: [String: Int] = [:]
      for (number, port) in (container["ports"]?.array ?? []).enumerated() {
        let key = "\(port["containerPort"]?.integer ?? 0)/\(port["protocol"]?.string ?? "TCP")"
        if let first = ports[key] {
          texts.append("\(place).ports[\(number)]: duplicate port definition with \(place).ports[\(first)]")
        } else {
          ports[key] = number
        }
      }
    }
    return texts
  }
}
