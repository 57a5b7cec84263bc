import Synchronization
import Testing

@testable import FleetServer

@Suite struct SharedQuestionTests {
  @Test func whatHangsIsAskedOnceAndNobodyWaitsForIt() async {
    let asked = Atomic(0)
    let (answers, source) = AsyncStream<Int>.makeStream()
    let question = SharedQuestion { () -> Int in
      asked.add(1, ordering: .relaxed)
      return await answers.first { _ in true } ?? 0
    }
    #expect(await question.answer(within: .milliseconds(20)) == nil)
    async let joined = question.answer(within: .seconds(600))
    #expect(await question.answer(within: .milliseconds(20)) == nil)
    source.yield(7)
    #expect(await joined == 7)
    #expect(asked.load(ordering: .relaxed) == 1)
  }

  @Test func everyQuestionAfterAnAnswerIsANewOne() async {
    let asked = Atomic(0)
    let question = SharedQuestion { asked.add(1, ordering: .relaxed).newValue }
    #expect(await question.answer(within: .seconds(600)) == 1)
    #expect(await question.answer(within: .seconds(600)) == 2)
  }
}
