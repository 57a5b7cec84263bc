import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import KubeClient
import KubeSim
import Manifest
import Testing

@testable import FleetPush

@Suite("Push mode")
struct PushTests {
  @Test("an order is applied and reported and drift put right, as with an agent in the cluster")
  func orders() async throws {
    try await PushFixture.with { fixture in
      let controller = try await fixture.controller()
      try await fixture.reached("one")
      try await fixture.roll(1, ClusterAgentTests.shop())
      let stranger = try fixture.simulation.kube("one", fieldManager: "kubectl-edit")
      let record = try #require(try await fixture.store.cluster("one", in: .defaultProject))
      #expect(record.kubernetesVersion.hasPrefix("v1."))
      #expect(record.agentVersion != "")
      _ = try await stranger.patch(ClusterAgentTests.settings, type: .merge, ["data": ["greeting": "edited"]])
      let drift = try await fixture.event("target.driftRepaired", of: "one")
      #expect(drift.message.contains("ConfigMap shop/settings"))
      #expect(try await stranger.get(ClusterAgentTests.settings)?["data", "greeting"]?.string == "hello")
      _ = try await fixture.event("cluster.reached", of: "one")
      try await controller.kill()
    }
  }

  @Test("clusters are spread, each has one controller, and the rest follows when one is gone")
  func takeover() async throws {
    let names = ["one", "two", "three"]
    try await PushFixture.with(names) { fixture in
      let first = try await fixture.controller()
      for name in names { try await fixture.reached(name) }
      #expect(try await fixture.claims() == ["\(first.id)": "3"])
      let second = try await fixture.controller()
      _ = try await eventually("the clusters are shared") {
        try await fixture.claims() == ["\(first.id)": "2", "\(second.id)": "1"] ? true : nil
      }
      for name in names { try await fixture.reached(name) }
      try await fixture.roll(1, ClusterAgentTests.shop())
      try await first.kill()
      _ = try await eventually("the second one has all") {
        try await fixture.claims() == ["\(second.id)": "3"] ? true : nil
      }
      for name in names { try await fixture.reached(name) }
      try await fixture.roll(2, ClusterAgentTests.shop(greeting: "again"))
      try await second.kill()
    }
  }

  @Test("a controller whose lease lapsed ends its agents although it lives, and goes on when it has it again")
  func lapsedLease() async throws {
    try await PushFixture.with { fixture in
      let controller = try await fixture.controller()
      try await fixture.reached("one")
      try await fixture.roll(1, ClusterAgentTests.shop())
      controller.renewal.cancel()
      await controller.renewal.value
      try await controller.lapse()
      try await fixture.leftAlone("one")
      let stranger = try fixture.simulation.kube("one", fieldManager: "kubectl-edit")
      _ = try await stranger.patch(ClusterAgentTests.settings, type: .merge, ["data": ["greeting": "edited"]])
      try await fixture.store.renewLease(of: controller.id)
      try await fixture.reached("one")
      _ = try await fixture.event("target.driftRepaired", of: "one")
      try await controller.kill()
    }
  }

  @Test("a controller that loses the database ends its agents when its lease must have lapsed")
  func databaseAway() async throws {
    try await PushFixture.with { fixture in
      let controller = try await fixture.controller()
      try await fixture.reached("one")
      controller.renewal.cancel()
      await controller.renewal.value
      try await PostgresScript.run(
        "UPDATE controllers SET lease_until = now() + interval '2 seconds' WHERE id = \(controller.id)",
        url: fixture.database.url)
      controller.store.close()
      try await fixture.leftAlone("one")
      controller.service.cancel()
      _ = await controller.service.result
    }
  }

