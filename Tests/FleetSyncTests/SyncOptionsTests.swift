import FleetModel
import FleetSync
import Manifest
import Testing

@Suite("Sync options")
struct SyncOptionsTests {
  static func document(_ annotations: String) throws -> Node {
    try yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, annotations: {\(annotations)}}}")
  }

  static func options(_ annotations: String) throws -> SyncOptions { try SyncOptions(of: document(annotations)) }

  @Test("Argo CD's options and Flotilla's twins are read")
  func options() throws {
    #expect(try Self.options("") == SyncOptions())
    for name in ["argocd.argoproj.io/sync-options", "flotilla.dev/sync-options"] {
      let all = try Self.options(
        """
        \(name): "Prune=false, Delete=false,PruneLast=true,Replace=true,Force=true,SkipDryRunOnMissingResource=true,\
        FailOnSharedResource=true,ServerSideApply=true,ApplyOutOfSyncOnly=true,Conflicts=leave"
        """)
      #expect(all.staysWhenPruned && all.staysWhenRemoved && all.isPrunedLast && all.isReplaced && all.isRecreated)
      #expect(all.maySkipDryRun && all.failsWhenShared && all.conflicts == .leave)
    }
    #expect(try Self.options("argocd.argoproj.io/sync-options: Prune=confirm").staysWhenPruned)
    let set =
      "flotilla.dev/set-sync-options: 'Replace=true,Prune=false', argocd.argoproj.io/sync-options: Replace=false"
    #expect(try !Self.options(set).isReplaced && Self.options(set).staysWhenPruned, "an object's own win")
    // Both may be there, and ours has the last word.
    let both = "argocd.argoproj.io/sync-options: 'Replace=true,Prune=false', flotilla.dev/sync-options: Replace=false"
    #expect(try !Self.options(both).isReplaced && Self.options(both).staysWhenPruned)
  }

  @Test("waves, hooks and delete policies, Argo CD's, Helm's and ours")
  func hooks() throws {
    #expect(try Self.options("argocd.argoproj.io/sync-wave: '-5'").wave == -5)
    let ours = "argocd.argoproj.io/sync-wave: '-5', flotilla.dev/sync-wave: '2'"
    #expect(try Self.options(ours).wave == 2)
    let hook = try Self.options("argocd.argoproj.io/hook: 'PreSync, PostSync'").hook
    #expect(hook?.phases == [.preSync, .postSync] && hook?.deletePolicies == [.beforeCreation])
    let deleted = "flotilla.dev/hook: SyncFail, flotilla.dev/hook-delete-policy: 'HookSucceeded,HookFailed'"
    #expect(try Self.options(deleted).hook == Hook(phases: [.syncFail], deletePolicies: [.succeeded, .failed]))
    #expect(try Self.options("argocd.argoproj.io/hook: Skip").isSkipped)
    let helm =
      "helm.sh/hook: 'pre-install,pre-upgrade', helm.sh/hook-weight: '-1', helm.sh/hook-delete-policy: hook-succeeded"
    #expect(try Self.options(helm).hook == Hook(phases: [.preSync], deletePolicies: [.succeeded]))
    #expect(try Self.options(helm).wave == -1)
    #expect(try Self.options("helm.sh/hook: post-delete").hook?.phases == [.postDelete])
    #expect(try Self.options("helm.sh/hook: test").isSkipped)
    #expect(try Self.options("helm.sh/hook: crd-install") == SyncOptions(), "a definition is no hook")
    let both = try Self.options("helm.sh/hook: pre-install, argocd.argoproj.io/hook: PostSync")
    #expect(both.hook?.phases == [.postSync])
  }

  @Test(
    "what cannot be meant is named",
    arguments: [
      ("flotilla.dev/sync-options: Prun=false", "flotilla.dev/sync-options is \"Prun=false\", expected one of Prune="),
      ("flotilla.dev/sync-options: Conflicts=never", "is \"Conflicts=never\""),
      ("argocd.argoproj.io/hook: Presync", "argocd.argoproj.io/hook is \"Presync\", expected Skip or PreSync, Sync"),
      ("argocd.argoproj.io/sync-wave: first", "sync-wave is \"first\", expected a whole number"),
      (
        "flotilla.dev/hook: Sync, flotilla.dev/hook-delete-policy: Never",
        "is \"Never\", expected HookSucceeded, HookFailed, BeforeHookCreation"
      ),
    ])
  func wrong(annotations: String, message: String) throws {
    #expect {
      try SyncOptions(of: Self.document(annotations))
    } throws: {
      let failure = $0 as? WriteFailure
      return failure?.message.hasPrefix("ConfigMap a: annotation ") == true
        && failure?.message.contains(message) == true
        && failure?.cause == .content
    }
  }

  @Test("every wrong annotation of a bundle is told at once")
  func all() throws {
    let wrong = try ["a", "b"].map {
      try yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: \($0), annotations: {flotilla.dev/hook: Never}}}")
    }
    #expect {
      try syncObjects(wrong, order: makeOrder(1)) { _, _ in .namespaced }
    } throws: {
      let message = ($0 as? WriteFailure)?.message ?? ""
      return message.contains("ConfigMap a:") && message.contains("ConfigMap b:")
    }
  }

  @Test("steps: phases, in them waves, in them kinds; pruning before PostSync; waves wait for health")
  func steps() throws {
    func object(_ kind: String, _ name: String, _ annotations: String = "") throws -> SyncObject {
      let text = "{apiVersion: v1, kind: \(kind), metadata: {name: \(name), annotations: {\(annotations)}}}"
      let document = try yaml(text)
      return SyncObject(
        identity: identity(kind, name), document: document, options: try SyncOptions(of: document))
    }
    var namespace = try object("Namespace", "shop")
    namespace.isOwned = false
    let objects = [
      namespace, try object("ConfigMap", "late", "argocd.argoproj.io/sync-wave: '1'"),
      try object("ConfigMap", "early", "flotilla.dev/sync-wave: '-1'"), try object("Service", "s"),
      try object("ConfigMap", "c"), try object("Pod", "done", "argocd.argoproj.io/hook: PostSync"),
      try object("Pod", "migrate", "argocd.argoproj.io/hook: PreSync"),
      try object("Pod", "smoke", "argocd.argoproj.io/hook: Sync"),
      try object("Pod", "cry", "argocd.argoproj.io/hook: SyncFail"),
      try object("Pod", "bye", "argocd.argoproj.io/hook: PreDelete"),
    ]
    func lines(_ steps: [ApplyStep]) -> [String] {
      steps.map { step in
        let names = step.work == .prune ? "prune" : step.objects.map(\.identity.name).joined(separator: ",")
        return "\(step.phase.rawValue) \(names)\(step.awaitsHealth ? " after health" : "")"
      }
    }
    #expect(
      lines(applySteps(objects)) == [
        "PreSync shop", "PreSync migrate", "Sync early", "Sync c after health", "Sync s", "Sync smoke",
        "Sync late after health", "Sync prune", "PostSync done after health",
      ])
    #expect(lines(failureSteps(objects)) == ["SyncFail cry"])
    #expect(lines(removalSteps([objects[9]])) == ["PreDelete bye", "PreDelete prune"])
    let last = try object("ConfigMap", "x", "argocd.argoproj.io/sync-options: PruneLast=true")
    #expect(lines(applySteps([last])) == ["Sync x", "Sync prune after health"])
  }
}
