import FleetAPI
import FleetAgent
import FleetModel
import FleetSync
import KubeClient
import KubeSim
import Logging
import Manifest
import Testing

@Suite("Agent")
struct ClusterAgentTests {
  static func shop(image: String = "web:1", greeting: String = "hello") -> String {
    """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings}
    data: {greeting: '\(greeting)'}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 2
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, image: '\(image)'}]}
    """
  }

  static let service = """

    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{port: 80}]}
    """

  static func order(
    _ counter: Int64, _ bundle: Digest?, action: Order.Action = .apply, selfHeal: Bool = true,
    mayPrune: [String] = []
  ) -> Order {
    Order(
      target: 7, targetName: "shop/eu", action: action, bundle: bundle,
      generation: Generation(epoch: 1, counter: counter), namespace: "shop", selfHeal: selfHeal, createNamespace: true,
      mayPrune: mayPrune, startWithin: .seconds(60))
  }

  static let settings = ObjectIdentity(
    group: "", version: "v1", kind: "ConfigMap", namespace: "shop", name: "settings")
  static let web = ObjectIdentity(group: "apps", version: "v1", kind: "Deployment", namespace: "shop", name: "web")
  static let webService = ObjectIdentity(group: "", version: "v1", kind: "Service", namespace: "shop", name: "web")
  static let record = ObjectIdentity(
    group: "", version: "v1", kind: "ConfigMap", namespace: "flotilla-system", name: "flotilla-target-7")

  /// A cluster with an agent at work, and its controller.
  static func withAgent(
    scenario: Scenario = Scenario(podStartMilliseconds: 50),
    _ body: @escaping @Sendable (Simulation, FakeController, KubeClient) async throws -> Void
  ) async throws {
    try await withSimulation(scenario: scenario) { simulation in
      let controller = FakeController()
      let kube = try simulation.kube("one")
      try await running(agent(kube, controller)) {
        try await body(simulation, controller, try simulation.kube("one", fieldManager: "kubectl-edit"))
      }
      #expect(await simulation.fleet.clusters["one"]?.counters.notImplemented == [])
    }
  }

  static func agent(
    _ kube: KubeClient, _ controller: FakeController, clock: WaitClock = .system
  ) -> ClusterAgent {
    var options = ClusterAgent.Options(pollWait: .seconds(2), reportDelay: .milliseconds(10))
    options.clock = clock
    return ClusterAgent(
      kube: kube, connection: controller, options: options,
      logger: Logger(label: "agent", factory: { _ in SwiftLogNoOpLogHandler() }))
  }

