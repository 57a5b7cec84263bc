import FleetModel
import FleetSync
import Manifest
import Testing

@Suite("Drift")
struct DriftTests {
  /// A Deployment as stored after our apply: replicas, one image and a memory limit in canonical form are ours.
  static func stored(replicas: Int64 = 3, image: String = "web:1", managers: [Node] = []) throws -> Node {
    var node = try yaml(
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: shop, labels: {app: web}}
      spec:
        replicas: 3
        revisionHistoryLimit: 10
        template:
          spec:
            containers:
            - {name: side, image: side:1}
            - {name: web, image: 'web:1', imagePullPolicy: IfNotPresent, resources: {limits: {memory: 1Gi}}}
      """)
    node["spec"]?["replicas"] = Node(.integer(replicas))
    node["metadata"]?["managedFields"] = Node(
      .array(
        [
          [
            "manager": "flotilla", "operation": "Apply", "apiVersion": "apps/v1",
            "fieldsV1": [
              "f:metadata": ["f:labels": ["f:app": [:]]],
              "f:spec": [
                "f:replicas": [:],
                "f:template": [
                  "f:spec": [
                    "f:containers": [
                      "k:{\"name\":\"web\"}": [
                        ".": [:], "f:name": [:], "f:image": [:], "f:resources": ["f:limits": ["f:memory": [:]]],
                      ]
                    ]
                  ]
                ],
              ],
            ],
          ]
        ] + managers))
    let containers = node["spec", "template", "spec", "containers"]?.array ?? []
    var changed = containers
    for index in changed.indices where changed[index]["name"]?.string == "web" {
      changed[index]["image"] = Node(.string(image))
    }
    node["spec"]?["template"]?["spec"]?["containers"] = Node(.array(changed))
    return node
  }

  static func manager(_ name: String, _ fields: Node, subresource: String? = nil) -> Node {
    var entry: Node = ["manager": Node(.string(name)), "operation": "Update", "fieldsV1": fields]
    if let subresource { entry["subresource"] = Node(.string(subresource)) }
    return entry
  }

  func lines(_ live: Node) throws -> [String] {
    let owned = try #require(OwnedFields(applied: try Self.stored(), manager: "flotilla"))
    return owned.differences(in: live, manager: "flotilla").map {
      $0.line(of: identity("Deployment", "web", group: "apps"))
    }
  }

  @Test("our fields are compared, others' are not")
  func fields() throws {
    #expect(try lines(try Self.stored()).isEmpty)
    var other = try Self.stored()
    other["spec"]?["revisionHistoryLimit"] = 2
    other["metadata"]?["labels"]?["team"] = "blue"
    other["status"] = ["replicas": 1]
    #expect(try lines(other).isEmpty)
    let image = try Self.stored(
      image: "web:2",
      managers: [
        Self.manager(
          "kubectl-edit",
          ["f:spec": ["f:template": ["f:spec": ["f:containers": ["k:{\"name\":\"web\"}": ["f:image": [:]]]]]]])
      ])
    #expect(
      try lines(image) == [
        "Deployment shop/web spec.template.spec.containers[name=web].image: web:1 → web:2 by kubectl-edit"
      ])
  }

  @Test("a removed container, label or field is drift")
  func removed() throws {
    var live = try Self.stored()
    live["metadata"]?["labels"] = [:]
    live["spec"]?["template"]?["spec"]?["containers"] = [["name": "side", "image": "side:1"]]
    #expect(
      try lines(live) == [
        "Deployment shop/web metadata.labels.app: web → (nothing)",
        "Deployment shop/web spec.template.spec.containers[name=web]: removed",
      ])
  }

  @Test("replicas that an autoscaler sets are its business, a person's hand is drift")
  func scale() throws {
    let fields: Node = ["f:spec": ["f:replicas": [:]]]
    let scaled = try Self.stored(
      replicas: 5, managers: [Self.manager("kube-controller-manager", fields, subresource: "scale")])
    #expect(try lines(scaled).isEmpty)
    let byHand = try Self.stored(replicas: 5, managers: [Self.manager("kubectl", fields, subresource: "scale")])
    #expect(try lines(byHand) == ["Deployment shop/web spec.replicas: 3 → 5 by kubectl"])
  }

  @Test("the values of a Secret are never shown")
  func secrets() throws {
    var stored: Node = ["apiVersion": "v1", "kind": "Secret", "data": ["password": "aHVudGVyMg=="]]
    stored["metadata"] = [
      "name": "s", "namespace": "shop",
      "managedFields": [
        ["manager": "flotilla", "operation": "Apply", "fieldsV1": ["f:data": ["f:password": [:]]]]
      ],
    ]
    let owned = try #require(OwnedFields(applied: stored, manager: "flotilla"))
    var live = stored
    live["data"]?["password"] = "c2VjcmV0"
    let lines = owned.differences(in: live, manager: "flotilla").map { $0.line(of: identity("Secret", "s")) }
    #expect(lines == ["Secret shop/s data.password: changed (value hidden)"])
  }
}
