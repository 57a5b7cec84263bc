import FleetAgent
import FleetModel
import FleetSync
import KubeClient
import KubeSim
import Logging
import Manifest
import Testing

@Suite("The Lease of the agent that writes")
struct LeaseTests {
  static let lease = ObjectIdentity(
    group: "coordination.k8s.io", version: "v1", kind: "Lease", namespace: "flotilla-system", name: "flotilla-agent")
  static let quiet = AgentConnectionTests.quiet
  /// Long enough that nothing happens by time within a test.
  static let long = KubeLease.Times(duration: .seconds(600), deadline: .seconds(500), renewAfter: .seconds(400))

  static func transport(_ simulation: Simulation) throws -> ProcessTransport {
    ProcessTransport(try HTTPTransport(simulation.configuration("one"), client: simulation.client))
  }

  static func lease(_ transport: any KubeTransport, _ holder: String, _ times: KubeLease.Times = long) -> KubeLease {
    KubeLease(
      kube: KubeClient(transport: transport, logger: quiet), namespace: "flotilla-system", name: "flotilla-agent",
      holder: holder, times: times)
  }

  static func agent(
    _ transport: any KubeTransport, _ controller: FakeController, holder: String, times: KubeLease.Times
  ) -> ClusterAgent {
    var options = ClusterAgent.Options(pollWait: .seconds(2), reportDelay: .milliseconds(10))
    options.lease = .init(holder: holder, times: times)
    return ClusterAgent(
      kube: KubeClient(transport: transport, logger: quiet), connection: controller, options: options, logger: quiet)
  }

  @Test("it is taken before the first write, as client-go would, and costs nothing while it is good")
  func costs() async throws {
    try await withSimulation { simulation in
      let transport = try Self.transport(simulation)
      let kube = try simulation.kube("one")
      let controller = FakeController()
      try await ClusterAgentTests.running(Self.agent(transport, controller, holder: "a", times: Self.long)) {
        await controller.order(ClusterAgentTests.order(1, try await controller.add(ClusterAgentTests.shop())))
        _ = try await controller.healthy(1)
        // There was no namespace for it yet.
        #expect(transport.leaseRequests == ["GET", "POST", "POST"])
        #expect(transport.writes.first == "POST /api/v1/namespaces")
        await controller.order(
          ClusterAgentTests.order(2, try await controller.add(ClusterAgentTests.shop(greeting: "new"))))
        _ = try await controller.healthy(2)
        #expect(transport.leaseRequests == ["GET", "POST", "POST"])
        let spec = try #require(try await kube.get(Self.lease)?["spec"])
        #expect(spec["holderIdentity"]?.string == "a" && spec["leaseDurationSeconds"]?.integer == 600)
        #expect(spec["leaseTransitions"]?.integer == 0 && spec["acquireTime"] == spec["renewTime"])
      }
      // An end in good order gives it away.
      let spec = try #require(try await kube.get(Self.lease)?["spec"])
      #expect(spec["holderIdentity"]?.string == "" && spec["leaseDurationSeconds"]?.integer == 1)
    }
  }

