import FleetModel
import FleetSync
import FleetTestSupport
import KubeClient
import Manifest
import Testing

/// Rules of a set as the agent keeps them, in the form in which they travel.
@Suite("Rules of a set at the agent", .timeLimit(.minutes(2)))
struct SetRulesTests {
  static let settings = ClusterAgentTests.settings

  static func config(_ annotations: String, data: String) -> String {
    """
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: settings
      annotations: {\(annotations)}
    data: {\(data)}
    """
  }

  @Test("an ignored field is no drift; respected, it outlives a repair and the next order")
  func ignored() async throws {
    try await ClusterAgentTests.withAgent { _, controller, kube in
      let annotations =
        #"flotilla.dev/set-ignore-differences: '[{"jqPathExpressions": [".data.greeting"]}]', "#
        + "flotilla.dev/set-sync-options: RespectIgnoreDifferences=true"
      func order(_ counter: Int64, _ data: String) async throws {
        let bundle = try await controller.add(Self.config(annotations, data: data))
        await controller.order(ClusterAgentTests.order(counter, bundle))
        _ = try await controller.healthy(counter)
      }
      try await order(1, "greeting: hello, kept: ours")
      #expect(try await kube.get(Self.settings)?["data", "greeting"] == "hello")
      _ = try await kube.patch(Self.settings, type: .merge, ["data": ["greeting": "theirs"]])
      // Only what is drift is told: the second change, after the first.
      _ = try await kube.patch(Self.settings, type: .merge, ["data": ["kept": "edited"]])
      let seen = try await controller.first("seen") { $0.drift?.repaired == false }
      #expect(seen.drift?.details.hasPrefix("ConfigMap shop/settings data.kept: ours → edited") == true)
      _ = try await controller.first("repaired") { $0.drift?.repaired == true }
      #expect(try await kube.get(Self.settings)?["data"] == ["greeting": "theirs", "kept": "ours"])
      try await order(2, "greeting: new, kept: newer")
      #expect(try await kube.get(Self.settings)?["data"] == ["greeting": "theirs", "kept": "newer"])
    }
  }

  @Test("a rule that matches nothing on the cluster is warned of until it does, and health and drift are as without it")
  func idleRule() async throws {
    try await ClusterAgentTests.withAgent { _, controller, kube in
      let annotations =
        #"flotilla.dev/set-ignore-differences: '[{"jsonPointers": ["/data/greting"]}, {"managedFieldsManagers": ["kubectl-edit"]}]'"#
      let bundle = try await controller.add(Self.config(annotations, data: "greeting: hello"))
      await controller.order(ClusterAgentTests.order(1, bundle))
      let told = ["/data/greting", "fields of kubectl-edit"].map {
        "ignoreDifferences: \($0) matches nothing in ConfigMap shop/settings"
      }
      let warned = try await controller.first("both are warned of") { $0.phase == .applied && $0.warnings == told }
      #expect(warned.health == .healthy && warned.message == "" && warned.standing == nil)
      // What somebody adds is not ours, and so no drift; now both rules have something.
      await controller.forget()
      _ = try await kube.patch(Self.settings, type: .merge, ["data": ["other": "x"]])
      _ = try await controller.first("one is left") { $0.warnings == Array(told.prefix(1)) }
      _ = try await kube.patch(Self.settings, type: .merge, ["data": ["greting": "x"]])
      let matched = try await controller.first("none is left") { $0.warnings == nil }
      #expect(matched.phase == .applied && matched.standing == nil)
    }
  }

  @Test("a set's table tells the health of a kind that has none, with the object and its message")
  func health() async throws {
    try await ClusterAgentTests.withAgent { _, controller, _ in
      let table =
        #"flotilla.dev/set-health: '{"lines": [{"when": ".data.state == \"down\"", "health": "Degraded", "message": ".data.why"}], "#
        + #""otherwise": "Healthy"}'"#
      let down = try await controller.add(Self.config(table, data: "state: down, why: disk full"))
      await controller.order(ClusterAgentTests.order(1, down))
      let judged = try await controller.first("judged") { $0.phase == .applied && $0.health == .degraded }
      #expect(judged.message == "ConfigMap shop/settings: disk full")
      let up = try await controller.add(Self.config(table, data: "state: up"))
      await controller.order(ClusterAgentTests.order(2, up))
      _ = try await controller.healthy(2)
    }
  }
}
