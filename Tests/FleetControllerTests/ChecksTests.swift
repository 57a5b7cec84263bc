import FleetController
import FleetModel
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Manifest
import Testing

/// Manifests that a cluster would refuse stop before a wave: nothing is sent, and what ran before goes on.
@Suite struct ChecksTests {
  private static func connect(_ controller: ControllerFixture, _ cluster: ClusterName, version: String) async throws {
    let inventory = try await controller.store.inventory(of: .defaultProject)
    let id = try #require(inventory.first { $0.name == cluster }?.id)
    try await controller.store.openSession(
      for: id, tokenHash: .sha256(Array("\(cluster) \(version)".utf8)), instance: "\(cluster)",
      controller: controller.controller, expiresIn: .seconds(600), agentVersion: "1.0.0", kubernetesVersion: version)
  }

  private static let budget =
    "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {minAvailable: 1}\n"

  @Test func whatOneClusterDoesNotServeIsRefusedAndNamed() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst()
      try await Self.connect(controller, "east", version: "v1.24.9-eks-036c24b")
      try await Self.connect(controller, "west", version: "v1.31.2")
      let before = try await controller.wanted()
      try await controller.git.commit(Self.budget, to: "web/budget.yaml")
      try await controller.poll()
      let condition = try await controller.condition()
      #expect(!condition.isReady && condition.reason == "ChecksFailed")
      #expect(
        condition.message.contains(
          "web/budget.yaml:1:13  apiVersion: target web-west: PodDisruptionBudget shop/web: Kubernetes 1.31"),
        "\(condition.message)")
      #expect(!condition.message.contains("web-east"))
      #expect(try await controller.wanted() == before)
      // The set may say that it is known.
      try await controller.apply(ControllerFixture.fleetSet(also: "checks: {apiVersions: warn}"))
      try await controller.settle()
      let warned = try await controller.condition()
      #expect(warned.isReady && warned.message.contains("target web-west: PodDisruptionBudget"), "\(warned.message)")
      #expect(warned.message.contains("target web-east: PodDisruptionBudget shop/web: from Kubernetes 1.25 on"))
    }
  }

  @Test func anUpgradeOfAClusterIsLookedAt() async throws {
    try await ControllerFixture.with { controller in
      try await Self.setUp(controller)
      let set = try await controller.set().id
      // Soon, not at once: many clusters are upgraded one after the other.
      try await Self.connect(controller, "east", version: "v1.26.1")
      let due = try #require(try await controller.store.nextDue(.expansion))
      #expect(due <= (try await controller.store.now()) + .seconds(61))
      _ = try await controller.run(.expansion, row: set.rawValue)
      let condition = try await controller.condition()
      #expect(condition.reason == "ChecksFailed" && condition.message.contains("target web-east"), "\(condition)")
    }
  }

  /// A patch version changes nothing.
  @Test func aPatchOfAClusterWakesNobody() async throws {
    try await ControllerFixture.with { controller in
      try await Self.setUp(controller)
      try await Self.connect(controller, "east", version: "v1.24.17")
      #expect(try await controller.store.nextDue(.expansion) == nil)
    }
  }

  /// East has Kubernetes 1.24, and the set a budget that 1.25 does not serve.
  private static func setUp(_ controller: ControllerFixture) async throws {
    try await controller.rollOutFirst(clusters: ["east"])
    try await connect(controller, "east", version: "v1.24.9")
    try await controller.git.commit(budget, to: "web/budget.yaml")
    try await controller.poll()
    _ = try await controller.run(.expansion, row: try await controller.set().id.rawValue)
    try await controller.settle()
    #expect(try await controller.condition().isReady)
  }

  @Test func plainSecretsAreToldOrRefused() async throws {
    try await ControllerFixture.with { controller in
      try await controller.git.commit(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: login}\nstringData: {password: hidden-word}\n",
        to: "web/secret.yaml")
      try await controller.rollOutFirst()
      let warned = try await controller.condition()
      #expect(warned.isReady && warned.message.contains("and 1 more: Secret shop/login stands in plain text"))
      try await controller.apply(ControllerFixture.fleetSet(also: "checks: {plainSecrets: refuse}"))
      try await controller.settle()
      let refused = try await controller.condition()
      #expect(!refused.isReady && refused.reason == "ChecksFailed" && !refused.message.contains("hidden-word"))
    }
  }
}
