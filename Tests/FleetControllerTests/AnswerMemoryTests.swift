import FleetDocuments
import FleetGenerators
import FleetModel
import FleetPorts
import Manifest
import Synchronization
import Testing

@testable import FleetController

/// Answers of other programs are remembered as long as their generators say, for all sets of a project.
@Suite struct AnswerMemoryTests {
  private static let request = GeneratorRequest.pullRequests(
    ScmProvider(kind: "github", configuration: ["owner": "o", "repo": "r"]))
  private static let plugin = GeneratorRequest.plugin(
    PluginRequest(
      configMap: "teams", baseURL: "https://teams.example.com", tokenReference: "$a", timeout: .seconds(1),
      parameters: [:]))

  /// Counts what is asked, and answers.
  private final class World: Sendable {
    let asked = Mutex(0)

    func answer(
      _ result: Result<GeneratorAnswer, GeneratorSourceError> = .success(.exists(true))
    ) -> @Sendable () -> Result<GeneratorAnswer, GeneratorSourceError> {
      {
        self.asked.withLock { $0 += 1 }
        return result
      }
    }

    var count: Int { asked.withLock { $0 } }
  }

  private static func asker(_ set: String, _ project: ProjectName = "default") -> GeneratorAsker {
    GeneratorAsker(project: project, set: set)
  }

  @Test func oneQuestionOfManySetsIsAskedOnceInItsInterval() async throws {
    let memory = AnswerMemory()
    let world = World()
    let start = ContinuousClock.now
    func ask(_ set: String, at seconds: Int, project: ProjectName = "default") async -> Duration {
      await memory.answer(
        to: Self.request, for: Self.asker(set, project), youngerThan: .seconds(600), at: start + .seconds(seconds),
        asking: world.answer()
      ).age
    }
    for set in 0..<100 { _ = await ask("set-\(set)", at: set) }
    #expect(world.count == 1)
    let age = await ask("set-1", at: 300)
    #expect(age > .seconds(290) && age <= .seconds(300))
    #expect(world.count == 1)
    // Another project has other secrets.
    _ = await ask("set-1", at: 300, project: "other")
    #expect(world.count == 2)
    // When a set is due again, its answer is too old, also when the clocks differ by a little.
    _ = await ask("set-1", at: 600)
    #expect(world.count == 3)
  }

  @Test func aPluginIsToldTheSetSoEverySetAsksItself() async throws {
    let memory = AnswerMemory()
    let world = World()
    for set in ["a", "b", "a", "b"] {
      _ = await memory.answer(
        to: Self.plugin, for: Self.asker(set), youngerThan: .seconds(600), asking: world.answer())
    }
    #expect(world.count == 2)
  }

  @Test func whoAsksMeanwhileWaitsForTheSameAnswer() async throws {
    let memory = AnswerMemory()
    let world = World()
    let (gate, open) = AsyncStream<Void>.makeStream()
    await withTaskGroup(of: Bool.self) { group in
      for set in 0..<20 {
        group.addTask {
          let result = await memory.answer(
            to: Self.request, for: Self.asker("\(set)"), youngerThan: .zero,
            asking: {
              for await _ in gate { break }
              return world.answer()()
            }
          ).result
          if case .success(.exists(true)) = result { return true }
          return false
        }
      }
      while await memory.waiting < 20 { await Task.yield() }
      open.yield()
      for await isAnswered in group { #expect(isAnswered) }
    }
    #expect(world.count == 1)
  }

  /// The last one that gives up ends the question; others still get their answer.
  @Test func whoGivesUpLeavesTheOthersTheirAnswer() async throws {
    let memory = AnswerMemory()
    let world = World()
    let (gate, open) = AsyncStream<Void>.makeStream()
    @Sendable func ask(_ set: String) async -> Result<GeneratorAnswer, GeneratorSourceError> {
      await memory.answer(
        to: Self.request, for: Self.asker(set), youngerThan: .zero,
        asking: {
          for await _ in gate { break }
          return Task.isCancelled
            ? .failure(GeneratorSourceError(.cancelled, "cancelled")) : world.answer()()
        }
      ).result
    }
    let first = Task { await ask("first") }
    let second = Task { await ask("second") }
    while await memory.waiting < 2 { await Task.yield() }
    first.cancel()
    while await memory.waiting > 1 { await Task.yield() }
    open.yield()
    guard case .success = await second.value else {
      Issue.record("expected the answer")
      return
    }
    let third = Task { await ask("third") }
    while await memory.waiting < 1 { await Task.yield() }
    third.cancel()
    guard case .failure(let error) = await third.value else {
      Issue.record("expected the end")
      return
    }
    #expect(error.code == .cancelled)
    #expect(world.count == 1)
  }

  @Test func failuresAreNotRememberedAndDoubtfulAnswersNotForLong() async throws {
    let memory = AnswerMemory()
    let world = World()
    let start = ContinuousClock.now
    func ask(at seconds: Int, _ result: Result<GeneratorAnswer, GeneratorSourceError> = .success(.exists(true))) async {
      _ = await memory.answer(
        to: Self.request, for: Self.asker("a"), youngerThan: .seconds(600), at: start + .seconds(seconds),
        asking: world.answer(result))
    }
    await ask(at: 0, .failure(GeneratorSourceError(.unreachable, "away")))
    await ask(at: 0)
    #expect(world.count == 2)
    await memory.doubt([Self.request], of: Self.asker("a"))
    await ask(at: 1)
    #expect(world.count == 2)
    await ask(at: 10)
    #expect(world.count == 3)
  }

  @Test func theOldestAreForgottenFirst() async throws {
    let memory = AnswerMemory(limitBytes: 4_000)
    let world = World()
    func ask(_ set: String) async {
      _ = await memory.answer(
        to: Self.plugin, for: Self.asker(set), youngerThan: .seconds(600),
        asking: world.answer(.success(.body([UInt8](repeating: 0, count: 700)))))
    }
    for set in ["a", "b", "c", "d", "e"] { await ask(set) }
    #expect(world.count == 5)
    await ask("e")
    await ask("c")
    #expect(world.count == 5)
    await ask("a")
    #expect(world.count == 6)
  }
}
