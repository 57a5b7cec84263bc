import FleetAgent
import FleetModel
import FleetPrograms
import FleetRender
import Foundation
import KubeClient
import KubeSim
import Logging
import Manifest
import Testing

/// The programs that these tests need.
struct SopsPrograms: Sendable {
  var sops: String
  var keygen: String

  static let found: SopsPrograms? = {
    let bin = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent(".tools/bin").path
    guard let sops = try? ProgramSearch.find("sops", in: [bin]),
      let keygen = try? ProgramSearch.find("age-keygen", in: [bin])
    else { return nil }
    return SopsPrograms(sops: sops, keygen: keygen)
  }()
}

/// What is encrypted with the real `sops` for keys of the real `age`, rendered, and decrypted by an agent.
@Suite("SOPS", .enabled(if: SopsPrograms.found != nil, "sops and age-keygen: scripts/install-tools tests"))
struct SopsTests {
  /// A key of age with its recipient.
  struct Key: Sendable {
    var secret: String
    var recipient: String

    init() async throws {
      let tools = try #require(SopsPrograms.found)
      let made = try await Program.run(tools.keygen, timeLimit: .seconds(30), outputLimitBytes: 10_000)
      secret = made.text
      let line = try #require(secret.split(separator: "\n").first { $0.hasPrefix("# public key: ") })
      recipient = String(line.dropFirst("# public key: ".count))
    }
  }

  static func encrypted(_ text: String, for key: Key, _ arguments: String...) async throws -> String {
    let tools = try #require(SopsPrograms.found)
    let result = try await Program.run(
      tools.sops,
      arguments: ["encrypt", "--age", key.recipient, "--input-type", "yaml", "--output-type", "yaml"] + arguments
        + ["/dev/stdin"], environment: ["HOME": "/nonexistent"], input: Array(text.utf8), timeLimit: .seconds(30),
      outputLimitBytes: 1_000_000)
    #expect(result.isSuccess, "\(result.errorText)")
    return result.text
  }

  static func encryptedSecret(_ password: String, for key: Key) async throws -> String {
    let secret = """
      kind: Secret
      apiVersion: v1
      metadata:
        name: database
      data:
        password: \(Data(password.utf8).base64EncodedString())
        user: YWRtaW4=
      """
    return try await encrypted(secret, for: key, "--encrypted-regex", "^(data|stringData)$")
  }

  /// The files of a commit.
  struct Tree: SourceTree {
    var commit = CommitID(hexadecimal: String(repeating: "c3", count: 20)) ?? { preconditionFailure("forty digits") }()
    var texts: [String: String]

    func files(under path: String) throws(SourceTreeError) -> [SourceFile] {
      texts.filter { $0.key.hasPrefix(path + "/") }.sorted { $0.key < $1.key }.map {
        SourceFile(path: $0.key, objectID: $0.value, sizeBytes: Int64($0.value.utf8.count))
      }
    }

    func directories(under path: String) throws(SourceTreeError) -> [String] { [] }
    func contents(of path: String) throws(SourceTreeError) -> [UInt8]? { texts[path].map { Array($0.utf8) } }
    func objectID(of path: String) throws(SourceTreeError) -> String? { texts[path] }
  }

  /// The bundle that a directory renders to, as YAML; the problems as an error.
  static func rendered(_ files: [String: String]) throws -> String {
    switch render(tree: Tree(texts: files), path: "app", namespace: "shop", engine: .automatic) {
    case .manifests(let bundle, _):
      return bundle.objects.map { String(decoding: $0.canonicalJSON, as: UTF8.self) }.joined(separator: "\n---\n")
    case .failed(let problems): throw DiagnosticsError(problems)
    case .needs: throw DiagnosticsError([])
    }
  }

  static let database = ObjectIdentity(group: "", version: "v1", kind: "Secret", namespace: "shop", name: "database")

