import FleetModel
import Testing

@testable import FleetServer

@Suite struct OrderBoardTests {
  private let start = ContinuousClock.now
  private let seen: [TargetID: Generation] = [1: Generation(epoch: 1, counter: 4)]

  private func board() -> OrderBoard {
    OrderBoard(contactLimit: .seconds(45), shortestSweep: .seconds(5), sweepsPerSecond: 100)
  }

  /// Waits until a poll is held: there is no other way to see that a task has come so far.
  private func untilHeld(_ board: OrderBoard, count: Int = 1) async {
    for _ in 0..<10_000 where board.waiterCount < count { await Task.yield() }
  }

  @Test func aQuietPollAsksOnce() {
    let board = board()
    #expect(board.contact(1, now: start))
    #expect(board.takeNews(1, seen: seen))
    #expect(!board.takeNews(1, seen: seen))
    #expect(board.takeNews(1, seen: [:]), "what the agent has seen changed")
    board.signal([1])
    #expect(board.takeNews(1, seen: [:]))
    board.putBack(1)
    #expect(board.takeNews(1, seen: [:]))
  }

  @Test func aSignalWakesAPoll() async {
    let board = board()
    _ = board.contact(1, now: start)
    _ = board.takeNews(1, seen: seen)
    async let wake = board.wait(1, until: start + .seconds(600))
    await untilHeld(board)
    board.signal([2, 1])
    #expect(await wake == .orders)
  }

  @Test func aLapsedLeaseEndsPollsAndTellsTheStoreAgain() async {
    let board = board()
    #expect(board.contact(1, now: start))
    board.touched(1)
    _ = board.takeNews(1, seen: seen)
    #expect(!board.contact(1, now: start))
    async let wake = board.wait(1, until: start + .seconds(600))
    await untilHeld(board)
    board.leaseLapsed()
    #expect(await wake == .timeout)
    #expect(board.contact(1, now: start))
  }

  @Test func aSignalBetweenTheQuestionAndTheWaitIsNotLost() async {
    let board = board()
    _ = board.contact(1, now: start)
    _ = board.takeNews(1, seen: seen)
    board.signal([1])
    #expect(await board.wait(1, until: start + .seconds(600)) == .orders)
  }

  @Test func timeEndsAPoll() async {
    let board = board()
    _ = board.contact(1, now: start)
    _ = board.takeNews(1, seen: seen)
    async let wake = board.wait(1, until: start + .seconds(1))
    await untilHeld(board)
    #expect(board.tick(now: start + .milliseconds(900)).isEmpty)
    #expect(board.waiterCount == 1)
    _ = board.tick(now: start + .seconds(1))
    #expect(await wake == .timeout)
  }

  @Test func aSecondPollOfAClusterTakesThePlaceOfTheFirst() async {
    let board = board()
    _ = board.contact(1, now: start)
    _ = board.takeNews(1, seen: seen)
    async let first = board.wait(1, until: start + .seconds(600))
    await untilHeld(board)
    async let second = board.wait(1, until: start + .seconds(600))
    #expect(await first == .replaced)
    board.close()
    #expect(await second == .closing)
    #expect(await board.wait(1, until: start + .seconds(600)) == .closing)
  }

  @Test func aSilentClusterIsAwayOnceAndComesBackAnew() {
    let board = board()
    _ = board.contact(1, now: start)
    _ = board.contact(2, now: start)
    board.touched(1)
    #expect(!board.contact(1, now: start + .seconds(30)))
    #expect(board.tick(now: start + .seconds(46)) == [2])
    #expect(board.tick(now: start + .seconds(47)).isEmpty)
    #expect(board.contact(2, now: start + .seconds(48)), "the store must be told again")
  }

  @Test func aClosedSessionIsToldAgain() {
    let board = board()
    _ = board.contact(1, now: start)
    board.touched(1)
    board.closed([1])
    #expect(board.contact(1, now: start))
  }

  @Test func theSweepAsksAgainWithoutASignal() async {
    let board = board()
    _ = board.contact(1, now: start)
    _ = board.takeNews(1, seen: seen)
    async let wake = board.wait(1, until: start + .seconds(600))
    await untilHeld(board)
    _ = board.tick(now: start + .seconds(7))
    #expect(await wake == .orders)
  }

  @Test func aCancelledPollEnds() async {
    let board = board()
    _ = board.contact(1, now: start)
    _ = board.takeNews(1, seen: seen)
    let task = Task { await board.wait(1, until: start + .seconds(600)) }
    await untilHeld(board)
    task.cancel()
    #expect(await task.value == .closing)
    #expect(board.waiterCount == 0)
  }

  @Test func aBellRungWhileReadingIsHeard() async {
    let bell = EventBell()
    let rings = bell.rings
    bell.ring()
    #expect(await bell.wait(after: rings, until: start + .seconds(600)) == .events)
    async let timeout = bell.wait(after: bell.rings, until: start)
    for _ in 0..<10_000 {
      bell.tick(now: start + .seconds(1))
      await Task.yield()
    }
    #expect(await timeout == .timeout)
    bell.close()
    #expect(await bell.wait(after: bell.rings, until: start + .seconds(600)) == .closing)
  }
}
