import FleetDocuments
import FleetGenerators
import FleetImport
import FleetModel
import Manifest
import Testing

/// What Rancher Fleet's documents become.
@Suite struct RancherFleetTests {
  static let management = """
    apiVersion: fleet.cattle.io/v1alpha1
    kind: GitRepo
    metadata: {name: shop, namespace: fleet-default}
    spec:
      repo: https://git.example.com/shop/fleet.git
      branch: main
      paths: [web, jobs/*, database]
      clientSecretName: git-reader
      pollingInterval: 1m
      correctDrift: {enabled: true}
      targets:
        - name: production
          clusterSelector: {matchLabels: {env: production}}
        - name: lab
          clusterGroup: lab
    ---
    apiVersion: fleet.cattle.io/v1alpha1
    kind: ClusterGroup
    metadata: {name: lab, namespace: fleet-default, labels: {kind: test}}
    spec: {selector: {matchLabels: {lab: "yes"}}}
    ---
    apiVersion: fleet.cattle.io/v1alpha1
    kind: ClusterGroup
    metadata: {name: edge, namespace: fleet-default, labels: {kind: test}}
    spec: {selector: {matchLabels: {site: edge}}}
    """

  static let web = """
    defaultNamespace: shop
    labels: {app: web}
    targetCustomizations:
      - name: edge
        clusterSelector: {matchLabels: {site: edge}}
        doNotDeploy: true
      - name: europe
        clusterSelector: {matchLabels: {region: eu}}
        kustomize: {dir: overlays/eu}
        namespace: shop-eu
      - name: one
        clusterName: us-1
        kustomize: {dir: ./overlays/one}
    rolloutStrategy:
      maxUnavailable: 10%
      maxUnavailablePartitions: 1
      partitions:
        - name: Canary
          maxUnavailable: 0
          clusterSelector: {matchLabels: {canary: "true"}}
        - clusterGroupSelector: {matchLabels: {kind: test}}
    dependsOn:
      - name: shop-database
    diff:
      comparePatches: [{kind: Deployment, jsonPointers: [/spec/replicas]}]
    """

  static let files = [
    "web/fleet.yaml": web, "web/web.yaml": "", "web/overlays/eu/kustomization.yaml": "",
    "web/overlays/one/kustomization.yaml": "", "jobs/mail/job.yaml": "",
    "jobs/report/fleet.yaml": "namespace: reports\npaused: true\nhelm: {values: {a: 1}}\n",
    "jobs/report/Chart.yaml": "",
    "database/fleet.yaml": "name: db\nkeepResources: true\nnamespcae: x\n", "database/db.yaml": "",
    "database/tools/fleet.yaml": "", "database/tools/tool.yaml": "",
  ]

  static let clusters = [
    Cluster(name: "us-1", labels: ["env": "production", "region": "us", "canary": "true"]),
    Cluster(name: "eu-1", labels: ["env": "production", "region": "eu"]),
    Cluster(name: "eu-edge", labels: ["env": "production", "region": "eu", "site": "edge"]),
    Cluster(name: "lab-eu", labels: ["lab": "yes", "region": "eu"]),
    Cluster(name: "lab-prod", labels: ["lab": "yes", "env": "production"]),
    Cluster(name: "other", labels: ["region": "eu"]),
  ]

  static func result(
    _ documents: String = management, files: [String: String] = files, options: ImportOptions = ImportOptions()
  ) throws -> ImportResult {
    try importRancherFleet(
      [ImportFile(name: "management.yaml", content: Array(documents.utf8))],
      checkouts: ImportCheckouts(fallback: .init(tree: TextTree(files), name: "repo")), options: options)
  }

  /// The sets that come out, which must all be taken without a complaint.
  static func sets(_ result: ImportResult) throws -> [String: FleetSetDefinition] {
    let (documents, findings) = Documents.read(
      result.documents.enumerated().map { (file: "\($0.offset)", bytes: Array(YAML.text($0.element).utf8)) })
    // Partitions may overlap, as they may with Rancher Fleet: the first one takes a cluster in both.
    let complaints = findings.filter { !$0.text.contains("which is declared first") } + templateProblems(in: documents)
    #expect(complaints.map(\.text) == [])
    #expect(documents.count == result.documents.count)
    var sets: [String: FleetSetDefinition] = [:]
    for document in documents {
      if case .fleetSet(let definition) = document.content { sets[document.name] = definition }
    }
    return sets
  }

