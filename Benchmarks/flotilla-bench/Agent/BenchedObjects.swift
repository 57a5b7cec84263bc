import Manifest

/// The objects of which an apply is measured, as a set of services has them: of ten, four ConfigMaps of half a KiB, a Secret,
/// two Services, a ServiceAccount and two Deployments.
enum BenchedObjects {
  static let namespace = "bench"

  static func documents(_ count: Int) -> [Node] {
    (0..<count).map { index in
      let name = "o" + String(10_000 + index).dropFirst()
      let metadata: Node = [
        "name": Node(.string(name)), "namespace": Node(.string(namespace)),
        "labels": ["app.kubernetes.io/name": Node(.string(name)), "app.kubernetes.io/part-of": "bench"],
      ]
      switch index % 10 {
      case 0..<4:
        var data: Node = [:]
        for line in 0..<10 { data["key-\(line)"] = Node(.string("value \(line) of \(name), as long as values are")) }
        return ["apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data]
      case 4:
        return [
          "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "data": ["key": "dmFsdWU="],
        ]
      case 5, 6:
        return [
          "apiVersion": "v1", "kind": "Service", "metadata": metadata,
          "spec": [
            "selector": ["app.kubernetes.io/name": Node(.string(name))],
            "ports": [["name": "http", "port": 80, "protocol": "TCP"]],
          ],
        ]
      case 7: return ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata]
      default:
        // Without Pods: what a scheduler and kubelets do is not measured.
        return [
          "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata,
          "spec": [
            "replicas": 0, "selector": ["matchLabels": ["app.kubernetes.io/name": Node(.string(name))]],
            "template": [
              "metadata": ["labels": ["app.kubernetes.io/name": Node(.string(name))]],
              "spec": [
                "containers": [
                  [
                    "name": "app", "image": "registry.example/app:1",
                    "ports": [["containerPort": 8080, "protocol": "TCP"]],
                    "resources": ["requests": ["cpu": "100m", "memory": "64Mi"]],
                  ]
                ]
              ],
            ],
          ],
        ]
      }
    }
  }
}
