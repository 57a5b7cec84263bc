import FleetDocuments
import FleetModel
import Manifest
import Testing

/// ApplicationSets, read as FleetSets.
struct ApplicationSetTests {
  static let complete = """
    apiVersion: argoproj.io/v1alpha1
    kind: ApplicationSet
    metadata:
      name: guestbook
      namespace: argocd
      labels: {team: web}
      uid: 00000000-0000-0000-0000-000000000000
    spec:
      goTemplate: true
      goTemplateOptions: [missingkey=error]
      generators:
        - matrix:
            generators:
              - git:
                  repoURL: https://git.example.com/config.git
                  revision: HEAD
                  files: [{path: "apps/**/config.json"}, {path: "apps/old/*", exclude: true}]
                  values: {app: "{{.path.basename}}"}
                  requeueAfterSeconds: 60
              - clusters:
                  selector: {matchLabels: {env: "{{.env}}"}}
          selector:
            matchLabels: {server: "https://a-url-that-is-longer-than-a-label-may-be.example.com:6443/and/more"}
        - list:
            elementsYaml: "[{name: a}]"
            template: {metadata: {}, spec: {project: other}}
      template:
        metadata:
          name: "{{.values.app}}-{{.name}}"
          labels: {env: "{{.env}}"}
          finalizers: [resources-finalizer.argocd.argoproj.io/background]
        spec:
          project: default
          source: {repoURL: "https://git.example.com/config.git", path: "{{.path.path}}", targetRevision: main}
          destination: {name: "{{.name}}", namespace: web}
          syncPolicy: {automated: {prune: true}}
      templatePatch: "{}"
      syncPolicy: {preserveResourcesOnDeletion: true, applicationsSync: create-update}
      strategy:
        type: RollingSync
        rollingSync:
          steps:
            - matchExpressions: [{key: env, operator: In, values: [dev]}]
            - matchExpressions: [{key: env, operator: NotIn, values: [dev, prod]}]
              maxUpdate: 10%
            - matchExpressions: [{key: env, operator: In, values: [prod]}]
              maxUpdate: 0
      preservedFields: {annotations: [a], labels: [b]}
      ignoreApplicationDifferences:
        - {name: x, jsonPointers: [/spec/source/targetRevision], jqPathExpressions: [.spec.info]}
      applyNestedSelectors: true
    status: {conditions: []}
    """

  static func read(_ text: String) -> (set: FleetSetDefinition?, document: Document?, findings: [String]) {
    let (documents, findings) = Documents.read(Array(text.utf8), file: "f.yaml")
    guard let document = documents.first, case .fleetSet(let set) = document.content else {
      return (nil, nil, findings.map(\.text))
    }
    return (set, document, findings.map(\.text))
  }

