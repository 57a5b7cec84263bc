import FleetController
import FleetDocuments
import FleetForges
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Foundation
import Testing

/// Sets whose generators ask other programs: over HTTP, with secrets and ConfigMaps from the database.
@Suite struct GeneratorSourceTests {
  private static func with(
    _ answers: [Answer],
    _ body: @escaping @Sendable (ControllerFixture, AnswerServer, CredentialVault) async throws -> Void
  ) async throws {
    try await ControllerFixture.with { fixture in
      let original = fixture
      try await AnswerServer.with(answers) { server in
        var controller = original
        let vault = CredentialVault(
          store: controller.store, box: try SecretBox(keyFile: controller.git.folder + "/encryption-key"))
        let references = StoredReferences(vault: vault, store: controller.store)
        let forges = ForgeSource(
          configuration: ForgeConfiguration(allowsLoopback: true), references: references, logger: controller.logger)
        controller.others = GeneratorSources(references: references, forges: forges, clusters: forges)
        do {
          try await body(controller, server, vault)
        } catch {
          try await forges.shutdown()
          throw error
        }
        try await forges.shutdown()
      }
    }
  }

  private static func previews(_ base: String, more: String = "") -> String {
    ControllerFixture.fleetSet(
      generators:
        "[{matrix: {generators: [{pullRequest: {github: {owner: o, repo: r, api: \"\(base)\", tokenRef: {secretName: git-host, key: token}}\(more)}}, {clusters: {}}]}}]",
      name: "pr-{{number}}-{{name}}", namespace: "pr-{{number}}")
  }