  @Test("a cluster whose API server does not answer is silent, and in contact again when it does")
  func silence() async throws {
    try await PushFixture.with { fixture in
      let controller = try await fixture.controller()
      try await fixture.reached("one")
      _ = try await fixture.fleet.release(1, clusters: fixture.clusters)
      let rollout = try await fixture.fleet.start()
      func silence() async throws -> Duration? {
        try await fixture.store.planInput(for: rollout)?.units.first?.silentFor
      }
      #expect(try await silence() == .zero)
      let outage = "rules: [{clusters: [one], unreachable: {}}]"
      await fixture.simulation.fleet.setScenario(try Scenario(yaml: Array(outage.utf8)))
      let message = try await fixture.notReached("one", "APIServerUnreachable")
      #expect(message.hasPrefix("cannot reach http://127.0.0.1:"))
      #expect(!message.contains(fixture.simulation.fleet.clusters["one"]?.token ?? "?"))
      _ = try await fixture.event("cluster.notReached", of: "one")
      try await PostgresScript.run("UPDATE listening SET total_ms = total_ms + 60000", url: fixture.database.url)
      #expect(try #require(try await silence()) >= .seconds(45))
      await fixture.simulation.fleet.setScenario(Scenario(podStartMilliseconds: 50))
      try await fixture.reached("one")
      #expect(try await silence() == .zero)
      try await controller.kill()
    }
  }

  @Test("credentials that cannot be used are a condition, and a new one takes effect while the controller runs")
  func credentials() async throws {
    try await PushFixture.with { fixture in
      try await fixture.setKubeconfig(of: "one", text: "current-context: nowhere")
      let controller = try await fixture.controller()
      #expect(
        try await fixture.notReached("one", "KubeconfigInvalid")
          == "credential one-kubeconfig: contexts has no \"nowhere\"; there are: none")
      // What the API refuses to store is not used either: this process's files stay closed.
      let server = "http://127.0.0.1:\(fixture.simulation.port)/clusters/one"
      func kubeconfig(_ user: String, _ server: String = server) -> String {
        """
        current-context: a
        contexts: [{name: a, context: {cluster: a, user: a}}]
        clusters: [{name: a, cluster: {server: '\(server)'}}]
        users: [{name: a, user: {\(user)}}]
        """
      }
      for (user, server, reason) in [
        ("exec: {command: sh}", server, "KubeconfigInvalid"), ("tokenFile: /etc/shadow", server, "KubeconfigInvalid"),
        ("token: wrong", server, "Unauthorized"), ("token: x", "http://169.254.169.254", "AddressNotAllowed"),
      ] {
        try await fixture.setKubeconfig(of: "one", text: kubeconfig(user, server))
        let message = try await fixture.notReached("one", reason)
        #expect(!message.contains("wrong"))
      }
      try await fixture.setKubeconfig(of: "one")
      try await fixture.reached("one")
      try await fixture.register(["one"], connection: .kubeconfig(credential: "another"))
      #expect(try await fixture.notReached("one", "CredentialMissing").contains("flotilla credential set another"))
      try await controller.kill()
    }
  }

  @Test("a cluster that is removed, or gets an agent, is left alone; one that is added is reached")
  func inventory() async throws {
    try await PushFixture.with(["one", "two"]) { fixture in
      let controller = try await fixture.controller()
      for name in ["one", "two"] { try await fixture.reached(name) }
      try await fixture.roll(1, ClusterAgentTests.shop())
      try await fixture.store.removeCluster("one", in: .defaultProject, cause: StoreFixture.cause)
      try await fixture.register(["two"], connection: .agent)
      for name in ["one", "two"] {
        try await fixture.leftAlone(name)
      }
      let left = try await fixture.cluster("two", "waits for its agent") { !$0.isConnected }
      #expect(left.condition == nil)
      try await fixture.register(["one"])
      try await fixture.reached("one")
      try await controller.kill()
    }
  }

  @Test("without room no cluster is taken, and it says so; loopback is refused unless it is allowed")
  func limits() async throws {
    try await PushFixture.with { fixture in
      let idle = try await fixture.controller { $0.limit = 0 }
      let pending = try await fixture.cluster("one", "is pending") { $0.condition?.reason == "Pending" }
      #expect(pending.condition?.message.contains("--push-clusters") == true)
      let strict = try await fixture.controller { $0.allowsLoopback = false }
      #expect(try await fixture.notReached("one", "AddressNotAllowed").contains("--allow-loopback"))
      try await strict.kill()
      try await idle.kill()
    }
  }

  @Test(
    "the host of an address",
    arguments: [
      ("https://api.example:6443", "api.example"), ("https://[::1]:6443/base", "::1"),
      ("http://10.0.0.1/x", "10.0.0.1"),
    ])
  func host(server: String, host: String) { #expect(ClusterAccess.host(of: server) == host) }
}
