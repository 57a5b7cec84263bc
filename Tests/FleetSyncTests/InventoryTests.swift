import FleetModel
import FleetSync
import Manifest
import Testing

@Suite("Inventory")
struct InventoryTests {
  static let applySet = ApplySet(target: 7, agentNamespace: "flotilla-system")

  @Test("the set's name is KEP 3659's: base64 of the SHA-256 of name.namespace.kind.group")
  func id() {
    // printf '%s' flotilla-target-7.flotilla-system.ConfigMap. | openssl sha256 -binary | basenc --base64url
    #expect(Self.applySet.id == "applyset-byiGKsKor1HDOZYbH83KxwEwJ01XhtsDmIHRpMwoRWo-v1")
    #expect(ApplySet(target: 8, agentNamespace: "flotilla-system").id != Self.applySet.id)
  }

  @Test("objects bear the member's label, hooks do not; the record is the parent")
  func labels() throws {
    let documents = [
      try yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: c, labels: {app: web}}}"),
      try yaml("{apiVersion: v1, kind: Pod, metadata: {name: h, annotations: {flotilla.dev/hook: Sync}}}"),
    ]
    let objects = try syncObjects(documents, order: makeOrder(1), applySet: Self.applySet) { _, _ in .namespaced }
    let labels = objects.map { $0.document["metadata", "labels", ApplySet.memberLabel]?.string }
    #expect(labels == [Self.applySet.id, nil])
    #expect(objects[0].document["metadata", "labels", "app"]?.string == "web")
    let record = TargetRecord(
      order: makeOrder(1), phase: .applied,
      inventory: [
        identity("ConfigMap", "c"), identity("Deployment", "d", group: "apps", namespace: "other"),
        identity("Namespace", "n", namespace: ""),
      ])
    let parent = record.configMap(namespace: "flotilla-system", resourceVersion: nil)["metadata"]
    #expect(parent?["labels", ApplySet.parentLabel]?.string == Self.applySet.id)
    let annotations = parent?["annotations"]
    #expect(
      annotations?["applyset.kubernetes.io/contains-group-kinds"]?.string == "ConfigMap,Deployment.apps,Namespace")
    #expect(annotations?["applyset.kubernetes.io/additional-namespaces"]?.string == "other,shop")
    #expect(annotations?["applyset.kubernetes.io/tooling"]?.string == "flotilla/v1")
  }

  @Test("turns and hooks of the removal survive the way through the record")
  func record() throws {
    let hook = try yaml("{apiVersion: v1, kind: Pod, metadata: {name: h}}")
    let record = TargetRecord(
      order: makeOrder(3), phase: .applied, inventory: [identity("ConfigMap", "a"), identity("ConfigMap", "b")],
      notes: [identity("ConfigMap", "b"): PruneNote(wave: -2, isLast: true)], deletionHooks: [hook])
    let node = record.configMap(namespace: "flotilla-system", resourceVersion: "4")
    #expect(TargetRecord(configMap: node) == record)
  }

  @Test("pruned is in reverse order of waves, then of kinds; PruneLast at the end")
  func prune() {
    let (first, second) = (identity("ConfigMap", "first"), identity("ConfigMap", "second"))
    let (service, last) = (identity("Service", "s"), identity("ConfigMap", "last"))
    let all = [first, second, service, last]
    let order = makeOrder(2, mayPrune: all.map(\.text))
    let notes = [first: PruneNote(wave: -1), second: PruneNote(wave: 3), last: PruneNote(isLast: true)]
    let plan = PrunePlan(order: order, previous: all, bundle: [], notes: notes, agentNamespace: "f")
    #expect(plan.deleted == [second, service, first, last])
  }

  @Test(
    "who keeps an object is read from its marks",
    arguments: [
      ("labels: {argocd.argoproj.io/instance: shop}", "Argo CD application shop"),
      (
        "labels: {kustomize.toolkit.fluxcd.io/name: shop, kustomize.toolkit.fluxcd.io/namespace: flux-system}",
        "Flux Kustomization flux-system/shop"
      ),
      ("labels: {helm.toolkit.fluxcd.io/name: shop}", "Flux HelmRelease shop"),
      (
        "annotations: {meta.helm.sh/release-name: shop, meta.helm.sh/release-namespace: web}", "Helm release web/shop"
      ),
      ("labels: {applyset.kubernetes.io/part-of: applyset-x-v1}", "ApplySet applyset-x-v1"),
    ])
  func keepers(marks: String, keeper: String) throws {
    let live = try yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, \(marks)}}")
    let adoption = try #require(
      Adoption(of: live, answer: live, fresh: nil, manager: "flotilla", applySet: Self.applySet))
    #expect(adoption.keeper == keeper)
    #expect(adoption.text == "from \(keeper), nothing changes")
  }

  @Test("fields of earlier appliers become ours in one entry; people's and controllers' stay theirs")
  func handedOver() throws {
    let live = try yaml(
      """
      {apiVersion: v1, kind: ConfigMap, metadata: {name: a, managedFields: [
       {manager: kubectl-client-side-apply, operation: Update, apiVersion: v1, fieldsV1: {'f:data': {'.': {}, 'f:a': {}, 'f:d': {}}}},
       {manager: argocd-controller, operation: Apply, apiVersion: v1, fieldsV1: {'f:data': {'f:b': {}}}},
       {manager: kubectl-edit, operation: Update, apiVersion: v1, fieldsV1: {'f:data': {'f:c': {}}}},
       {manager: argocd-controller, operation: Update, subresource: status, fieldsV1: {'f:status': {}}}]}}
      """)
    let fields = try #require(Adoption.handedOver(of: live, to: "flotilla")?.array)
    #expect(fields.map { $0["manager"]?.string } == ["flotilla", "kubectl-edit", "argocd-controller"])
    #expect(fields[0]["operation"]?.string == "Apply")
    #expect(fields[0]["fieldsV1"] == ["f:data": [".": [:], "f:a": [:], "f:d": [:], "f:b": [:]]])
    // What only they set is told to go: b is ours now, c is a person's, d is a default of the server.
    var before = live
    before["data"] = ["a": "1", "b": "2", "c": "3", "d": "4"]
    let fresh = try yaml("{data: {b: '2', d: '4'}}")
    var answer = before
    answer["metadata"]?["managedFields"] = Node(
      .array(
        [["manager": "flotilla", "operation": "Apply", "fieldsV1": ["f:data": ["f:b": [:]]]]]
          + (live["metadata", "managedFields"]?.array ?? [])))
    let adoption = try #require(
      Adoption(of: before, answer: answer, fresh: fresh, manager: "flotilla", applySet: Self.applySet))
    #expect(adoption.managers == ["kubectl-client-side-apply", "argocd-controller"])
    #expect(adoption.changes == ["data.a: 1 → (nothing)"])
    var ours = live
    ours["metadata"]?["managedFields"] = Node(.array(fields))
    #expect(Adoption.handedOver(of: ours, to: "flotilla") == nil)
  }

  @Test(
    "the fields of conflicts are taken out of a document, and nothing else",
    arguments: [
      (".data.a", "{data: {b: 2}, list: [{name: x, v: 1}, {name: z}], set: [p, q], m: {k8s.io/n: 1, k8s: 2}}"),
      (
        ".list[name=\"x\"].v",
        "{data: {a: 1, b: 2}, list: [{name: x}, {name: z}], set: [p, q], m: {k8s.io/n: 1, k8s: 2}}"
      ),
      (".list[name=\"z\"]", "{data: {a: 1, b: 2}, list: [{name: x, v: 1}], set: [p, q], m: {k8s.io/n: 1, k8s: 2}}"),
      (".set[=\"q\"]", "{data: {a: 1, b: 2}, list: [{name: x, v: 1}, {name: z}], set: [p], m: {k8s.io/n: 1, k8s: 2}}"),
      (".m.k8s.io/n", "{data: {a: 1, b: 2}, list: [{name: x, v: 1}, {name: z}], set: [p, q], m: {k8s: 2}}"),
      (".no.such", "{data: {a: 1, b: 2}, list: [{name: x, v: 1}, {name: z}], set: [p, q], m: {k8s.io/n: 1, k8s: 2}}"),
    ])
  func without(field: String, rest: String) throws {
    let document = try yaml(
      "{data: {a: 1, b: 2}, list: [{name: x, v: 1}, {name: z}], set: [p, q], m: {k8s.io/n: 1, k8s: 2}}")
    let conflict = FieldConflict(field: field, message: "conflict with \"kubectl-edit\" using v1")
    #expect(conflict.manager == "kubectl-edit")
    #expect(try document.without([conflict]) == yaml(rest))
  }
}
