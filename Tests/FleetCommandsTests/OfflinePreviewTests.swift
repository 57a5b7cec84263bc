import Foundation
import Testing

@testable import FleetCommands

/// Previews that ask no controller.
@Suite struct OfflinePreviewTests {
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

  private static let applicationSet = """
    apiVersion: argoproj.io/v1alpha1
    kind: ApplicationSet
    metadata: {name: apps, namespace: argocd}
    spec:
      goTemplate: true
      generators:
        - matrix:
            generators:
              - git: {repoURL: "https://git.example.com/config.git", revision: HEAD, directories: [{path: apps/*}]}
              - clusters: {selector: {matchLabels: {env: prod}}}
      template:
        metadata: {name: "{{.path.basename}}-{{.nameNormalized}}", labels: {env: "{{.metadata.labels.env}}"}}
        spec:
          project: default
          source: {repoURL: "https://git.example.com/config.git", path: "{{.path.path}}", targetRevision: main}
          destination: {server: "{{.server}}", namespace: web}
    """

  private static let secrets = """
    apiVersion: v1
    kind: Secret
    metadata: {name: one, labels: {argocd.argoproj.io/secret-type: cluster, env: prod}}
    stringData: {name: East_1, server: "https://10.0.0.1"}
    ---
    apiVersion: v1
    kind: Secret
    metadata: {name: two, labels: {argocd.argoproj.io/secret-type: cluster, env: dev}}
    data: {name: d2VzdA==, server: aHR0cHM6Ly8xMC4wLjAuMg==}
    ---
    apiVersion: v1
    kind: Secret
    metadata: {name: other}
    """

  private static let files = [
    "set.yaml": applicationSet, "clusters.yaml": secrets, "repo/apps/web/app.yaml": "", "repo/apps/api/app.yaml": "",
    "repo/.git/HEAD": "", "answer.json": #"{"output": {"parameters": [{"name": "x"}]}}"#,
  ]

  @Test func timeIsGivenOrMissed() async throws {
    let text = """
      apiVersion: argoproj.io/v1alpha1
      kind: ApplicationSet
      metadata: {name: apps}
      spec:
        goTemplate: true
        generators: [{list: {elements: [{name: a}]}}]
        template:
          metadata: {name: "{{ .name }}-{{ now | date \\"2006\\" }}"}
          spec: {project: default}
      """
    let folder = try Folder(["set.yaml": text])
    defer { folder.remove() }
    let command = ["preview", "-f", "\(folder.path)/set.yaml", "-o", "name"]
    let given = await run(command + ["--now", "2026-11-26T08:00:00Z"])
    #expect(given.output == "application/a-2026\n")
    let missed = await run(command)
    #expect(missed.exitCode == 2)
    #expect(missed.error.contains("there is no time here") && missed.error.contains("--now TIME"))
    let wrong = await run(command + ["--now", "noon"])
    #expect(wrong.exitCode == 2)
  }

  @Test func applicationsOfOneNameSayWhatMadeThem() async throws {
    let text = """
      apiVersion: argoproj.io/v1alpha1
      kind: ApplicationSet
      metadata: {name: apps}
      spec:
        generators: [{list: {elements: [{name: a}, {name: b}, {name: a}]}}]
        template:
          metadata: {name: "{{name}}"}
          spec: {project: default}
      """
    let folder = try Folder(["set.yaml": text])
    defer { folder.remove() }
    let preview = await run(["preview", "-f", "\(folder.path)/set.yaml", "-o", "name"])
    #expect(preview.error.contains("makes two Applications named a"))
    #expect(
      preview.error.contains(
        "made by spec.generators[0].list.elements[0], and by spec.generators[0].list.elements[2]"))
  }

  @Test func showsApplicationsOfArgoFleets() async throws {
    let folder = try Folder(Self.files)
    defer { folder.remove() }
    let options = [
      "preview", "-f", "\(folder.path)/set.yaml", "--clusters", "\(folder.path)/clusters.yaml", "--repository",
      "https://git.example.com/config.git=\(folder.path)/repo",
    ]
    let names = await run(options + ["-o", "name"])
    #expect(names.output == "application/api-east-1\napplication/web-east-1\n")
    let table = await run(options)
    #expect(table.output.contains("https://10.0.0.1"))
    let yaml = await run(options + ["-o", "yaml"])
    #expect(
      yaml.output.hasPrefix(
        """
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata:
          finalizers:
          - resources-finalizer.argocd.argoproj.io
          labels:
            env: prod
          name: api-east-1
          namespace: argocd
        spec:
          destination:
            namespace: web
            server: https://10.0.0.1
          project: default
          source:
            path: apps/api
            repoURL: https://git.example.com/config.git
            targetRevision: main
        ---
        """))
    #expect(await run(options + ["-o", "json"]).output.hasPrefix("[\n  {"))
  }

  @Test func saysWhatIsMissing() async throws {
    let folder = try Folder(Self.files)
    defer { folder.remove() }
    let result = await run(["preview", "-f", "\(folder.path)/set.yaml"])
    #expect(result.exitCode != 0)
    #expect(
      result.transcript.contains(
        "spec.generators[0].matrix.generators[0].git: repository https://git.example.com/config.git at HEAD: "
          + "without a controller, give --repository https://git.example.com/config.git=FOLDER"))
    let nobody = await run(["preview", "apps", "--offline"])
    #expect(nobody.transcript.contains("no file with a set was given"))
  }

  @Test func showsTargetsOfFleetSets() async throws {
    let set = """
      apiVersion: flotilla.dev/v1
      kind: Cluster
      metadata: {name: east}
      ---
      apiVersion: flotilla.dev/v1
      kind: FleetSet
      metadata: {name: shop}
      spec:
        generators: [{plugin: {configMapRef: {name: p}}}]
        template:
          metadata: {name: "web-{{name}}"}
          spec: {source: {repository: shop, path: base}, destination: {cluster: east}}
      """
    let folder = try Folder(Self.files.merging(["set.yaml": set]) { $1 })
    defer { folder.remove() }
    let result = await run([
      "preview", "-f", "\(folder.path)/set.yaml", "--plugin-response", "p=\(folder.path)/answer.json", "-o", "json",
    ])
    #expect(result.output.contains("\"name\" : \"web-x\""))
    #expect(result.output.contains("spec.generators[0].plugin, set 0 of plugin \\\"p\\\""))
  }
}