  /// A cluster whose Secret holds the key, if any, and an agent at work in it.
  static func withAgent(
    _ key: Key?, scenario: Scenario = Scenario(podStartMilliseconds: 50), decrypts: Bool = true,
    _ body: @escaping @Sendable (FakeController, KubeClient) async throws -> Void
  ) async throws {
    let tools = try #require(SopsPrograms.found)
    try await withSimulation(scenario: scenario) { simulation in
      let kube = try simulation.kube("one")
      if let key {
        let namespace = ObjectIdentity(group: "", version: "v1", kind: "Namespace", name: "flotilla-system")
        _ = try await kube.create(
          ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "flotilla-system"]], as: namespace)
        let identity = ObjectIdentity(
          group: "", version: "v1", kind: "Secret", namespace: "flotilla-system", name: "sops-age")
        let data = Node(.string(Data(key.secret.utf8).base64EncodedString()))
        _ = try await kube.create(
          [
            "apiVersion": "v1", "kind": "Secret",
            "metadata": ["name": "sops-age", "namespace": "flotilla-system"], "data": ["fleet.agekey": data],
          ], as: identity)
      }
      let controller = FakeController()
      var options = ClusterAgent.Options(pollWait: .seconds(2), reportDelay: .milliseconds(10))
      if decrypts { options.sops = SopsOptions(program: tools.sops) }
      let agent = ClusterAgent(
        kube: kube, connection: controller, options: options,
        logger: Logger(label: "agent", factory: { _ in SwiftLogNoOpLogHandler() }))
      try await ClusterAgentTests.running(agent) {
        try await body(controller, try simulation.kube("one", fieldManager: "kubectl-edit"))
      }
    }
  }

  /// Everything that the controller was told.
  static func told(_ controller: FakeController) async -> String {
    await controller.observations.map { "\($0)" }.joined(separator: "\n")
  }

  @Test("a Secret travels encrypted, through a kustomization too, and is decrypted in the cluster; drift is hidden")
  func decrypted() async throws {
    let key = try await Key()
    let secret = try await Self.encryptedSecret("hunter2-hunter2", for: key)
    let config = try await Self.encrypted(
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  dsn: postgres://hunter3\n", for: key,
      "--encrypted-regex", "^data$")
    let bundle = try Self.rendered([
      "app/database.enc.yaml": secret, "app/settings.enc.yaml": config,
      "app/kustomization.yaml":
        "resources: [database.enc.yaml, settings.enc.yaml]\nlabels: [{pairs: {team: shop}}]\n",
    ])
    for word in ["hunter", Data("hunter2-hunter2".utf8).base64EncodedString()] { #expect(!bundle.contains(word)) }
    try await Self.withAgent(key) { controller, kube in
      await controller.order(ClusterAgentTests.order(1, try await controller.add(bundle)))
      _ = try await controller.healthy(1)
      let live = try #require(try await kube.get(Self.database))
      #expect(live["data", "password"]?.string == Data("hunter2-hunter2".utf8).base64EncodedString())
      #expect(live["metadata", "labels", "team"]?.string == "shop")
      #expect(live["sops"] == nil && live["metadata", "annotations", "flotilla.dev/sops-source"] == nil)
      #expect(try await kube.get(ClusterAgentTests.settings)?["data", "dsn"]?.string == "postgres://hunter3")
      let edited = Node(.string("hunter4"))
      _ = try await kube.patch(ClusterAgentTests.settings, type: .merge, ["data": ["dsn": edited]])
      let repaired = try await controller.first("repaired") { $0.drift?.repaired == true }
      #expect(repaired.drift?.details.contains("data.dsn: changed (value hidden)") == true)
      let told = await Self.told(controller)
      #expect(!told.contains("hunter"))
      let records = try #require(try await kube.get(ClusterAgentTests.record))
      #expect(!JSON.text(records).contains("hunter"))
    }
  }

  @Test("whole encrypted files as values of a secretGenerator travel encrypted, and are decrypted in the cluster")
  func values() async throws {
    let (key, other) = (try await Key(), try await Key())
    let config = try await Self.encrypted("user: admin\npassword: hunter2-hunter2\n", for: key)
    let tools = try #require(SopsPrograms.found)
    func sealed(_ text: String, _ format: String) async throws -> String {
      let result = try await Program.run(
        tools.sops,
        arguments: ["encrypt", "--age", key.recipient, "--input-type", format, "--output-type", format, "/dev/stdin"],
        environment: ["HOME": "/nonexistent"], input: Array(text.utf8), timeLimit: .seconds(30),
        outputLimitBytes: 1_000_000)
      #expect(result.isSuccess, "\(result.errorText)")
      return result.text
    }
    let bundle = try Self.rendered([
      "app/config.yaml": config, "app/settings.env": try await sealed("PASSWORD=hunter3\n", "dotenv"),
      "app/license.key": try await sealed("hunter4\n", "binary"), "app/plain.txt": "as it is",
      "app/kustomization.yaml": """
      generatorOptions: {disableNameSuffixHash: true}
      secretGenerator: [{name: database, files: [config.yaml, settings.env, license.key, plain.txt]}]
      configMapGenerator: [{name: settings, files: [config.yaml]}]
      """,
    ])
    for word in ["hunter2-hunter2", "hunter3", "hunter4"] { #expect(!bundle.contains(word)) }
    try await Self.withAgent(key) { controller, kube in
      await controller.order(ClusterAgentTests.order(1, try await controller.add(bundle)))
      _ = try await controller.healthy(1)
      let live = try #require(try await kube.get(Self.database))
      func value(_ name: String) -> String {
        live["data", name]?.string.flatMap { Data(base64Encoded: $0) }.map { String(decoding: $0, as: UTF8.self) } ?? ""
      }
      #expect(value("config.yaml") == "user: admin\npassword: hunter2-hunter2\n")
      #expect(value("settings.env") == "PASSWORD=hunter3\n" && value("license.key") == "hunter4\n")
      #expect(value("plain.txt") == "as it is")
      let map = try #require(try await kube.get(ClusterAgentTests.settings)?["data", "config.yaml"]?.string)
      #expect(map.contains("ENC[AES256_GCM,") && !map.contains("hunter"))
      #expect(await !Self.told(controller).contains("hunter"))
    }
    try await Self.withAgent(other) { controller, kube in
      await controller.order(ClusterAgentTests.order(1, try await controller.add(bundle)))
      let refused = try await controller.first("refused") { $0.phase == .failed }
      #expect(refused.message.contains("Secret shop/database, data.config.yaml, a file encrypted for \(key.recipient)"))
      #expect(refused.message.contains("data.settings.env") && refused.message.contains("data.license.key"))
      #expect(try await kube.get(Self.database) == nil)
    }
  }

  @Test("a file that was changed, other keys, no keys and an agent without: refused whole, nothing is written")
  func refused() async throws {
    let (key, other) = (try await Key(), try await Key())
    let plain = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
    let secret = try await Self.encryptedSecret("hunter2", for: key)
    let changed = secret.replacingOccurrences(of: "name: database", with: "name: stolen")
    let bundle = try Self.rendered(["app/a.enc.yaml": secret, "app/b.yaml": plain])
    let spoiled = try Self.rendered(["app/a.enc.yaml": changed, "app/b.yaml": plain])
    let cases: [(Key?, String, Bool, [String])] = [
      (key, spoiled, true, ["Secret shop/stolen of app/a.enc.yaml", "checksum (MAC) is wrong"]),
      (other, bundle, true, [key.recipient, "no key in the Secret flotilla-system/sops-age is among them"]),
      (nil, bundle, true, ["Secret shop/database of app/a.enc.yaml", "the cluster has no key of age"]),
      (key, bundle, false, ["install an agent in the cluster"]),
    ]
    for (inCluster, text, decrypts, words) in cases {
      try await Self.withAgent(inCluster, decrypts: decrypts) { controller, kube in
        await controller.order(ClusterAgentTests.order(1, try await controller.add(text)))
        let refused = try await controller.first("refused") { $0.phase == .failed }
        for word in words { #expect(refused.message.contains(word), "\(refused.message)") }
        #expect(try await kube.get(ClusterAgentTests.settings) == nil)
        #expect(try await kube.get(ClusterAgentTests.record) == nil)
      }
    }
  }

  @Test("what the API server says about a decrypted object is kept back")
  func quoted() async throws {
    let key = try await Key()
    // The webhook quotes what it denies.
    let denial = "rules: [{images: ['*:denied'], reject: {code: 403, message: not the image hunter2}}]"
    let text = """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
      spec:
        selector:
          matchLabels:
            app: web
        template:
          metadata:
            labels:
              app: web
          spec:
            containers:
              - name: web
                image: hunter2:denied
      """
    let deployment = try await Self.encrypted(text, for: key, "--encrypted-regex", "^image$")
    let bundle = try Self.rendered(["app/web.yaml": deployment])
    try await Self.withAgent(key, scenario: try Scenario(yaml: Array(denial.utf8))) { controller, _ in
      await controller.order(ClusterAgentTests.order(1, try await controller.add(bundle)))
      let refused = try await controller.first("refused") { $0.phase == .failed }
      #expect(refused.message.contains("the API server's words are kept back"), "\(refused.message)")
      #expect(!(await Self.told(controller)).contains("hunter2"))
    }
  }

  @Test("what would change at an object that somebody else has is not told when it was decrypted")
  func adoption() async throws {
    let key = try await Key()
    let text = """
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: settings
        annotations:
          argocd.argoproj.io/sync-options: FailOnSharedResource=true
      data:
        dsn: postgres://hunter5
      """
    let bundle = try Self.rendered([
      "app/settings.yaml": try await Self.encrypted(text, for: key, "--encrypted-regex", "^data$")
    ])
    try await Self.withAgent(key) { controller, kube in
      _ = try await kube.create(
        ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "shop"]],
        as: ObjectIdentity(group: "", version: "v1", kind: "Namespace", name: "shop"))
      _ = try await kube.apply(
        [
          "apiVersion": "v1", "kind": "ConfigMap",
          "metadata": [
            "name": "settings", "namespace": "shop",
            "annotations": ["argocd.argoproj.io/tracking-id": "web:/ConfigMap:shop/settings"],
          ], "data": ["dsn": "postgres://hunter4"],
        ], as: ClusterAgentTests.settings)
      await controller.order(ClusterAgentTests.order(1, try await controller.add(bundle)))
      let refused = try await controller.first("refused") { $0.phase == .failed }
      #expect(refused.message.contains("changes values that are not shown"), "\(refused.message)")
      #expect(!(await Self.told(controller)).contains("hunter"))
      #expect(try await kube.get(ClusterAgentTests.settings)?["data", "dsn"]?.string == "postgres://hunter4")
    }
  }

  @Test("an encrypted hook runs decrypted, and nothing of it is told when it fails")
  func hook() async throws {
    let key = try await Key()
    let text = """
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: migrate
        annotations:
          argocd.argoproj.io/hook: PreSync
      spec:
        backoffLimit: 0
        template:
          spec:
            restartPolicy: Never
            containers:
              - name: run
                image: migrate:1
                env:
                  - name: DSN
                    value: postgres://hunter6
      """
    let bundle = try Self.rendered([
      "app/migrate.yaml": try await Self.encrypted(text, for: key, "--encrypted-regex", "^value$"),
      "app/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n",
    ])
    #expect(!bundle.contains("hunter"))
    let failing = try Scenario(yaml: Array("rules: [{images: ['migrate:*'], fails: true}]".utf8))
    try await Self.withAgent(key, scenario: failing) { controller, kube in
      await controller.order(ClusterAgentTests.order(1, try await controller.add(bundle)))
      let failed = try await controller.first("failed") { $0.phase == .failed }
      #expect(failed.message.contains("Job shop/migrate"), "\(failed.message)")
      let job = try #require(try await kube.get(HookRunTests.identity("migrate")))
      let container = job["spec", "template", "spec", "containers"]?.array?.first
      #expect(container?["env"]?.array?.first?["value"]?.string == "postgres://hunter6")
      #expect(!(await Self.told(controller)).contains("hunter"))
      #expect(try await kube.get(ClusterAgentTests.settings) == nil)
    }
  }

  @Test("what no agent could decrypt is refused when it is rendered")
  func notRendered() async throws {
    let key = try await Key()
    let secret = try await Self.encryptedSecret("hunter2", for: key)
    let variables = "sops_mac=ENC[AES256_GCM,data:x,type:str]\nA=ENC[AES256_GCM,data:y,type:str]\n"
    let generator = "secretGenerator: [{name: a, envs: [a.env]}]\n"
    #expect(throws: DiagnosticsError.self) {
      try Self.rendered(["app/kustomization.yaml": generator, "app/a.env": variables])
    }
    let withoutKeys = secret.replacingOccurrences(of: "age:", with: "pgp:")
    #expect(throws: DiagnosticsError.self) { try Self.rendered(["app/a.yaml": withoutKeys]) }
  }
}
