public import FleetModel
public import FleetPorts
internal import Foundation
public import Logging
internal import Metrics
public import ServiceLifecycle
internal import Synchronization

/// One kind of work, done again and again: takes no input but a row's number, is safe to repeat, and the next activation
/// is the retry (DESIGN, FleetController).
public protocol ControllerTask: Sendable {
  /// The kind of work it claims.
  var kind: WorkKind { get }

  /// Does the work on a row and says when it is due again by itself; nil for only when woken.
  ///
  /// Called again for the same row only when the call before has returned, unless its controller lost the database for
  /// longer than a claim.
  ///
  /// - Throws: anything; the loop logs it and tries again with backoff.
  func run(row: Int64) async throws -> Instant?
}

/// Claims due work of one kind and runs it, a bounded number of rows at a time; woken early by a signal, in time by a
/// timer.
public struct WorkLoop: Service {
  /// How much and how often.
  public struct Limits: Sendable {
    /// Rows worked on at once.
    public var concurrency: Int
    /// How long a claim is good unless it is renewed, which happens while the work goes on; a controller that dies loses
    /// its claims after this (R26).
    public var claim: Duration
    /// The longest sleep between two looks.
    public var idle: Duration
    /// The pause after a row's first failure; it doubles with every further one.
    public var retryPause: Duration
    /// The same after a lost race, which is over as soon as somebody else's transaction.
    public var lostRacePause: Duration
    /// The longest pause after a failure.
    public var longestPause: Duration

    /// Makes limits.
    public init(
      concurrency: Int = 4, claim: Duration = .seconds(15), idle: Duration = .seconds(2),
      retryPause: Duration = .seconds(1), lostRacePause: Duration = .milliseconds(20),
      longestPause: Duration = .seconds(60)
    ) {
      self.concurrency = concurrency
      self.claim = claim
      self.idle = idle
      self.retryPause = retryPause
      self.lostRacePause = lostRacePause
      self.longestPause = longestPause
    }
  }

  let task: any ControllerTask
  let store: any ControlStore
  let controller: ControllerID
  let bell: SignalBell
  let limits: Limits
  let logger: Logger
  private let failures = Failures()
  private let held = HeldRows()

  /// Makes a loop for a task.
  public init(
    task: any ControllerTask, store: any ControlStore, controller: ControllerID, bell: SignalBell,
    limits: Limits = Limits(), logger: Logger
  ) {
    self.task = task
    self.store = store
    self.controller = controller
    self.bell = bell
    self.limits = limits
    self.logger = logger
  }

