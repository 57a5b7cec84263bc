public import FleetModel
public import FleetPorts
internal import Foundation
public import Logging
internal import Metrics
public import ServiceLifecycle

/// One kind of work, done again and again: takes no input but a row's number, is safe to repeat, and the next activation
/// is the retry (DESIGN, FleetController).
public protocol ControllerTask: Sendable {
  /// The kind of work it claims.
  var kind: WorkKind { get }

  /// Does the work on a row and says when it is due again by itself; nil for only when woken.
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
    /// How long a claim is good; a controller that dies loses its claims after this (R26).
    public var claim: Duration
    /// The longest sleep between two looks.
    public var idle: Duration

    /// Makes limits.
    public init(concurrency: Int = 4, claim: Duration = .seconds(15), idle: Duration = .seconds(2)) {
      self.concurrency = concurrency
      self.claim = claim
      self.idle = idle
    }
  }

  let task: any ControllerTask
  let store: any ControlStore
  let controller: ControllerID
  let bell: SignalBell
  let limits: Limits
  let logger: Logger

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

  /// Works until the service is asked to stop; work under way ends first.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        let slots = Slots(limits.concurrency)
        while !Task.isCancelled {
          let ring = bell.ring(for: task.kind)
          let free = await slots.waitForFree()
          let claims = await claim(limit: free)
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
      return try await store.claim(task.kind, limit: limit, by: controller, for: limits.claim)
    } catch {
      logger.debug("claiming work failed", metadata: ["kind": "\(task.kind.rawValue)", "error": "\(error)"])
      return []
    }
  }

  private func untilNextDue() async -> Duration {
    guard let due = try? await store.nextDue(task.kind), let now = try? await store.now() else { return limits.idle }
    return min(max(due - now, .milliseconds(5)), limits.idle)
  }

  private func work(on claim: WorkClaim) async {
    let started = ContinuousClock.now
    var wakeAt: Instant?
    var outcome = "done"
    do {
      wakeAt = try await task.run(row: claim.row)
    } catch is CancellationError {
      outcome = "cancelled"
    } catch {
      let isLostRace = (error as? StoreError)?.code == .lostRace
      outcome = isLostRace ? "lostRace" : "failed"
      logger.log(
        level: isLostRace ? .debug : .warning, "work failed, it is tried again",
        metadata: ["kind": "\(claim.kind.rawValue)", "row": "\(claim.row)", "error": "\(error)"])
      wakeAt = try? await store.now() + (isLostRace ? .milliseconds(20) : .seconds(2))
    }
    record(outcome, took: ContinuousClock.now - started)
    do {
      try await store.finish(claim, wakeAt: wakeAt)
    } catch {
      // The claim lapses by itself, and the work is done again.
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
