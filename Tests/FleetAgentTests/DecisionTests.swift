import FleetGenerators
import FleetModel
import FleetPorts
import FleetPush
import KubeClient
import Manifest
import Testing

/// Decisions of `clusterDecisionResource`, read from simulated clusters with the kubeconfigs of push mode.
@Suite("Cluster decisions")
struct DecisionTests {
  private static let resource = "cluster.open-cluster-management.io/v1beta1"

  /// https://open-cluster-management.io/docs/concepts/content-placement/placement/#placementdecisions
  private static func decision(_ name: String, _ placement: String, _ clusters: [String]) -> String {
    let decisions = clusters.map { "{clusterName: \($0), reason: \"\"}" }.joined(separator: ", ")
    return """
      apiVersion: \(resource)
      kind: PlacementDecision
      metadata:
        name: \(name)
        namespace: argocd
        labels: {cluster.open-cluster-management.io/placement: \(placement)}
      status: {decisions: [\(decisions)]}
      """
  }

  private static let definition = """
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: placementdecisions.cluster.open-cluster-management.io}
    spec:
      group: cluster.open-cluster-management.io
      scope: Namespaced
      names: {plural: placementdecisions, singular: placementdecision, kind: PlacementDecision, listKind: PlacementDecisionList}
      versions:
      - {name: v1beta1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
    """

  private static func create(_ text: String, _ kube: KubeClient) async throws {
    for document in try YAML.documents(Array(text.utf8)) {
      _ = try await kube.apply(document, as: try #require(ObjectIdentity(of: document)))
    }
  }

  private static func request(
    cluster: String = "one", resource: String = "placementdecisions", name: String = "",
    labels: [String: String]? = nil,
    namespace: String = "argocd"
  ) -> GeneratorRequest {
    .decisions(
      DecisionRequest(
        apiVersion: Self.resource, resource: resource, name: name,
        labelSelector: labels.map { LabelSelector(matchLabels: $0) }, cluster: cluster, namespace: namespace))
  }

  private static func with(
    _ body: @escaping @Sendable (PushFixture, ClusterDecisions) async throws -> Void
  ) async throws {
    try await PushFixture.with { fixture in
      var options = PushOptions()
      options.allowsLoopback = true
      let decisions = ClusterDecisions(
        store: fixture.store, vault: fixture.vault, options: options, logger: PushFixture.quiet)
      do {
        try await body(fixture, decisions)
      } catch {
        try await decisions.shutdown()
        throw error
      }
      try await decisions.shutdown()
    }
  }

  private static let asker = GeneratorAsker(project: "default", set: "shop")

  @Test("resources are read by name and by labels, in their namespace")
  func reads() async throws {
    try await Self.with { fixture, decisions in
      let kube = try fixture.simulation.kube("one")
      try await Self.create("apiVersion: v1\nkind: Namespace\nmetadata: {name: argocd}", kube)
      try await Self.create(Self.definition, kube)
      _ = try await eventually("the kind is served") {
        try? await kube.resource(group: "cluster.open-cluster-management.io", version: "", kind: "PlacementDecision")
      }
      try await Self.create(Self.decision("web-1", "web", ["east", "west"]), kube)
      try await Self.create(Self.decision("web-2", "web", ["north"]), kube)
      try await Self.create(Self.decision("db-1", "db", ["east"]), kube)
      func names(_ request: GeneratorRequest) async throws -> [[String]] {
        guard case .resources(let found) = try await decisions.answer(request, for: Self.asker) else { return [] }
        return found.map { node in
          (node["status", "decisions"]?.array ?? []).compactMap { $0["clusterName"]?.string }
        }
      }
      #expect(try await names(Self.request(name: "web-1")) == [["east", "west"]])
      #expect(try await names(Self.request(name: "none")) == [])
      let label = "cluster.open-cluster-management.io/placement"
      #expect(try await names(Self.request(labels: [label: "web"])) == [["east", "west"], ["north"]])
      #expect(try await names(Self.request(labels: [label: "none"])) == [])
      #expect(try await names(Self.request(labels: [label: "web"], namespace: "elsewhere")) == [])
      // A resource that the cluster does not serve says so.
      let error = await #expect(throws: GeneratorSourceError.self) {
        try await names(Self.request(resource: "placementdecision", name: "web-1", labels: nil))
          + names(Self.request(resource: "placementdecision", labels: [label: "web"]))
      }
      #expect(error?.code == .notFound)
      #expect(error?.hint.contains("plural") == true)
    }
  }

  @Test("a cluster that cannot be read says why and what to do")
  func refusals() async throws {
    try await Self.with { fixture, decisions in
      try await fixture.register(["pulled"], connection: .agent)
      func failure(_ request: GeneratorRequest) async throws -> GeneratorSourceError? {
        do throws(GeneratorSourceError) {
          _ = try await decisions.answer(request, for: Self.asker)
          return nil
        } catch {
          return error
        }
      }
      let unnamed = try #require(try await failure(Self.request(cluster: "", name: "web")))
      #expect(unnamed.code == .invalid)
      #expect(unnamed.hint.contains("cluster: NAME"))
      let unknown = try #require(try await failure(Self.request(cluster: "nowhere", name: "web")))
      #expect(unknown.message == "there is no cluster \"nowhere\" in project default")
      let pulled = try #require(try await failure(Self.request(cluster: "pulled", name: "web")))
      #expect(pulled.code == .notAllowed)
      #expect(pulled.hint.contains("--kubeconfig"))
      try await fixture.setKubeconfig(of: "one", text: "apiVersion: v1\nkind: Config\n")
      let broken = try #require(try await failure(Self.request(name: "web")))
      #expect(broken.code == .credential)
      try await fixture.setKubeconfig(
        of: "one",
        text: """
          apiVersion: v1
          kind: Config
          current-context: c
          contexts: [{name: c, context: {cluster: c, user: u}}]
          clusters: [{name: c, cluster: {server: "http://127.0.0.1:9"}}]
          users: [{name: u, user: {token: t}}]
          """)
      let away = try #require(try await failure(Self.request(name: "web")))
      #expect(away.code == .unreachable)
      #expect(away.retryAfter != nil)
    }
  }
}
