import Foundation
import Manifest
import Testing

@testable import FleetCommands

/// `flotilla render`, which asks no controller.
@Suite struct RenderCommandTests {
  /// A folder of files for one test.
  private struct Folder {
    let path: String

    init(_ files: [String: String]) throws {
      path = FileManager.default.temporaryDirectory.appendingPathComponent("flotilla-\(UUID().uuidString)").path
      for (name, text) in files {
        let file = URL(fileURLWithPath: "\(path)/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
      }
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
  }

  private static let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec: {ports: [{port: 80}]}\n"

  @Test func aKustomizationIsPrintedAsKubectlDoes() async throws {
    let folder = try Folder([
      ".git/HEAD": "", "base/kustomization.yaml": "resources: [service.yaml]\n", "base/service.yaml": Self.service,
      "east/kustomization.yaml": "resources: [../base]\nnamePrefix: east-\nnamespace: shop\n",
    ])
    defer { folder.remove() }
    let result = await run(["render", folder.path + "/east"])
    #expect(result.error == "")
    #expect(
      result.output
        == "apiVersion: v1\nkind: Service\nmetadata:\n  name: east-web\n  namespace: shop\nspec:\n  ports:\n  - port: 80\n"
    )
    #expect(result.exitCode == 0)
    #expect(await run(["render", folder.path + "/east", "--engine", "native"]).output == result.output)
  }

  @Test func plainManifestsArePrintedInTheOrderOfTheirBundle() async throws {
    let folder = try Folder([
      "b.yaml": Self.service, "a.json": #"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}"#,
      "sub/n.yml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n", "notes.txt": "none",
    ])
    defer { folder.remove() }
    let result = await run(["render", folder.path])
    #expect(
      result.output.split(separator: "\n").filter { $0.hasPrefix("kind") } == [
        "kind: Namespace", "kind: ConfigMap", "kind: Service",
      ])
    #expect(result.exitCode == 0)
  }

  @Test func whatIsWrongIsSaidWithFileAndLine() async throws {
    let folder = try Folder([
      ".git/HEAD": "", "base/kustomization.yaml": "resources: [a.yaml]\n", "base/a.yaml": "apiVersion: v1\nkind: A\n",
      "east/kustomization.yaml": "resources: [../base]\n",
    ])
    defer { folder.remove() }
    let result = await run(["render", folder.path + "/east"])
    #expect(result.exitCode == 2)
    #expect(result.output == "")
    #expect(result.error.contains("base/a.yaml:1:1  metadata.name: the object has no metadata.name"))
    #expect(result.error.contains("needed by base/kustomization.yaml, by east/kustomization.yaml"))
    #expect(await run(["render", folder.path + "/nowhere"]).exitCode == 2)
  }

  /// What lies behind a link, or outside the repository, is not read.
  @Test func nothingOutsideTheRepositoryIsRead() async throws {
    let secret = try Folder(["secret.yaml": Self.service, "kustomization.yaml": "resources: [secret.yaml]\n"])
    let folder = try Folder([
      ".git/HEAD": "", "file/kustomization.yaml": "resources: [link.yaml]\n",
      "directory/kustomization.yaml": "resources: [link]\n", "outside/kustomization.yaml": "resources: [../..]\n",
      "generated/kustomization.yaml": "configMapGenerator: [{name: a, files: [link/secret.yaml]}]\n",
      "patched/kustomization.yaml": "resources: [web.yaml]\npatches: [{path: link.yaml}]\n",
      "patched/web.yaml": Self.service, "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    ])
    defer {
      secret.remove()
      folder.remove()
    }
    let manager = FileManager.default
    try manager.createSymbolicLink(
      atPath: folder.path + "/file/link.yaml", withDestinationPath: secret.path + "/secret.yaml")
    try manager.createSymbolicLink(atPath: folder.path + "/directory/link", withDestinationPath: secret.path)
    try manager.createSymbolicLink(atPath: folder.path + "/generated/link", withDestinationPath: secret.path)
    try manager.createSymbolicLink(
      atPath: folder.path + "/patched/link.yaml", withDestinationPath: secret.path + "/secret.yaml")
    try manager.createSymbolicLink(atPath: folder.path + "/chart/link.yaml", withDestinationPath: "/etc/passwd")
    for (name, named) in [
      ("file", "link.yaml"), ("directory", "link"), ("outside", "../.."), ("generated", "link/secret.yaml"),
      ("patched", "link.yaml"),
    ] {
      let result = await run(["render", folder.path + "/" + name])
      #expect(result.exitCode == 2, "\(name)")
      #expect(result.output == "", "\(name)")
      #expect(result.error.contains("\(name)/kustomization.yaml:"), "\(result.error)")
      #expect(result.error.contains("\"\(named)\""), "\(result.error)")
    }
    let chart = await run(["render", folder.path + "/chart", "--values", "link.yaml"])
    #expect(chart.exitCode == 2)
    #expect(chart.output == "")
  }

  @Test func theNativeEngineAloneSaysWhatItDoesNotDo() async throws {
    let folder = try Folder([
      "kustomization.yaml": "resources: [a.yaml]\nopenapi: {version: v1.21.2}\n", "a.yaml": Self.service,
    ])
    defer { folder.remove() }
    let result = await run(["render", folder.path, "--engine", "native"])
    #expect(result.exitCode == 2)
    #expect(result.error.contains("the native engine does not do openapi"))
  }

  /// Comments behind a kustomization, plain manifests, and texts of several lines; without them it is the same YAML.
  @Test func originsStandBehindTheFields() async throws {
    let long = String(repeating: "word ", count: 30)
    let folder = try Folder([
      ".git/HEAD": "", "base/kustomization.yaml": "resources: [service.yaml, notes.yaml]\n",
      "base/service.yaml": Self.service,
      "base/notes.yaml":
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes}\ndata:\n  block: |\n    # one\n    two\n  long: '# \(long)'\n",
      "east/kustomization.yaml": "resources: [../base]\nnamespace: shop\npatches:\n- path: port.yaml\n",
      "east/port.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  clusterIP: None\n",
    ])
    defer { folder.remove() }
    let result = await run(["render", folder.path + "/east", "--origin"])
    #expect(result.exitCode == 0, "\(result.error)")
    let east = folder.path + "/east"
    try golden("verbs/render-origin", result.output)
    let plain = await run(["render", east])
    #expect(
      try YAML.documents(Array(result.output.utf8)) == YAML.documents(Array(plain.output.utf8)))
    let table = await run(["render", east, "--origin", "-o", "table"])
    #expect(
      table.output.contains(
        "Service shop/web      spec.clusterIP      None                                      "
          + "east/port.yaml:5 (patches[0] of east/kustomization.yaml)"), "\(table.output)")
    let json = await run(["render", folder.path + "/east", "--origin", "-o", "json"])
    #expect(json.output.contains("\"kind\" : \"patch\""))
    let manifests = await run(["render", folder.path + "/base", "--origin"])
    #expect(manifests.output.contains("  name: web") && manifests.output.contains("# base/service.yaml:4"))
  }

  @Test func formatsAreForOrigins() async throws {
    #expect(await run(["render", "x", "-o", "json"]).exitCode == 2)
    #expect(await run(["render", "x", "--origin", "-o", "name"]).exitCode == 2)
  }
}
