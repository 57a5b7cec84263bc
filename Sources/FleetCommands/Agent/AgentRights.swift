internal import FleetModel
internal import Manifest

/// What an agent may do in its cluster.
enum AgentRights: Hashable, Sendable {
  /// Everything: it applies whatever the repositories say, of any kind (AMENDMENTS 56).
  case cluster
  /// The kinds of `workloads`, and those granted beside them, in these namespaces and nowhere else.
  case namespaces([String])

  /// A kind that an agent may write, as `GROUP/RESOURCE`; the group of the core is empty.
  struct Grant: Hashable, Sendable {
    /// The API group; empty for the core.
    var group: String
    /// The plural, as RBAC names it.
    var resource: String

    /// Reads `GROUP/RESOURCE`, or `RESOURCE` of the core; nil for anything else.
    init?(_ text: String) {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      guard parts.count <= 2, let resource = parts.last, !resource.isEmpty, resource != "*",
        parts.allSatisfy({ $0.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "." || $0 == "-" } })
      else { return nil }
      group = parts.count == 2 ? parts[0] : ""
      self.resource = resource
    }
  }

  /// What applying, watching, taking over and pruning an object takes.
  static let verbs = ["create", "delete", "get", "list", "patch", "update", "watch"]

  /// The kinds that are written in every namespace of `namespaces`. Roles are left out: who may write them may give
  /// himself more, so Kubernetes asks for every right that they hold; `--grant` takes them in.
  static let workloads: [(group: String, resources: [String])] = [
    ("", ["configmaps", "persistentvolumeclaims", "pods", "secrets", "serviceaccounts", "services"]),
    ("apps", ["daemonsets", "deployments", "replicasets", "statefulsets"]),
    ("autoscaling", ["horizontalpodautoscalers"]),
    ("batch", ["cronjobs", "jobs"]),
    ("networking.k8s.io", ["ingresses", "networkpolicies"]),
    ("policy", ["poddisruptionbudgets"]),
  ]

  /// The rules of the role in each namespace.
  static func rules(with grants: [Grant]) -> [Node] {
    var resources: [(group: String, resources: [String])] = workloads
    for grant in grants {
      if let place = resources.firstIndex(where: { $0.group == grant.group }) {
        if !resources[place].resources.contains(grant.resource) { resources[place].resources.append(grant.resource) }
      } else {
        resources.append((grant.group, [grant.resource]))
      }
    }
    return resources.map { rule(group: $0.group, resources: $0.resources, verbs: verbs) }
  }

  /// What the agent needs in its own namespace, whatever else it may do: records of what it was ordered, which it never
  /// deletes; its key; the keys for SOPS; and the Lease of the one agent that writes.
  static func rulesAtHome(identity: String) -> [Node] {
    [
      rule(group: "", resources: ["configmaps"], verbs: ["create", "get", "list", "update", "watch"]),
      rule(group: "", resources: ["secrets"], names: [identity], verbs: ["get", "update"]),
      rule(group: "", resources: ["secrets"], names: ["sops-age"], verbs: ["get"]),
      rule(group: "coordination.k8s.io", resources: ["leases"], verbs: ["create"]),
      rule(group: "coordination.k8s.io", resources: ["leases"], names: [AgentLease.name], verbs: ["get", "update"]),
    ]
  }

  private static func rule(group: String, resources: [String], names: [String] = [], verbs: [String]) -> Node {
    var rule: Node = ["apiGroups": list([group]), "resources": list(resources), "verbs": list(verbs)]
    if !names.isEmpty { rule["resourceNames"] = list(names) }
    return rule
  }
}

/// Texts as a list.
func list(_ texts: [String]) -> Node { Node(.array(texts.map { Node(.string($0)) })) }
