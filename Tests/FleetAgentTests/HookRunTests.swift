import FleetAgent
import FleetModel
import FleetSync
import KubeClient
import KubeSim
import Manifest
import Testing

@Suite("Hooks in a cluster")
struct HookRunTests {
  static func job(_ name: String, hook: String, policy: String = "BeforeHookCreation", image: String = "job:1")
    -> String
  {
    """
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: \(name)
      annotations: {argocd.argoproj.io/hook: \(hook), argocd.argoproj.io/hook-delete-policy: \(policy)}
    spec:
      backoffLimit: 0
      template: {spec: {restartPolicy: Never, containers: [{name: run, image: '\(image)'}]}}
    ---

    """
  }

  static func identity(_ name: String) -> ObjectIdentity {
    ObjectIdentity(group: "batch", version: "v1", kind: "Job", namespace: "shop", name: name)
  }

  static func order(_ counter: Int64, _ bundle: Digest?) -> Order { ClusterAgentTests.order(counter, bundle) }

  @Test("PreSync and PostSync run with every order, also with another template under the same name")
  func phases() async throws {
    try await ClusterAgentTests.withAgent { _, controller, kube in
      func bundle(_ version: Int) -> String {
        Self.job("before", hook: "PreSync", image: "job:\(version)")
          + Self.job("after", hook: "PostSync", policy: "HookSucceeded")
          + ClusterAgentTests.shop(greeting: "\(version)")
      }
      await controller.order(Self.order(1, try await controller.add(bundle(1))))
      let done = try await controller.healthy(1)
      #expect(done.objectCount == 2)
      let first = try #require(try await kube.get(Self.identity("before")))
      #expect(first["status", "succeeded"]?.integer == 1)
      #expect(first["metadata", "annotations", "flotilla.dev/hook-run"]?.string == "1.1/PreSync")
      #expect(first["metadata", "labels", ApplySet.memberLabel] == nil)
      _ = try await eventually("the hook that succeeded is deleted") {
        try await kube.get(Self.identity("after")) == nil ? true : nil
      }
      await controller.order(Self.order(2, try await controller.add(bundle(2))))
      _ = try await controller.healthy(2)
      let second = try #require(try await kube.get(Self.identity("before")))
      #expect(second["metadata", "uid"]?.string != first["metadata", "uid"]?.string)
    }
  }

  @Test("a failed PreSync stops the order before anything is applied, and SyncFail runs")
  func failure() async throws {
    let text = "rules: [{images: ['job:bad'], fails: true}]"
    try await ClusterAgentTests.withAgent(scenario: try Scenario(yaml: Array(text.utf8))) { _, controller, kube in
      let bundle =
        Self.job("before", hook: "PreSync", policy: "HookFailed", image: "job:bad")
        + Self.job("alarm", hook: "SyncFail") + ClusterAgentTests.shop()
      await controller.order(Self.order(1, try await controller.add(bundle)))
      let failed = try await controller.first("failed") { $0.phase == .failed }
      #expect(failed.message.hasPrefix("PreSync hook Job shop/before failed: "))
      #expect(try await kube.get(Self.identity("alarm"))?["status", "succeeded"]?.integer == 1)
      #expect(try await kube.get(ClusterAgentTests.web) == nil)
      _ = try await eventually("the hook that failed is deleted") {
        try await kube.get(Self.identity("before")) == nil ? true : nil
      }
    }
  }

  @Test("an agent that starts anew does not run a hook of the interrupted order again")
  func interrupted() async throws {
    let text = "rules: [{images: ['web:1'], waiting: {reason: ContainerCreating, message: slowly}}]"
    try await withSimulation(scenario: try Scenario(yaml: Array(text.utf8))) { simulation in
      let controller = FakeController()
      let kube = try simulation.kube("one")
      // The Deployment never gets healthy, so that the wave after it, and with it the order, stays under way.
      let late = """

        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: late, annotations: {argocd.argoproj.io/sync-wave: '1'}}
        """
      let bundle = Self.job("before", hook: "PreSync") + ClusterAgentTests.shop() + late
      var uid: String?
      try await ClusterAgentTests.running(ClusterAgentTests.agent(kube, controller)) {
        await controller.order(Self.order(1, try await controller.add(bundle)))
        _ = try await eventually("applied so far") { try await kube.get(ClusterAgentTests.web) }
      }
      uid = try await kube.get(Self.identity("before"))?["metadata", "uid"]?.string
      await controller.forget()
      let found = uid
      try await ClusterAgentTests.running(ClusterAgentTests.agent(kube, controller)) {
        _ = try await controller.first("it goes on") { $0.objectCount == 3 && $0.phase == .applying }
        _ = try await controller.first("it waits for the wave") { $0.message.contains("Deployment shop/web") }
        #expect(try await kube.get(Self.identity("before"))?["metadata", "uid"]?.string == found)
      }
    }
  }

  @Test("a removal runs PreDelete before the deletions and PostDelete after them")
  func removal() async throws {
    try await ClusterAgentTests.withAgent { _, controller, kube in
      let bundle =
        Self.job("before", hook: "PreDelete") + Self.job("after", hook: "PostDelete")
        + ClusterAgentTests.shop()
      await controller.order(Self.order(1, try await controller.add(bundle)))
      _ = try await controller.healthy(1)
      #expect(try await kube.get(Self.identity("before")) == nil)
      let named = ["apps/Deployment/shop/web", "/ConfigMap/shop/settings"]
      await controller.order(ClusterAgentTests.order(2, nil, action: .remove, mayPrune: named))
      _ = try await controller.first("removed") { $0.phase == .removed }
      for name in ["before", "after"] {
        #expect(try await kube.get(Self.identity(name))?["status", "succeeded"]?.integer == 1)
      }
      #expect(try await kube.get(ClusterAgentTests.web) == nil)
    }
  }
}
