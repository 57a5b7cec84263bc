import FleetDocuments
import FleetModel
import Manifest
import Testing

@testable import FleetGenerators

/// An expansion that is kept makes what one from the beginning makes, and goes through the template only with what changed.
@Suite struct IncrementalTests {
  /// A world that changes, drawn from a seed.
  private struct World {
    private var state: UInt64
    var clusters: [Cluster]
    var files: [String: String] = [
      "apps/web/app.yaml": "{app: web, tier: gold}",
      "apps/db/app.yaml": "[{app: db, tier: gold}, {app: cache, tier: tin}]",
    ]
    var commit = 1
    var plugin = ["east": "gold", "west": "tin"]
    var isPluginAway = false

    init(seed: UInt64, clusters count: Int = 6) {
      state = seed
      clusters = (0..<count).map { number in
        Cluster(
          name: ClusterName("c\(number)"), labels: ["env": number % 2 == 0 ? "prod" : "dev", "ring": "\(number % 3)"])
      }
    }

    mutating func below(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(limit))
    }

    mutating func change() {
      switch below(10) {
      case 0...3:
        guard !clusters.isEmpty else { return }
        let place = below(clusters.count)
        let key = ["env", "ring", "folder"][below(3)]
        // Rings name targets: equal ones are a mistake that sets make now and then.
        clusters[place].labels[key] = ["prod", "dev", "0", "1", "2", "bad value!"][below(below(4) == 0 ? 6 : 5)]
      case 4:
        if !clusters.isEmpty { clusters[below(clusters.count)].annotations["note"] = "\(below(3))" }
      case 5: clusters.append(Cluster(name: ClusterName("n\(below(1_000))"), labels: ["env": "prod", "ring": "9"]))
      case 6: if !clusters.isEmpty { clusters.remove(at: below(clusters.count)) }
      case 7:
        commit += 1
        files["apps/\(["web", "db", "new"][below(3)])/app.yaml"] =
          ["{app: web, tier: gold}", "{app: x\(below(4)), tier: tin}", "[]", "[1", ""][below(5)]
      case 8:
        commit += 1
        files["README.md"] = "\(below(100))"
      default:
        isPluginAway = below(5) == 0
        plugin[["east", "west", "north"][below(3)]] = ["gold", "tin", nil][below(3)]
      }
      var seen: Set<ClusterName> = []
      clusters = clusters.filter { seen.insert($0.name).inserted }
    }

