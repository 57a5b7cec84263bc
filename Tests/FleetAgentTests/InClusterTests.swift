@testable import FleetCommands
import FleetAgent
import FleetModel
import FleetPrograms
import FleetTestSupport
import Foundation
import KubeClient
import KubeSim
import Logging
import Manifest
import Synchronization
import Testing

/// The manifest that installs an agent, and an agent that runs with nothing but what it gives.
@Suite("Agent in its cluster")
struct InClusterTests {
  static let home = ObjectIdentity(
    group: "", version: "v1", kind: "Secret", namespace: "flotilla-system", name: "flotilla-agent-identity")

  static func manifest(_ controller: String, _ rights: AgentRights = .cluster, token: String = "one-time") throws
    -> AgentManifest
  {
    AgentManifest(
      controllers: [try #require(ControllerURL(controller))], token: token, image: "flotilla-agent:test", rights: rights
    )
  }

  /// Runs the real kubectl; answers what it wrote on both streams.
  static func kubectl(
    _ simulation: Simulation, _ arguments: [String], input: String = ""
  ) async throws -> String {
    let cluster = try #require(simulation.fleet.clusters["one"])
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kubectl-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data(KubeSim.Kubeconfig.document([cluster], host: "127.0.0.1", port: simulation.port))
      .write(to: URL(fileURLWithPath: folder + "/kubeconfig"))
    let result = try await Program.run(
      BuiltPrograms.root + "/.tools/bin/kubectl", arguments: arguments,
      environment: ["KUBECONFIG": folder + "/kubeconfig", "HOME": folder, "PATH": "/usr/bin:/bin"],
      input: Array(input.utf8), timeLimit: .seconds(60), outputLimitBytes: 1 << 20)
    #expect(result.exitCode == 0, "\(result.errorText)")
    return result.text + result.errorText
  }

  static func yaml(_ manifest: AgentManifest) -> String {
    manifest.documents.map { YAML.text($0) }.joined(separator: "---\n")
  }

  @Test("the real kubectl applies it, by dry run and in earnest, and again without a change")
  func apply() async throws {
    guard FileManager.default.isExecutableFile(atPath: BuiltPrograms.root + "/.tools/bin/kubectl") else {
      print("skipped: there is no kubectl in .tools/bin")
      return
    }
    try await withSimulation { simulation in
      for rights in [AgentRights.cluster, .namespaces(["default"])] {
        var manifest = try Self.manifest("https://flotilla.example.com", rights)
        manifest.authority = "-----BEGIN CERTIFICATE-----\n"
        manifest.proxy = ControllerURL("http://proxy.example.com:3128")
        let text = Self.yaml(manifest)
        // A dry run creates no namespace for what comes after it, with any API server.
        _ = try await Self.kubectl(
          simulation, ["apply", "--server-side", "-f", "-"], input: YAML.text(manifest.documents[0]))
        let tried = try await Self.kubectl(
          simulation, ["apply", "--server-side", "--dry-run=server", "-f", "-"], input: text)
        #expect(tried.split(separator: "\n").count == manifest.documents.count, "\(tried)")
        #expect(tried.contains("deployment.apps/flotilla-agent serverside-applied (server dry run)"))
        #expect(!tried.lowercased().contains("warning"), "\(tried)")
        _ = try await Self.kubectl(simulation, ["apply", "--server-side", "-f", "-"], input: text)
        _ = try await Self.kubectl(simulation, ["diff", "--server-side", "-f", "-"], input: text)
      }
      #expect(await simulation.fleet.clusters["one"]?.counters.notImplemented == [])
    }
  }

  /// Stores the manifest's objects as kubectl does.
  static func install(_ manifest: AgentManifest, _ kube: KubeClient) async throws {
    for document in manifest.documents {
      let identity = try #require(ObjectIdentity(of: document))
      _ = try await kube.apply(document, as: identity)
    }
  }

  @Test("the key is made in the cluster and stays when the manifest is applied again; another token makes another key")
  func key() async throws {
    try await withSimulation { simulation in
      try await AgentConnectionTests.withEndpoint { endpoint, controller in
        let kube = try simulation.kube("one", fieldManager: "kubectl")
        let manifest = try Self.manifest(controller)
        try await Self.install(manifest, kube)
        var setup = AgentSetup(
          controller: controller, kubernetes: .server(simulation.configuration("one")), stateFolder: "",
          token: "one-time")
        setup.stateSecret = AgentManifest.identity
        try await AgentConnectionTests.running(setup) {
          _ = try await eventually("a session") { endpoint.state.withLock { $0.opened > 0 ? true : nil } }
        }
        let joined = try #require(try await kube.get(Self.home)?["data"])
        #expect(joined["agent.key"] != nil && joined["cluster.json"] != nil)
        let first = endpoint.state.withLock { $0.publicKey }

        try await Self.install(manifest, kube)
        #expect(try await kube.get(Self.home)?["data"] == joined)
        try await AgentConnectionTests.running(setup) {
          _ = try await eventually("another") { endpoint.state.withLock { $0.opened > 1 ? true : nil } }
        }
        #expect(endpoint.state.withLock { $0.publicKey } == first, "a token that was used already changes nothing")

        setup.token = "wrong"
        try await AgentConnectionTests.running(setup) {
          _ = try await eventually("a third") { endpoint.state.withLock { $0.opened > 2 ? true : nil } }
        }
        endpoint.state.withLock { _ = $0.tokens.insert("rejoin") }
        setup.token = "rejoin"
        try await AgentConnectionTests.running(setup) {
          _ = try await eventually("a fourth") { endpoint.state.withLock { $0.opened > 3 ? true : nil } }
        }
        #expect(endpoint.state.withLock { $0.publicKey } != first)
        #expect(try await kube.get(Self.home)?["data", "agent.key"] != joined["agent.key"])
      }
    }
  }

  @Test("with the rights of its manifest it applies, repairs and prunes, and refuses what lies beyond them")
  func rights() async throws {
    try await withSimulation { simulation in
      let admin = try simulation.kube("one", fieldManager: "kubectl")
      let manifest = try Self.manifest("https://flotilla.example.com", .namespaces(["shop"]))
      let shop: Node = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "shop"]]
      _ = try await admin.apply(shop, as: ApplyTests.shop)
      try await Self.install(manifest, admin)
      let transport = RoleTransport(
        try HTTPTransport(simulation.configuration("one"), client: simulation.client), manifest: manifest.documents)
      let kube = KubeClient(transport: transport, logger: AgentConnectionTests.quiet)
      let controller = FakeController()
      var options = ClusterAgent.Options(pollWait: .seconds(2), reportDelay: .milliseconds(10))
      options.onlyNamespaces = ["shop"]
      options.lease = .ofThisProcess()
      let agent = ClusterAgent(kube: kube, connection: controller, options: options, logger: AgentConnectionTests.quiet)
      try await ClusterAgentTests.running(agent) {
        let order = ClusterAgentTests.order
        await controller.order(
          order(1, try await controller.add(ClusterAgentTests.shop() + ClusterAgentTests.service), .apply, true, []))
        _ = try await controller.healthy(1)
        _ = try await admin.patch(ClusterAgentTests.settings, type: .merge, ["data": ["greeting": "edited"]])
        _ = try await controller.first("repaired") { $0.drift?.repaired == true }
        let smaller = try await controller.add(ClusterAgentTests.shop())
        await controller.order(order(2, smaller, .apply, true, ["/Service/shop/web"]))
        _ = try await controller.healthy(2)
        #expect(try await admin.get(ClusterAgentTests.webService) == nil)
        let wide =
          ClusterAgentTests.shop() + """

            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: other, namespace: default}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: all}
            rules: []
            """
        await controller.order(order(3, try await controller.add(wide), .apply, true, []))
        let refused = try await controller.first("refused") { $0.generation.counter == 3 && $0.phase == .failed }
        #expect(refused.message.contains("only in the namespaces shop, and not: "))
        #expect(refused.message.contains("ConfigMap default/other") && refused.message.contains("ClusterRole all"))
      }
      #expect(transport.refused.withLock { $0 } == [])
      #expect(try await admin.get(LeaseTests.lease) != nil)
    }
  }
}