  @Test("an order whose objects are there as it wants them writes its record alone")
  func inPlace() async throws {
    try await withSimulation { simulation in
      let transport = try Self.transport(simulation)
      let kube = try simulation.kube("one", fieldManager: "kubectl-edit")
      let controller = FakeController()
      try await ClusterAgentTests.running(Self.agent(transport, controller, holder: "a", times: Self.long)) {
        func order(_ counter: Int64, _ greeting: String) async throws -> [String] {
          transport.forget()
          let bundle = try await controller.add(ClusterAgentTests.shop(greeting: greeting))
          await controller.order(ClusterAgentTests.order(counter, bundle, selfHeal: false))
          _ = try await controller.healthy(counter)
          return transport.writes.filter { !$0.contains("flotilla-target") && !$0.hasSuffix("/namespaces/shop") }
        }
        let settings = "PATCH /api/v1/namespaces/shop/configmaps/settings"
        let first = try await order(1, "hello")
        #expect(first.contains(settings) && first.contains { $0.hasSuffix("deployments/web") })
        #expect(
          !transport.reads.contains { $0.hasSuffix("configmaps/settings") }, "it was not there: \(transport.reads)")
        let same = try await order(2, "hello")
        #expect(same == [])
        let changed = try await order(3, "new")
        #expect(changed == [settings])
        _ = try await kube.patch(ClusterAgentTests.settings, type: .merge, ["data": ["greeting": "edited"]])
        _ = try await controller.first("the drift") { $0.standing?.objectCount == 1 }
        let back = try await order(4, "new")
        #expect(back == [settings])
        #expect(try await kube.get(ClusterAgentTests.settings)?["data", "greeting"]?.string == "new")
      }
    }
  }

  @Test("of two agents one writes; when it is killed the other takes over, and a holder that comes back writes nothing")
  func takeOver() async throws {
    // Pods do not start, so that the first agent's order goes on.
    try await withSimulation(scenario: Scenario(podStartMilliseconds: 3_600_000)) { simulation in
      let times = KubeLease.Times(duration: .seconds(3), deadline: .seconds(2), renewAfter: .milliseconds(200))
      let (first, second) = (try Self.transport(simulation), try Self.transport(simulation))
      let (ours, theirs) = (FakeController(), FakeController())
      let kube = try simulation.kube("one", fieldManager: "kubectl-edit")
      @Sendable func holder() async throws -> String? {
        try await kube.get(Self.lease)?["spec", "holderIdentity"]?.string
      }
      @Sendable func generation() async throws -> String? {
        try await kube.get(ClusterAgentTests.record)?["metadata", "annotations", "flotilla.dev/generation"]?.string
      }
      let waves =
        ClusterAgentTests.shop() + """

          ---
          apiVersion: v1
          kind: ConfigMap
          metadata: {name: later, annotations: {flotilla.dev/sync-wave: '1'}}
          """
      await ours.order(ClusterAgentTests.order(1, try await ours.add(waves)))
      // What belongs to nobody's identity: the second one is ordered something else.
      await theirs.order(ClusterAgentTests.order(2, try await theirs.add(ClusterAgentTests.service)))
      let one = Self.agent(first, ours, holder: "one", times: times)
      let two = Self.agent(second, theirs, holder: "two", times: times)
      try await ClusterAgentTests.running(one) {
        _ = try await eventually("the first one writes") { try await kube.get(ClusterAgentTests.web) }
        try await ClusterAgentTests.running(two) {
          _ = try await eventually("the second one asks for the Lease") {
            second.leaseRequests.count > 1 ? true : nil
          }
          #expect(try await holder() == "one")
          #expect(try await generation() == "1.1")
          #expect(second.writes == [], "without the Lease nothing is written")

          first.setGone(true)
          _ = try await eventually("the second one takes over") { try await kube.get(ClusterAgentTests.webService) }
          #expect(try await holder() == "two")
          #expect(try await generation() == "1.2")
          #expect(try await kube.get(Self.lease)?["spec", "leaseTransitions"]?.integer == 1)

          // The first one is there again, and believes that its order goes on.
          first.forget()
          first.setGone(false)
          _ = try await eventually("it notices") { first.leaseRequests.contains("PUT") ? true : nil }
          _ = try await eventually("it looks who has it") { first.leaseRequests.contains("GET") ? true : nil }
          #expect(first.writes == [])
        }
      }
    }
  }

  @Test(
    "another holder's Lease is left alone for its length by our own clock, and taken at once when it was given away")
  func rules() async throws {
    try await withSimulation { simulation in
      let transport = try Self.transport(simulation)
      let kube = try simulation.kube("one", fieldManager: "kubectl")
      let one = Self.lease(transport, "one")
      try await one.hold()
      let refused = await #expect(throws: KubeError.self) { try await Self.lease(transport, "two").hold() }
      #expect(refused?.kind == .connection && refused?.message.contains("one has the Lease") == true)
      let rest = try #require(refused?.retryAfter)
      #expect(rest > .seconds(590))

      // Its length is what stands in it.
      _ = try await kube.patch(Self.lease, type: .merge, ["spec": ["leaseDurationSeconds": 1]])
      let two = Self.lease(transport, "two")
      _ = try await eventually("taken over") {
        do {
          try await two.hold()
          return true
        } catch let error as KubeError where error.retryAfter != nil { return nil }
      }
      #expect(try await kube.get(Self.lease)?["spec", "holderIdentity"]?.string == "two")
      await two.release()
      try await Self.lease(transport, "three").hold()
      #expect(try await kube.get(Self.lease)?["spec", "leaseTransitions"]?.integer == 2)
    }
  }

  @Test("a renewal that fails lets writes pass until its deadline, one that meets another holder none at all")
  func renewals() async throws {
    try await withSimulation { simulation in
      let transport = try Self.transport(simulation)
      let kube = try simulation.kube("one", fieldManager: "kubectl")
      let patient = Self.lease(
        transport, "one", .init(duration: .seconds(600), deadline: .seconds(500), renewAfter: .zero))
      try await patient.hold()
      transport.setGone(true)
      try await patient.hold()
      transport.setGone(false)
      let strict = Self.lease(transport, "one", .init(duration: .seconds(600), deadline: .zero, renewAfter: .zero))
      try await strict.hold()
      transport.setGone(true)
      await #expect(throws: KubeError.self) { try await strict.hold() }
      transport.setGone(false)
      try await strict.hold()
      try await kube.delete(Self.lease, uid: nil)
      try await strict.hold()
      // Somebody takes it by force.
      _ = try await kube.patch(Self.lease, type: .merge, ["spec": ["holderIdentity": "somebody"]])
      let lost = await #expect(throws: KubeError.self) { try await patient.hold() }
      #expect(lost?.message.contains("somebody has the Lease") == true)
      await #expect(throws: KubeError.self) { try await strict.hold() }
    }
  }
}
