import Manifest

/// Makes overlays of features chosen by chance, the same ones for a seed.
struct OverlayComposer {
  private var state: UInt64
  private var count = 0

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// The objects of the bases that patches and references are for.
  private static let objects: [String: [(version: String, kind: String, name: String)]] = [
    "web": [
      ("apps/v1", "Deployment", "web"), ("v1", "Service", "web"), ("v1", "ConfigMap", "settings"),
      ("v1", "Secret", "token"), ("networking.k8s.io/v1", "Ingress", "web"),
    ],
    "stateful": [
      ("apps/v1", "StatefulSet", "db"), ("v1", "Service", "db"), ("batch/v1", "Job", "migrate"),
      ("batch/v1", "CronJob", "backup"),
    ],
    "rbac": [
      ("v1", "ServiceAccount", "robot"), ("rbac.authorization.k8s.io/v1", "Role", "reader"),
      ("rbac.authorization.k8s.io/v1", "RoleBinding", "reader"), ("v1", "ConfigMap", "settings"),
    ],
    "custom": [("example.com/v1", "Widget", "first"), ("v1", "Service", "hook")],
  ]

  mutating func next() throws -> CorpusCase {
    count += 1
    let base = pick(Self.objects.keys.sorted())
    var files = try CorpusCase.base(base)
    var below = "../base"
    if chance(2) {
      files["middle/kustomization.yaml"] = text(layer(base, below))
      below = "../middle"
    }
    var overlay = layer(base, below)
    if chance(3) {
      var part = layer(base, nil)
      part["apiVersion"] = "kustomize.config.k8s.io/v1alpha1"
      part["kind"] = "Component"
      part["nameSuffix"] = "-c"
      files["part/kustomization.yaml"] = text(part)
      overlay["components"] = ["../part"]
    }
    files["overlay/kustomization.yaml"] = text(overlay)
    return CorpusCase(file: "chance", name: "\(count) over \(base)", files: files, path: "overlay")
  }

  private func text(_ node: Node) -> String { String(decoding: JSON.bytes(node), as: UTF8.self) + "\n" }

  // MARK: Layers

  private mutating func layer(_ base: String, _ below: String?) -> Node {
    var layer = Node(.object(Object()))
    if let below { layer["resources"] = Node(.array([Node(.string(below))])) }
    for _ in 0...random(4) { addFeature(to: &layer, base) }
    return layer
  }

  private mutating func addFeature(to layer: inout Node, _ base: String) {
    switch random(13) {
    case 0: layer["namespace"] = string(["shop", "default"])
    case 1: layer["namePrefix"] = string(["p-", "1"])
    case 2: layer["nameSuffix"] = string(["-s", "-2"])
    case 3: layer["commonLabels"] = map([pick(["env", "app"]): value()])
    case 4:
      layer["labels"] = [
        map(["pairs": map([pick(["env", "team"]): value()]), pick(["includeSelectors", "includeTemplates"]): true])
      ]
    case 5: layer["commonAnnotations"] = map([pick(["note", "more"]): value()])
    case 6:
      layer["images"] = [
        map([
          "name": string(["busybox", "postgres", "registry.example.com/web"]),
          pick(["newTag", "newName", "digest"]): string(["9", "host:5000/z", "sha256:11"]),
        ])
      ]
    case 7: layer["patches"] = Node(.array((0...random(2)).map { _ in patch(base) }))
    case 8: layer["patchesStrategicMerge"] = [Node(.string(text(strategicPatch(base))))]
    case 9:
      layer["configMapGenerator"] = [
        map([
          "name": string(["settings", "made"]), "behavior": string(["merge", "create"]),
          "literals": [Node(.string(pick(["a=", "b="]) + (value().string ?? "")))],
        ])
      ]
    case 10: layer["generatorOptions"] = map([pick(["disableNameSuffixHash", "immutable"]): true])
    case 11: layer["replacements"] = [replacement(base)]
    default: layer["buildMetadata"] = Node(.array([string(["originAnnotations", "transformerAnnotations"])]))
    }
  }

