import FleetModel
import Manifest

/// Objects as rows, for `kubectl get` (exchange 090).
enum Table {
  private struct Column {
    var name: String
    var type: String
    var isWide: Bool
    var value: (Node) -> Node

    init(_ name: String, _ type: String = "string", wide: Bool = false, _ value: @escaping (Node) -> Node) {
      self.name = name
      self.type = type
      isWide = wide
      self.value = value
    }
  }

  static func document(
    _ objects: [Node], _ type: ResourceType, now: Instant, resourceVersion: String, withColumns: Bool, include: String,
    metadata: Node
  ) -> Node {
    let columns = columns(type, now)
    var listMetadata = metadata
    listMetadata["resourceVersion"] = .text(resourceVersion)
    let definitions = columns.map { column -> Node in
      [
        "name": .text(column.name), "type": .text(column.type),
        "format": .text(column.name == "Name" ? "name" : ""), "description": .text(column.name),
        "priority": .number(column.isWide ? 1 : 0),
      ]
    }
    let rows = objects.map { object -> Node in
      var row: Node = ["cells": .list(columns.map { $0.value(object) })]
      switch include {
      case "None": row["object"] = Node(.null)
      case "Object": row["object"] = ClusterState.shown(object, type)
      default: row["object"] = Presentation.partial(object)
      }
      return row
    }
    return [
      "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": listMetadata,
      "columnDefinitions": withColumns ? .list(definitions) : Node(.null), "rows": .list(rows),
    ]
  }

  /// `5d`, `3h20m`, `45s`: an age as kubectl prints it.
  static func age(_ object: Node, _ now: Instant) -> String {
    guard let created = object["metadata", "creationTimestamp"]?.string.flatMap(Timestamp.parse) else {
      return "<unknown>"
    }
    return duration(Int((now.millisecondsSinceEpoch - created.millisecondsSinceEpoch) / 1000))
  }

  static func duration(_ seconds: Int) -> String {
    if seconds < 120 { return "\(max(0, seconds))s" }
    let minutes = seconds / 60
    if minutes < 10 { return seconds % 60 == 0 ? "\(minutes)m" : "\(minutes)m\(seconds % 60)s" }
    if minutes < 180 { return "\(minutes)m" }
    let hours = minutes / 60
    if hours < 8 { return minutes % 60 == 0 ? "\(hours)h" : "\(hours)h\(minutes % 60)m" }
    if hours < 48 { return "\(hours)h" }
    return "\(hours / 24)d"
  }

  private static func number(_ object: Node, _ path: String...) -> Int { Int(object.at(path)?.integer ?? 0) }
  private static func text(_ object: Node, _ path: String...) -> Node {
    switch object.at(path)?.value {
    case .string(let text): .text(text)
    case .integer(let number): .text(String(number))
    case .boolean(let flag): .text(String(flag))
    default: "<none>"
    }
  }

  private static func selector(_ object: Node) -> Node {
    let labels = (object["spec", "selector", "matchLabels"] ?? object["spec", "selector"])?.object?.entries ?? []
    if labels.isEmpty { return "<none>" }
    return .text(labels.map { "\($0.key)=\($0.value.string ?? "")" }.sorted().joined(separator: ","))
  }

  private static func containers(_ field: String, _ path: [String] = ["spec", "template", "spec"]) -> (Node) -> Node {
    { object in
      let list = (object.at(path)?["containers"]?.array ?? []).compactMap { $0[field]?.string }
      return .text(list.joined(separator: ","))
    }
  }

