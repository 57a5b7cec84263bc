import FleetPrograms
import Foundation
import Testing

@Suite struct KustomizeProgramTests {
  static let program: KustomizeProgram? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let program = try? KustomizeProgram(searching: [root.appendingPathComponent(".tools/bin").path])
    if program == nil { print("skipped: neither kubectl nor kustomize; run scripts/install-tools") }
    return program
  }()
  static let isRequired = ProcessInfo.processInfo.environment["FLOTILLA_REQUIRE"] == "all"

  static func file(_ path: String, _ text: String) -> RenderProgram.File {
    .init(path: path, contents: Array(text.utf8))
  }

  static let base = [
    file("base/kustomization.yaml", "resources: [config.yaml]\n"),
    file("base/config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {size: small}\n"),
  ]

  @Test(.enabled(if: program != nil || isRequired))
  func buildsWithBasesOutsideTheDirectory() async throws {
    let program = try #require(Self.program)
    let overlay = Self.file("clusters/east/kustomization.yaml", "resources: [../../base]\nnamePrefix: east-\n")
    let output = try await program.build(directory: "clusters/east", files: Self.base + [overlay])
    #expect(
      String(decoding: output, as: UTF8.self)
        == "apiVersion: v1\ndata:\n  size: small\nkind: ConfigMap\nmetadata:\n  name: east-settings\n")
  }

  @Test(.enabled(if: program != nil || isRequired))
  func refusalsNameTheFileAndNotTheFolder() async throws {
    let program = try #require(Self.program)
    let files = [Self.file("a/kustomization.yaml", "resources: [missing.yaml]\n")]
    do throws(RenderProgram.Failure) {
      _ = try await program.build(directory: "a", files: files)
      Issue.record("was built")
    } catch {
      #expect(error.description.contains("missing.yaml"))
      #expect(!error.description.contains("flotilla-kustomize"))
    }
  }

  @Test(
    .enabled(if: program != nil || isRequired),
    arguments: ["https://example.com/base.yaml", "github.com/a/b//c?ref=v1"])
  func nothingIsFetched(resource: String) async throws {
    let program = try #require(Self.program)
    let files = [Self.file("kustomization.yaml", "resources: ['\(resource)']\n")]
    await #expect(throws: RenderProgram.Failure.self) { try await program.build(directory: "", files: files) }
  }

  @Test(.enabled(if: program != nil || isRequired))
  func filesOutsideTheKustomizationAreNotRead() async throws {
    let program = try #require(Self.program)
    let files = [
      Self.file("a/kustomization.yaml", "configMapGenerator: [{name: x, files: [/etc/passwd]}]\n"),
      Self.file("b/kustomization.yaml", "configMapGenerator: [{name: x, files: [../a/kustomization.yaml]}]\n"),
    ]
    for directory in ["a", "b"] {
      await #expect(throws: RenderProgram.Failure.self) {
        try await program.build(directory: directory, files: files)
      }
    }
  }

  static let workloads: URL? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder =
      ProcessInfo.processInfo.environment["FLOTILLA_WORKLOADS"].map { URL(fileURLWithPath: $0) }
      ?? root.appendingPathComponent("../shared/bench-workloads").standardizedFileURL
    if FileManager.default.fileExists(atPath: folder.appendingPathComponent("expected").path) { return folder }
    print("skipped: no workloads in \(folder.path); set FLOTILLA_WORKLOADS")
    return nil
  }()

  @Test(.enabled(if: (program != nil && workloads != nil) || isRequired), arguments: ["K1", "K2"])
  func agreesWithTheRecordedOutput(workload: String) async throws {
    let program = try #require(Self.program)
    let workloads = try #require(Self.workloads)
    let folder = workloads.appendingPathComponent(workload)
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
    let files = try paths.compactMap { path -> RenderProgram.File? in
      let file = folder.appendingPathComponent(path)
      guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { return nil }
      return RenderProgram.File(path: path, contents: [UInt8](try Data(contentsOf: file)))
    }
    let output = try await program.build(directory: "overlay", files: files)
    let expected = try Data(contentsOf: workloads.appendingPathComponent("expected/\(workload).yaml"))
    #expect(Data(output) == expected)
  }

  @Test func pathsThatLeadOutAreRefused() async {
    let program = KustomizeProgram(path: "/bin/false")
    for path in ["../x", "/etc/x", "a/../../x", "a//b", ""] {
      await #expect(throws: RenderProgram.Failure.path(path)) {
        try await program.build(directory: "", files: [Self.file(path, "")])
      }
    }
  }

  @Test func aMissingProgramIsNamed() {
    #expect(throws: Never.self) { KustomizeProgram(path: "/opt/kustomize") }
    #expect(KustomizeProgram(path: "/opt/kustomize").path == "/opt/kustomize")
  }
}