    func answer(_ request: GeneratorRequest) -> GeneratorAnswer {
      switch request {
      case .tree:
        var tree = FakeTree(files: files)
        let folders = Set(
          files.keys.compactMap { $0.contains("/") ? $0.split(separator: "/").dropLast().joined(separator: "/") : nil })
        tree.directoryPaths = (["apps"] + folders).sorted()
        let digits = String(commit, radix: 16)
        tree.commit = CommitID(hexadecimal: String(repeating: "0", count: 40 - digits.count) + digits) ?? tree.commit
        return .tree(tree)
      case .configMap: return .configMap(["baseUrl": "http://teams", "token": "$a"])
      case .plugin:
        guard !isPluginAway else { return .failure("the plugin is away") }
        let sets = plugin.sorted { $0.key < $1.key }.map { #"{"team": "\#($0.key)", "tier": "\#($0.value)"}"# }
        return .body(Array(#"{"output": {"parameters": [\#(sets.joined(separator: ","))]}}"#.utf8))
      default: return .failure("nobody answers this")
      }
    }

    /// Expands, answering what is asked.
    func expanded(_ expand: ([GeneratorRequest: GeneratorAnswer]) -> Expansion) -> Expansion {
      var answers: [GeneratorRequest: GeneratorAnswer] = [:]
      while true {
        guard case .needs(let requests) = expand(answers) else { return expand(answers) }
        for request in requests { answers[request] = answer(request) }
      }
    }
  }

  /// Everything that an expansion says, to compare.
  private static func text(_ expansion: Expansion) -> String {
    switch expansion {
    case .needs(let requests): "needs \(requests.count)"
    case .targets(let targets, let isolated, let problems):
      (targets.map(line) + ["isolated \(isolated)"] + problems.map(\.text)).joined(separator: "\n")
    case .empty(let problems): "empty\n" + problems.map(\.text).joined(separator: "\n")
    case .failed(let problems): "failed\n" + problems.map(\.text).joined(separator: "\n")
    }
  }

  private static func line(_ target: ExpandedTarget) -> String {
    let labels = target.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    return "\(target.name) \(target.cluster) \(target.path) \(labels) \(target.annotations.sorted { $0.key < $1.key }) "
      + "\(target.origin) \(target.origin.source)"
  }

  private static let clusterGenerators = [
    "[{clusters: {}}]",
    "[{clusters: {selector: {matchLabels: {env: prod}}, values: {r: '{{.metadata.labels.ring}}'}}}]",
    "[{clusters: {selector: {matchLabels: {env: prod}}}}, {clusters: {selector: {matchLabels: {env: dev}}}, selector: {matchLabels: {metadata.labels.ring: '1'}}}]",
  ]

  private static let otherGenerators = [
    "[{git: {repository: config, directories: [{path: 'apps/*'}]}}]",
    "[{git: {repository: config, files: [{path: 'apps/*/app.yaml'}]}}]",
    "[{matrix: {generators: [{git: {repository: config, files: [{path: 'apps/*/app.yaml'}]}}, {clusters: {selector: {matchLabels: {env: prod}}}}]}}]",
    "[{matrix: {generators: [{clusters: {}}, {list: {elements: [{team: '{{.metadata.labels.ring}}'}, {team: b}]}}]}}]",
    "[{merge: {mergeKeys: [team], generators: [{plugin: {configMapRef: {name: teams}}}, {list: {elements: [{team: east, tier: iron}]}}]}}]",
    "[{plugin: {configMapRef: {name: teams}}}, {list: {elements: [{team: own}]}}]",
    "[{clusters: {}}, {plugin: {configMapRef: {name: teams}}, onError: isolate}]",
  ]

  private static func set(_ generators: String, _ number: Int) throws -> FleetSetDefinition {
    let names = [
      "{{ .name | default (printf \"%v-%v-%v\" (.team | default \"\") (.app | default \"\") (dig \"basename\" \"\" (.path | default dict))) | trimAll \"-\" }}",
      "{{ .name | default \"x\" }}-{{ .team | default .app | default \"x\" }}",
      "{{ (.metadata | default dict).labels | default dict | dig \"ring\" \"x\" }}-{{ .team | default \"t\" }}",
    ]
    let cluster = number % 2 == 0 ? "{{ .name | default \"c0\" }}" : "c1"
    let text = """
      apiVersion: flotilla.dev/v1
      kind: FleetSet
      metadata: {name: shop}
      spec:
        goTemplate: true
        generators: \(generators)
        template:
          metadata: {name: '\(names[number % names.count])', labels: {tier: '{{ .tier | default "none" }}'}}
          spec:
            source: {repository: shop, path: 'base/{{ ((.metadata | default dict).labels | default dict).folder | default "x" }}'}
            destination: {cluster: '\(cluster)'}
      """
    let (documents, findings) = Documents.read(Array(text.utf8), file: "set.yaml")
    let document = try #require(documents.first, "\(findings.map(\.text))")
    guard case .fleetSet(let definition) = document.content else { throw CancellationError() }
    return definition
  }

  @Test(arguments: 0..<60)
  func isAlwaysWhatAWholeExpansionIs(seed: Int) throws {
    let all = Self.clusterGenerators + Self.clusterGenerators + Self.otherGenerators
    let definition = try Self.set(all[seed % all.count], seed / all.count)
    var world = World(seed: UInt64(seed))
    var kept = KeptExpansion(definition, named: "shop", file: "set.yaml")
    for step in 0..<40 {
      let inventory = Inventory(world.clusters)
      let whole = world.expanded {
        expand(definition, named: "shop", inventory: inventory, answers: $0, file: "set.yaml")
      }
      let own = world.expanded { kept.expand(inventory: inventory, answers: $0) }
      #expect(Self.text(own) == Self.text(whole), "seed \(seed), step \(step)")
      world.change()
    }
  }

  @Test(arguments: 0..<40)
  func rowsOfClustersAreTakenInByThemselves(seed: Int) throws {
    let definition = try Self.set(Self.clusterGenerators[seed % 3], [0, 4][seed / 3 % 2])
    var world = World(seed: UInt64(seed), clusters: 12)
    var kept = KeptExpansion(definition, named: "shop", file: "set.yaml")
    func whole() -> Expansion {
      expand(definition, named: "shop", inventory: Inventory(world.clusters), file: "set.yaml")
    }
    _ = kept.expand(inventory: Inventory(world.clusters))
    var taken = 0
    for step in 0..<60 {
      var before: Set<String> = []
      if case .targets(let targets, _, _) = kept.expand(inventory: Inventory(world.clusters)) {
        before = Set(targets.map(Self.line))
      }
      let place = world.below(world.clusters.count)
      let key = ["env", "ring", "folder"][world.below(3)]
      world.clusters[place].labels[key] = ["prod", "dev", "0", "1"][world.below(4)]
      guard let changes = kept.update([InventoryCluster(world.clusters[place])]) else {
        #expect(
          Self.text(kept.expand(inventory: Inventory(world.clusters))) == Self.text(whole()),
          "seed \(seed), step \(step)")
        continue
      }
      taken += 1
      for change in changes {
        if let old = change.before { #expect(before.remove(Self.line(old)) != nil, "seed \(seed), step \(step)") }
      }
      before.formUnion(changes.compactMap(\.after).map(Self.line))
      guard case .targets(let targets, _, let problems) = whole() else {
        Issue.record("seed \(seed), step \(step): \(Self.text(whole()))")
        return
      }
      #expect(problems == [])
      #expect(before == Set(targets.map(Self.line)), "seed \(seed), step \(step)")
    }
    #expect(taken > 0)
  }

  @Test func onlyWhatChangedIsEvaluated() throws {
    var world = World(seed: 1, clusters: 50)
    func evaluated(_ kept: inout KeptExpansion) -> Int {
      let before = kept.evaluated
      let inventory = Inventory(world.clusters)
      _ = world.expanded { kept.expand(inventory: inventory, answers: $0) }
      return kept.evaluated - before
    }
    // One label of fifty clusters.
    var clusters = KeptExpansion(try Self.set("[{clusters: {}}]", 0))
    #expect(evaluated(&clusters) == 50)
    world.clusters[7].labels["ring"] = "7"
    #expect(evaluated(&clusters) == 1)
    // A cluster more.
    world.clusters.append(Cluster(name: "more"))
    #expect(evaluated(&clusters) == 1)
    #expect(evaluated(&clusters) == 0)
    // Two directories × 51 clusters: a label concerns its cluster's two, a commit those of its file.
    var matrix = KeptExpansion(
      try Self.set(
        "[{matrix: {generators: [{git: {repository: config, files: [{path: 'apps/*/app.yaml'}]}}, {clusters: {}}]}}]", 1
      ))
    world.files = ["apps/web/app.yaml": "{app: web}", "apps/db/app.yaml": "{app: db}"]
    #expect(evaluated(&matrix) == 102)
    world.clusters[3].labels["folder"] = "other"
    #expect(evaluated(&matrix) == 2)
    world.files["apps/db/app.yaml"] = "{app: db, tier: gold}"
    world.commit += 1
    #expect(evaluated(&matrix) == 51)
    world.files["README.md"] = "nothing"
    world.commit += 1
    #expect(evaluated(&matrix) == 0)
    // One set of a plugin's answer.
    var plugin = KeptExpansion(try Self.set("[{plugin: {configMapRef: {name: teams}}}]", 1))
    #expect(evaluated(&plugin) == 2)
    world.plugin["west"] = "iron"
    #expect(evaluated(&plugin) == 1)
    // A target on a cluster whose labels change is made anew, whichever generator made it.
    world.clusters[1].labels["env"] = "test"
    #expect(evaluated(&plugin) == 2)
    world.clusters[2].labels["env"] = "test"
    #expect(evaluated(&plugin) == 0)
  }
}