  /// https://docs.github.com/en/rest/pulls/pulls#list-pull-requests
  private static func pulls(_ numbers: Int...) -> Answer {
    let elements = numbers.map { number in
      #"""
      {"number": \#(number), "title": "t", "user": {"login": "kim"}, "labels": [],
       "head": {"ref": "topic", "sha": "6dcb09b5b57875f334f61aebed695e2e4193db5e"}, "base": {"ref": "main", "sha": "c5b97d5a"}}
      """#
    }
    return Answer("GET /api/v3/repos/o/r/pulls?per_page=100", body: "[\(elements.joined(separator: ", "))]")
  }

  private static func store(_ vault: CredentialVault, hosts: [String] = ["127.0.0.1"]) async throws {
    try await vault.set(
      .secret(values: ["token": "s3cr3t-t0ken"], hosts: hosts), as: "git-host", in: .defaultProject,
      cause: StoreFixture.cause)
  }

  private static func due(_ controller: ControllerFixture) async throws -> Duration? {
    let next = try await controller.store.nextDue(.expansion)
    let now = try await controller.store.now()
    return next.map { $0 - now }
  }

  @Test func pullRequestsBecomeTargetsAndAreLookedAtAgain() async throws {
    try await Self.with([Self.pulls(7, 8)]) { controller, server, vault in
      try await Self.store(vault)
      try await controller.apply(
        ControllerFixture.clusters(["east"]) + controller.repository() + Self.previews(server.base))
      try await controller.settle()
      #expect(try await controller.condition().reason == "Expanded")
      #expect(try await controller.wanted().keys.sorted() == ["pr-7-east", "pr-8-east"])
      #expect(server.seen.first?.headers["authorization"] == "Bearer s3cr3t-t0ken")
      let standard = try #require(try await Self.due(controller))
      #expect(standard > .seconds(1_700) && standard <= .seconds(1_800))
      // A pull request is closed; the set says how often to look.
      server.replace([Self.pulls(8)])
      try await controller.apply(Self.previews(server.base, more: ", requeueAfterSeconds: 90"))
      try await controller.settle()
      #expect(try await controller.set().newestRelease?.targetCount == 1)
      let own = try #require(try await Self.due(controller))
      #expect(own > .seconds(30) && own <= .seconds(90))
    }
  }

  /// A set is expanded for many reasons; others are asked when their answers are too old, or the set itself is changed.
  @Test func answersAreRememberedForAllSetsOfAProject() async throws {
    try await Self.with([Self.pulls(7, 8)]) { fixture, server, vault in
      var controller = fixture
      controller.keepsExpander()
      try await Self.store(vault)
      try await controller.apply(
        ControllerFixture.clusters(["east"]) + controller.repository() + Self.previews(server.base)
          + Self.previews(server.base, more: ", requeueAfterSeconds: 900")
          .replacing("{name: shop}", with: "{name: other}").replacing("namespace: \"pr-", with: "namespace: \"other-"))
      try await controller.settle()
      for set in ["shop", "other"] as [FleetSetName] {
        #expect(try await controller.set(set).condition.reason == "Expanded")
      }
      #expect(server.seen.count == 1)
      // A cluster joins: everybody is expanded, and nobody is asked.
      try await controller.apply(ControllerFixture.clusters(["west"]))
      try await controller.settle()
      #expect(try await controller.set().newestRelease?.targetCount == 4)
      #expect(try await controller.set("other").newestRelease?.targetCount == 4)
      #expect(server.seen.count == 1)
      let due = try #require(try await Self.due(controller))
      #expect(due > .seconds(300) && due <= .seconds(900))
      // A person who looks sees what there is now.
      server.replace([Self.pulls(8)])
      let preview = try await controller.previewer.expand("shop", documents: [], cluster: nil, in: .defaultProject).set
      #expect(preview.targets.count == 2)
      #expect(server.seen.count == 2)
    }
  }

  @Test func aLimitKeepsWhatRanAndStopsNoOtherSet() async throws {
    try await Self.with([Self.pulls(7)]) { controller, server, vault in
      try await Self.store(vault)
      try await controller.apply(
        ControllerFixture.clusters(["east"]) + controller.repository() + Self.previews(server.base))
      try await controller.settle()
      try await controller.confirm()
      let release = try #require(try await controller.set().newestRelease)
      let wanted = try await controller.wanted()
      server.replace([
        Answer(
          "GET /api/v3/repos/o/r/pulls?per_page=100", status: 429, headers: ["retry-after": "120"],
          body: #"{"message": "You have exceeded a secondary rate limit."}"#)
      ])
      try await controller.apply(
        ControllerFixture.fleetSet().replacing("metadata: {name: shop}", with: "metadata: {name: other}"))
      try await controller.store.wake(.expansion, row: try await controller.set().id.rawValue)
      try await controller.settle()
      let condition = try await controller.condition()
      #expect(!condition.isReady)
      #expect(condition.reason == "GeneratorRateLimited")
      #expect(condition.message.contains("GitHub answered GET \(server.base)/api/v3/repos/o/r/pulls with 429"))
      #expect(!condition.message.contains("s3cr3t"))
      #expect(try await controller.set().newestRelease == release)
      #expect(try await controller.wanted() == wanted)
      #expect(try await controller.set("other").condition.reason == "Expanded")
      let due = try #require(try await Self.due(controller))
      #expect(due > .seconds(90) && due <= .seconds(133))
    }
  }

  /// No pull request any more is an emptying: what ran goes on (R24).
  @Test func noPullRequestsKeepWhatRan() async throws {
    try await Self.with([Self.pulls(7)]) { controller, server, vault in
      try await Self.store(vault)
      try await controller.apply(
        ControllerFixture.clusters(["east"]) + controller.repository() + Self.previews(server.base))
      try await controller.settle()
      let wanted = try await controller.wanted()
      server.replace([Self.pulls()])
      try await controller.store.wake(.expansion, row: try await controller.set().id.rawValue)
      try await controller.settle()
      #expect(try await controller.condition().reason == "EmptyExpansion")
      #expect(try await controller.wanted() == wanted)
    }
  }

  @Test func aSecretForAnotherHostIsNotSent() async throws {
    try await Self.with([Self.pulls(7)]) { controller, server, vault in
      try await Self.store(vault, hosts: [])
      try await controller.apply(
        ControllerFixture.clusters(["east"]) + controller.repository() + Self.previews(server.base))
      try await controller.settle()
      let condition = try await controller.condition()
      #expect(condition.reason == "GeneratorNotAllowed")
      #expect(condition.message.contains("may not be sent to 127.0.0.1"))
      #expect(server.seen.isEmpty)
      // A credential for something else is none with keys.
      try await vault.set(
        .basic(user: "git", secret: "s3cr3t-t0ken"), as: "git-host", in: .defaultProject, cause: StoreFixture.cause)
      try await controller.store.wake(.expansion, row: try await controller.set().id.rawValue)
      try await controller.settle()
      #expect(try await controller.condition().message.contains("it is a basic credential"))
      #expect(server.seen.isEmpty)
    }
  }

  private static let plugin = ControllerFixture.fleetSet(
    generators: "[{plugin: {configMapRef: {name: teams}, input: {parameters: {tier: gold}}, requeueAfterSeconds: 600}}]"
  )

  private static func configMap(_ base: String, timeout: Int = 30) -> String {
    """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: teams, labels: {app: plugin}, resourceVersion: "7"}
    data: {baseUrl: "\(base)", token: "$git-host:token", requestTimeout: "\(timeout)"}
    ---

    """
  }

  private static func output(_ parameters: String) -> Answer {
    Answer(
      "POST /api/v1/getparams.execute",
      contains: #"{"applicationSetName":"shop","input":{"parameters":{"tier":"gold"}}}"#,
      body: #"{"output": {"parameters": \#(parameters)}}"#)
  }

  @Test func aPluginIsFoundByItsConfigMapAndKeptFromDoingHarm() async throws {
    try await Self.with([Self.output(#"[{"name": "east"}, {"name": "west"}]"#)]) { controller, server, vault in
      try await Self.store(vault)
      try await controller.apply(
        ControllerFixture.clusters(["east", "west"]) + controller.repository() + Self.plugin)
      try await controller.settle()
      #expect(try await controller.condition().message.contains("there is no ConfigMap \"teams\" in project default"))
      // The ConfigMap comes, and wakes the set.
      try await controller.apply(Self.configMap(server.base))
      try await controller.settle()
      #expect(try await controller.condition().reason == "Expanded")
      let wanted = try await controller.wanted()
      #expect(wanted.keys.sorted() == ["web-east", "web-west"])
      let due = try #require(try await Self.due(controller))
      #expect(due > .seconds(500) && due <= .seconds(600))
      // Wrong, and nothing: what ran goes on.
      for (answer, reason, words) in [
        (Self.output("7"), "GeneratorFailed", "output.parameters is an integer"),
        (Self.output("[]"), "EmptyExpansion", "yield no target"),
        (Answer("POST /api/v1/getparams.execute", body: "<html>"), "GeneratorFailed", "answered no JSON"),
        (
          Answer("POST /api/v1/getparams.execute", status: 503, body: "later"), "GeneratorUnreachable",
          "with 503: later"
        ),
      ] {
        server.replace([answer])
        try await controller.store.wake(.expansion, row: try await controller.set().id.rawValue)
        try await controller.settle()
        let condition = try await controller.condition()
        #expect(condition.reason == reason)
        #expect(condition.message.contains(words), "\(condition.message)")
        #expect(try await controller.wanted() == wanted)
      }
    }
  }

  /// A proposed ConfigMap goes before the stored one, and nothing is stored.
  @Test func previewsAskWithProposedConfigMaps() async throws {
    try await Self.with([Self.output(#"[{"name": "east"}]"#)]) { controller, server, vault in
      try await Self.store(vault)
      try await controller.apply(
        ControllerFixture.clusters(["east"]) + controller.repository() + Self.plugin
          + Self.configMap("http://127.0.0.1:9"))
      let (documents, findings) = Documents.read(Array(Self.configMap(server.base).utf8), file: "")
      #expect(findings == [])
      try await controller.settle([.repository])
      let set = try await controller.previewer.expand("shop", documents: documents, cluster: nil, in: .defaultProject)
        .set
      #expect(set.targets.map(\.name) == ["web-east"])
      #expect(
        try await controller.store.configMap("teams", in: .defaultProject)?.configMap.data["baseUrl"]
          == "http://127.0.0.1:9")
    }
  }

  @Test func configMapsAreStoredListedAndRemoved() async throws {
    try await Self.with([]) { controller, server, _ in
      let store = controller.store
      try await controller.apply(Self.configMap(server.base))
      try await controller.apply(Self.configMap(server.base))
      #expect(try await store.configMap("teams", in: .defaultProject)?.generation == 1)
      try await controller.apply(Self.configMap(server.base, timeout: 5))
      let page = try await store.configMaps(in: .defaultProject, after: nil, limit: 10)
      #expect(page.elements.map(\.generation) == [2])
      #expect(page.elements.first?.configMap.data["requestTimeout"] == "5")
      try await store.removeConfigMap("teams", in: .defaultProject, cause: StoreFixture.cause)
      #expect(try await store.configMap("teams", in: .defaultProject) == nil)
      await #expect(throws: StoreError.self) {
        try await store.removeConfigMap("teams", in: .defaultProject, cause: StoreFixture.cause)
      }
    }
  }
}
