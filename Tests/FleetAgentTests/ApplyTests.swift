import FleetAgent
import FleetModel
import FleetSync
import KubeClient
import KubeSim
import Manifest
import Testing

@Suite("Apply engine")
struct ApplyTests {
  static let shop = ObjectIdentity(group: "", version: "v1", kind: "Namespace", name: "shop")
  static let settings = ClusterAgentTests.settings
  static let web = ClusterAgentTests.web
  static func order(_ counter: Int64, _ bundle: Digest?, mayPrune: [String] = []) -> Order {
    ClusterAgentTests.order(counter, bundle, mayPrune: mayPrune)
  }

  static func config(_ name: String = "settings", options: String = "", data: String = "greeting: hello") -> String {
    """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: \(name), annotations: {flotilla.dev/sync-options: '\(options)'}}
    data: {\(data)}
    ---

    """
  }

  @Test("an order of which one object is denied changes nothing, and every reason is told")
  func denied() async throws {
    let text = "rules: [{images: ['*:denied'], reject: {code: 403, message: not this image}}]"
    try await ClusterAgentTests.withAgent(scenario: try Scenario(yaml: Array(text.utf8))) { _, controller, kube in
      let good = try await controller.add(ClusterAgentTests.shop())
      await controller.order(Self.order(1, good))
      _ = try await controller.healthy(1)
      let before = try #require(try await kube.get(Self.settings)?["metadata", "resourceVersion"]?.string)
      let bad =
        ClusterAgentTests.shop(image: "web:denied", greeting: "new") + """

          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: {name: other}
          spec:
            selector: {matchLabels: {app: one}}
            template: {metadata: {labels: {app: two}}, spec: {containers: [{name: web, image: 'web:1'}]}}
          """
      await controller.order(Self.order(2, try await controller.add(bad)))
      let refused = try await controller.first("refused") { $0.generation.counter == 2 && $0.phase == .failed }
      #expect(refused.message.contains("2 objects are refused: "))
      #expect(refused.message.contains("Deployment shop/web: 403 Forbidden"))
      #expect(refused.message.contains("not this image"))
      #expect(refused.message.contains("Deployment shop/other: 422 Invalid"))
      #expect(try await kube.get(Self.settings)?["metadata", "resourceVersion"]?.string == before)
      let record = try #require(try await kube.get(ClusterAgentTests.record))
      #expect(record["metadata", "annotations", "flotilla.dev/generation"]?.string == "1.1")
      // What ran before is still looked after, and the way back is open.
      _ = try await kube.patch(Self.settings, type: .merge, ["data": ["greeting": "edited"]])
      _ = try await controller.first("repaired") { $0.drift?.repaired == true }
      await controller.order(Self.order(3, good))
      _ = try await controller.healthy(3)
    }
  }

  @Test("conflicts by policy: named and refused, left to the other, or taken over")
  func conflicts() async throws {
    try await ClusterAgentTests.withAgent { _, controller, kube in
      await controller.order(Self.order(1, try await controller.add(Self.config())))
      _ = try await controller.healthy(1)
      let stopped = ClusterAgentTests.order(2, try await controller.add(Self.config()), selfHeal: false)
      await controller.order(stopped)
      _ = try await controller.healthy(2)
      _ = try await kube.patch(Self.settings, type: .merge, ["data": ["greeting": "theirs"]])

      let failing = Self.config(options: "Conflicts=fail", data: "greeting: ours, more: ours")
      await controller.order(Self.order(3, try await controller.add(failing)))
      let refused = try await controller.first("refused") { $0.generation.counter == 3 && $0.phase == .failed }
      #expect(refused.message.contains("set by others: .data.greeting (kubectl-edit)"))
      #expect(refused.message.contains("Conflicts=takeOver"))
      #expect(try await kube.get(Self.settings)?["data", "more"] == nil)

      let leaving = Self.config(options: "Conflicts=leave", data: "greeting: ours, more: ours")
      await controller.order(Self.order(4, try await controller.add(leaving)))
      _ = try await controller.healthy(4)
      #expect(try await kube.get(Self.settings)?["data"] == ["greeting": "theirs", "more": "ours"])

      await controller.order(Self.order(5, try await controller.add(Self.config(data: "greeting: ours"))))
      _ = try await controller.healthy(5)
      #expect(try await kube.get(Self.settings)?["data"] == ["greeting": "ours"])
    }
  }

  static func deployment(_ label: String, options: String = "") -> String {
    """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, annotations: {argocd.argoproj.io/sync-options: '\(options)'}}
    spec:
      selector: {matchLabels: {app: \(label)}}
      template: {metadata: {labels: {app: \(label)}}, spec: {containers: [{name: web, image: 'web:1'}]}}
    """
  }

  @Test("a field that cannot change is named with the choice to create the object again; Force does it")
  func immutable() async throws {
    try await ClusterAgentTests.withAgent { _, controller, kube in
      await controller.order(Self.order(1, try await controller.add(Self.deployment("one"))))
      _ = try await controller.healthy(1)
      let uid = try await kube.get(Self.web)?["metadata", "uid"]?.string
      await controller.order(Self.order(2, try await controller.add(Self.deployment("two"))))
      let refused = try await controller.first("refused") { $0.generation.counter == 2 && $0.phase == .failed }
      #expect(refused.message.contains("spec.selector"))
      #expect(refused.message.contains("Force=true in flotilla.dev/sync-options deletes the object"))
      #expect(try await kube.get(Self.web)?["metadata", "uid"]?.string == uid)
      await controller.order(Self.order(3, try await controller.add(Self.deployment("two", options: "Force=true"))))
      _ = try await controller.healthy(3)
      let again = try #require(try await kube.get(Self.web))
      #expect(again["metadata", "uid"]?.string != uid)
      #expect(again["spec", "selector", "matchLabels", "app"]?.string == "two")
    }
  }

