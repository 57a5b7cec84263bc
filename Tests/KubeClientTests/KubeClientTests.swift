import FleetModel
import KubeClient
import KubeSim
import Manifest
import Testing

@Suite("Kubernetes client")
struct KubeClientTests {
  @Test("apply, read, list in pages, patch and delete")
  func objects() async throws {
    try await withSimulation { simulation in
      let kube = try simulation.kube("one")
      #expect(try await kube.serverVersion().hasPrefix("v1."))
      for index in 0..<7 {
        let (identity, document) = configMap("c\(index)")
        _ = try await kube.apply(document, as: identity)
      }
      let (first, document) = configMap("c0")
      let live = try #require(try await kube.get(first))
      #expect(live["metadata", "managedFields"]?[0]?["manager"]?.string == "flotilla")
      let resource = try await kube.resource(of: first)
      let list = try await kube.list(resource, namespace: "default", pageSize: 3)
      #expect(list.items.compactMap { $0["metadata", "name"]?.string }.filter { $0.hasPrefix("c") }.count == 7)
      #expect(list.items.allSatisfy { $0["kind"]?.string == "ConfigMap" })
      _ = try await kube.patch(first, type: .merge, ["data": ["greeting": "bye"]])
      #expect(try await kube.get(first)?["data", "greeting"]?.string == "bye")
      // A dry apply tells what would be stored and stores nothing.
      let dry = try await kube.apply(document, as: first, dryRun: true)
      #expect(dry.object["data", "greeting"]?.string == "hello")
      #expect(try await kube.get(first)?["data", "greeting"]?.string == "bye")
      try await kube.delete(first, uid: live["metadata", "uid"]?.string)
      #expect(try await kube.get(first) == nil)
      try await kube.delete(first, uid: nil)  // not there: no error
      #expect(await simulation.fleet.clusters["one"]?.counters.notImplemented == [])
    }
  }

  @Test("errors carry status, reason, causes and the server's words")
  func errors() async throws {
    try await withSimulation { simulation in
      let kube = try simulation.kube("one")
      let other = try simulation.kube("one", fieldManager: "alice")
      let (identity, document) = configMap("c")
      _ = try await other.apply(document, as: identity)
      let conflict = await #expect(throws: KubeError.self) {
        _ = try await kube.apply(configMap("c", value: "mine").1, as: identity, force: false)
      }
      #expect(conflict?.status == 409)
      #expect(conflict?.causes.first?.reason == "FieldManagerConflict")
      #expect(conflict?.message.contains("\"alice\"") == true)
      let precondition = await #expect(throws: KubeError.self) { try await kube.delete(identity, uid: "other") }
      #expect(precondition?.status == 409)
      let (elsewhere, lost) = configMap("c", namespace: "nowhere")
      let absent = await #expect(throws: KubeError.self) { _ = try await kube.apply(lost, as: elsewhere) }
      #expect(absent?.status == 404 && absent?.subjectKind == "namespaces")
      let unknown = await #expect(throws: KubeError.self) {
        _ = try await kube.resource(group: "x.io", version: "v1", kind: "Thing")
      }
      #expect(unknown?.kind == .noMatch)
      let stranger = KubeClient(
        transport: try HTTPTransport(simulation.configuration("one", token: "wrong"), client: simulation.client))
      let refused = await #expect(throws: KubeError.self) { _ = try await stranger.get(identity) }
      #expect(refused?.status == 401)
      #expect("\(refused.map { "\($0)" } ?? "")".contains("wrong") == false, "no token in messages")
    }
  }

  @Test("a watch lists, follows, and goes on after its connection ends")
  func watch() async throws {
    try await withSimulation { simulation in
      let kube = try simulation.kube("one")
      let (first, document) = configMap("a")
      _ = try await kube.apply(document, as: first)
      let watch = kube.watch(
        group: "", version: "", kind: "ConfigMap", namespace: "default", lifetime: .seconds(1))
      var iterator = watch.makeAsyncIterator()
      guard case .listed(let items, _)? = await iterator.next() else {
        Issue.record("a watch begins with a list")
        return
      }
      #expect(items.contains { $0["metadata", "name"]?.string == "a" })
      // Four connections of a second each: nothing is missed, repeated or called a gap between them.
      for index in 0..<4 {
        let (identity, document) = configMap("b\(index)")
        _ = try await kube.apply(document, as: identity)
        guard case .changed(let node)? = await iterator.next() else {
          Issue.record("expected a change")
          return
        }
        #expect(node["metadata", "name"]?.string == "b\(index)")
        try await Task.sleep(for: .milliseconds(700))
      }
      try await kube.delete(first, uid: nil)
      guard case .deleted(let gone)? = await iterator.next() else {
        Issue.record("expected a deletion")
        return
      }
      #expect(gone["metadata", "name"]?.string == "a")
    }
  }

  @Test("a definition's kind is found once it is served")
  func discovery() async throws {
    try await withSimulation { simulation in
      let kube = try simulation.kube("one")
      let definition = try #require(
        try YAML.documents(
          Array(
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: things.x.io}
            spec:
              group: x.io
              scope: Namespaced
              names: {plural: things, singular: thing, kind: Thing, listKind: ThingList}
              versions:
              - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
            """.utf8)
        ).first)
      await #expect(throws: KubeError.self) {
        _ = try await kube.resource(group: "x.io", version: "v1", kind: "Thing")
      }
      _ = try await kube.apply(definition, as: try #require(ObjectIdentity(of: definition)))
      let resource = try await eventually("the kind is served") {
        try? await kube.resource(group: "x.io", version: "", kind: "Thing")
      }
      #expect(resource.plural == "things" && resource.isNamespaced && resource.version == "v1")
      // Kubernetes' own are told by its version.
      #expect(try await kube.extensions() == ["x.io/v1", "x.io/v1/Thing"])
    }
  }
}
