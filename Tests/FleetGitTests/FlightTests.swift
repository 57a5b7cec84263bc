import FleetModel
import FleetPorts
import Synchronization
import Testing

@testable import FleetGit

@Suite("Fetches at the same time")
struct FlightTests {
  /// A gate that an operation waits at until the test opens it.
  private actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func wait() async {
      if isOpen { return }
      await withCheckedContinuation { waiting.append($0) }
    }

    func open() {
      isOpen = true
      for continuation in waiting { continuation.resume() }
      waiting = []
    }
  }

  private static func snapshot(_ number: Int) -> RefSnapshot {
    RefSnapshot(branches: [], tags: [], defaultBranch: nil, digest: fingerprint(of: "\(number)"))
  }

  @Test("callers during a fetch share one next fetch, which began after they called")
  func sharing() async throws {
    let flights = FetchFlights()
    let gate = Gate()
    let runs = Mutex(0)
    let operation: @Sendable () async -> FetchFlights.Outcome = {
      let number = runs.withLock { runs in
        runs += 1
        return runs
      }
      await gate.wait()
      return .success(Self.snapshot(number))
    }
    try await withThrowingTaskGroup(of: RefSnapshot.self) { group in
      group.addTask { try await flights.run("a", operation).get() }
      try await poll { runs.withLock { $0 } == 1 }
      for _ in 0..<5 { group.addTask { try await flights.run("a", operation).get() } }
      try await poll { flights.waiterCount("a") == 5 }
      await gate.open()
      let all = try await group.reduce(into: []) { $0.append($1) }
      #expect(all.count { $0 == Self.snapshot(1) } == 1)
      // Whoever comes late to the second may begin a third; nobody gets the first one's answer.
      #expect(all.count == 6)
      #expect(runs.withLock { $0 } <= 6)
    }
  }

  @Test("a failure is shared, a cancelled leader is replaced, a cancelled waiter leaves")
  func endings() async throws {
    let flights = FetchFlights()
    let gate = Gate()
    let failing: @Sendable () async -> FetchFlights.Outcome = {
      await gate.wait()
      return .failure(SourceError(.timedOut, "slow"))
    }
    async let leader = flights.run("a", failing)
    try await poll { flights.isUnderWay("a") }
    async let waiter = flights.run("a") { .success(Self.snapshot(9)) }
    try await poll { flights.waiterCount("a") == 1 }
    let leaving = Task { await flights.run("a") { .success(Self.snapshot(9)) } }
    try await poll { flights.waiterCount("a") == 2 }
    leaving.cancel()
    #expect(await leaving.value == .failure(.cancelled))
    await gate.open()
    #expect(await leader == .failure(SourceError(.timedOut, "slow")))
    #expect(await waiter == .failure(SourceError(.timedOut, "slow")))

    let second = Gate()
    let givingUp: @Sendable () async -> FetchFlights.Outcome = {
      await second.wait()
      return .failure(.cancelled)
    }
    async let cancelled = flights.run("b", givingUp)
    try await poll { flights.isUnderWay("b") }
    async let successor = flights.run("b") { .success(Self.snapshot(9)) }
    try await poll { flights.waiterCount("b") == 1 }
    await second.open()
    #expect(await cancelled == .failure(.cancelled))
    #expect(await successor == .success(Self.snapshot(9)))
  }

  @Test("no more run than there are slots, and suspects take half of them at most")
  func slots() async throws {
    let slots = FetchSlots(limit: 4)
    let counts = Mutex((running: 0, most: 0, suspects: 0, mostSuspects: 0))
    let use: @Sendable (Bool) async -> Void = { isSuspect in
      await slots.withSlot(isSuspect: isSuspect) {
        counts.withLock { counts in
          counts.running += 1
          counts.most = max(counts.most, counts.running)
          if isSuspect { counts.suspects += 1 }
          counts.mostSuspects = max(counts.mostSuspects, counts.suspects)
        }
        for _ in 0..<10 { await Task.yield() }
        counts.withLock { counts in
          counts.running -= 1
          if isSuspect { counts.suspects -= 1 }
        }
      }
    }
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<40 { group.addTask { await use(number % 2 == 0) } }
    }
    let (running, most, _, mostSuspects) = counts.withLock { $0 }
    #expect(running == 0 && most <= 4 && mostSuspects <= 2)
  }

  @Test("a caller that is cancelled while it waits for a slot goes without one")
  func cancelledWait() async throws {
    let slots = FetchSlots(limit: 1)
    let gate = Gate()
    let isRunning = Mutex(false)
    async let holder: Void? = slots.withSlot(isSuspect: false) {
      isRunning.withLock { $0 = true }
      await gate.wait()
    }
    try await poll { isRunning.withLock { $0 } }
    let waiter = Task { await slots.withSlot(isSuspect: false) { true } }
    waiter.cancel()
    #expect(await waiter.value == nil)
    await gate.open()
    _ = await holder
    #expect(await slots.withSlot(isSuspect: false) { true } == true)
  }
}