  @Test("Replace drops what the document does not have, also of others; drift is still seen")
  func replace() async throws {
    try await ClusterAgentTests.withAgent { _, controller, kube in
      await controller.order(Self.order(1, try await controller.add(Self.config())))
      _ = try await controller.healthy(1)
      _ = try await kube.patch(Self.settings, type: .merge, ["data": ["theirs": "1"]])
      await controller.order(Self.order(2, try await controller.add(Self.config(options: "Replace=true"))))
      _ = try await controller.healthy(2)
      #expect(try await kube.get(Self.settings)?["data"] == ["greeting": "hello"])
      _ = try await kube.patch(Self.settings, type: .merge, ["data": ["greeting": "edited"]])
      _ = try await controller.first("repaired") { $0.drift?.repaired == true }
    }
  }

  @Test("objects of kubectl's client-side apply are taken over whole: what left the manifest goes")
  func clientSide() async throws {
    try await withSimulation { simulation in
      let kube = try simulation.kube("one")
      let kubectl = try simulation.kube("one", fieldManager: "kubectl-client-side-apply")
      _ = try await kubectl.create(
        ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "shop"]], as: Self.shop)
      let (identity, document) = configMap("settings", namespace: "shop", value: "old")
      var old = document
      old["data"]?["dropped"] = "1"
      _ = try await kubectl.create(old, as: identity)
      let controller = FakeController()
      try await ClusterAgentTests.running(ClusterAgentTests.agent(kube, controller)) {
        await controller.order(Self.order(1, try await controller.add(Self.config())))
        _ = try await controller.healthy(1)
        let live = try #require(try await kube.get(Self.settings))
        #expect(live["data"] == ["greeting": "hello"])
        #expect(live["metadata", "managedFields"]?.array?.map { $0["manager"]?.string } == ["flotilla"])
      }
    }
  }

  @Test("objects of Argo CD are taken over whole, unless FailOnSharedResource shows and refuses it")
  func adoption() async throws {
    try await withSimulation { simulation in
      let kube = try simulation.kube("one")
      let argo = try simulation.kube("one", fieldManager: "argocd-controller")
      _ = try await argo.create(
        ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "shop"]], as: Self.shop)
      let (identity, document) = configMap("settings", namespace: "shop", value: "old")
      var theirs = document
      theirs["metadata"]?["annotations"] = ["argocd.argoproj.io/tracking-id": "web:/ConfigMap:shop/settings"]
      _ = try await argo.apply(theirs, as: identity)
      let controller = FakeController()
      try await ClusterAgentTests.running(ClusterAgentTests.agent(kube, controller)) {
        await controller.order(
          Self.order(
            1, try await controller.add(Self.config(options: "FailOnSharedResource=true") + Self.config("other"))))
        let refused = try await controller.first("refused") { $0.phase == .failed }
        #expect(
          refused.message.contains(
            "ConfigMap shop/settings: would be taken over from Argo CD application web, changes data.greeting: old → hello"
          ))
        #expect(try await kube.get(Self.settings)?["data", "greeting"]?.string == "old")
        let allowed = Self.config() + Self.config("other")
        await controller.order(Self.order(2, try await controller.add(allowed)))
        _ = try await controller.healthy(2)
        let live = try #require(try await kube.get(Self.settings))
        #expect(live["data", "greeting"]?.string == "hello")
        #expect(live["metadata", "annotations", "argocd.argoproj.io/tracking-id"] == nil)
      }
    }
  }

  @Test("what its annotations keep is not pruned, and what is kept of a removal stays")
  func kept() async throws {
    try await ClusterAgentTests.withAgent { _, controller, kube in
      let all =
        Self.config("pruned") + Self.config("stays", options: "Prune=false")
        + Self.config("remains", options: "Delete=false")
      await controller.order(Self.order(1, try await controller.add(all + Self.config())))
      _ = try await controller.healthy(1)
      let names = ["pruned", "stays", "remains"].map { "/ConfigMap/shop/\($0)" }
      await controller.order(
        Self.order(2, try await controller.add(Self.config()), mayPrune: names.filter { !$0.hasSuffix("remains") }))
      _ = try await controller.healthy(2)
      func there(_ name: String) async throws -> Bool {
        try await kube.get(configMap(name, namespace: "shop").0) != nil
      }
      #expect(try await !there("pruned"))
      #expect(try await there("stays"))
      await controller.order(
        ClusterAgentTests.order(3, nil, action: .remove, mayPrune: names + ["/ConfigMap/shop/settings"]))
      _ = try await controller.first("removed") { $0.phase == .removed }
      #expect(try await there("remains"))
      #expect(try await !there("stays"), "Prune=false is about leaving the bundle")
      #expect(try await kube.get(Self.settings) == nil)
    }
  }
}