  private mutating func patch(_ base: String) -> Node {
    let object = pick(Self.objects[base] ?? [])
    switch random(3) {
    case 0: return map(["patch": Node(.string(text(strategicPatch(base))))])
    case 1:
      return map([
        "patch": Node(.string(text(strategicPatch(base)))), "target": map(["kind": Node(.string(object.kind))]),
      ])
    default:
      let operations: [Node] = [
        map(["op": "add", "path": "/metadata/labels", "value": map(["j": value()])]),
        map(["op": "add", "path": "/metadata/annotations/j", "value": value()]),
        map(["op": "add", "path": "/extra", "value": [1_000_000, map(["b": value(), "a": Node(.decimal(1.5))])]]),
      ]
      return map([
        "patch": Node(.string(text([pick(operations)]))),
        "target": map(["kind": string([object.kind, ".*"]), "name": string([object.name, ".*"])]),
      ])
    }
  }

  private mutating func strategicPatch(_ base: String) -> Node {
    let object = pick(Self.objects[base] ?? [])
    var patch = map(["apiVersion": Node(.string(object.version)), "kind": Node(.string(object.kind))])
    var metadata = map(["name": Node(.string(object.name))])
    for _ in 0...random(2) {
      switch random(6) {
      case 0: metadata["labels"] = map([pick(["app", "new"]): chance(3) ? Node(.null) : value()])
      case 1: metadata["annotations"] = map([pick(["note", "new"]): chance(3) ? Node(.null) : value()])
      case 2: metadata["finalizers"] = [string(["a", "b"]), "c"]
      case 3: patch["data"] = map([pick(["mode", "a", "n"]): chance(3) ? Node(.null) : value()])
      case 4 where ["Deployment", "StatefulSet", "Job"].contains(object.kind):
        patch["spec"] = map([
          "template": map(["spec": map(["containers": Node(.array((0...random(2)).map { _ in container() }))])])
        ])
      default:
        patch["spec"] = map([
          pick(["x", "strategy", "ports", "replicas"]): pick([Node(.null), 3, "s", [map(["port": 80])]])
        ])
      }
    }
    patch["metadata"] = metadata
    return patch
  }

  private mutating func container() -> Node {
    var container = map(["name": string(["main", "sidecar", "db", "new"])])
    if chance(2) { container["image"] = string(["i:1", "busybox:2"]) }
    if chance(2) { container["env"] = [map(["name": string(["MODE", "NEW"]), "value": value()])] }
    if chance(3) {
      container["ports"] = [map(["containerPort": pick([8080, 1]), "protocol": string(["TCP", "UDP"])])]
    }
    if chance(5) { container["$patch"] = string(["delete", "replace"]) }
    return container
  }

  private mutating func replacement(_ base: String) -> Node {
    let source = pick(Self.objects[base] ?? [])
    let target = pick(Self.objects[base] ?? [])
    return map([
      "source": map(["kind": Node(.string(source.kind)), "name": Node(.string(source.name))]),
      "targets": [
        map([
          "select": map(["kind": Node(.string(target.kind))]),
          "fieldPaths": [string(["metadata.annotations.r", "metadata.labels.app", "spec.r"])],
          "options": map(["create": true]),
        ])
      ],
    ])
  }

  // MARK: Chance

  private mutating func value() -> Node { string(["a", "yes", "1", "true", "x y", "", "it's", "null", "1.5", "a: b"]) }

  private func map(_ entries: KeyValuePairs<String, Node>) -> Node {
    Node(.object(Object(entries: entries.map { Object.Entry(key: $0.key, value: $0.value) })))
  }

  private mutating func string(_ all: [String]) -> Node { Node(.string(pick(all))) }

  private mutating func pick<Element>(_ all: [Element]) -> Element { all[random(all.count)] }

  private mutating func chance(_ one: Int) -> Bool { random(one) == 0 }

  /// A number below the bound (xorshift).
  private mutating func random(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(bound))
  }
}
