import FleetAPI
import FleetController
import FleetModel
import FleetPorts
import FleetTestSupport
import Foundation
import NIOHTTP1
import FleetPostgres
import Testing

@testable import FleetServer

@Suite struct FleetRoutesTests {
  @Test func documentsAreAppliedAllOrNone() async throws {
    try await ServerFixture.with { server in
      let path = Routes.applyDocuments.path("default")
      func apply(_ text: String, dryRun: Bool = false) async throws -> ServerFixture.Answer {
        try await server.call(
          Routes.applyDocuments, path,
          ApplyRequest(files: [.init(name: "fleet.yaml", content: text)], dryRun: dryRun, reason: "more clusters"),
          headers: [])
      }
      let good = ServerFixture.cluster("eu-1", labels: ["region": "eu"])
      let bad = try await apply(good + "apiVersion: flotilla.dev/v1\nkind: Clusterr\nmetadata: {name: b}\n")
      #expect(bad.status == 400)
      let finding = try #require(try bad.envelope().diagnostics.first { $0.severity == .error })
      #expect(finding.file == "fleet.yaml")
      #expect(finding.line > 0)
      #expect(try await server.store.cluster("eu-1", in: .defaultProject) == nil)

      let dry = try await apply(good, dryRun: true)
      #expect(try dry.decode(ApplyResponse.self).items.map(\.result) == [.created])
      #expect(try await server.store.cluster("eu-1", in: .defaultProject) == nil)

      #expect(try await apply(good).decode(ApplyResponse.self).items.map(\.result) == [.created])
      #expect(try await apply(good).decode(ApplyResponse.self).items.map(\.result) == [.unchanged])
      let changed = ServerFixture.cluster("eu-1", labels: ["region": "us"])
      #expect(try await apply(changed).decode(ApplyResponse.self).items.map(\.result) == [.configured])
    }
  }

  @Test func aTemplateThatIsNoneIsRefusedWithItsPlace() async throws {
    let text = """
      apiVersion: flotilla.dev/v1
      kind: FleetSet
      metadata: {name: shop}
      spec:
        goTemplate: true
        generators: [{clusters: {}}]
        template:
          metadata: {name: "{{ .name }}"}
          spec:
            source: {repository: shop, path: "web/{{ .name | uper }}"}
            destination: {cluster: "{{ .name }}"}
      """
    try await ServerFixture.with { server in
      let refused = try await server.call(
        Routes.applyDocuments, Routes.applyDocuments.path("default"),
        ApplyRequest(files: [.init(name: "set.yaml", content: text)]))
      #expect(refused.status == 400)
      let finding = try #require(try refused.envelope().diagnostics.first)
      #expect(finding.text.hasPrefix("set.yaml:10:40  spec.template.spec.source.path: "))
      #expect(finding.message.contains("line 1, column") && finding.message.contains("uper"))
      #expect(try await server.store.fleetSet("shop", in: .defaultProject) == nil)
    }
  }