  /// Runs an agent while the body works.
  static func running(_ agent: ClusterAgent, _ body: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await agent.run()
        return false
      }
      group.addTask {
        try await body()
        return true
      }
      _ = try await group.next()
      group.cancelAll()
    }
  }

  @Test("an order reaches the cluster, with its record, and its readiness grows")
  func apply() async throws {
    try await Self.withAgent { simulation, controller, kube in
      let bundle = try await controller.add(Self.shop())
      await controller.order(Self.order(1, bundle))
      let done = try await controller.healthy(1)
      #expect(done.bundle == bundle && done.objectCount == 2)
      #expect(try await kube.get(Self.settings)?["data", "greeting"]?.string == "hello")
      let record = try #require(try await kube.get(Self.record))
      #expect(record["metadata", "annotations", "flotilla.dev/generation"]?.string == "1.1")
      #expect(record["metadata", "annotations", "flotilla.dev/phase"]?.string == "applied")
      _ = try await controller.first("readiness grows") { $0.readyFor > .seconds(1) }
    }
  }

  @Test("of a bundle that arrives in pieces, because the link breaks, nothing is asked for twice")
  func pieces() async throws {
    try await Self.withAgent { simulation, controller, kube in
      await controller.breakLink(after: 2)
      let maps = (0..<5).map { "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: part-\($0)}\n" }
      let bundle = try await controller.add(maps.joined(separator: "---\n"))
      await controller.order(Self.order(1, bundle))
      #expect(try await controller.healthy(1).objectCount == 5)
      #expect(await controller.asked == [5, 3, 1])
    }
  }

  @Test("what left the bundle is pruned when the order names it, and only then")
  func prune() async throws {
    try await Self.withAgent { simulation, controller, kube in
      await controller.order(Self.order(1, try await controller.add(Self.shop() + Self.service)))
      _ = try await controller.healthy(1)
      let smaller = try await controller.add(Self.shop())
      await controller.order(Self.order(2, smaller))
      _ = try await controller.healthy(2)
      #expect(try await kube.get(Self.webService) != nil)
      await controller.order(Self.order(3, smaller, mayPrune: ["/Service/shop/web"]))
      _ = try await controller.healthy(3)
      #expect(try await kube.get(Self.webService) == nil)
      let named = ["apps/Deployment/shop/web", "/ConfigMap/shop/settings"]
      await controller.order(Self.order(4, nil, action: .remove, mayPrune: named))
      _ = try await controller.first("removed") { $0.phase == .removed }
      #expect(try await kube.get(Self.web) == nil)
      #expect(try await kube.get(Self.settings) == nil)
      #expect(try await kube.get(Self.record) != nil, "the fence stays")
    }
  }

  @Test("a bad image is Degraded with the Pod's words, and the way back is healthy")
  func badImage() async throws {
    try await Self.withAgent { simulation, controller, kube in
      let good = try await controller.add(Self.shop())
      await controller.order(Self.order(1, good))
      _ = try await controller.healthy(1)
      await controller.order(Self.order(2, try await controller.add(Self.shop(image: "web:broken"))))
      let bad = try await controller.first("degraded") { $0.generation.counter == 2 && $0.health == .degraded }
      #expect(bad.message.hasPrefix("Deployment shop/web: ImagePullBackOff: Back-off pulling image"))
      _ = try await controller.first("for longer") { $0.degradedFor > .seconds(1) }
      await controller.order(Self.order(3, good))
      _ = try await controller.healthy(3)
    }
  }

  @Test("drift is seen, reported with its author and put right; without self-healing it is left alone")
  func drift() async throws {
    try await Self.withAgent { simulation, controller, kube in
      let bundle = try await controller.add(Self.shop())
      await controller.order(Self.order(1, bundle))
      _ = try await controller.healthy(1)
      _ = try await kube.patch(Self.settings, type: .merge, ["data": ["greeting": "edited", "extra": "theirs"]])
      let seen = try await controller.first("seen") { $0.drift?.repaired == false }
      let line = "ConfigMap shop/settings data.greeting: hello → edited by kubectl-edit at "
      #expect(seen.drift?.details.hasPrefix(line) == true, "\(seen.drift?.details ?? "")")
      let repaired = try await controller.first("repaired") { $0.drift?.repaired == true }
      #expect(repaired.drift?.objects == ["ConfigMap shop/settings"])
      let data = try await kube.get(Self.settings)?["data"]
      #expect(data?["greeting"]?.string == "hello" && data?["extra"]?.string == "theirs")
      try await kube.delete(Self.web, uid: nil)
      _ = try await eventually("the Deployment is back") { try await kube.get(Self.web) }
      await controller.order(Self.order(2, bundle, selfHeal: false))
      _ = try await controller.healthy(2)
      // What was repaired under the first order may be told late; only what comes after this counts.
      await controller.forget()
      _ = try await kube.patch(Self.settings, type: .merge, ["data": ["greeting": "again"]])
      _ = try await controller.first("only seen") { $0.drift?.repaired == false }
      #expect(try await kube.get(Self.settings)?["data", "greeting"]?.string == "again")
      #expect(await controller.observations.allSatisfy { $0.drift?.repaired != true || $0.generation.counter < 2 })
    }
  }

  @Test("a second agent finds the fence and what was applied, and writes nothing that is not needed")
  func restart() async throws {
    try await withSimulation { simulation in
      let controller = FakeController()
      let kube = try simulation.kube("one")
      let bundle = try await controller.add(Self.shop())
      try await Self.running(Self.agent(kube, controller)) {
        await controller.order(Self.order(5, bundle))
        _ = try await controller.healthy(5)
      }
      let version = try await kube.get(Self.settings)?["metadata", "resourceVersion"]?.string
      await controller.forget()
      await controller.order(Self.order(4, try await controller.add(Self.shop(greeting: "old"))))
      try await Self.running(Self.agent(kube, controller)) {
        let again = try await controller.healthy(5)
        #expect(again.bundle == bundle)
        #expect(try await kube.get(Self.settings)?["metadata", "resourceVersion"]?.string == version)
        #expect(try await kube.get(Self.settings)?["data", "greeting"]?.string == "hello")
        // Drift is still found: what the server would store is asked anew.
        let stranger = try simulation.kube("one", fieldManager: "kubectl-edit")
        _ = try await stranger.patch(Self.settings, type: .merge, ["data": ["greeting": "edited"]])
        _ = try await controller.first("repaired") { $0.drift?.repaired == true }
      }
    }
  }

  @Test("a policy's refusal is terminal and named; the order before is still what runs elsewhere")
  func terminal() async throws {
    let text = "rules: [{kinds: [Service], reject: {code: 422, message: no services today}}]"
    let scenario = try Scenario(yaml: Array(text.utf8))
    try await Self.withAgent(scenario: scenario) { simulation, controller, kube in
      await controller.order(Self.order(1, try await controller.add(Self.shop() + Self.service)))
      let failed = try await controller.first("failed") { $0.phase == .failed }
      #expect(failed.message.contains("Service shop/web: 422"))
      #expect(failed.message.contains("no services today"))
      #expect(try await kube.get(Self.web) == nil, "what comes after it is not begun")
    }
  }

  @Test("a spoilt bundle is refused and nothing of it applied")
  func spoilt() async throws {
    try await Self.withAgent { simulation, controller, kube in
      let bundle = try await controller.add(Self.shop())
      await controller.spoil(bundle)
      await controller.order(Self.order(1, bundle))
      let refused = try await controller.first("refused") { $0.phase == .failed }
      #expect(refused.message.contains("is not what its digest"))
      #expect(try await kube.get(Self.settings) == nil)
    }
  }

  @Test("definitions come first, and their objects when they are served")
  func definitions() async throws {
    try await Self.withAgent { simulation, controller, kube in
      let bundle = try await controller.add(
        """
        apiVersion: x.io/v1
        kind: Thing
        metadata: {name: t}
        spec: {size: 1}
        ---
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: things.x.io}
        spec:
          group: x.io
          scope: Namespaced
          names: {plural: things, singular: thing, kind: Thing, listKind: ThingList}
          versions:
          - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
        """)
      await controller.order(Self.order(1, bundle))
      _ = try await controller.healthy(1)
      let thing = ObjectIdentity(group: "x.io", version: "v1", kind: "Thing", namespace: "shop", name: "t")
      #expect(try await kube.get(thing)?["spec", "size"]?.integer == 1)
    }
  }

  @Test("many agents share one client and one cache")
  func many() async throws {
    let names = (1...24).map { "c\($0)" }
    try await withSimulation(names) { simulation in
      let cache = BundleCache()
      let controllers = names.map { _ in FakeController() }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (name, controller) in zip(names, controllers) {
          let agent = ClusterAgent(
            kube: try simulation.kube(name), connection: controller, cache: cache,
            options: .init(pollWait: .seconds(2), reportDelay: .milliseconds(10)),
            logger: Logger(label: "agent", factory: { _ in SwiftLogNoOpLogHandler() }))
          group.addTask { try await agent.run() }
        }
        for controller in controllers {
          await controller.order(Self.order(1, try await controller.add(Self.shop() + Self.service)))
        }
        for controller in controllers { _ = try await controller.healthy(1) }
        group.cancelAll()
      }
      for name in names {
        #expect(await simulation.fleet.clusters[name]?.counters.notImplemented == [])
      }
    }
  }

  @Test("a record that somebody broke is written anew by the next order")
  func brokenRecord() async throws {
    try await Self.withAgent { simulation, controller, kube in
      await controller.order(Self.order(1, try await controller.add(Self.shop())))
      _ = try await controller.healthy(1)
      _ = try await kube.patch(Self.record, type: .merge, ["data": ["order": "{"]])
      await controller.order(Self.order(2, try await controller.add(Self.shop(greeting: "new"))))
      _ = try await controller.healthy(2)
      let record = try #require(try await kube.get(Self.record))
      #expect(TargetRecord(configMap: record)?.order.generation.counter == 2)
    }
  }

  @Test("while the controller is away drift is repaired, and everything is told when it is back")
  func controllerAway() async throws {
    try await Self.withAgent { simulation, controller, kube in
      await controller.order(Self.order(1, try await controller.add(Self.shop())))
      _ = try await controller.healthy(1)
      await controller.setAway(true)
      await controller.forget()
      _ = try await kube.patch(Self.settings, type: .merge, ["data": ["greeting": "edited"]])
      _ = try await eventually("repaired") {
        try await kube.get(Self.settings)?["data", "greeting"]?.string == "hello" ? true : nil
      }
      await controller.setAway(false)
      _ = try await controller.first("the repair is told") { $0.drift?.repaired == true }
      _ = try await controller.healthy(1)
    }
  }
}
