@testable import FleetCommands
import FleetAgent
import FleetModel
import Foundation
import KubeClient
import KubeSim
import Manifest
import Testing

/// Holds as a site makes them, with `flotilla agent hold` against its own cluster.
@Suite("Holding an agent on its site")
struct HoldTests {
  static let mark = SiteOptions.mark

  /// Runs `flotilla` with the kubeconfig of the simulated cluster; its exit code.
  static func flotilla(_ simulation: Simulation, _ arguments: String...) async throws -> Int32 {
    let cluster = try #require(simulation.fleet.clusters["one"])
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("site-\(UUID().uuidString)").path
    try Data(KubeSim.Kubeconfig.document([cluster], host: "127.0.0.1", port: simulation.port))
      .write(to: URL(fileURLWithPath: file))
    defer { try? FileManager.default.removeItem(atPath: file) }
    return await Flotilla.run(["agent"] + arguments + ["--kubeconfig", file])
  }

  @Test("drift is put right during a hold as before")
  func repairs() async throws {
    try await ClusterAgentTests.withAgent { simulation, controller, kube in
      await controller.order(ClusterAgentTests.order(1, try await controller.add(ClusterAgentTests.shop())))
      _ = try await controller.healthy(1)
      #expect(try await Self.flotilla(simulation, "hold", "--for", "2h", "--reason", "racks") == 0)
      _ = try await eventually("the hold is told") { await controller.holds.last { $0.remaining > .zero } }
      await controller.order(
        ClusterAgentTests.order(2, try await controller.add(ClusterAgentTests.shop(greeting: "new"))))
      _ = try await kube.patch(ClusterAgentTests.settings, type: .merge, ["data": ["greeting": "by hand"]])
      _ = try await controller.first("repaired") { $0.drift?.repaired == true }
      #expect(try await kube.get(ClusterAgentTests.settings)?["data", "greeting"]?.string == "hello")
      #expect(await !controller.observations.contains { $0.generation.counter == 2 })
    }
  }

  @Test("no order begins and drift is left alone; both are made up for when it is released, and the controller is told")
  func held() async throws {
    try await ClusterAgentTests.withAgent { simulation, controller, kube in
      let bundle = try await controller.add(ClusterAgentTests.shop())
      await controller.order(ClusterAgentTests.order(1, bundle))
      _ = try await controller.healthy(1)
      #expect(
        try await Self.flotilla(simulation, "hold", "--for", "2h", "--reason", "racks", "--by", "kim", "--leave-drift")
          == 0)
      let told = try await eventually("the hold is told") { await controller.holds.last { $0.remaining > .zero } }
      #expect(told.reason == "racks" && told.by == "kim")
      #expect(told.remaining > .seconds(7_100) && told.remaining <= .seconds(7_200))
      await controller.order(
        ClusterAgentTests.order(2, try await controller.add(ClusterAgentTests.shop(greeting: "new"))))
      _ = try await kube.patch(ClusterAgentTests.settings, type: .merge, ["data": ["greeting": "by hand"]])
      _ = try await controller.first("drift that stands") { $0.standing?.objectCount == 1 }
      // The controller goes away and comes back: it is told again.
      await controller.forgetHolds()
      await controller.setAway(true)
      let polls = await controller.polls
      _ = try await eventually("the agent notices") { await controller.polls > polls ? true : nil }
      await controller.setAway(false)
      _ = try await eventually("the hold is told again") { await controller.holds.last { $0.remaining > .zero } }
      #expect(try await kube.get(ClusterAgentTests.settings)?["data", "greeting"]?.string == "by hand")
      #expect(await !controller.observations.contains { $0.generation.counter == 2 })

      #expect(try await Self.flotilla(simulation, "release") == 0)
      _ = try await controller.healthy(2)
      #expect(try await kube.get(ClusterAgentTests.settings)?["data", "greeting"]?.string == "new")
      #expect(await controller.holds.last?.remaining == .zero)
      #expect(try await kube.get(Self.mark) == nil)
      #expect(try await Self.flotilla(simulation, "release") == 0, "twice is no error")
    }
  }

  @Test("it holds an agent that starts, without a controller, ends by itself, and no later than the controller lets it")
  func byItself() async throws {
    try await withSimulation { simulation in
      let kube = try simulation.kube("one", fieldManager: "kubectl")
      let home: Node = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "flotilla-system"]]
      _ = try await kube.apply(
        home, as: ObjectIdentity(group: "", version: "v1", kind: "Namespace", name: "flotilla-system"))
      // As kubectl create configmap would make it.
      let mark: Node = [
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": ["name": Node(.string(ClusterHold.Mark.name)), "namespace": "flotilla-system"],
        "data": ["for": "2h"],
      ]
      _ = try await kube.create(mark, as: Self.mark)
      let controller = FakeController()
      await controller.limitHolds(seconds: 3_600)
      let bundle = try await controller.add(ClusterAgentTests.shop())
      await controller.order(ClusterAgentTests.order(1, bundle))
      try await ClusterAgentTests.running(ClusterAgentTests.agent(try simulation.kube("one"), controller)) {
        let told = try await eventually("the hold is told") { await controller.holds.last { $0.remaining > .zero } }
        #expect(told.by == "somebody on the site" && told.reason == "no reason was given")
        #expect(await !controller.observations.contains { $0.phase == .applied })
        // It is as old as this test, and longer it may not last any more.
        await controller.limitHolds(seconds: 1)
        _ = try await controller.healthy(1)
        #expect(await controller.holds.last?.remaining == .zero)
      }
    }
  }

  @Test("more time is given from now on, and without an agent there is nothing to hold")
  func again() async throws {
    try await withSimulation { simulation in
      #expect(try await Self.flotilla(simulation, "hold", "--for", "2h", "--reason", "racks") == 3)
      let kube = try simulation.kube("one", fieldManager: "kubectl")
      try await InClusterTests.install(try InClusterTests.manifest("https://flotilla.example.com"), kube)
      #expect(try await Self.flotilla(simulation, "hold", "--for", "2h", "--reason", "racks") == 0)
      let first = try #require(try await kube.get(Self.mark))
      #expect(first["data", "for"]?.string == "2h" && first["data", "repairs"]?.string == "continue")
      #expect(
        try await Self.flotilla(simulation, "hold", "--for", "3h", "--reason", "more racks", "--leave-drift") == 0)
      let second = try #require(try await kube.get(Self.mark))
      #expect(second["metadata", "uid"] == first["metadata", "uid"])
      let length = try #require(second["data", "for"]?.string.flatMap { Duration(text: $0) })
      #expect(length >= .seconds(10_800) && length < .seconds(10_900))
      #expect(second["data", "repairs"]?.string == "stop" && second["data", "reason"]?.string == "more racks")
    }
  }
}