  static func targets(_ definition: FleetSetDefinition?) throws -> [String: String] {
    guard case .targets(let targets, _, _) = expand(try #require(definition), inventory: clusters) else { return [:] }
    return Dictionary(uniqueKeysWithValues: targets.map { ($0.cluster.rawValue, "\($0.path) in \($0.namespace)") })
  }

  @Test func everyBundleIsASetOfTheSameClusters() throws {
    let sets = try Self.sets(try Self.result())
    #expect(sets.keys.sorted() == ["db", "shop-database-tools", "shop-jobs-mail", "shop-jobs-report", "shop-web"])
    // The first customization that matches counts, and only for clusters that a target takes.
    #expect(
      try Self.targets(sets["shop-web"]) == [
        "us-1": "web/overlays/one in shop", "eu-1": "web/overlays/eu in shop-eu",
        "lab-eu": "web/overlays/eu in shop-eu", "lab-prod": "web in shop",
      ])
    let all = ["us-1", "eu-1", "eu-edge", "lab-eu", "lab-prod"]
    #expect(
      try Self.targets(sets["shop-jobs-mail"])
        == Dictionary(
          uniqueKeysWithValues: all.map { ($0, "jobs/mail in default") }))
    #expect(try Self.targets(sets["shop-jobs-report"])["eu-1"] == "jobs/report in reports")
    #expect(sets["shop-jobs-report"]?.rollout.trigger == .manual)
    #expect(sets["shop-web"]?.sync == SyncPolicy(prune: true, selfHeal: true, createNamespace: true))
  }

  @Test func anEarlierCustomizationShieldsFromALaterOne() throws {
    let web = """
      targetCustomizations:
        - {clusterSelector: {matchLabels: {env: production}}}
        - {clusterSelector: {matchLabels: {region: eu}}, doNotDeploy: true}
      """
    let documents = Self.management.replacing("[web, jobs/*, database]", with: "[web]")
    let sets = try Self.sets(try Self.result(documents, files: ["web/fleet.yaml": web, "web/a.yaml": ""]))
    #expect(try Self.targets(sets["shop-web"]).keys.sorted() == ["eu-1", "eu-edge", "lab-prod", "us-1"])
  }

  @Test func partitionsAreStages() throws {
    let rollout = try #require(try Self.sets(try Self.result())["shop-web"]).rollout
    #expect(rollout.stages.map(\.name) == ["canary", "partition-2", "partition-2-2", "rest"])
    #expect(
      rollout.stages.map(\.selection) == [
        .clusters(LabelSelector(matchLabels: ["canary": "true"])),
        .clusters(LabelSelector(matchLabels: ["site": "edge"])),
        .clusters(LabelSelector(matchLabels: ["lab": "yes"])), .rest,
      ])
    #expect(rollout.stages.map(\.maxConcurrent) == [.count(1), .percent(10), .percent(10), .percent(10)])
  }

  @Test(arguments: [
    ("{autoPartitionSize: 40%}", ["percent 40", "percent 40", "rest"]),
    ("{autoPartitionSize: 100%, maxUnavailable: 3}", ["rest"]), ("{autoPartitionSize: 10}", ["count 10", "rest"]),
    ("{autoPartitionSize: 0}", ["rest"]), ("{maxNew: 5}", ["rest"]),
  ])
  func automaticPartitions(strategy: String, stages: [String]) throws {
    let documents = Self.management.replacing("[web, jobs/*, database]", with: "[web]")
    let sets = try Self.sets(
      try Self.result(documents, files: ["web/fleet.yaml": "rolloutStrategy: \(strategy)", "web/a.yaml": ""]))
    let rollout = try #require(sets["shop-web"]).rollout
    #expect(
      rollout.stages.map { stage in
        switch stage.selection {
        case .percent(let share): "percent \(share)"
        case .count(let count): "count \(count)"
        case .rest: "rest"
        default: "other"
        }
      } == stages)
    if strategy.contains("maxNew") { #expect(rollout.onboardMaxConcurrent == 5) }
  }

  @Test func everythingThatIsLostIsToldWithItsPlace() throws {
    let result = try Self.result()
    let lost = result.findings.filter { $0.outcome == .leftOut }.map { "\($0.file):\($0.line) \($0.field)" }
    #expect(
      Set(lost) == [
        "repo/web/fleet.yaml:16 rolloutStrategy.maxUnavailablePartitions", "repo/web/fleet.yaml:23 dependsOn[0]",
        "repo/web/fleet.yaml:25 diff.comparePatches", "repo/jobs/report/fleet.yaml:3 helm.values",
        "repo/database/fleet.yaml:3 namespcae", "repo/database/fleet.yaml:1 ", "repo/web/fleet.yaml:1 ",
      ])
    #expect(result.findings.allSatisfy { !$0.message.isEmpty })
    #expect(result.findings.contains { $0.field == "namespcae" && $0.message.contains("did you mean \"namespace\"?") })
    let differs = Set(result.findings.filter { $0.outcome == .differs }.map(\.field))
    #expect(
      differs.isSuperset(of: [
        "spec.clientSecretName", "targetCustomizations[1].namespace", "rolloutStrategy.partitions[0].maxUnavailable",
        "rolloutStrategy.partitions[1].clusterGroupSelector", "rolloutStrategy.partitions", "paused", "spec",
      ]))
    #expect(
      result.steps.map(\.command) == [
        "flotilla apply -f FILE", "flotilla credential set git-reader --user USER --secret-file FILE",
      ])
  }

  @Test func clustersComeWithoutWhatIsSecret() throws {
    let documents = """
      apiVersion: fleet.cattle.io/v1alpha1
      kind: Cluster
      metadata:
        name: c-m-1
        namespace: fleet-default
        labels: {env: production, management.cattle.io/cluster-display-name: paris}
        annotations: {kubectl.kubernetes.io/last-applied-configuration: "s3cret"}
      spec: {kubeConfigSecret: c-m-1-kubeconfig, paused: true, templateValues: {a: b}}
      status: {agent: {lastSeen: x}}
      """
    let result = try Self.result(documents)
    #expect(
      result.documents == [
        [
          "apiVersion": "flotilla.dev/v1", "kind": "Cluster",
          "metadata": [
            "name": "c-m-1",
            "labels": ["env": "production", "management.cattle.io/cluster-display-name": "paris"],
          ],
        ]
      ])
    #expect(result.findings.map(\.field) == ["spec.paused", "spec.templateValues"])
    #expect(
      result.steps.map(\.command) == [
        "flotilla apply -f FILE", "flotilla cluster token c-m-1 --token-out FILE",
        "flotilla cluster cordon c-m-1 --reason paused",
      ])
    let pushed = try Self.result(documents, options: ImportOptions(project: "shop", usesKubeconfigs: true))
    #expect(pushed.documents[0]["spec", "connection", "kubeconfig", "credential"]?.string == "c-m-1-kubeconfig")
    #expect(pushed.documents[0]["metadata", "project"]?.string == "shop")
  }

  @Test func aGroupThatIsNotThereLeavesOutItsTargetsOnly() throws {
    let documents = Self.management.replacing("clusterGroup: lab", with: "clusterGroup: lob")
      .replacing("[web, jobs/*, database]", with: "[jobs/mail, nowhere]")
    let result = try Self.result(documents)
    let sets = try Self.sets(result)
    #expect(try Self.targets(sets["shop-jobs-mail"]).keys.sorted() == ["eu-1", "eu-edge", "lab-prod", "us-1"])
    #expect(
      result.findings.filter { $0.outcome == .leftOut }.map { "\($0.line) \($0.field)" } == [
        "7 spec.paths[1]", "15 spec.targets[1].clusterGroup",
      ])
    let none = documents.replacing("clusterSelector: {matchLabels: {env: production}}", with: "clusterGroup: none")
    #expect(try Self.sets(try Self.result(none)).isEmpty)
  }

  @Test func thoseWithoutTargetsGoToTheDefaultGroup() throws {
    let local = """
      apiVersion: fleet.cattle.io/v1alpha1
      kind: GitRepo
      metadata: {name: tools, namespace: fleet-local}
      spec: {repo: "https://git.example.com/tools", revision: v1.2.0}
      """
    let result = try Self.result(local, files: ["a.yaml": ""])
    let set = try #require(try Self.sets(result)["tools"])
    guard case .clusters(let clusters) = set.generators[0].generator, case .target(let template) = set.template else {
      Issue.record("another generator")
      return
    }
    #expect(clusters.selector == LabelSelector(matchLabels: ["name": "local"]))
    #expect(template.path == ".")
    #expect(template.revision == .named("v1.2.0"))
    #expect(set.sync.selfHeal == false)
  }

  @Test func severalNamespacesAreImportedOneByOne() throws {
    let both = Self.management + "\n---\n" + Self.management.replacing("fleet-default", with: "shop")
    #expect(throws: DiagnosticsError.self) { try Self.result(both) }
    let one = try Self.result(both, options: ImportOptions(namespace: "shop"))
    #expect(try Self.sets(one).count == 5)
    #expect(throws: DiagnosticsError.self) { try Self.result("kind: Deployment\napiVersion: apps/v1\n") }
  }
}

/// Files that are written down.
struct TextTree: SourceTree {
  var commit: CommitID
  private let texts: [String: String]

  init(_ texts: [String: String]) {
    self.texts = texts
    commit = CommitID(hexadecimal: String(repeating: "0", count: 40)) ?? { preconditionFailure("forty digits") }()
  }

  func directories(under path: String) throws(SourceTreeError) -> [String] {
    var found: Set<String> = []
    for file in texts.keys {
      let parts = file.split(separator: "/").dropLast()
      for count in 1..<(parts.count + 1) where !parts.isEmpty {
        found.insert(parts.prefix(count).joined(separator: "/"))
      }
    }
    return found.sorted()
  }

  func files(under path: String) throws(SourceTreeError) -> [SourceFile] {
    texts.keys.sorted().map { SourceFile(path: $0, objectID: $0, sizeBytes: Int64(texts[$0]?.utf8.count ?? 0)) }
  }

  func contents(of path: String) throws(SourceTreeError) -> [UInt8]? { texts[path].map { Array($0.utf8) } }
  func objectID(of path: String) throws(SourceTreeError) -> String? { path }
}
