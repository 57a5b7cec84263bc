import FleetModel
import FleetRender
import Testing

/// Values of charts that lie in ConfigMaps and Secrets of the commit.
@Suite struct ValuesFromTests {
  private static let files = ChartTests.files.merging([
    "charts/web/values/shared.yaml": """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: shared}
    data:
      values.yaml: |
        region: eu
        replicas: 3
      tag: "1.10"
      port: "8080"
      list: "[1]"
    ---
    apiVersion: v1
    kind: Secret
    metadata: {name: login}
    data: {password: cGFzc3dvcmQ=, values.yaml: dXNlcjogc2hvcA==, bad: '*', binary: /w==}
    stringData: {token: plain-text}

    """,
    "env/two.yaml": """
    {apiVersion: v1, kind: ConfigMap, metadata: {name: one}, data: {values.yaml: "a: 1"}}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: two}, data: {values.yaml: "a: [", empty: "", text: plain}}
    ---
    {apiVersion: v1, kind: Secret, metadata: {name: broken}, stringData: {values.yaml: "hidden-word: ["}}
    ---
    {apiVersion: v1, kind: Secret, metadata: {name: sealed}, stringData: {values.yaml: "ENC[AES256_GCM,data:x]"}}

    """,
  ]) { _, new in new }

  private static func values(_ sources: [HelmOptions.ValuesSource]) throws(DiagnosticsError) -> [String] {
    var helm = HelmOptions()
    helm.valuesFrom = sources
    return try ChartTests.request(RenderOptions(helm: helm), files).valuesFrom
  }

  private static func source(
    _ file: String = "values/shared.yaml", _ change: (inout HelmOptions.ValuesSource) -> Void = { _ in }
  ) -> HelmOptions.ValuesSource {
    var source = HelmOptions.ValuesSource(file: file)
    change(&source)
    return source
  }

  @Test func mapsAndSingleValuesComeInOrder() throws {
    let values = try Self.values([
      Self.source(),
      Self.source { $0.kind = .secret },
      Self.source {
        $0.kind = .secret
        $0.valuesKey = "password"
        $0.targetPath = "auth.pass\\.word"
      },
      Self.source {
        $0.kind = .secret
        $0.valuesKey = "token"
        $0.targetPath = "token"
      },
    ])
    #expect(
      values == [
        #"{"region":"eu","replicas":3}"#, #"{"user":"shop"}"#, #"{"auth":{"pass.word":"password"}}"#,
        #"{"token":"plain-text"}"#,
      ])
  }

  /// As `helm --set` and Flux read single values: numbers and truth values are those, lists are texts.
  @Test(arguments: [("tag", "1.1"), ("port", "8080"), ("list", #""[1]""#)])
  func oneValueHasTheTypeThatItLooksLike(key: String, value: String) throws {
    let values = try Self.values([
      Self.source {
        $0.valuesKey = key
        $0.targetPath = "a"
      }
    ])
    #expect(values == ["{\"a\":\(value)}"])
  }

  @Test func whatIsOptionalMayBeMissing() throws {
    let missing: [HelmOptions.ValuesSource] = [
      Self.source("none.yaml"), Self.source { $0.name = "other" }, Self.source { $0.valuesKey = "none" },
    ]
    for var source in missing {
      #expect(throws: DiagnosticsError.self) { try Self.values([source]) }
      source.isOptional = true
      #expect(try Self.values([source]) == [])
    }
    let empty = Self.source("/env/two.yaml") {
      $0.name = "two"
      $0.valuesKey = "empty"
    }
    #expect(try Self.values([empty]) == [])
  }

  private static let refusals: [(HelmOptions.ValuesSource, String)] = [
    (source("none.yaml"), "there is no file charts/web/none.yaml at commit"),
    (source("../../../a.yaml"), "leads out of the repository"),
    (source("/env/two.yaml"), "2 objects of kind ConfigMap in it may be meant"),
    (source { $0.name = "other" }, "there is no ConfigMap other in it"),
    (source { $0.valuesKey = "none" }, "ConfigMap shared has no key \"none\""),
    (source { $0.valuesKey = "tag" }, "expected a map of values in \"tag\" of ConfigMap shared, not "),
    (
      source("/env/two.yaml") { $0.name = "two" }, "expected a map of values in \"values.yaml\" of ConfigMap two, which"
    ),
    (
      source {
        $0.kind = .secret
        $0.valuesKey = "bad"
      }, "expected base64 of a text"
    ),
    (
      source {
        $0.kind = .secret
        $0.valuesKey = "binary"
      }, "expected base64 of a text"
    ),
    (
      source("/env/two.yaml") {
        $0.kind = .secret
        $0.name = "sealed"
      }, "Secret sealed is encrypted with SOPS, and only the clusters' agents decrypt"
    ),
    (source { $0.targetPath = "a[0]" }, "expected keys joined by dots, not \"a[0]\""),
    (source { $0.targetPath = "a..b" }, "expected keys joined by dots, not \"a..b\""),
  ]

  @Test(arguments: refusals.indices)
  func whatIsWrongIsNamed(number: Int) {
    let (source, message) = Self.refusals[number]
    do throws(DiagnosticsError) {
      _ = try Self.values([Self.source(), source])
      Issue.record("was asked")
    } catch {
      #expect(error.diagnostics.first?.message.contains(message) == true, "\(error)")
      let place = (error.diagnostics.first?.field ?? "") + (error.diagnostics.first?.file ?? "")
      #expect(place.contains("helm.valuesFrom[1]") || place.contains("data."), "\(error)")
    }
  }

  @Test func aSecretIsInNoMessage() {
    let source = Self.source("/env/two.yaml") {
      $0.kind = .secret
      $0.name = "broken"
    }
    do throws(DiagnosticsError) {
      _ = try Self.values([source])
      Issue.record("was asked")
    } catch {
      #expect(!"\(error)".contains("hidden-word"), "\(error)")
    }
  }
}
