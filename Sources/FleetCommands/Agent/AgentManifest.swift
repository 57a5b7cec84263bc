internal import FleetModel
internal import Manifest

/// The objects that run an agent in its cluster.
///
/// It holds nothing that is random, so that printing it again gives the same.
struct AgentManifest: Sendable {
  /// The controllers' addresses; at least one.
  var controllers: [ControllerURL]
  /// The one-time token; nil to print what an installed agent is updated with.
  var token: String?
  /// The image.
  var image: String
  /// The authorities in PEM to trust for the controller; nil for the system's.
  var authority: String?
  /// What it may do.
  var rights = AgentRights.cluster
  /// Kinds that it may write in its namespaces beside the usual ones.
  var grants: [AgentRights.Grant] = []
  /// The URL of the proxy to the controller; nil for none.
  var proxy: ControllerURL?
  /// The ranges of addresses in which controllers, or the proxy, are; empty for anywhere.
  var controllerRanges: [String] = []
  /// The ranges of addresses in which the API server is; empty for anywhere.
  var apiServerRanges: [String] = []

  /// The namespace of agents, in which their records are.
  static let namespace = "flotilla-system"
  /// The name of everything that needs no other.
  static let name = "flotilla-agent"
  /// The Secret in which the agent keeps the key that it makes.
  static let identity = "flotilla-agent-identity"
  private static let join = "flotilla-agent-join"
  private static let proxySecret = "flotilla-agent-proxy"
  private static let authorityMap = "flotilla-agent-authority"
  private static let labels: Node = [
    "app.kubernetes.io/managed-by": "flotilla", "app.kubernetes.io/name": Node(.string(name)),
  ]

  /// The objects, in the order in which they are applied.
  var documents: [Node] {
    var documents = [namespaceObject, object("v1", "ServiceAccount", Self.name), identitySecret]
    if let token { documents.append(secret(Self.join, ["token": token])) }
    if let proxy { documents.append(secret(Self.proxySecret, ["url": proxy.text])) }
    if let authority {
      documents.append(
        object("v1", "ConfigMap", Self.authorityMap, ["data": ["ca.crt": Node(.string(authority))]]))
    }
    return documents + roles + [networkPolicy, deployment]
  }

  // MARK: Namespace and secrets

  private var namespaceObject: Node {
    var labels = Self.labels
    labels["pod-security.kubernetes.io/enforce"] = "restricted"
    return [
      "apiVersion": "v1", "kind": "Namespace",
      "metadata": ["name": Node(.string(Self.namespace)), "labels": labels],
    ]
  }

  /// Empty: the agent puts its key and its membership in, and keeps them when this is applied again.
  private var identitySecret: Node { object("v1", "Secret", Self.identity, ["type": "Opaque"]) }

  private func secret(_ name: String, _ values: [String: String]) -> Node {
    var data: Node = [:]
    for (key, value) in values { data[key] = Node(.string(value)) }
    return object("v1", "Secret", name, ["type": "Opaque", "stringData": data])
  }

  // MARK: Rights

  private var roles: [Node] {
    let home = role(Self.namespace, AgentRights.rulesAtHome(identity: Self.identity))
    switch rights {
    case .cluster:
      let binding: Node = [
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": ["name": Node(.string(Self.name)), "labels": Self.labels],
        "roleRef": [
          "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin",
        ],
        "subjects": Self.subjects,
      ]
      return home + [binding]
    case .namespaces(let names):
      return home
        + names.flatMap { role($0, AgentRights.rules(with: grants), name: "flotilla-agent-workloads") }
    }
  }

  private static let subjects: Node = [
    ["kind": "ServiceAccount", "name": Node(.string(name)), "namespace": Node(.string(namespace))]
  ]