  @Test func readsEveryField() throws {
    let (read, found, findings) = Self.read(Self.complete)
    let set = try #require(read)
    let document = try #require(found)
    #expect(
      findings == [
        "f.yaml:47:22  warning: spec.strategy.rollingSync.steps[2].maxUpdate: 0 is read as an approval before the step, and then all of it at once"
      ])
    #expect(document.kind == "ApplicationSet")
    #expect(document.project == "argocd")
    #expect(set.dialect == .applicationSet)
    guard case .application(let template) = set.template, case .matrix(let children) = set.generators[0].generator,
      case .git(let git) = children[0].generator, case .clusters(let clusters) = children[1].generator,
      case .list(let list) = set.generators[1].generator
    else {
      Issue.record("read as something else: \(set)")
      return
    }
    #expect(template.setName == "guestbook")
    #expect(template.namespace == "argocd")
    #expect(template.patch == "{}")
    #expect(
      template.policy
        == ApplicationPolicy(
          changes: .createUpdate, preservesResources: true, preservedAnnotations: ["a"], preservedLabels: ["b"],
          ignoredDifferences: [
            .init(name: "x", jsonPointers: ["/spec/source/targetRevision"], jqPathExpressions: [".spec.info"])
          ]))
    #expect(template.tree["spec", "project"]?.string == "default")
    #expect(
      git
        == GitGenerator(
          repository: "https://git.example.com/config.git",
          files: [.init(path: "apps/**/config.json"), .init(path: "apps/old/*", exclude: true)],
          values: ["app": "{{.path.basename}}"], requeueAfter: .seconds(60)))
    #expect(clusters.selector == LabelSelector(matchLabels: ["env": "{{.env}}"]))
    #expect(set.generators[0].selector?.matchLabels.count == 1)
    #expect(list.elementsYAML == "[{name: a}]")
    #expect(set.generators[1].template?["spec", "project"]?.string == "other")
  }

  @Test func readsStepsAsStagesOfTargets() throws {
    let rollout = try #require(Self.read(Self.complete).set).rollout
    #expect(rollout.unit == .target)
    #expect(rollout.trigger == .automatic)
    #expect(rollout.stages.map(\.name) == ["step-1", "step-2", "step-3", "unmatched"])
    #expect(rollout.stages.map(\.maxConcurrent) == [.percent(100), .percent(10), .percent(100), .percent(100)])
    #expect(rollout.stages.map { $0.before.count } == [0, 0, 1, 1])
    #expect(rollout.stages[3].selection == .rest)
    #expect(
      rollout.stages[1].selection
        == .targets(
          LabelSelector(matchExpressions: [
            LabelRequirement(key: "env", operator: .isNotIn, values: ["dev", "prod"])
          ])))
  }

  @Test func comesBackFromTheStoreAsWhatItWas() throws {
    let document = try #require(Self.read(Self.complete).document)
    let back = try Document(
      kind: "FleetSet", project: document.project, name: document.name, canonicalJSON: document.canonicalJSON)
    #expect(back.kind == "ApplicationSet")
    #expect(back.source["metadata", "namespace"]?.string == "argocd")
    #expect(back.canonicalJSON == document.canonicalJSON)
  }

  /// An ApplicationSet with some lines of its own in `spec`.
  static func set(_ lines: String, spec: String = "{project: p}", generators: String = "[{clusters: {}}]") -> String {
    """
    apiVersion: argoproj.io/v1alpha1
    kind: ApplicationSet
    metadata: {name: a}
    spec:
      generators: \(generators)
      template: {metadata: {name: "{{name}}"}, spec: \(spec)}
      \(lines)
    """
  }

  @Test func withoutAutomationOnlyPeopleStartRollouts() throws {
    let manual = try #require(Self.read(Self.set("")).set)
    #expect(manual.rollout.trigger == .manual)
    #expect(manual.rollout.stages == RolloutStrategy().stages)
    let automatic = "{syncPolicy: {automated: {}}}"
    #expect(Self.read(Self.set("", spec: automatic)).set?.rollout.trigger == .automatic)
    let off = "{syncPolicy: {automated: {enabled: false}}}"
    #expect(Self.read(Self.set("", spec: off)).set?.rollout.trigger == .manual)
    let all = try #require(Self.read(Self.set("strategy: {type: AllAtOnce}", spec: automatic)).set)
    #expect(all.rollout.stages.map(\.maxConcurrent) == [.percent(100)])
    #expect(!all.rollout.firstAlone)
  }

  @Test func whatArgoIgnoresIsAWarning() {
    let text = Self.set(
      "stategy: {}", spec: "{project: p, source: {repoURl: x, chart: y}, destination: {servr: z}}",
      generators: "[{clusters: {flatlist: true}}]")
    #expect(
      Self.read(text).findings == [
        "f.yaml:5:28  warning: spec.generators[0].clusters.flatlist: unknown field; did you mean \"flatList\"?",
        "f.yaml:6:72  warning: spec.template.spec.source.repoURl: an Application has no such field; did you mean \"repoURL\"?",
        "f.yaml:6:109  warning: spec.template.spec.destination.servr: an Application has no such field; did you mean \"server\"?",
        "f.yaml:7:3  warning: spec.stategy: unknown field; did you mean \"strategy\"?",
      ])
    #expect(Self.read(text).set != nil)
  }

  @Test func whatKubernetesRefusesIsAnError() {
    let text = Self.set(
      "strategy: {type: Rolling, rollingSync: {steps: []}}\n  syncPolicy: {applicationsSync: never}",
      spec: "{project: 1}",
      generators: "[{matrix: {generators: [{clusters: {}}, {clusters: {}}, {clusters: {}}]}}, {bbb: {}}]")
    #expect(
      Self.read(text).findings.map { String($0.prefix { $0 != "\n" }) } == [
        "f.yaml:5:38  spec.generators[0].matrix.generators: a matrix of an ApplicationSet combines two generators, found 3",
        "f.yaml:5:90  spec.generators[1]: no generator is given",
        "f.yaml:5:91  warning: spec.generators[1].bbb: unknown field",
        "f.yaml:6:60  spec.template.spec.project: expected a text, found 1",
        "f.yaml:7:20  spec.strategy.type: \"Rolling\" is not known",
        "f.yaml:7:42  warning: spec.strategy.rollingSync: has no effect without type: RollingSync",
        "f.yaml:8:34  spec.syncPolicy.applicationsSync: \"never\" is not known",
      ])
  }

  @Test func stepsSayWhatIsWrongWithThem() {
    let steps = """
      strategy: {type: RollingSync, rollingSync: {steps: [
          {matchExpressions: [{key: env, operator: Exists}], maxUpdate: 150%},
          {maxUpdate: "25"}, {maxUpdate: -1}]}}
      """
    #expect(
      Self.read(Self.set(steps)).findings.map { String($0.prefix { $0 != "\n" }) } == [
        "f.yaml:8:46  spec.strategy.rollingSync.steps[0].matchExpressions[0].operator: \"Exists\" is not an operator of steps",
        "f.yaml:8:67  warning: spec.strategy.rollingSync.steps[0].maxUpdate: \"150%\" is read as 100%",
        "f.yaml:9:17  spec.strategy.rollingSync.steps[1].maxUpdate: \"25\" is neither a number nor a percentage",
        "f.yaml:9:36  spec.strategy.rollingSync.steps[2].maxUpdate: -1 is neither a number nor a percentage",
      ])
    #expect(Self.read(Self.set("strategy: {type: RollingSync}")).findings.first?.contains("there are no steps") == true)
  }

  @Test func aServerThatDroppedAGeneratorIsSeenThrough() {
    let text = """
      apiVersion: argoproj.io/v1alpha1
      kind: ApplicationSet
      metadata:
        name: a
        annotations:
          kubectl.kubernetes.io/last-applied-configuration: '{"spec":{"generators":[{"list":{}},{"nosuch":{}}]}}'
      spec:
        generators: [{list: {elements: []}}, {}]
        template: {metadata: {name: x}, spec: {project: p}}
      """
    #expect(Self.read(text).findings.contains { $0.contains("unknown generators: nosuch") })
  }

  @Test func whatKubectlKeepsBesideADocumentIsNoPartOfIt() throws {
    let plain = try #require(Self.read(Self.set("")).document)
    let kept = Self.set("").replacing(
      "{name: a}",
      with: "{name: a, annotations: {kubectl.kubernetes.io/last-applied-configuration: '{}'}, generation: 7}")
    #expect(try #require(Self.read(kept).document).canonicalJSON == plain.canonicalJSON)
  }

  @Test func bothKindsOfSetsShareTheirNames() {
    let text = Self.set("") + "\n---\n" + fleetSet().replacing("name: shop}\nspec", with: "name: a}\nspec")
    #expect(
      Self.read(text).findings == [
        "f.yaml:11:18  metadata.name: FleetSet \"a\" is already described at f.yaml:1\n"
          + "              remove one of them, or give it another name"
      ])
  }
}

extension String {
  fileprivate func replacing(_ old: String, with new: String) -> String {
    split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
  }
}
