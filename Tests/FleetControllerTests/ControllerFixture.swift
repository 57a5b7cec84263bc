import FleetCharts
import FleetController
import FleetDocuments
import FleetGit
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetPrograms
import FleetTestSupport
import Foundation
import Logging
import Testing

/// A controller without its loops: its tasks over a real database, a real Git repository and mirrors of its own, run when
/// the test says so.
struct ControllerFixture: Sendable {
  let database: TestDatabase
  let git: GitFixture
  private(set) var sources: any SourceReader
  private(set) var current: CurrentSources
  let controller: ControllerID
  let logger: Logger
  /// Answers generators that ask other programs.
  var others: (any GeneratorSource)?
  /// Renders charts and kustomizations; none where nothing is rendered by programs.
  var programs = RenderPrograms()
  /// Measures for gates; nil where nothing is measured.
  var checks: (any CheckSource)?

  var store: PostgresStore { database.store }
  /// The one expander of this controller; nil for one that remembers nothing.
  private var kept: Expander?
  var expander: Expander { kept ?? Expander(sources: current, programs: programs, others: others) }
  var previewer: Previewer { Previewer(store: store, expander: expander) }
  var service: RolloutService { RolloutService(store: store, logger: logger) }

  /// Runs a closure with a controller whose repository `fleet` has one commit, the manifest of a Deployment in `web`.
  static func with(_ body: (ControllerFixture) async throws -> Void) async throws {
    var logger = Logger(label: "flotilla.test")
    logger.logLevel = .critical
    let quiet = logger
    try await GitFixture.with { git in
      try await git.commit(manifest(image: "shop:1"), to: "web/web.yaml", message: "The first")
      try await TestDatabase.with(logger: quiet) { database in
        try await body(try await make(database, git, mirrors: "mirrors", quiet))
      }
    }
  }

  private static func make(
    _ database: TestDatabase, _ git: GitFixture, mirrors: String, _ logger: Logger
  ) async throws -> ControllerFixture {
    let sources = try GitSourceReader(
      GitConfiguration(
        dataFolder: git.folder + "/" + mirrors, fileFolders: [git.folder], listTimeLimit: .seconds(60)),
      logger: logger)
    return ControllerFixture(
      database: database, git: git, sources: sources,
      current: CurrentSources(sources: sources, store: database.store, credentials: NoCredentials()),
      controller: try await database.store.registerController(version: "test"), logger: logger)
  }

  /// Lets expansions remember what earlier ones found, as they do in a controller.
  mutating func keepsExpander() { kept = expander }

  /// Lets it read repositories of charts as well.
  mutating func addCharts(folder: String) async throws {
    sources = RepositorySources(
      git: sources,
      charts: try HelmChartReader(
        ChartConfiguration(
          dataFolder: git.folder + "/" + folder, allowsLoopback: true, programFolders: ChartFixture.programFolders),
        logger: logger),
      credentials: NoCredentials())
    current = CurrentSources(sources: sources, store: store, credentials: NoCredentials())
  }

  /// What a set of these documents would be expanded to, without any of them being stored.
  func preview(_ text: String, set: FleetSetName = "shop") async throws -> ExpandedSet {
    let (documents, findings) = Documents.read(Array(text.utf8), file: "test.yaml")
    #expect(findings.filter { $0.severity == .error } == [])
    return try await previewer.expand(set, documents: documents, cluster: nil, in: .defaultProject).set
  }

  /// Another controller over the same database, with mirrors of its own that nothing was fetched into.
  func another() async throws -> ControllerFixture {
    try await Self.make(database, git, mirrors: "mirrors-\(UUID().uuidString)", logger)
  }

  var tasks: [any ControllerTask] {
    [
      RepositoryTask(store: store, sources: sources, credentials: NoCredentials(), logger: logger),
      ExpansionTask(store: store, expander: expander, logger: logger),
      StartTask(store: store, logger: logger), RolloutTask(store: store, logger: logger),
    ] + (checks.map { [CheckTask(store: store, source: $0, logger: logger)] } ?? [])
  }

  /// Runs a task once, whether or not its row is due.
  func run(_ kind: WorkKind, row: Int64) async throws -> Instant? {
    try await tasks.first { $0.kind == kind }?.run(row: row)
  }

  /// Does what is due, and what becomes due by that, until nothing is due within a tenth of a second. Work that lost a
  /// race is done again.
  func settle(_ kinds: Set<WorkKind> = Set(WorkKind.allCases)) async throws {
    for _ in 0..<500 {
      for task in tasks where kinds.contains(task.kind) {
        for claim in try await store.claim(task.kind, limit: 50, by: controller, for: .seconds(60)) {
          do {
            try await store.finish(claim, wakeAt: try await task.run(row: claim.row))
          } catch let error as StoreError where error.code == .lostRace {
            try await store.retry(claim, after: .zero)
          }
        }
      }
      var next: Instant?
      for kind in kinds {
        if let due = try await store.nextDue(kind) { next = min(next ?? due, due) }
      }
      guard let next, next <= (try await store.now()) + .milliseconds(100) else { return }
    }
    Issue.record("the controller does not come to rest")
  }

  /// Looks at all repositories now, as a webhook makes it, and does what follows.
  func poll() async throws {
    for record in try await store.repositories(in: .defaultProject, after: nil, limit: 100).elements {
      try await store.wake(.repository, row: record.repository.id.rawValue)
    }
    try await settle()
  }

