import FleetAgent
import FleetModel
import FleetSync
import Foundation
import KubeSim
import Manifest
import Testing

/// What the real kubectl sees of what the agent applied, and the agent of what kubectl did.
@Suite("kubectl and the agent")
struct ApplySetTests {
  private static var program: String? {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let paths = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/kubectl" }
    return ([root.appendingPathComponent(".tools/bin/kubectl").path] + paths)
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  private static func kubectl(_ program: String, _ simulation: Simulation, _ arguments: String...) async throws
    -> String
  {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kubectl-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let clusters = simulation.fleet.names.compactMap { simulation.fleet.clusters[$0] }
    let config = folder.appendingPathComponent("config")
    try Data(KubeSim.Kubeconfig.document(clusters, host: "127.0.0.1", port: simulation.port)).write(to: config)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ["KUBECONFIG": config.path, "HOME": folder.path, "PATH": "/usr/bin:/bin"]
    let output = folder.appendingPathComponent("out")
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
    #expect(process.terminationStatus == 0, "kubectl \(arguments): \(text)")
    return text
  }

  @Test("kubectl lists the set by its labels; what kubectl applied becomes the agent's", .timeLimit(.minutes(3)))
  func sameSet() async throws {
    guard let program = Self.program else {
      print("skipped: there is no kubectl in .tools/bin or PATH")
      return
    }
    try await ClusterAgentTests.withAgent { simulation, controller, kube in
      let file = FileManager.default.temporaryDirectory.appendingPathComponent("shop-\(UUID().uuidString).yaml")
      defer { try? FileManager.default.removeItem(at: file) }
      let home = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n"
      let before =
        home
        + ClusterAgentTests.shop(greeting: "by kubectl").replacingOccurrences(
          of: "{greeting:", with: "{dropped: x, greeting:")
      try Data(before.utf8).write(to: file)
      _ = try await Self.kubectl(program, simulation, "apply", "-n", "shop", "-f", file.path)

      await controller.order(ClusterAgentTests.order(1, try await controller.add(ClusterAgentTests.shop())))
      _ = try await controller.healthy(1)
      let data = try await Self.kubectl(
        program, simulation, "get", "configmap", "settings", "-n", "shop", "-o", "jsonpath={.data}")
      #expect(data == #"{"greeting":"hello"}"#, "what kubectl had set and the bundle does not have is gone")

      let parent = try await Self.kubectl(
        program, simulation, "get", "configmaps", "-n", "flotilla-system", "-l", ApplySet.parentLabel, "-o",
        #"jsonpath={.items[0].metadata.labels.applyset\.kubernetes\.io/id}"#)
      #expect(parent == ApplySet(target: 7, agentNamespace: "flotilla-system").id)
      let members = try await Self.kubectl(
        program, simulation, "get", "configmaps,deployments", "-A", "-l", "\(ApplySet.memberLabel)=\(parent)", "-o",
        "name")
      #expect(members == "configmap/settings\ndeployment.apps/web\n")

      // kubectl's own apply of the same documents afterwards changes nothing.
      try Data(ClusterAgentTests.shop().utf8).write(to: file)
      let again = try await Self.kubectl(
        program, simulation, "apply", "--server-side", "-n", "shop", "-f", file.path)
      #expect(again.contains("configmap/settings serverside-applied"))
      #expect(try await controller.healthy(1).drift == nil)
    }
  }
}
