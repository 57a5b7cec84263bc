import Manifest
import Testing

@testable import KubeClient

/// The client's verbs over what a real API server answered.
@Suite("Exchanges and verbs of the client")
struct RecordedVerbTests {
  @Test("aggregated discovery: two questions for everything, and only whether it changed afterwards (004)")
  func aggregated() async throws {
    guard let exchange = try RecordedExchange.one("004") else { return }
    let transport = RecordedTransport(Array(exchange.steps.prefix(3)))
    let kube = KubeClient(transport: transport)
    let map = try await kube.resource(group: "", version: "v1", kind: "ConfigMap")
    #expect(map.plural == "configmaps" && map.isNamespaced && map.version == "v1")
    #expect(try await kube.resource(group: "", version: "", kind: "Namespace").isNamespaced == false)
    #expect(
      try await kube.resource(group: "apps", version: "", kind: "Deployment").path() == "/apis/apps/v1/deployments")
    let absent = await #expect(throws: KubeError.self) {
      _ = try await kube.resource(group: "", version: "v1", kind: "Thing")
    }
    #expect(absent?.kind == .noMatch && absent?.message == "the cluster serves no kind Thing in v1")
    #expect(await transport.requests == ["GET /api", "GET /apis", "GET /api if changed"])
  }

  @Test("a group whose own server is away is an error, and not a kind that is gone (107)")
  func stale() async throws {
    guard let exchange = try RecordedExchange.one("107") else { return }
    let transport = RecordedTransport(exchange.steps.filter { $0.place != "6" })
    let kube = KubeClient(transport: transport)
    for version in ["v1", ""] {
      let error = await #expect(throws: KubeError.self) {
        _ = try await kube.resource(group: "metrics.example.com", version: version, kind: "Pod")
      }
      #expect(error?.status == 503 && error?.problem == .unavailable, "\(error?.description ?? "")")
    }
  }

  @Test("a server that does not aggregate is asked group by group (003, 005, 006)")
  func classic() async throws {
    guard let legacy = try RecordedExchange.one("003"), let core = try RecordedExchange.one("005"),
      let apps = try RecordedExchange.one("006")
    else { return }
    let transport = RecordedTransport(legacy.steps + core.steps + apps.steps)
    let kube = KubeClient(transport: transport)
    #expect(try await kube.resource(group: "", version: "", kind: "Pod").plural == "pods")
    #expect(try await kube.resource(group: "apps", version: "", kind: "StatefulSet").version == "v1")
    #expect(try await kube.resource(group: "batch", version: "v1", kind: "Job").plural == "jobs")
    #expect(
      await transport.requests == [
        "GET /api", "GET /api/v1", "GET /apis/apps", "GET /apis/apps/v1", "GET /apis/batch/v1",
      ])
    // Kinds are not asked for group by group.
    #expect(try await kube.extensions().allSatisfy { $0.split(separator: "/").count == 2 })
    #expect(await transport.requests.last == "GET /apis")
  }

  private static let maps = KubeResource(
    group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", isNamespaced: true)

  @Test("a list in pages is one list of one moment (036)")
  func pages() async throws {
    guard let exchange = try RecordedExchange.one("036") else { return }
    let transport = RecordedTransport(exchange.steps)
    let list = try await KubeClient(transport: transport).list(Self.maps, namespace: "demo", pageSize: 2)
    #expect(list.items.compactMap { $0["metadata", "name"]?.string } == ["a", "b", "c", "d", "e"])
    #expect(list.items.allSatisfy { $0["kind"]?.string == "ConfigMap" && $0["apiVersion"]?.string == "v1" })
    #expect(list.resourceVersion == "<rv5>")
    #expect(await transport.requests.count == 3)
  }

  @Test("a list whose page expired starts again, and then asks for everything at once (037)")
  func expired() async throws {
    guard let exchange = try RecordedExchange.one("037") else { return }
    var whole = exchange.steps[5]
    whole.node["request"]?["query"] = [:]
    let transport = RecordedTransport(exchange.steps + [whole])
    let list = try await KubeClient(transport: transport).list(Self.maps, namespace: "demo", pageSize: 1)
    #expect(list.items.count == whole.body?["items"]?.array?.count)
    #expect(list.resourceVersion == "<rv22>")
    let page = "GET /api/v1/namespaces/demo/configmaps?limit=1"
    #expect(
      await transport.requests == [
        page, page + "&continue=%3Ccontinue1%3E", page, page + "&continue=%3Ccontinue1%3E",
        "GET /api/v1/namespaces/demo/configmaps",
      ])
  }

  @Test("a watch goes on from its bookmark (083)")
  func bookmarks() async throws {
    guard let exchange = try RecordedExchange.one("083"), let core = try RecordedExchange.one("005") else { return }
    var list = exchange.steps[0]
    list.node["request"]?["query"] = ["limit": "500"]
    let transport = RecordedTransport([list, exchange.steps[1]] + core.steps)
    let kube = KubeClient(transport: transport)
    var updates: [String] = []
    for await update in kube.watch(group: "", version: "v1", kind: "ConfigMap", namespace: "demo") {
      switch update {
      case .listed(let items, let version): updates.append("listed \(items.count) at \(version)")
      case .changed(let object): updates.append("changed \(object["metadata", "resourceVersion"]?.string ?? "")")
      case .interrupted(let error):
        // Nothing was recorded for the question after the bookmark.
        updates.append("interrupted \(error.status ?? 0)")
      default: updates.append("\(update)")
      }
      if updates.count == 3 { break }
    }
    #expect(
      updates == ["listed \(list.body?["items"]?.array?.count ?? -1) at <rv1>", "changed <rv2>", "interrupted 404"])
    let next = await transport.requests.last ?? ""
    #expect(next.contains("resourceVersion=%3Crv2%3E") && next.contains("allowWatchBookmarks=true"), "\(next)")
  }

  @Test("a watch from too old a version lists anew (085)")
  func tooOld() async throws {
    guard let exchange = try RecordedExchange.one("085"), let other = try RecordedExchange.one("083"),
      let core = try RecordedExchange.one("005")
    else { return }
    var list = other.steps[0]
    list.node["request"]?["query"] = ["limit": "500"]
    list.node["response"]?["body"]?["metadata"]?["resourceVersion"] = "1"
    var watch = exchange.steps[0]
    watch.node["request"]?["query"]?["allowWatchBookmarks"] = "true"
    let transport = RecordedTransport([list, watch] + core.steps)
    var updates: [String] = []
    for await update in KubeClient(transport: transport).watch(
      group: "", version: "v1", kind: "ConfigMap", namespace: "demo")
    {
      guard case .listed(_, let version) = update else {
        updates.append("\(update)")
        break
      }
      updates.append("listed at \(version)")
      if updates.count == 2 { break }
    }
    #expect(updates == ["listed at 1", "listed at 1"])
  }
}