  /// Works until the service is asked to stop; work under way is cancelled and given back.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        let slots = Slots(limits.concurrency)
        while !Task.isCancelled {
          let ring = bell.ring(for: task.kind)
          let free = await slots.waitForFree()
          let claims = await claim(limit: free)
          held.insert(claims)
          for claim in claims {
            await slots.take()
            group.addTask {
              await work(on: claim)
              await slots.give()
            }
          }
          if claims.isEmpty { await bell.wait(for: task.kind, after: ring, atMost: await untilNextDue()) }
        }
      }
    }
  }

  private func claim(limit: Int) async -> [WorkClaim] {
    do {
      return try await store.claim(task.kind, limit: limit, by: controller, for: limits.claim, holding: held.rows)
    } catch {
      logger.debug("claiming work failed", metadata: ["kind": "\(task.kind.rawValue)", "error": "\(error)"])
      return []
    }
  }

  private func untilNextDue() async -> Duration {
    guard let due = try? await store.nextDue(task.kind), let now = try? await store.now() else { return limits.idle }
    return min(max(due - now, .milliseconds(5)), limits.idle)
  }

  /// What became of work on a row.
  private enum Outcome: Sendable {
    case done(wakeAt: Instant?)
    case failed(any Error)
    case cancelled
    /// Somebody else has the claim.
    case lost

    var label: String {
      switch self {
      case .done: "done"
      case .failed(let error): (error as? StoreError)?.code == .lostRace ? "lostRace" : "failed"
      case .cancelled: "cancelled"
      case .lost: "lostClaim"
      }
    }
  }

  private func work(on claim: WorkClaim) async {
    let started = ContinuousClock.now
    let outcome = await outcome(of: claim)
    record(outcome.label, took: ContinuousClock.now - started)
    // In a task of its own, because giving back must not be cancelled with the work: whoever is there next would have to
    // wait for the claim to run out.
    await Task { await giveBack(claim, outcome) }.value
    // From here on the row counts as lost if it was not given back, and is claimed anew.
    held.remove(claim)
  }

  /// Does the work while its claim is made good again and again, so that nobody does it a second time meanwhile.
  private func outcome(of claim: WorkClaim) async -> Outcome {
    await withTaskGroup(of: Outcome.self) { group in
      group.addTask { await attempt(claim) }
      group.addTask { await keepClaim(claim) }
      let first = await group.next() ?? .cancelled
      group.cancelAll()
      return first
    }
  }

  private func attempt(_ claim: WorkClaim) async -> Outcome {
    do {
      return .done(wakeAt: try await task.run(row: claim.row))
    } catch {
      return Task.isCancelled ? .cancelled : .failed(error)
    }
  }

  /// Returns when the claim is lost, or the caller is cancelled. A store that is away changes nothing: it is asked again.
  private func keepClaim(_ claim: WorkClaim) async -> Outcome {
    while true {
      do { try await Task.sleep(for: limits.claim / 3) } catch { return .cancelled }
      if (try? await store.extend(claim, for: limits.claim)) == false { return .lost }
    }
  }

  private func giveBack(_ claim: WorkClaim, _ outcome: Outcome) async {
    do {
      switch outcome {
      case .done(let wakeAt):
        failures.clear(claim.row)
        try await store.finish(claim, wakeAt: wakeAt)
        // The loop may have looked before, and sleep for longer than until then.
        if wakeAt != nil { bell.strike(claim.kind) }
      case .failed(let error):
        let code = (error as? StoreError)?.code
        let pause =
          switch code {
          case .lostRace: failures.pause(claim.row, first: limits.lostRacePause, longest: limits.longestPause)
          // The row has no part in it, and the work is to go on when the database does. The store tells of it.
          case .unavailable: limits.retryPause
          default: failures.pause(claim.row, first: limits.retryPause, longest: limits.longestPause)
          }
        logger.log(
          level: code == .lostRace || code == .unavailable ? .debug : .warning, "work failed, it is tried again",
          metadata: [
            "kind": "\(claim.kind.rawValue)", "row": "\(claim.row)", "error": "\(error)", "pause": "\(pause.text)",
          ])
        try await store.retry(claim, after: pause)
        bell.strike(claim.kind)
      case .cancelled: try await store.retry(claim, after: .zero)
      case .lost:
        logger.info(
          "another controller has taken this work over",
          metadata: ["kind": "\(claim.kind.rawValue)", "row": "\(claim.row)"])
      }
    } catch {
      // The work is done again: the loop claims anew what it does not hold.
      logger.debug("finishing work failed", metadata: ["kind": "\(claim.kind.rawValue)", "error": "\(error)"])
    }
  }

  private func record(_ outcome: String, took: Duration) {
    let kind = task.kind.rawValue
    Counter(label: "flotilla_task_runs_total", dimensions: [("kind", kind), ("outcome", outcome)]).increment()
    Metrics.Timer(label: "flotilla_task_duration_seconds", dimensions: [("kind", kind)])
      .recordMilliseconds(took.wholeMilliseconds)
  }
}

/// How often each row has failed in a row, for growing pauses.
private final class Failures: Sendable {
  private let counts = Mutex<[Int64: Int]>([:])

  func clear(_ row: Int64) { counts.withLock { _ = $0.removeValue(forKey: row) } }

  func pause(_ row: Int64, first: Duration, longest: Duration) -> Duration {
    let count = counts.withLock { counts in
      counts[row, default: 0] += 1
      return counts[row, default: 1]
    }
    return min(longest, first * (1 << min(count - 1, 16)))
  }
}

/// The rows that a loop works on.
private final class HeldRows: Sendable {
  private let claims = Mutex<[Int64: WorkClaim]>([:])

  var rows: Set<Int64> { claims.withLock { Set($0.keys) } }

  func insert(_ new: [WorkClaim]) { claims.withLock { claims in for claim in new { claims[claim.row] = claim } } }

  /// Unless the row was claimed again meanwhile.
  func remove(_ claim: WorkClaim) {
    claims.withLock { claims in
      if claims[claim.row] == claim { claims[claim.row] = nil }
    }
  }
}

/// Counts the rows a loop works on at once.
private actor Slots {
  private var free: Int
  private var waiter: CheckedContinuation<Void, Never>?

  init(_ count: Int) { free = count }

  /// How many are free, at least one: waits for one to be given back.
  func waitForFree() async -> Int {
    if free == 0 { await withCheckedContinuation { waiter = $0 } }
    return free
  }

  func take() { free -= 1 }

  func give() {
    free += 1
    waiter?.resume()
    waiter = nil
  }
}