  @Test func anApplicationSetIsKeptAndComesBackAsOne() async throws {
    let text = """
      apiVersion: argoproj.io/v1alpha1
      kind: ApplicationSet
      metadata: {name: guestbook, namespace: argocd}
      spec:
        generators: [{clusters: {}}]
        template: {metadata: {name: "{{name}}"}, spec: {project: p}}
      """
    try await ServerFixture.with { server in
      func apply(to project: String) async throws -> ServerFixture.Answer {
        try await server.call(
          Routes.applyDocuments, Routes.applyDocuments.path(project),
          ApplyRequest(files: [.init(name: "set.yaml", content: text)]))
      }
      let refused = try await apply(to: "default")
      #expect(refused.status == 400)
      #expect(try refused.envelope().diagnostics.map(\.field) == ["metadata.namespace"])
      #expect(try await apply(to: "argocd").decode(ApplyResponse.self).items.map(\.result) == [.created])
      #expect(try await apply(to: "argocd").decode(ApplyResponse.self).items.map(\.result) == [.unchanged])
      let shown = try await server.call(Routes.getFleetSet, Routes.getFleetSet.path("argocd", "guestbook"))
      guard case .object(let document)? = try shown.decode(FleetSetResource.self).document else {
        Issue.record("there is no document: \(shown.text)")
        return
      }
      #expect(document["apiVersion"] == .string("argoproj.io/v1alpha1"))
      #expect(document["kind"] == .string("ApplicationSet"))
      #expect(
        document["metadata"] == .object(["name": .string("guestbook"), "namespace": .string("argocd")]))
    }
  }

  @Test func fileRepositoriesLieBelowTheNamedFolderOnly() async throws {
    @Sendable func document(_ url: String) -> String {
      "apiVersion: flotilla.dev/v1\nkind: Repository\nmetadata: {name: local}\nspec:\n  url: \(url)\n"
    }
    try await ServerFixture.with { configuration in
      configuration.fileRepositories = "/srv/git"
    } _: { server in
      for (url, expected) in [
        ("file:///srv/git/shop", 200), ("file:///srv/git/../secret", 400), ("file:///etc", 400),
        ("file:///srv/gitlab/x", 400), ("file:///srv/git/%2e%2e/x", 400), ("file://host/srv/git/x", 400),
      ] {
        let answer = try await server.call(
          Routes.applyDocuments, Routes.applyDocuments.path("default"),
          ApplyRequest(files: [.init(name: "r.yaml", content: document(url))]))
        #expect(answer.status == expected, "\(url): \(answer.text)")
      }
    }
    try await ServerFixture.with { server in
      let answer = try await server.call(
        Routes.applyDocuments, Routes.applyDocuments.path("default"),
        ApplyRequest(files: [.init(name: "r.yaml", content: document("file:///srv/git/shop"))]))
      #expect(try answer.envelope().diagnostics.map(\.field) == ["spec.url"])
    }
  }

  @Test func clustersAreListedLabelledAndCordoned() async throws {
    try await ServerFixture.with { server in
      try await server.apply(
        ServerFixture.cluster("eu-1", labels: ["region": "eu"])
          + ServerFixture.cluster("us-1", labels: ["region": "us"]))
      let list = try await server.send(
        "GET", Routes.listClusters.path("default") + "?selector=region%3Deu", right: .read)
      #expect(try list.decode(ListPage<ClusterResource>.self).items.map(\.name) == ["eu-1"])
      let paged = try await server.send("GET", Routes.listClusters.path("default") + "?limit=1", right: .read)
      let page = try paged.decode(ListPage<ClusterResource>.self)
      #expect(page.items.map(\.name) == ["eu-1"])
      let rest = try await server.send(
        "GET", Routes.listClusters.path("default") + "?after=" + Route.percentEncoded(try #require(page.next)),
        right: .read)
      #expect(try rest.decode(ListPage<ClusterResource>.self).items.map(\.name) == ["us-1"])

      let one = try await server.call(Routes.getCluster, Routes.getCluster.path("default", "eu-1"), right: .read)
      let tag = try #require(one.headers.first(name: "ETag"))
      #expect(try one.decode(ClusterResource.self).document?["kind"] == .string("Cluster"))
      let labels = LabelRequest(labels: ["canary": "true", "region": nil], reason: "new canary")
      let path = Routes.labelCluster.path("default", "eu-1")
      let stale = try await server.call(Routes.labelCluster, path, labels, headers: [("If-Match", "\"999\"")])
      #expect(stale.status == 409)
      let labelled = try await server.call(Routes.labelCluster, path, labels, headers: [("If-Match", tag)])
      #expect(try labelled.decode(ClusterResource.self).labels == ["canary": "true"])
      let wrong = try await server.call(Routes.labelCluster, path, LabelRequest(labels: ["a b": "c"]))
      #expect(wrong.status == 400)

      let cordon = Routes.cordonCluster.path("default", "eu-1")
      #expect(try await server.call(Routes.cordonCluster, cordon, ReasonRequest()).status == 400)
      let cordoned = try await server.call(Routes.cordonCluster, cordon, ReasonRequest(reason: "disk"))
      #expect(try cordoned.decode(ClusterResource.self).cordonReason == "disk")
      let uncordoned = try await server.call(
        Routes.uncordonCluster, Routes.uncordonCluster.path("default", "eu-1"), ReasonRequest(reason: "done"))
      #expect(try uncordoned.decode(ClusterResource.self).cordonReason == nil)

      let removed = try await server.call(
        Routes.removeCluster, Routes.removeCluster.path("default", "eu-1") + "?reason=gone")
      #expect(removed.status == 200)
      let gone = try await server.call(Routes.getCluster, Routes.getCluster.path("default", "eu-1"))
      #expect(gone.status == 404)
    }
  }

  @Test func aRolloutIsReadAndDecidedAbout() async throws {
    try await ServerFixture.with { server in
      let fleet = try await StoreFixture.make(in: server.store, clusters: 2)
      _ = try await fleet.release(1)
      _ = try await fleet.pass(try await fleet.start())
      let path = Routes.getRollout.path("default", "storefront", "latest")
      let read = try await server.call(Routes.getRollout, path, right: .read)
      let rollout = try read.decode(RolloutResource.self)
      #expect(rollout.name == "storefront/1")
      #expect(rollout.counts.clusters == 2)
      #expect(rollout.counts.inFlight == 2)
      let list = try await server.call(Routes.listRollouts, Routes.listRollouts.path("default"), right: .read)
      #expect(try list.decode(ListPage<RolloutResource>.self).items.map(\.name) == ["storefront/1"])
      let steps = try await server.call(
        Routes.listSteps, Routes.listSteps.path("default", "storefront", "1") + "?state=dispatched", right: .read)
      #expect(try steps.decode(ListPage<StepResource>.self).items.map(\.cluster) == ["c0000", "c0001"])
      let typo = try await server.call(
        Routes.listSteps, Routes.listSteps.path("default", "storefront", "1") + "?state=Dispatchd", right: .read)
      #expect(try typo.envelope().hint.contains("Dispatched"))
      let why = try await server.call(
        Routes.explainRollout, Routes.explainRollout.path("default", "storefront", "1"), right: .read)
      #expect(try why.decode(RolloutExplanation.self).inFlight.count == 2)

      let paused = try await server.call(
        Routes.pauseRollout, Routes.pauseRollout.path("default", "storefront", "1"), right: .operate,
        RolloutActionRequest(reason: "lunch"))
      #expect(try paused.decode(RolloutResource.self).pause?.by == "operateer", "\(paused.text)")
      let approved = try await server.call(
        Routes.approveRollout, Routes.approveRollout.path("default", "storefront", "1"), right: .approve,
        RolloutActionRequest(stage: "nothing"))
      #expect(approved.status >= 400 && approved.status < 500)
      let abort = Routes.abortRollout.path("default", "storefront", "1")
      #expect(try await server.call(Routes.abortRollout, abort, right: .operate, RolloutActionRequest()).status == 400)
      let aborted = try await server.call(
        Routes.abortRollout, abort, right: .operate, RolloutActionRequest(reason: "enough"))
      // Two clusters have orders in flight, which end first (R17).
      #expect(try aborted.decode(RolloutResource.self).state == .halting, "\(aborted.text)")
      let missing = try await server.call(Routes.getRollout, Routes.getRollout.path("default", "storefront", "9"))
      #expect(missing.status == 404)
      let targets = try await server.call(Routes.listTargets, Routes.listTargets.path("default"), right: .read)
      #expect(try targets.decode(ListPage<TargetResource>.self).items.count == 2)
      let releases = try await server.call(Routes.listReleases, Routes.listReleases.path("default"), right: .read)
      #expect(try releases.decode(ListPage<ReleaseResource>.self).items.map(\.number) == [1])
    }
  }

  @Test func passwordsInURLsAreMasked() {
    #expect(maskedURL("https://kim:secret@git.example/x@y") == "https://kim:…@git.example/x@y")
    #expect(maskedURL("https://git.example/x") == "https://git.example/x")
    #expect(maskedURL("git@git.example:x") == "git@git.example:x")
  }

  @Test func secretsWithKeysAreStoredWithTheirHosts() async throws {
    try await ServerFixture.with { server in
      let path = Routes.setCredential.path("default", "gitlab-token")
      let stored = try await server.call(
        Routes.setCredential, path,
        CredentialRequest(kind: .secret, data: ["token": "hunter2"], hosts: ["GitLab.example.com"]))
      #expect(stored.status == 200)
      let vault = CredentialVault(store: server.store, box: server.secrets)
      let references = StoredReferences(vault: vault, store: server.store)
      #expect(
        try await references.secret(named: "gitlab-token", in: .defaultProject)
          == StoredSecret(values: ["token": "hunter2"], hosts: ["gitlab.example.com"]))
      #expect(try await references.secret(named: "none", in: .defaultProject) == nil)
      for request in [
        CredentialRequest(kind: .secret), CredentialRequest(kind: .secret, data: ["token": ""]),
        CredentialRequest(kind: .secret, data: ["token": "hunter2"], hosts: ["https://gitlab.example.com"]),
      ] {
        let answer = try await server.call(Routes.setCredential, path, request)
        #expect(answer.status == 400)
        #expect(!answer.text.contains("hunter2"))
      }
    }
  }

  @Test func configMapsAreAppliedListedAndRemoved() async throws {
    try await ServerFixture.with { server in
      try await server.apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: teams}\ndata: {baseUrl: 'https://a'}\n")
      let list = try await server.call(Routes.listConfigMaps, Routes.listConfigMaps.path("default"), right: .read)
      #expect(try list.decode(ListPage<ConfigMapResource>.self).items.map(\.data) == [["baseUrl": "https://a"]])
      let path = Routes.getConfigMap.path("default", "teams")
      #expect(
        try await server.call(Routes.getConfigMap, path, right: .read).decode(ConfigMapResource.self).generation == 1)
      #expect(try await server.call(Routes.removeConfigMap, path, right: .read).status == 403)
      #expect(try await server.call(Routes.removeConfigMap, path, right: .operate).status == 200)
      #expect(try await server.call(Routes.getConfigMap, path).status == 404)
    }
  }

  /// What a preview asks, it asks with the project's secrets, wherever the documents say.
  @Test func previewsOfDocumentsThatSayWhomToAskNeedTheRightToApplyThem() async throws {
    try await ServerFixture.with { server in
      let set = """
        apiVersion: flotilla.dev/v1
        kind: FleetSet
        metadata: {name: shop}
        spec:
          generators: [{matrix: {generators: [{clusters: {}}, {plugin: {configMapRef: {name: teams}}}]}}]
          template:
            metadata: {name: "x-{{name}}"}
            spec: {source: {repository: shop, path: web}, destination: {cluster: "{{name}}"}}
        """
      let plain = set.replacing("{plugin: {configMapRef: {name: teams}}}", with: "{list: {elements: [{a: b}]}}")
      let configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: teams}\ndata: {baseUrl: 'http://evil'}\n"
      for route in [Routes.previewFleetSet, Routes.diffFleetSet] {
        func status(_ text: String, _ right: AccessRight) async throws -> Int {
          try await server.call(
            route, route.path("default", "shop"), right: right,
            PreviewRequest(files: [.init(name: "a.yaml", content: text)])
          ).status
        }
        let refused = try await [status(set, .read), status(configMap, .read)]
        #expect(refused == [403, 403])
        // These get as far as the previews, of which this server has none.
        let taken = try await [status(set, .operate), status(plain, .read)]
        #expect(taken == [404, 404])
      }
    }
  }

  @Test func credentialsAreStoredAndHostileKubeconfigsRefused() async throws {
    try await ServerFixture.with { server in
      let path = Routes.setCredential.path("default", "git-example")
      let stored = try await server.call(
        Routes.setCredential, path, CredentialRequest(kind: .basic, user: "kim", secret: "hunter2"))
      #expect(stored.status == 200)
      let vault = CredentialVault(store: server.store, box: server.secrets)
      #expect(try await vault.credential("git-example", in: .defaultProject) == .basic(user: "kim", secret: "hunter2"))
      func kubeconfig(_ user: String, _ cluster: String) -> CredentialRequest {
        CredentialRequest(
          kind: .kubeconfig,
          kubeconfig:
            "apiVersion: v1\nkind: Config\nclusters:\n- name: a\n  cluster: {server: 'https://a', \(cluster)}\n"
            + "users:\n- name: a\n  user: {\(user)}\n")
      }
      #expect(try await server.call(Routes.setCredential, path, kubeconfig("token: x", "")).status == 200)
      for (user, cluster) in [
        ("exec: {command: sh}", ""), ("tokenFile: /etc/shadow", ""), ("client-key: /k", ""),
        ("username: kim, password: x", ""), ("token: x", "proxy-url: 'http://169.254.169.254'"),
        ("token: x", "certificate-authority: /etc/ca"),
      ] {
        let answer = try await server.call(Routes.setCredential, path, kubeconfig(user, cluster))
        #expect(answer.status == 400, "\(user) \(cluster)")
      }
      let short = try await server.call(
        Routes.setCredential, path, CredentialRequest(kind: .webhookSecret, secret: "short"))
      #expect(short.status == 400)
    }
  }
}