  /// Stores documents; fails the test when they are refused.
  func apply(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let (documents, findings) = Documents.read(Array(text.utf8), file: "test.yaml")
    #expect(findings.filter { $0.severity == .error } == [], sourceLocation: sourceLocation)
    _ = try await store.apply(
      documents.map { document in
        let content: DocumentDraft.Content =
          switch document.content {
          case .cluster(let cluster): .cluster(cluster)
          case .repository(let repository): .repository(repository)
          case .fleetSet: .fleetSet
          case .configMap(let configMap): .configMap(configMap)
          case .window(let window): .window(window)
          case .freeze(let freeze): .freeze(freeze)
          case .analysis(let analysis): .analysis(analysis)
          case .limit(let limit): .limit(limit)
          }
        return DocumentDraft(
          project: document.project, name: document.name, content: content, canonicalJSON: document.canonicalJSON)
      }, cause: StoreFixture.cause, dryRun: false)
  }

  /// Clusters, the repository and a FleetSet, rolled out to its first commit and healthy everywhere.
  func rollOutFirst(clusters: [String] = ["east", "west"], set: String = fleetSet()) async throws {
    try await apply(Self.clusters(clusters) + repository() + set)
    try await settle()
    try await confirm()
    #expect(try await rollout()?.run.state == .succeeded)
  }

  /// Lets every cluster say that it runs what it was ordered to, and does what follows, until no order is new.
  func confirm(
    phase: Observation.Phase = .applied, health: Health = .healthy, message: String = "", only: Set<ClusterName>? = nil
  ) async throws {
    var seen: [TargetID: Generation] = [:]
    for _ in 0..<50 {
      var isNew = false
      for cluster in try await store.inventory(of: .defaultProject) where only?.contains(cluster.name) ?? true {
        let orders = try await store.orders(for: cluster.id, above: [:])
        for order in orders where seen[order.target] != order.generation { isNew = true }
        try await store.record(
          orders.map { order in
            Observation(
              target: order.target, generation: order.generation, bundle: order.bundle,
              phase: order.action == .remove ? .removed : phase, health: health,
              readyFor: .seconds(600), message: message, objectCount: 1)
          }, from: cluster.id)
        for order in orders { seen[order.target] = order.generation }
      }
      try await settle()
      if !isNew { return }
    }
    Issue.record("new orders come without end")
  }

  /// Cordons a cluster, or with nil as the reason uncordons it.
  func cordon(_ cluster: ClusterName, reason: String?) async throws {
    _ = try await store.setCordon(cluster, in: .defaultProject, reason: reason, cause: StoreFixture.cause)
  }

  func set(_ name: FleetSetName = "shop") async throws -> FleetSetRecord {
    try #require(try await store.fleetSet(name, in: .defaultProject))
  }

  func rollout(_ number: Int? = nil) async throws -> RolloutRecord? {
    try await store.rollout(of: "shop", number: number, in: .defaultProject)
  }

  func condition() async throws -> Condition { try await set().condition }

  /// The bundles that the targets should run, by name.
  func wanted() async throws -> [TargetName: FleetModel.Digest?] {
    let page = try await store.targets(of: "shop", cluster: nil, in: .defaultProject, after: nil, limit: 100)
    return Dictionary(page.elements.map { ($0.name, $0.wanted?.bundle) }, uniquingKeysWith: { first, _ in first })
  }

  // MARK: Documents

  static func clusters(_ names: [String], labels: String = "env: test") -> String {
    names.map { name in
      "apiVersion: flotilla.dev/v1\nkind: Cluster\nmetadata: {name: \(name), labels: {\(labels)}}\n---\n"
    }.joined()
  }

  func repository(_ name: String = "fleet", url: String? = nil, more: String = "") -> String {
    """
    apiVersion: flotilla.dev/v1
    kind: Repository
    metadata: {name: \(name)}
    spec: {url: "\(url ?? git.fileURL)"\(more)}
    ---

    """
  }

  /// A FleetSet of every cluster whose rollout needs no waiting.
  static func fleetSet(
    generators: String = "[{clusters: {}}]", name: String = "web-{{name}}", repository: String = "fleet",
    revision: String = "main", path: String = "web",
    stages: String = "[{name: all, rest: true, maxConcurrent: 100%, minReady: 0s}]", more: String = "",
    set: String = "shop", namespace: String = "shop", also: String = "", source: String = ""
  ) -> String {
    """
    apiVersion: flotilla.dev/v1
    kind: FleetSet
    metadata: {name: \(set)}
    spec:
      \(also)
      generators: \(generators)
      template:
        metadata: {name: "\(name)"}
        spec:
          source: {repository: \(repository), revision: \(revision), path: "\(path)"\(source)}
          destination: {cluster: "{{name}}", namespace: "\(namespace)"}
      rollout: {firstAlone: false, stages: \(stages)\(more)}
    ---

    """
  }

  static func manifest(image: String, name: String = "web") -> String {
    """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: \(name)}
    spec: {template: {spec: {containers: [{name: web, image: "\(image)"}]}}}

    """
  }
}

/// There is no credential.
struct NoCredentials: CredentialReader {
  func sourceCredential(named name: String, in project: ProjectName) async throws -> SourceCredential? { nil }
}
