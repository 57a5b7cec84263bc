import FleetController
import FleetModel
import FleetPorts
import FleetPostgres
import FleetPrograms
import FleetTestSupport
import Foundation
import Manifest
import Testing

/// Charts and values per cluster, from a commit to bundles, with the real helm.
@Suite struct ChartTests {
  static let helm: HelmProgram? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let program = try? HelmProgram(searching: [root.appendingPathComponent(".tools/bin").path])
    if program == nil { print("skipped: no helm; run scripts/install-tools tests") }
    return program
  }()
  static let isRequired = ProcessInfo.processInfo.environment["FLOTILLA_REQUIRE"] == "all"

  static func with(_ body: (ControllerFixture) async throws -> Void) async throws {
    try await ControllerFixture.with { controller in
      var controller = controller
      controller.programs = RenderPrograms(helm: helm)
      try await controller.git.commit("apiVersion: v2\nname: web\nversion: 1.0.0\n", to: "chart/Chart.yaml")
      try await controller.git.commit(
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "{{ .Release.Name }}"}
        data: {region: {{ .Values.region | quote }}, size: {{ .Values.size | default "small" | quote }}}

        """, to: "chart/templates/config.yaml")
      try await controller.git.commit("size: large\n", to: "values/west.yaml")
      try await body(controller)
    }
  }

  /// The only object of every target's bundle, as JSON.
  static func objects(_ controller: ControllerFixture) async throws -> [TargetName: String] {
    var result: [TargetName: String] = [:]
    for (name, digest) in try await controller.wanted() {
      let objects = try await controller.store.bundle(try #require(digest)) ?? []
      result[name] = String(decoding: try await controller.store.objects(objects).first ?? [], as: UTF8.self)
    }
    return result
  }

  @Test(.enabled(if: helm != nil || isRequired))
  func overridesChangeValuesAndWhatTheyRenderTo() async throws {
    try await Self.with { controller in
      let overrides = """
        overrides:
            - name: east
              clusters: {matchExpressions: [{key: region, operator: In, values: [east]}]}
              values: {size: huge}
              patches:
                - target: {kind: ConfigMap}
                  patch: [{op: add, path: /data/extra, value: "${WHERE}"}]
        """
      try await controller.apply(
        ControllerFixture.clusters(["east"], labels: "region: east")
          + ControllerFixture.clusters(["west"], labels: "region: west") + controller.repository()
          + ControllerFixture.fleetSet(
            path: "chart", also: overrides,
            source: ", helm: {values: {region: '{{name}}', size: medium}}, substitute: {WHERE: '{{name}}'}"))
      try await controller.settle()
      try await controller.confirm()
      let objects = try await Self.objects(controller)
      let east = #""data":{"extra":"east","region":"east","size":"huge"}"#
      #expect(objects["web-east"]?.contains(east) == true, "\(objects)")
      #expect(objects["web-west"]?.contains(#""data":{"region":"west","size":"medium"}"#) == true, "\(objects)")
    }
  }

  /// Files, then `valuesFrom`, then `values`; a commit that changes only the ConfigMap is a new release.
  @Test(.enabled(if: helm != nil || isRequired))
  func valuesComeFromConfigMapsOfTheCommit() async throws {
    func configMap(size: String) -> String {
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: west}\ndata: {values.yaml: 'size: \(size)', region: world}\n"
    }
    try await Self.with { controller in
      try await controller.git.commit(configMap(size: "tiny"), to: "maps/west.yaml")
      try await controller.rollOutFirst(
        set: ControllerFixture.fleetSet(
          path: "chart",
          source:
            ", helm: {valueFiles: [/values/west.yaml], valuesFrom: [{file: '/maps/{{name}}.yaml', optional: true}, "
            + "{file: /maps/west.yaml, valuesKey: region, targetPath: region}]}"))
      let objects = try await Self.objects(controller)
      #expect(objects["web-east"]?.contains(#""data":{"region":"world","size":"large"}"#) == true, "\(objects)")
      #expect(objects["web-west"]?.contains(#""data":{"region":"world","size":"tiny"}"#) == true, "\(objects)")
      try await controller.git.commit(configMap(size: "huge"), to: "maps/west.yaml")
      try await controller.poll()
      try await controller.confirm()
      let changed = try await Self.objects(controller)
      #expect(changed["web-east"] == objects["web-east"])
      #expect(changed["web-west"]?.contains(#""size":"huge""#) == true, "\(changed)")
    }
  }

  /// Templates see the Kubernetes of the cluster they are for, unless the set says another; the programs' own only where
  /// nobody knows.
  @Test(.enabled(if: helm != nil || isRequired))
  func templatesSeeTheClustersKubernetes() async throws {
    try await Self.with { controller in
      try await controller.git.commit(
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "{{ .Release.Name }}"}
        data:
          minor: {{ .Capabilities.KubeVersion.Minor | quote }}
          monitors: {{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1/ServiceMonitor" | quote }}

        """, to: "chart/templates/config.yaml")
      try await controller.rollOutFirst(set: ControllerFixture.fleetSet(path: "chart"))
      let east = try #require(
        try await controller.store.inventory(of: .defaultProject).first { $0.name == "east" }?.id)
      try await controller.store.openSession(
        for: east, tokenHash: .sha256([1]), instance: "east", controller: controller.controller,
        expiresIn: .seconds(600), agentVersion: "1.0.0", kubernetesVersion: "v1.29.4-eks-036c24b",
        apiVersions: ["monitoring.coreos.com/v1/ServiceMonitor", "monitoring.coreos.com/v1"])
      _ = try await controller.run(.expansion, row: try await controller.set().id.rawValue)
      try await controller.settle()
      try await controller.confirm()
      let objects = try await Self.objects(controller)
      #expect(objects["web-east"]?.contains(#""minor":"29","monitors":"true""#) == true, "\(objects)")
      #expect(objects["web-west"]?.contains(#""monitors":"false""#) == true, "\(objects)")
      #expect(objects["web-west"]?.contains(#""minor":"29""#) == false)
      // What is kept of a chart's settings does not have the list in it, and looking where fields come from finds it.
      let settings = try await controller.store.targetSettings(of: try await controller.set().id)
      #expect(settings["web-east"]?.options.kubernetesVersion == KubernetesVersion(major: 1, minor: 29))
      #expect(settings["web-east"]?.options.servedVersions == nil)
      #expect(
        try await controller.previewer.origins(of: "shop", on: "east", in: .defaultProject, revision: nil).count == 1)
      try await controller.apply(
        ControllerFixture.fleetSet(path: "chart", source: ", helm: {kubeVersion: '1.30.0'}"))
      try await controller.settle()
      try await controller.confirm()
      let fixed = try await Self.objects(controller)
      #expect(fixed.values.allSatisfy { $0.contains(#""minor":"30""#) }, "\(fixed)")
    }
  }

  @Test(.enabled(if: helm != nil || isRequired))
  func everyClusterGetsTheChartFilledInForIt() async throws {
    try await Self.with { controller in
      try await controller.rollOutFirst(
        set: ControllerFixture.fleetSet(
          path: "chart",
          source: ", helm: {valueFiles: ['/values/{{name}}.yaml'], ignoreMissingValueFiles: true, "
            + "values: {region: '{{name}}'}}"))
      let objects = try await Self.objects(controller)
      #expect(objects["web-east"]?.contains(#""data":{"region":"east","size":"small"}"#) == true, "\(objects)")
      #expect(objects["web-west"]?.contains(#""data":{"region":"west","size":"large"}"#) == true, "\(objects)")
      // The release's name is the target's, and the namespace the target's own.
      #expect(objects["web-east"]?.contains(#""metadata":{"name":"web-east","namespace":"shop"}"#) == true)
      let settings = try await controller.store.targetSettings(of: try await controller.set().id)
      #expect(settings["web-east"]?.options.helm?.values == #"{"region":"east"}"#)
    }
  }

  @Test(.enabled(if: helm != nil || isRequired))
  func aChartThatFailsKeepsWhatRuns() async throws {
    try await Self.with { controller in
      try await controller.rollOutFirst(set: ControllerFixture.fleetSet(path: "chart"))
      let before = try await controller.wanted()
      try await controller.git.commit("a: {{ .Values.none.of.this }}\n", to: "chart/templates/broken.yaml")
      try await controller.poll()
      let condition = try await controller.condition()
      #expect(condition.reason == "RenderFailed")
      #expect(condition.message.contains("templates/broken.yaml:1:"), "\(condition.message)")
      #expect(try await controller.wanted() == before)
    }
  }

  @Test func withoutHelmAChartSaysWhatToInstall() async throws {
    try await ControllerFixture.with { controller in
      try await controller.git.commit("apiVersion: v2\nname: web\nversion: 1.0.0\n", to: "chart/Chart.yaml")
      try await controller.apply(
        ControllerFixture.clusters(["east"]) + controller.repository() + ControllerFixture.fleetSet(path: "chart"))
      try await controller.settle()
      #expect(try await controller.condition().message.contains("helm is not installed where the controller runs"))
    }
  }

  @Test func valuesInManifestsDifferByCluster() async throws {
    try await ControllerFixture.with { controller in
      try await controller.git.commit(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {cluster: '${CLUSTER}', size: '${SIZE:=small}'}\n",
        to: "config/a.yaml")
      try await controller.rollOutFirst(
        set: ControllerFixture.fleetSet(path: "config", source: ", substitute: {CLUSTER: '{{name}}'}"))
      let objects = try await Self.objects(controller)
      #expect(objects["web-east"]?.contains(#""data":{"cluster":"east","size":"small"}"#) == true, "\(objects)")
      #expect(objects["web-west"]?.contains(#""data":{"cluster":"west","size":"small"}"#) == true, "\(objects)")
      try await controller.git.commit(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {cluster: '${CLUSTR}'}\n", to: "config/a.yaml")
      try await controller.poll()
      let message = try await controller.condition().message
      #expect(message.contains("config/a.yaml") && message.contains("there is no value for ${CLUSTR}"), "\(message)")
      #expect(message.contains("web-east and 1 more"), "\(message)")
    }
  }
}
