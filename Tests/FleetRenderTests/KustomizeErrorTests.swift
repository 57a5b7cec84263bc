import FleetModel
import FleetRender
import Foundation
import Manifest
import Testing

/// What the native engine says about trees that are wrong, and about those that it leaves to the program.
@Suite struct KustomizeErrorTests {
  static func problem(_ texts: [String: String], path: String = "overlay") throws -> Diagnostic {
    guard case .failed(let problems) = kustomize(tree: FakeTree(texts), path: path) else {
      throw DiagnosticsError([Diagnostic(message: "was not refused")])
    }
    return try #require(problems.first)
  }

  @Test func aProblemNamesFileLineAndTheKustomizationsThatLedThere() throws {
    let problem = try Self.problem([
      "overlay/kustomization.yaml": "resources: [../middle]\n", "middle/kustomization.yaml": "resources: [../base]\n",
      "base/kustomization.yaml": "resources:\n- good.yaml\n- bad.yaml\n",
      "base/good.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
      "base/bad.yaml": "# a comment\napiVersion: v1\nkind: ConfigMap\n---\nkind: Secret\n",
    ])
    #expect(problem.file == "base/bad.yaml")
    #expect(problem.line == 2)
    #expect(problem.field == "metadata.name")
    #expect(
      problem.hint == "needed by base/kustomization.yaml, by middle/kustomization.yaml, by overlay/kustomization.yaml")
  }

  @Test(
    arguments: [
      ("resources: [../../etc/passwd]", "leads out of the repository"),
      ("resources: [/etc/passwd]", "leads out of the repository"),
      ("configMapGenerator: [{name: a, files: [../../../etc/passwd]}]", "leads out of the repository"),
      ("configMapGenerator: [{name: a, files: [../secret.txt]}]", "lies outside the kustomization's directory"),
      ("components: [../../x]", "leads out of the repository"),
      ("resources: [../overlay]", "leads in a circle"), ("resources: [missing.yaml]", "is neither a file nor"),
      ("namePrefx: a", "unknown field \"namePrefx\""),
      ("patches: [{patch: '{kind: A, apiVersion: v1, metadata: {name: b}}'}]", "there is no A b (v1) to patch"),
    ])
  func whatIsWrongIsSaid(kustomization: String, message: String) throws {
    let problem = try Self.problem(["overlay/kustomization.yaml": kustomization + "\n", "secret.txt": "hidden"])
    #expect(problem.message.contains(message))
    #expect(problem.file == "overlay/kustomization.yaml")
    #expect(problem.line == 1)
  }

  /// A chain in which each names the next one twice would be built two to the power of its length times.
  @Test func kustomizationsThatMultiplyAreRefused() throws {
    var texts: [String: String] = ["k30/kustomization.yaml": "commonLabels: {a: b}\n"]
    for number in 0..<30 {
      texts["k\(number)/kustomization.yaml"] = "resources: [../k\(number + 1), ../k\(number + 1)]\n"
    }
    #expect(try Self.problem(texts, path: "k0").message.contains("kustomizations are built for one"))
  }

  @Test func whatOnlyTheProgramDoesGoesToItWithANote() throws {
    let tree = FakeTree([
      "app/kustomization.yaml": "resources: [a.yaml]\nopenapi: {version: v1.21.2}\n",
      "app/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    ])
    guard case .needs(let requests) = render(tree: tree, path: "app", namespace: "shop", engine: .automatic) else {
      Issue.record("did not ask")
      return
    }
    let request = try #require(requests.first)
    let answers = [request: RenderAnswer.output(Array("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n".utf8))]
    guard
      case .manifests(let bundle, let notes) = render(
        tree: tree, path: "app", namespace: "shop", engine: .automatic, answers: answers)
    else {
      Issue.record("did not render")
      return
    }
    #expect(bundle.objects.map(\.identity.display) == ["ConfigMap shop/a"])
    #expect(notes.map(\.severity) == [.warning])
    #expect(notes.first?.message == "the kustomize program builds this, because of openapi")
    #expect(notes.first?.file == "app/kustomization.yaml")
  }

  @Test func anOrdinaryKustomizationNeedsNoProgram() throws {
    let tree = FakeTree([
      "base/kustomization.yaml": "resources: [a.yaml]\n",
      "base/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
      "app/kustomization.yaml": "resources: [../base]\nnamePrefix: p-\n",
    ])
    guard
      case .manifests(let bundle, let notes) = render(tree: tree, path: "app", namespace: "shop", engine: .automatic)
    else {
      Issue.record("did not render")
      return
    }
    #expect(bundle.objects.map(\.identity.display) == ["ConfigMap shop/p-a"])
    #expect(notes.isEmpty)
  }

  /// A strategic merge of the same patch a second time changes nothing.
  @Test func mergingTwiceIsMergingOnce() throws {
    for test in try CorpusCase.all() where test.file == "04-patches.corpus" {
      guard let text = test.files["overlay/kustomization.yaml"], text.contains("patches:\n- patch: |-\n"),
        !text.contains("target:"), !text.contains("$patch"), !text.contains("namePrefix"),
        !test.name.contains("without")
      else { continue }
      var twice = test.files
      let place = try #require(text.range(of: "patches:\n"))
      twice["overlay/kustomization.yaml"] = text + text[place.upperBound...]
      guard case .objects(let once) = kustomize(tree: FakeTree(test.files), path: "overlay"),
        case .objects(let again) = kustomize(tree: FakeTree(twice), path: "overlay")
      else { continue }
      #expect(kustomizeText(once) == kustomizeText(again), "\(test.name)")
    }
  }

  /// What was taken apart for one build, and for one place in it, is not changed by another.
  @Test func whatIsRememberedChangesNothing() throws {
    let cases = try CorpusCase.all() + CorpusCase.examples()
    let memory = KustomizeMemory()
    for round in 1...3 {
      for test in cases {
        let tree = FakeTree(test.files)
        let known = kustomize(tree: tree, path: test.path, memory: memory)
        switch (kustomize(tree: tree, path: test.path), known) {
        case (.objects(let fresh), .objects(let known)):
          #expect(kustomizeText(fresh) == kustomizeText(known), "\(test.name), time \(round)")
        case (.failed(let fresh), .failed(let known)): #expect(fresh == known, "\(test.name), time \(round)")
        case (.needsProgram(let fresh), .needsProgram(let known)): #expect(fresh == known, "\(test.name)")
        default: Issue.record("\(test.name), time \(round)")
        }
      }
    }
  }

  @Test func aBaseThatStandsInManyPlacesIsBuiltForEach() throws {
    var shared = try CorpusCase.base("web")
    shared["part/kustomization.yaml"] = """
      apiVersion: kustomize.config.k8s.io/v1alpha1
      kind: Component
      patches:
      - target: {kind: Deployment}
        patch: |-
          kind: Deployment
          apiVersion: apps/v1
          metadata: {name: any, labels: {part: of}}

      """
    var own: [String: String] = [:]
    let names = ["a", "b", "c", "d"]
    for name in names {
      let overlay = "namePrefix: \(name)-\ncommonLabels: {place: \(name)}\nreplicas: [{name: web, count: 7}]\n"
      shared["\(name)/kustomization.yaml"] = overlay + "resources: [../base]\ncomponents: [../part]\n"
      own["\(name)/kustomization.yaml"] = overlay + "resources: [../base-\(name)]\ncomponents: [../part-\(name)]\n"
    }
    for (path, text) in shared {
      guard let slash = path.firstIndex(of: "/"), ["base", "part"].contains(path[..<slash]) else { continue }
      for name in names { own[path[..<slash] + "-" + name + path[slash...]] = text }
    }
    let overlay = "resources: [../a, ../b, ../c, ../d]\n"
    shared["overlay/kustomization.yaml"] = overlay
    own["overlay/kustomization.yaml"] = overlay
    guard case .objects(let one) = kustomize(tree: FakeTree(shared), path: "overlay"),
      case .objects(let four) = kustomize(tree: FakeTree(own), path: "overlay")
    else {
      Issue.record("cannot be built")
      return
    }
    #expect(kustomizeText(one) == kustomizeText(four))
    #expect(one.count >= 4 * 2)
  }

  /// Whatever the bytes, there is an answer.
  @Test func brokenTreesNeverStopTheProcess() throws {
    let cases = try CorpusCase.all()
    var state: UInt64 = 37
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    let pieces = [
      "{", "}", "[", "]", ":", "- ", "\n", "*a", "&a ", "null", "0", "\"", "'", "<<: ", "---\n", "\u{0}", "é", "$(",
    ]
    for _ in 0..<1_500 {
      var test = cases[random(cases.count)]
      let paths = test.files.keys.sorted()
      for _ in 0...random(3) {
        let path = paths[random(paths.count)]
        var bytes = Array((test.files[path] ?? "").utf8)
        let place = random(bytes.count + 1)
        if random(3) == 0, place < bytes.count { bytes.removeSubrange(place..<min(bytes.count, place + random(20))) }
        bytes.insert(contentsOf: pieces[random(pieces.count)].utf8, at: min(place, bytes.count))
        test.files[path] = String(decoding: bytes, as: UTF8.self)
      }
      switch kustomize(tree: FakeTree(test.files), path: test.path) {
      case .objects(let objects): _ = kustomizeText(objects)
      case .failed(let problems): #expect(problems.allSatisfy { !$0.message.isEmpty && !$0.file.isEmpty })
      case .needsProgram(let reason): #expect(!reason.isEmpty)
      }
    }
  }
}