  private func role(_ namespace: String, _ rules: [Node], name: String = Self.name) -> [Node] {
    [
      object(
        "rbac.authorization.k8s.io/v1", "Role", name, in: namespace, ["rules": Node(.array(rules))]),
      object(
        "rbac.authorization.k8s.io/v1", "RoleBinding", name, in: namespace,
        [
          "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": Node(.string(name))],
          "subjects": Self.subjects,
        ]),
    ]
  }

  // MARK: Network

  /// Nobody calls the agent; it calls DNS, the API server, and the controller or the proxy before it. Policies cannot
  /// name hosts, so that ports are all there is to say of a host whose addresses are not given.
  private var networkPolicy: Node {
    let dns: Node = [
      "to": [
        ["namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": "kube-system"]]],
        // Where a cache on every node answers instead (NodeLocal DNSCache).
        ["ipBlock": ["cidr": "169.254.0.0/16"]],
      ],
      "ports": [["port": 53, "protocol": "UDP"], ["port": 53, "protocol": "TCP"]],
    ]
    let links = proxy.map { [$0] } ?? controllers
    let addresses = links.compactMap(\.addressRange)
    let ranges = addresses.count == links.count && controllerRanges.isEmpty ? addresses : controllerRanges
    return object(
      "networking.k8s.io/v1", "NetworkPolicy", Self.name,
      [
        "spec": [
          "podSelector": ["matchLabels": ["app.kubernetes.io/name": Node(.string(Self.name))]],
          "policyTypes": ["Ingress", "Egress"],
          "egress": [
            dns, Self.egress(ports: [443, 6443], to: apiServerRanges),
            Self.egress(ports: Set(links.map(\.port)).sorted(), to: ranges),
          ],
        ]
      ])
  }

  private static func egress(ports: [Int], to ranges: [String]) -> Node {
    var rule: Node = [
      "ports": Node(.array(ports.map { ["port": Node(.integer(Int64($0))), "protocol": "TCP"] }))
    ]
    if !ranges.isEmpty { rule["to"] = Node(.array(ranges.map { ["ipBlock": ["cidr": Node(.string($0))]] })) }
    return rule
  }

  // MARK: The Pod

  private var arguments: [String] {
    var arguments = [
      "--controller", controllers.map(\.text).joined(separator: ","), "--state-secret", Self.identity,
      "--token", "/etc/flotilla/join/token",
    ]
    if authority != nil { arguments += ["--ca-file", "/etc/flotilla/authority/ca.crt"] }
    if case .namespaces(let names) = rights { arguments += ["--only-namespaces", names.joined(separator: ",")] }
    return arguments
  }

  private var deployment: Node {
    var annotations: Node = [:]
    // Another token is taken by another Pod. The name of a token says nothing of it: it is random.
    if let token { annotations["flotilla.dev/join"] = Node(.string(Digest.sha256(Array(token.utf8)).short)) }
    return object(
      "apps/v1", "Deployment", Self.name,
      [
        "spec": [
          // Two agents of one cluster would be in each other's way: the old one goes first.
          "replicas": 1, "strategy": ["type": "Recreate"], "revisionHistoryLimit": 3,
          "selector": ["matchLabels": ["app.kubernetes.io/name": Node(.string(Self.name))]],
          "template": [
            "metadata": token == nil ? ["labels": Self.labels] : ["labels": Self.labels, "annotations": annotations],
            "spec": [
              "serviceAccountName": Node(.string(Self.name)), "enableServiceLinks": false,
              "nodeSelector": ["kubernetes.io/os": "linux"], "terminationGracePeriodSeconds": 30,
              "securityContext": [
                "runAsNonRoot": true, "runAsUser": 65_532, "runAsGroup": 65_532, "fsGroup": 65_532,
                "seccompProfile": ["type": "RuntimeDefault"],
              ],
              "containers": [container], "volumes": Node(.array(volumes.map(\.volume))),
            ],
          ],
        ]
      ])
  }

  private var container: Node {
    var container: Node = [
      "name": "agent", "image": Node(.string(image)), "imagePullPolicy": "IfNotPresent", "args": list(arguments),
      "securityContext": [
        "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": ["drop": ["ALL"]],
      ],
      "resources": ["requests": ["cpu": "50m", "memory": "64Mi"], "limits": ["memory": "512Mi"]],
      "volumeMounts": Node(.array(volumes.map(\.mount))),
    ]
    if proxy != nil {
      container["env"] = [
        [
          "name": "FLOTILLA_PROXY",
          "valueFrom": ["secretKeyRef": ["name": Node(.string(Self.proxySecret)), "key": "url"]],
        ]
      ]
    }
    return container
  }

  private var volumes: [(volume: Node, mount: Node)] {
    var volumes = [
      // It may be deleted when the agent has joined.
      volume("join", at: "/etc/flotilla/join", secret: Self.join),
      volume("tmp", at: "/tmp", ["emptyDir": ["sizeLimit": "64Mi"]], isReadOnly: false),
    ]
    if authority != nil {
      volumes.append(
        volume(
          "authority", at: "/etc/flotilla/authority", ["configMap": ["name": Node(.string(Self.authorityMap))]]))
    }
    return volumes
  }

  private func volume(_ name: String, at path: String, secret: String) -> (volume: Node, mount: Node) {
    // 0440: the agent reads it by its group.
    volume(name, at: path, ["secret": ["secretName": Node(.string(secret)), "optional": true, "defaultMode": 288]])
  }

  private func volume(
    _ name: String, at path: String, _ source: Node, isReadOnly: Bool = true
  ) -> (volume: Node, mount: Node) {
    var volume = source
    volume["name"] = Node(.string(name))
    var mount: Node = ["name": Node(.string(name)), "mountPath": Node(.string(path))]
    if isReadOnly { mount["readOnly"] = true }
    return (volume, mount)
  }

  private func object(
    _ version: String, _ kind: String, _ name: String, in namespace: String = Self.namespace, _ rest: Node = [:]
  ) -> Node {
    var node = rest
    node["apiVersion"] = Node(.string(version))
    node["kind"] = Node(.string(kind))
    node["metadata"] = [
      "name": Node(.string(name)), "namespace": Node(.string(namespace)), "labels": Self.labels,
    ]
    return node
  }
}