  private static func columns(_ type: ResourceType, _ now: Instant) -> [Column] {
    let name = Column("Name") { .text($0.objectName) }
    let age = Column("Age") { .text(Self.age($0, now)) }
    let images = [
      Column("Containers", wide: true, containers("name")), Column("Images", wide: true, containers("image")),
    ]
    let select = Column("Selector", wide: true, selector)
    switch type.kind {
    case "Deployment":
      return [
        name,
        Column("Ready") { .text("\(number($0, "status", "readyReplicas"))/\(number($0, "spec", "replicas"))") },
        Column("Up-to-date", "string") { .number(number($0, "status", "updatedReplicas")) },
        Column("Available", "string") { .number(number($0, "status", "availableReplicas")) }, age,
      ] + images + [select]
    case "ReplicaSet":
      return [
        name, Column("Desired", "integer") { .number(number($0, "spec", "replicas")) },
        Column("Current", "integer") { .number(number($0, "status", "replicas")) },
        Column("Ready", "integer") { .number(number($0, "status", "readyReplicas")) }, age,
      ] + images + [select]
    case "StatefulSet":
      return [
        name,
        Column("Ready") { .text("\(number($0, "status", "readyReplicas"))/\(number($0, "spec", "replicas"))") }, age,
      ] + images
    case "DaemonSet":
      return [name]
        + [
          ("Desired", "desiredNumberScheduled"), ("Current", "currentNumberScheduled"), ("Ready", "numberReady"),
          ("Up-to-date", "updatedNumberScheduled"), ("Available", "numberAvailable"),
        ].map { title, field in Column(title, "integer") { .number(number($0, "status", field)) } }
        + [age] + images + [select]
    case "Pod": return podColumns(name, age)
    case "Job":
      return [
        name,
        Column("Status") { job in
          for (condition, word) in [("Complete", "Complete"), ("Failed", "Failed"), ("Suspended", "Suspended")]
          where ClusterState.condition(job, condition)?["status"]?.string == "True" { return .text(word) }
          return "Running"
        },
        Column("Completions") { .text("\(number($0, "status", "succeeded"))/\(number($0, "spec", "completions"))") },
        Column("Duration") { job in
          guard let start = job["status", "startTime"]?.string.flatMap(Timestamp.parse) else { return "" }
          let end = job["status", "completionTime"]?.string.flatMap(Timestamp.parse) ?? now
          return .text(duration(Int((end.millisecondsSinceEpoch - start.millisecondsSinceEpoch) / 1000)))
        }, age,
      ] + images
    case "CronJob":
      return [
        name, Column("Schedule") { text($0, "spec", "schedule") },
        Column("Suspend", "boolean") { .text($0["spec", "suspend"]?.boolean == true ? "True" : "False") }, age,
      ]
    case "Service":
      return [
        name, Column("Type") { text($0, "spec", "type") }, Column("Cluster-IP") { text($0, "spec", "clusterIP") },
        Column("External-IP") { service in
          let addresses = (service["status", "loadBalancer", "ingress"]?.array ?? []).compactMap { $0["ip"]?.string }
          if !addresses.isEmpty { return .text(addresses.joined(separator: ",")) }
          return service["spec", "type"]?.string == "LoadBalancer" ? "<pending>" : "<none>"
        },
        Column("Port(s)") { service in
          let ports = (service["spec", "ports"]?.array ?? []).map { port in
            let outside = port["nodePort"]?.integer.map { ":\($0)" } ?? ""
            return "\(port["port"]?.integer ?? 0)\(outside)/\(port["protocol"]?.string ?? "TCP")"
          }
          return ports.isEmpty ? "<none>" : .text(ports.joined(separator: ","))
        }, age, Column("Selector", wide: true, selector),
      ]
    case "ConfigMap":
      return [
        name,
        Column("Data") { .number(($0["data"]?.object?.count ?? 0) + ($0["binaryData"]?.object?.count ?? 0)) },
        age,
      ]
    case "Secret":
      return [
        name, Column("Type") { text($0, "type") },
        Column("Data") { .number($0["data"]?.object?.count ?? 0) }, age,
      ]
    case "Namespace": return [name, Column("Status") { text($0, "status", "phase") }, age]
    case "Node":
      return [
        name,
        Column("Status") { node in
          ClusterState.condition(node, "Ready")?["status"]?.string == "True" ? "Ready" : "NotReady"
        }, Column("Roles") { _ in "<none>" }, age,
        Column("Version") { text($0, "status", "nodeInfo", "kubeletVersion") },
      ]
    case "PersistentVolumeClaim":
      return [
        name, Column("Status") { text($0, "status", "phase") }, Column("Volume") { text($0, "spec", "volumeName") },
        Column("Capacity") { text($0, "status", "capacity", "storage") },
        Column("StorageClass") { text($0, "spec", "storageClassName") }, age,
      ]
    case "CustomResourceDefinition":
      return [name, Column("Created At") { text($0, "metadata", "creationTimestamp") }]
    default: return customColumns(type, name, age, now)
    }
  }

  private static func podColumns(_ name: Column, _ age: Column) -> [Column] {
    func statuses(_ pod: Node) -> [Node] { pod["status", "containerStatuses"]?.array ?? [] }
    return [
      name,
      Column("Ready") { pod in
        let ready = statuses(pod).filter { $0["ready"]?.boolean == true }.count
        return .text("\(ready)/\(pod["spec", "containers"]?.array?.count ?? 0)")
      },
      Column("Status") { pod in
        if pod.isDeleting { return "Terminating" }
        for status in statuses(pod) {
          if let reason = status["state", "waiting", "reason"] ?? status["state", "terminated", "reason"] {
            return reason
          }
        }
        return text(pod, "status", "phase")
      },
      Column("Restarts") { pod in
        .text(String(statuses(pod).reduce(0) { $0 + Int($1["restartCount"]?.integer ?? 0) }))
      }, age, Column("IP", wide: true) { text($0, "status", "podIP") },
      Column("Node", wide: true) { text($0, "spec", "nodeName") },
      Column("Nominated Node", wide: true) { _ in "<none>" }, Column("Readiness Gates", wide: true) { _ in "<none>" },
    ]
  }

  private static func customColumns(_ type: ResourceType, _ name: Column, _ age: Column, _ now: Instant) -> [Column] {
    let declared = (type.custom?.columns ?? []).map { definition -> Column in
      let path = (definition["jsonPath"]?.string ?? "").split(separator: ".").map(String.init)
      let kind = definition["type"]?.string ?? "string"
      return Column(
        definition["name"]?.string ?? "", kind, wide: (definition["priority"]?.integer ?? 0) > 0
      ) { object in
        guard let value = object.at(path), !value.isNull else { return Node(.null) }
        if kind == "date", let time = value.string.flatMap(Timestamp.parse) {
          return .text(duration(Int((now.millisecondsSinceEpoch - time.millisecondsSinceEpoch) / 1000)))
        }
        return value
      }
    }
    return [name] + (declared.isEmpty ? [age] : declared)
  }
}
