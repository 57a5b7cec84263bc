import FleetModel
import FleetSync
import Manifest
import Testing

@Suite("Plan")
struct PlanTests {
  static let scopes: [String: KindScope] = [
    "/ConfigMap": .namespaced, "/Namespace": .cluster, "apps/Deployment": .namespaced,
    "apiextensions.k8s.io/CustomResourceDefinition": .cluster, "rbac.authorization.k8s.io/ClusterRole": .cluster,
  ]

  func place(_ texts: [String], _ order: Order = makeOrder(1)) throws -> [SyncObject] {
    try syncObjects(try texts.map(yaml), order: order) { Self.scopes["\($0)/\($1)"] }
  }

  @Test("namespaces and definitions first, what uses definitions after them, kinds before names")
  func waves() throws {
    let objects = try place([
      "{apiVersion: x.io/v1, kind: Thing, metadata: {name: t}}",
      "{apiVersion: apps/v1, kind: Deployment, metadata: {name: b}}",
      "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}",
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}",
      """
      {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: things.x.io},
       spec: {group: x.io, scope: Namespaced, names: {kind: Thing}}}
      """,
      "{apiVersion: v1, kind: Namespace, metadata: {name: shop, namespace: wrong}}",
    ])
    #expect(
      applySteps(objects).map { $0.objects.map(\.identity.display) } == [
        ["Namespace shop"], ["CustomResourceDefinition things.x.io"], ["ConfigMap shop/c"],
        ["Deployment shop/a", "Deployment shop/b"], ["Thing shop/t"], [],
      ])
    #expect(objects.first { $0.identity.kind == "Thing" }?.document["metadata", "namespace"]?.string == "shop")
    #expect(objects.first { $0.identity.kind == "Namespace" }?.document["metadata", "namespace"] == nil)
  }

  @Test("the namespace is created when asked for and not in the bundle")
  func createNamespace() throws {
    var order = makeOrder(1)
    order.createNamespace = true
    let config = "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}"
    let namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"
    #expect(try place([config], order).map(\.isOwned) == [false, true])
    #expect(try place([config, namespace], order).map(\.isOwned) == [true, true])
  }

  @Test("what is no object, unknown or twice is named")
  func refused() throws {
    func failure(_ texts: [String]) throws -> WriteFailure? {
      do {
        _ = try place(texts)
        return nil
      } catch let failure as WriteFailure { return failure }
    }
    let config = "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}"
    #expect(try failure([config, "{kind: ConfigMap}"])?.message.hasPrefix("object 2 in bundle ") == true)
    #expect(try failure([config, config])?.message.contains("ConfigMap shop/c is twice there in bundle") == true)
    #expect(try failure(["{apiVersion: y.io/v1, kind: Other, metadata: {name: c}}"])?.cause == .noMatch)
  }

  @Test("pruned is what left the bundle and the order names, in reverse order; protected kinds only by name")
  func prune() {
    let deployment = identity("Deployment", "web", group: "apps")
    let config = identity("ConfigMap", "c")
    let unnamed = identity("ConfigMap", "unnamed")
    let claim = identity("PersistentVolumeClaim", "data")
    let stays = identity("ConfigMap", "stays")
    let inventory = [config, deployment, unnamed, claim, stays]
    let order = makeOrder(2, mayPrune: [config.text, "apps/Deployment//web", stays.text])
    let plan = PrunePlan(order: order, previous: inventory, bundle: [stays], agentNamespace: "flotilla-system")
    #expect(plan.deleted == [deployment, config])
    #expect(Set(plan.kept) == [unnamed, claim])
    let named = makeOrder(2, mayPrune: [claim.text])
    #expect(PrunePlan(order: named, previous: [claim], bundle: [], agentNamespace: "f").deleted == [claim])
  }

  @Test("R25: a removal takes what it names of the inventory, and nothing of the agent's")
  func removal() {
    let own = identity("ConfigMap", "flotilla-target-9", namespace: "flotilla-system")
    let home = identity("Namespace", "flotilla-system", namespace: "")
    let mine = identity("ConfigMap", "c")
    let inventory = [mine, identity("PersistentVolumeClaim", "data"), own, home]
    let order = makeOrder(2, action: .remove, bundle: nil, mayPrune: [mine.text, own.text, home.text])
    let plan = PrunePlan(order: order, previous: inventory, bundle: [], agentNamespace: "flotilla-system")
    #expect(plan.deleted == [mine])
    #expect(plan.kept.count == 3)
  }

  @Test("a record survives the way through its ConfigMap")
  func record() throws {
    let record = TargetRecord(
      order: makeOrder(3, mayPrune: ["/ConfigMap/shop/a"], minReady: .seconds(1), failFast: .seconds(2)),
      phase: .failed, message: "why",
      inventory: [identity("ConfigMap", "a"), identity("Deployment", "b", group: "apps")])
    let node = record.configMap(namespace: "flotilla-system", resourceVersion: "4")
    #expect(TargetRecord(configMap: node) == record)
    #expect(node["metadata", "annotations", "flotilla.dev/generation"]?.string == "1.3")
    var broken = node
    broken["data"]?["order"] = "{"
    #expect(TargetRecord(configMap: broken) == nil)
  }
}
