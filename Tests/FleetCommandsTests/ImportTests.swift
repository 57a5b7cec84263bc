import Foundation
import Testing

@testable import FleetCommands

/// `flotilla import`, with the examples that the guides show.
@Suite struct ImportTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  static let argocd = "\(root)/fleet-examples/argocd"
  static let rancher = "\(root)/fleet-examples/rancher"
  private static let workloads: String? = {
    let folder =
      ProcessInfo.processInfo.environment["FLOTILLA_CONFORMANCE"].map { "\($0)/../../bench-workloads" }
      ?? "\(root)/../shared/bench-workloads"
    if FileManager.default.fileExists(atPath: "\(folder)/clusters-100.yaml") { return folder }
    print("skipped: no workloads in \(folder)")
    return nil
  }()

  /// A folder that goes away with what is in it.
  private static func withFolder(_ files: [String: String] = [:], _ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("flotilla-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
    try await body(folder)
  }

  /// Without what depends on where the checkout is: its path, and hints indented as far as a path is long.
  private static func shown(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let line = line.replacing(root + "/", with: "")
      let hint = line.drop { $0 == " " }
      return line.count - hint.count > 30 ? "      " + hint : String(line)
    }.joined(separator: "\n")
  }

  @Test(arguments: [("argocd", "\(argocd)/documents"), ("fleet", rancher)])
  func theExamplesAreImported(system: String, folder: String) async throws {
    let first = await run(["import", system, "-f", folder])
    #expect(first.exitCode == 0)
    try golden("import-\(system)", Self.shown(first.transcript))
    #expect(await run(["import", system, "-f", folder]).output == first.output)
    for secret in ["s3cret", "hunter2"] { #expect(!first.transcript.contains(secret)) }
    #expect(await run(["import", system, "-f", folder, "--strict"]).exitCode == 1)
    try await Self.withFolder(["imported.yaml": first.output]) { folder in
      let lint = await run(["lint", "\(folder)/imported.yaml"])
      #expect(lint.exitCode == 0, "\(lint.transcript)")
    }
    let json = await run(["import", system, "-f", folder, "-o", "json", "--report", "json"])
    let report = try JSONSerialization.jsonObject(with: Data(json.error.utf8)) as? [String: Any]
    #expect(Set(report?.keys ?? [:].keys) == ["documents", "findings", "steps"])
    try await Self.withFolder(["imported.json": json.output]) { folder in
      #expect(await run(["lint", "\(folder)/imported.json"]).exitCode == 0)
    }
  }

  /// What sets make is the same before and after, in the same order.
  private static func expectSamePreviews(
    _ sets: [String], of files: [String], clusters: String, options: [String] = []
  ) async throws {
    let imported = await run(["import", "argocd", "-f"] + files + [clusters, "--report", "none"])
    #expect(imported.exitCode == 0, "\(imported.error)")
    try await withFolder(["imported.yaml": imported.output]) { folder in
      for set in sets {
        let arguments = options + ["-o", "yaml"]
        let before = await run(["preview", set, "-f"] + files + ["--clusters", clusters] + arguments)
        let after = await run(["preview", set, "-f", "\(folder)/imported.yaml"] + arguments)
        #expect(before.exitCode == 0, "\(before.error)")
        #expect(before.output.contains("kind: Application"))
        #expect(after.output == before.output.replacing("user:hunter2@", with: ""), "\(set)")
      }
    }
  }

  @Test func previewsAreTheSameBeforeAndAfter() async throws {
    try await Self.expectSamePreviews(
      ["addons", "tenants", "guestbook"], of: ["\(Self.argocd)/documents/applicationsets.yaml"],
      clusters: "\(Self.argocd)/documents/secrets.yaml",
      options: ["--repository", "https://git.example.com/platform/config.git=\(Self.argocd)/repository"])
  }

  @Test(
    .enabled(if: workloads != nil, "no workloads beside the recorded cases"), arguments: [("W1", "w1"), ("W2", "w2")])
  func previewsOfWorkloadsAreTheSame(workload: String, set: String) async throws {
    let folder = try #require(Self.workloads)
    try await Self.expectSamePreviews(
      [set], of: ["\(folder)/\(workload)/applicationset.yaml"], clusters: "\(folder)/clusters-100.yaml")
  }

  @Test func whatIsNotValidIsToldAtOnceAndNothingIsPrinted() async throws {
    let broken = """
      apiVersion: argoproj.io/v1alpha1
      kind: ApplicationSet
      metadata: {name: one}
      spec:
        generators: [{clusters: {selector: {matchExpressions: [{key: a, operator: Perhaps}]}}}]
        template: {metadata: {name: a}, spec: {project: default}}
      ---
      apiVersion: argoproj.io/v1alpha1
      kind: ApplicationSet
      metadata: {name: two}
      spec: {generators: [{list: {elements: []}}]}
      ---
      apiVersion: argoproj.io/v1alpha1
      kind: ApplicationSet
      metadata: {name: three}
      spec:
        goTemplate: true
        generators: [{list: {elements: []}}]
        template: {metadata: {name: "{{ .a"}, spec: {project: default}}
      """
    let files = ["a.yaml": broken, "b.yaml": "# argoproj.io\na: [\n", "c.yaml": "argo: {a: 1, a: 2}\n"]
    try await Self.withFolder(files) { folder in
      let result = await run(["import", "argocd", "-f", folder])
      #expect(result.exitCode == 2)
      #expect(result.output == "")
      for place in ["a.yaml:5:", "a.yaml:11:", "a.yaml:19:", "b.yaml:3:", "c.yaml:1:"] {
        #expect(result.error.contains("\(folder)/\(place)"), "\(place) \(result.error)")
      }
    }
    let nothing = await run(["import", "argocd", "-f", "-"], input: "a: 1\n")
    #expect(nothing.exitCode == 2)
    #expect(nothing.error.contains("there is no ApplicationSet"))
    #expect(await run(["import", "argocd"]).exitCode == 2)
    let sets = try String(contentsOfFile: "\(Self.argocd)/documents/applicationsets.yaml", encoding: .utf8)
    let piped = await run(["import", "argocd", "-f", "-", "--report", "none"], input: sets)
    #expect(piped.exitCode == 0)
    #expect(piped.error == "")
    #expect(piped.output.contains("kind: ApplicationSet"))
  }

  @Test func aFleetYAMLThatIsNoneStopsTheImport() async throws {
    let repo = """
      apiVersion: fleet.cattle.io/v1alpha1
      kind: GitRepo
      metadata: {name: shop}
      spec: {repo: "https://git.example.com/shop"}
      """
    try await Self.withFolder(["repo.yaml": repo, "fleet.yaml": "helm: {a: [\n"]) { folder in
      let result = await run(["import", "fleet", "-f", folder])
      #expect(result.exitCode == 2)
      #expect(result.output == "")
      #expect(result.error.contains("\(folder)/fleet.yaml:2:"))
    }
  }
}
