import Foundation
import Synchronization
import Testing

@testable import KubeClient

/// Tokens that the kubelet renews.
@Suite("Token files")
struct TokenFileTests {
  /// A folder as the kubelet keeps a service account in: the names are links into a folder that is replaced at once.
  struct Mount {
    let folder: URL

    init() throws {
      folder = FileManager.default.temporaryDirectory.appendingPathComponent("account-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for name in ["token", "ca.crt", "namespace"] {
        try FileManager.default.createSymbolicLink(
          atPath: folder.appendingPathComponent(name).path, withDestinationPath: "..data/\(name)")
      }
    }

    func put(token: String, _ version: String) throws {
      let data = folder.appendingPathComponent(version)
      try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
      for (name, text) in [("token", token), ("ca.crt", "authority"), ("namespace", "shop")] {
        try Data(text.utf8).write(to: data.appendingPathComponent(name))
      }
      let link = folder.appendingPathComponent("..next").path
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: version)
      guard rename(link, folder.appendingPathComponent("..data").path) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
  }

  @Test("a Pod's service account: address, authority, namespace, and each new token with the next request")
  func inCluster() async throws {
    let mount = try Mount()
    defer { mount.remove() }
    try mount.put(token: "first\n", "..1")
    let found = try Kubeconfig.inCluster(
      environment: ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"], folder: mount.folder.path)
    #expect(found.server == "https://[fd00::1]:443" && found.namespace == "shop")
    #expect(found.certificateAuthority == Array("authority".utf8))
    let seen = Mutex<[String]>([])
    let answer: @Sendable (Received) -> Reply = { request in
      seen.withLock { $0.append(request.header("authorization") ?? "none") }
      return Reply(200, #"{"gitVersion": "v1"}"#)
    }
    try await withServer(answer: answer) { port, http in
      let configuration = KubeConfiguration(server: "http://127.0.0.1:\(port)", token: found.token)
      let kube = KubeClient(transport: try HTTPTransport(configuration, client: http))
      _ = try await kube.serverVersion()
      _ = try await kube.serverVersion()
      try mount.put(token: "second", "..2")
      _ = try await kube.serverVersion()
    }
    #expect(seen.withLock { $0 } == ["Bearer first", "Bearer first", "Bearer second"])
    let outside = #expect(throws: KubeError.self) { _ = try Kubeconfig.inCluster(environment: [:], folder: "/nowhere") }
    #expect(outside?.message.hasPrefix("not inside a cluster") == true)
  }

  @Test("a file that is away for a moment is bridged; one that never was there is an error, or the token beside it")
  func away() throws {
    let mount = try Mount()
    defer { mount.remove() }
    let path = mount.folder.appendingPathComponent("token").path
    let error = #expect(throws: KubeError.self) { _ = try TokenFile(path: path).current() }
    #expect(error?.kind == .credentials && error?.message.hasPrefix("the token file \(path) cannot be read") == true)
    #expect(try TokenFile(path: path, fallback: "beside").current() == "beside")
    try mount.put(token: "first", "..1")
    let file = TokenFile(path: path)
    #expect(try file.current() == "first")
    try FileManager.default.removeItem(at: mount.folder.appendingPathComponent("..1"))
    #expect(try file.current() == "first")
    try mount.put(token: " \n", "..2")
    #expect(try file.current() == "first")
    try mount.put(token: "third", "..3")
    #expect(try file.current() == "third")
  }
}
