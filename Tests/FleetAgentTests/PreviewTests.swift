import FleetAgent
import KubeClient
import KubeSim
import Manifest
import Testing

@Suite("Preview of a cluster")
struct PreviewTests {
  @Test("says object by object what would happen, and writes nothing")
  func table() async throws {
    let text = "rules: [{kinds: [Service], reject: {code: 403, message: no services}}]"
    try await withSimulation(scenario: try Scenario(yaml: Array(text.utf8))) { simulation in
      let kube = try simulation.kube("one")
      let argo = try simulation.kube("one", fieldManager: "argocd-controller")
      let (identity, document) = configMap("settings", value: "old")
      var theirs = document
      theirs["metadata"]?["annotations"] = ["argocd.argoproj.io/tracking-id": "web:/ConfigMap:default/settings"]
      _ = try await argo.apply(theirs, as: identity)
      let (same, sameDocument) = configMap("same")
      _ = try await kube.apply(sameDocument, as: same)
      let before = try await kube.get(identity)?["metadata", "resourceVersion"]?.string
      let documents = """
        \(ApplyTests.config())
        \(JSON.text(sameDocument))
        ---
        \(HookRunTests.job("migrate", hook: "PreSync"))
        \(ApplyTests.config("fresh"))
        \(ClusterAgentTests.service.split(separator: "---").joined())
        """
      let result = try await ClusterPreview.table(
        [("all.yaml", Array(documents.utf8))], namespace: "default", kubernetes: simulation.configuration("one"))
      let lines = result.text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
      let starts = [
        "ACTION OBJECT DETAILS", "unchanged Namespace default", "create ConfigMap default/fresh",
        "unchanged ConfigMap default/same",
        "take over ConfigMap default/settings from Argo CD application web, changes ",
        "refused Service default/web 403 Forbidden: ", "hook Job default/migrate PreSync",
      ]
      #expect(lines.count == starts.count, "\(result.text)")
      for (line, start) in zip(lines, starts) { #expect(line.hasPrefix(start)) }
      #expect(result.text.contains("data.greeting: old → hello"))
      #expect(result.text.contains("tracking-id: web:/ConfigMap:default/settings → (nothing)"))
      #expect(result.isRefused)
      #expect(try await kube.get(identity)?["metadata", "resourceVersion"]?.string == before)
    }
  }

  @Test("a document that is no object is named")
  func wrong() async throws {
    try await withSimulation { simulation in
      let file = (name: "a.yaml", bytes: Array("kind: ConfigMap\n".utf8))
      await #expect {
        _ = try await ClusterPreview.table(
          [file], namespace: "default", kubernetes: simulation.configuration("one"))
      } throws: { "\($0)".contains("object 1") && "\($0)".contains("is no Kubernetes object") }
    }
  }
}
