import FleetModel
import FleetPrograms
import FleetRender
import Foundation
import Testing

/// The whole way: rendering asks, the real program answers, rendering makes the bundle.
@Suite struct KustomizeRenderTests {
  static let program: KustomizeProgram? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let program = try? KustomizeProgram(searching: [root.appendingPathComponent(".tools/bin").path])
    if program == nil { print("skipped: neither kubectl nor kustomize; run scripts/install-tools") }
    return program
  }()

  @Test(.enabled(if: program != nil || ProcessInfo.processInfo.environment["FLOTILLA_REQUIRE"] == "all"))
  func anOverlayBecomesABundle() async throws {
    let program = try #require(Self.program)
    let tree = FakeTree([
      "base/kustomization.yaml": "resources: [deployment.yaml]\n",
      "base/deployment.yaml": RenderTests.object("Deployment", "web", "spec: {replicas: 1}\n", apiVersion: "apps/v1"),
      "east/kustomization.yaml": "resources: [../base]\nreplicas: [{name: web, count: 3}]\n",
      "other/large.yaml": "not: needed\n",
    ])
    guard case .needs(let requests) = render(tree: tree, path: "east", namespace: "shop"),
      let request = requests.first, case .kustomize(let path, let files) = request
    else {
      Issue.record("did not ask")
      return
    }
    let copies = try files.map { RenderProgram.File(path: $0.path, contents: try tree.contents(of: $0.path) ?? []) }
    #expect(copies.map(\.path) == ["base/deployment.yaml", "base/kustomization.yaml", "east/kustomization.yaml"])
    let output = try await program.build(directory: path, files: copies)
    guard
      case .manifests(let bundle, let problems) = render(
        tree: tree, path: "east", namespace: "shop", answers: [request: .output(output)])
    else {
      Issue.record("no bundle")
      return
    }
    #expect(problems.isEmpty)
    #expect(
      bundle.objects.map { String(decoding: $0.canonicalJSON, as: UTF8.self) } == [
        #"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"},"spec":{"replicas":3}}"#
      ])
  }
}
