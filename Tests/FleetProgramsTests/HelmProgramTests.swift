import FleetPrograms
import Foundation
import Testing

@Suite struct HelmProgramTests {
  static let program: HelmProgram? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let program = try? HelmProgram(searching: [root.appendingPathComponent(".tools/bin").path])
    if program == nil { print("skipped: no helm; run scripts/install-tools tests") }
    return program
  }()
  static let isRequired = ProcessInfo.processInfo.environment["FLOTILLA_REQUIRE"] == "all"

  static func file(_ path: String, _ text: String) -> RenderProgram.File {
    .init(path: path, contents: Array(text.utf8))
  }

  static let chart = [
    file("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
    file("charts/web/values.yaml", "size: small\ncount: 1\ntag: a\n"),
    file("charts/web/crds/crd.yaml", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"),
    file(
      "charts/web/templates/config.yaml",
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "{{ .Release.Name }}", namespace: "{{ .Release.Namespace }}"}
      data:
        size: {{ .Values.size | quote }}
        count: {{ .Values.count | quote }}
        tag: {{ .Values.tag | quote }}
        version: {{ .Capabilities.KubeVersion.Version | quote }}
        hasWidgets: {{ .Capabilities.APIVersions.Has "example.com/v1/Widget" | quote }}

      """),
    file(
      "charts/web/templates/tests/test.yaml",
      "apiVersion: v1\nkind: Pod\nmetadata: {name: probe, annotations: {helm.sh/hook: test}}\n"),
    file("env/eu.yaml", "size: medium\ncount: 2\n"),
  ]

  static func template(_ release: HelmProgram.Release, _ files: [RenderProgram.File] = chart) async throws -> String {
    let program = try #require(program)
    let output = try await program.template(directory: "charts/web", files: files, release: release)
    return String(decoding: output, as: UTF8.self)
  }

  @Test(.enabled(if: program != nil || isRequired))
  func filesThenValuesThenParametersFillTheChartIn() async throws {
    let own = try await Self.template(.init(name: "shop", namespace: "prod"))
    #expect(own.contains(#"name: "shop", namespace: "prod""#))
    #expect(own.contains(#"size: "small""#))
    #expect(own.contains("CustomResourceDefinition") && !own.contains("kind: Pod"))
    var release = HelmProgram.Release(name: "shop", namespace: "prod")
    release.valueFiles = ["env/eu.yaml"]
    #expect(try await Self.template(release).contains(#"size: "medium""#))
    release.values = "size: large\n"
    let values = try await Self.template(release)
    #expect(values.contains(#"size: "large""#) && values.contains(#"count: "2""#))
    release.parameters = [("size", "huge, really", false), ("tag", "007", true)]
    release.skipCRDs = true
    release.kubeVersion = "v1.29.3"
    release.apiVersions = ["example.com/v1/Widget"]
    let all = try await Self.template(release)
    for part in [
      #"size: "huge, really""#, #"count: "2""#, #"tag: "007""#, #"version: "v1.29.3""#, #"hasWidgets: "true""#,
    ] { #expect(all.contains(part), "\(part) in \(all)") }
    #expect(!all.contains("CustomResourceDefinition"))
  }

  @Test(.enabled(if: program != nil || isRequired))
  func refusalsNameTheFileAndNotTheFolder() async throws {
    let program = try #require(Self.program)
    let broken = Self.chart + [Self.file("charts/web/templates/broken.yaml", "a: {{ .Values.none.at.all }}\n")]
    do throws(RenderProgram.Failure) {
      _ = try await program.template(
        directory: "charts/web", files: broken, release: .init(name: "shop", namespace: "prod"))
      Issue.record("was rendered")
    } catch {
      #expect(error.description.contains("web/templates/broken.yaml:1:"), "\(error)")
      #expect(!error.description.contains("flotilla-render"), "\(error)")
    }
  }

  @Test(.enabled(if: program != nil || isRequired))
  func nothingIsFetched() async throws {
    let text = """
      apiVersion: v2
      name: web
      version: 0.1.0
      dependencies: [{name: redis, version: 1.0.0, repository: "https://charts.example.com"}]

      """
    let files = Self.chart.map { $0.path == "charts/web/Chart.yaml" ? Self.file($0.path, text) : $0 }
    await #expect(throws: RenderProgram.Failure.self) {
      try await Self.template(.init(name: "shop", namespace: "prod"), files)
    }
  }

  @Test func namesThatLookLikeOptionsAreRefused() async throws {
    let program = HelmProgram(path: "/bin/false")
    for (name, namespace) in [("--debug", "prod"), ("", "prod"), ("shop", "-n")] {
      await #expect(throws: RenderProgram.Failure.self) {
        try await program.template(directory: "", files: [], release: .init(name: name, namespace: namespace))
      }
    }
    await #expect(throws: RenderProgram.Failure.path("../web")) {
      try await program.template(directory: "../web", files: [], release: .init(name: "a", namespace: "b"))
    }
  }
}
