import FleetModel
import FleetPrograms
import FleetRender
import Foundation
import Testing

/// Builds kustomizations with the native engine and with `kubectl kustomize`, and compares the bytes.
@Suite struct KustomizeConformanceTests {
  enum Outcome: Equatable {
    /// The same bytes.
    case native
    /// The native engine left it to the program.
    case program
    /// Both refuse it.
    case refused
    /// Anything else; the text says what.
    case different(String)
  }

  static let program = KustomizeRenderTests.program
  static var isWanted: Bool { program != nil || ProcessInfo.processInfo.environment["FLOTILLA_REQUIRE"] == "all" }

  /// What the program makes of a case; the text of a failure is its own.
  static func built(_ test: CorpusCase, _ program: KustomizeProgram) async -> Result<[UInt8], RenderProgram.Failure> {
    let files = test.files.map { RenderProgram.File(path: $0.key, contents: Array($0.value.utf8)) }
    do throws(RenderProgram.Failure) {
      return .success(try await program.build(directory: test.path, files: files))
    } catch {
      return .failure(error)
    }
  }

  static func outcome(of test: CorpusCase, _ program: KustomizeProgram) async -> Outcome {
    let native = kustomize(tree: FakeTree(test.files), path: test.path)
    if case .needsProgram = native { return .program }
    switch (native, await built(test, program)) {
    case (.failed, .failure(.refused)): return .refused
    case (.objects(let objects), .success(let expected)):
      let text = kustomizeText(objects)
      return text.utf8.elementsEqual(expected) ? .native : .different(difference(text, expected))
    case (.failed(let problems), .success):
      return .different("refused: \(problems.map(\.text).joined(separator: "\n"))")
    case (_, .failure(let failure)): return .different("the program says: \(failure)")
    case (.needsProgram, _): return .program
    }
  }

  private static func difference(_ text: String, _ expected: [UInt8]) -> String {
    let ours = text.split(separator: "\n", omittingEmptySubsequences: false)
    let theirs = String(decoding: expected, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    let line =
      zip(ours, theirs).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(ours.count, theirs.count)
    return
      "line \(line + 1): \(ours.dropFirst(line).first ?? "(end)") instead of \(theirs.dropFirst(line).first ?? "(end)")"
  }

  /// The outcomes of many, a few at a time.
  static func outcomes(of cases: [CorpusCase], _ program: KustomizeProgram) async -> [Outcome] {
    await withTaskGroup(of: (Int, Outcome).self) { group in
      var outcomes = [Outcome](repeating: .native, count: cases.count)
      var next = 0
      func addOne() {
        guard next < cases.count else { return }
        let index = next
        next += 1
        group.addTask { (index, await outcome(of: cases[index], program)) }
      }
      for _ in 0..<4 { addOne() }
      while let (index, outcome) = await group.next() {
        outcomes[index] = outcome
        addOne()
      }
      return outcomes
    }
  }

  @Test(.enabled(if: isWanted))
  func everyKustomizationOfTheCorpusComesOutTheSame() async throws {
    let program = try #require(Self.program)
    let cases = try CorpusCase.all() + CorpusCase.examples()
    #expect(cases.count >= 200)
    let outcomes = await Self.outcomes(of: cases, program)
    for (test, outcome) in zip(cases, outcomes) {
      switch (test.file, outcome) {
      case (_, .different(let what)): Issue.record("\(test.file), \(test.name): \(what)")
      case ("08-errors.corpus", .refused), (_, .native), ("07-program.corpus", .program): break
      default: Issue.record("\(test.file), \(test.name): \(outcome) was not expected")
      }
    }
    let passed = outcomes.count { if case .different = $0 { false } else { true } }
    let native = outcomes.count { $0 == .native }
    let byProgram = outcomes.count { $0 == .program }
    print(
      "kustomize: \(passed)/\(cases.count) (native \(native), program \(byProgram), refused by both "
        + "\(outcomes.count { $0 == .refused }))")
  }

  /// Features put together by chance over the bases of the corpus. `FLOTILLA_KUSTOMIZE_SEED` and
  /// `FLOTILLA_KUSTOMIZE_CASES` choose others and more.
  @Test(.enabled(if: isWanted))
  func whateverIsPutTogetherComesOutTheSame() async throws {
    let program = try #require(Self.program)
    let environment = ProcessInfo.processInfo.environment
    let seed = environment["FLOTILLA_KUSTOMIZE_SEED"].flatMap { UInt64($0) } ?? 37
    let count = environment["FLOTILLA_KUSTOMIZE_CASES"].flatMap { Int($0) } ?? 60
    var composer = OverlayComposer(seed: seed)
    let cases = try (0..<count).map { _ in try composer.next() }
    let outcomes = await Self.outcomes(of: cases, program)
    for (test, outcome) in zip(cases, outcomes) {
      guard case .different(let what) = outcome else { continue }
      Issue.record("seed \(seed), \(test.name): \(what)\n\(test.files["overlay/kustomization.yaml"] ?? "")")
    }
    print(
      "kustomize: \(outcomes.count { $0 == .native }) of \(count) put together by chance came out the same, "
        + "\(outcomes.count { $0 == .refused }) were refused by both, \(outcomes.count { $0 == .program }) left to the program"
    )
    #expect(outcomes.count { $0 == .native } > count / 4)
  }
}
