import FleetModel
import Foundation
import KubeSim
import Logging
import Testing

/// The real kubectl against a running simulator.
@Suite struct KubectlTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// `.tools/bin/kubectl`, or the one in PATH.
  private static var program: String? {
    let own = root.appendingPathComponent(".tools/bin/kubectl").path
    let others = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/kubectl" }
    return ([own] + others).first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  private static let shop = """
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop}
    spec:
      replicas: 2
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers:
          - {name: web, image: "registry.local/web:1", ports: [{containerPort: 80}]}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings, namespace: shop}
    data: {a: "1"}
    """

  private static let widgets = """
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: widgets.demo.example.com}
    spec:
      group: demo.example.com
      scope: Namespaced
      names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wd]}
      versions:
      - name: v1
        served: true
        storage: true
        schema:
          openAPIV3Schema:
            type: object
            properties:
              spec: {type: object, properties: {size: {type: integer, default: 3}}}
    """

  @Test(.timeLimit(.minutes(3))) func kubectlWorksAgainstASimulatedCluster() async throws {
    guard let program = Self.program else {
      print("skipped: there is no kubectl in .tools/bin or PATH")
      return
    }
    try await withSimulator { kubeconfig, folder, fleet in
      let kubectl = Kubectl(program: program, kubeconfig: kubeconfig, folder: folder)
      let file = try kubectl.write("shop.yaml", Self.shop)

      #expect(try await kubectl.run("get", "namespaces").contains("kube-system"))
      #expect(
        try await kubectl.run("apply", "--server-side", "-f", file).contains("deployment.apps/web serverside-applied"))
      let rollout = try await kubectl.run("rollout", "status", "-n", "shop", "deployment/web", "--timeout=120s")
      #expect(rollout.contains("successfully rolled out"))
      #expect(try await kubectl.run("get", "pods", "-n", "shop", "-l", "app=web").contains("1/1     Running"))
      #expect(
        try await kubectl.run("get", "deployment", "web", "-n", "shop", "-o", "yaml").contains("readyReplicas: 2"))
      #expect(try await kubectl.run("get", "all", "-n", "shop").contains("replicaset.apps/web-"))
      _ = try await kubectl.run("wait", "-n", "shop", "deployment/web", "--for=condition=Available", "--timeout=10s")

      _ = try await kubectl.run("apply", "-f", file)
      #expect(try await kubectl.run("apply", "-f", file).contains("deployment.apps/web unchanged"))
      _ = try await kubectl.run("scale", "-n", "shop", "deployment/web", "--replicas=3")
      _ = try await kubectl.run("rollout", "status", "-n", "shop", "deployment/web", "--timeout=120s")
      #expect(try await kubectl.run("get", "deployment", "web", "-n", "shop").contains("3/3"))
      _ = try await kubectl.run("label", "-n", "shop", "configmap/settings", "tier=front")
      #expect(
        try await kubectl.run("get", "cm", "-n", "shop", "-l", "tier=front", "-o", "name") == "configmap/settings\n")
      _ = try await kubectl.run("patch", "-n", "shop", "cm/settings", "--type=merge", "-p", #"{"data":{"b":"2"}}"#)
      _ = try await kubectl.run(
        "patch", "-n", "shop", "cm/settings", "--type=json", "-p", #"[{"op":"remove","path":"/data/a"}]"#)
      #expect(
        try await kubectl.run("get", "cm", "settings", "-n", "shop", "-o", "jsonpath={.data}") == #"{"b":"2"}"#)
      #expect(try await kubectl.run("api-resources").contains("deploy"))
      #expect(try await kubectl.run("auth", "can-i", "create", "pods") == "yes\n")

      let definition = try kubectl.write("widgets.yaml", Self.widgets)
      _ = try await kubectl.run("apply", "-f", definition)
      _ = try await kubectl.run("wait", "crd/widgets.demo.example.com", "--for=condition=Established", "--timeout=10s")
      let widget = try kubectl.write(
        "w.yaml", "apiVersion: demo.example.com/v1\nkind: Widget\nmetadata: {name: w, namespace: shop}\nspec: {}\n")
      _ = try await kubectl.run("apply", "-f", widget)
      #expect(try await kubectl.run("get", "wd", "w", "-n", "shop", "-o", "jsonpath={.spec.size}") == "3")

      _ = try await kubectl.run("set", "image", "-n", "shop", "deployment/web", "web=registry.local/web:broken")
      let stuck = try await kubectl.run(
        "rollout", "status", "-n", "shop", "deployment/web", "--timeout=2s", mayFail: true)
      #expect(stuck.contains("timed out"))
      #expect(try await kubectl.run("get", "pods", "-n", "shop").contains("ImagePullBackOff"))
      // The namespace goes first, and may have taken the others along when it is their turn.
      _ = try await kubectl.run("delete", "-f", file, "--timeout=120s", "--ignore-not-found")
      #expect(!(try await kubectl.run("get", "namespaces").contains("shop")))
      let unsupported = await fleet.clusters["one"]?.counters.notImplemented
      #expect(unsupported == [])
    }
  }

  private func withSimulator(_ body: @escaping @Sendable (String, URL, SimulatedFleet) async throws -> Void)
    async throws
  {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kubesim-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let fleet = SimulatedFleet(names: ["one"], scenario: Scenario(podStartMilliseconds: 50))
    let (ports, announce) = AsyncStream<Int>.makeStream()
    let server = SimulatorServer(
      fleet: fleet, adminToken: "t", logger: Logger(label: "kubectl-test", factory: { _ in SwiftLogNoOpLogHandler() })
    ) { announce.yield($0) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await fleet.run() }
      group.addTask { try await server.run() }
      var iterator = ports.makeAsyncIterator()
      let port = try #require(await iterator.next())
      let path = folder.appendingPathComponent("kubeconfig")
      let clusters = fleet.names.compactMap { fleet.clusters[$0] }
      try Data(Kubeconfig.document(clusters, host: "127.0.0.1", port: port)).write(to: path)
      try await body(path.path, folder, fleet)
      group.cancelAll()
      do { try await group.waitForAll() } catch is CancellationError {}
    }
  }
}

/// Runs kubectl with a home folder of its own.
struct Kubectl: Sendable {
  let program: String
  let kubeconfig: String
  let folder: URL

  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  func write(_ name: String, _ text: String) throws -> String {
    let url = folder.appendingPathComponent(name)
    try Data(text.utf8).write(to: url)
    return url.path
  }

  /// Runs it and returns what it printed, both streams together.
  func run(_ arguments: String..., mayFail: Bool = false) async throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ["KUBECONFIG": kubeconfig, "HOME": folder.path, "PATH": "/usr/bin:/bin"]
    let output = folder.appendingPathComponent("out-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    let handle = try FileHandle(forWritingTo: output)
    process.standardOutput = handle
    process.standardError = handle
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in continuation.resume() }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    try handle.close()
    let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
    guard process.terminationStatus == 0 || mayFail else {
      throw Failed(description: "kubectl \(arguments.joined(separator: " ")): \(text)")
    }
    return text
  }
}
