import FleetAPI
import FleetModel
import FleetSync
import Foundation
public import KubeClient
public import Logging
public import ServiceLifecycle

/// Keeps one cluster as its controller orders it: polls, applies, prunes, watches, repairs and reports.
///
/// It holds no state of its own: what was ordered and applied stands in the cluster, so an agent that starts anew goes
/// on where the one before ended. While the controller is away, what runs is kept and repaired.
public struct ClusterAgent: Service {
  /// How an agent behaves.
  public struct Options: Sendable {
    /// The namespace in which the agent keeps its records.
    public var namespace: String
    /// How long the controller may hold a poll.
    public var pollWait: Duration
    /// How long reports are gathered before they are sent together.
    public var reportDelay: Duration
    /// How many objects that drifted are put right in a minute, over the whole cluster.
    public var repairsPerMinute: Int
    /// How files that are encrypted with SOPS are decrypted; nil to refuse them.
    public var sops: SopsOptions?
    /// The namespaces that orders may write to; nil for all, and for objects beside namespaces.
    public var onlyNamespaces: Set<String>?
    /// The Lease that keeps a second agent of the cluster from writing; nil to write without one, for agents of which there
    /// is one for another reason.
    public var lease: LeaseOptions?
    /// By which it waits and measures.
    public var clock = WaitClock.system

    /// Makes options.
    public init(
      namespace: String = "flotilla-system", pollWait: Duration = .seconds(25),
      reportDelay: Duration = .milliseconds(50), repairsPerMinute: Int = 120
    ) {
      self.namespace = namespace
      self.pollWait = pollWait
      self.reportDelay = reportDelay
      self.repairsPerMinute = repairsPerMinute
    }
  }

  /// How the agent's Lease is held.
  public struct LeaseOptions: Sendable {
    /// Who holds it: another text for every process.
    public var holder: String
    /// How long things take.
    public var times: KubeLease.Times

    /// Makes options.
    public init(holder: String, times: KubeLease.Times = KubeLease.Times()) {
      self.holder = holder
      self.times = times
    }

    /// Those of this process: the machine's name, and something random.
    public static func ofThisProcess() -> Self {
      Self(holder: "\(ProcessInfo.processInfo.hostName)_\(AgentSetup.randomText())")
    }
  }

  private let kube: KubeClient
  private let connection: any ControllerConnection
  private let cache: BundleCache
  private let options: Options
  private let logger: Logger

  /// Makes an agent; nothing happens before `run`.
  public init(
    kube: KubeClient, connection: any ControllerConnection, cache: BundleCache = BundleCache(),
    options: Options = Options(), logger: Logger
  ) {
    self.kube = kube
    self.connection = connection
    self.cache = cache
    self.options = options
    self.logger = logger
  }

  /// Works until cancelled or shut down.
  public func run() async throws { await cancelWhenGracefulShutdown { await work() } }

  private func work() async {
    let lease = options.lease.map { lease in
      KubeLease(
        kube: self.kube, namespace: options.namespace, name: AgentLease.name, holder: lease.holder, times: lease.times
      ) { [logger] isHeld, words in
        logger.log(
          level: isHeld ? .info : .warning, isHeld ? "this agent writes" : "another agent writes",
          metadata: ["lease": "\(words)"])
      }
    }
    await work(by: lease.map { self.kube.writing(with: $0) } ?? self.kube, lease)
    // In a task of its own: this one is cancelled.
    if let lease { await Task { await lease.release() }.value }
  }

  private func work(by kube: KubeClient, _ lease: KubeLease?) async {
    var writer = ClusterWriter(
      kube: kube, connection: connection, cache: cache, namespace: options.namespace, logger: logger,
      sops: options.sops.map { SopsDecryptor(kube: kube, options: $0) })
    writer.territory = options.onlyNamespaces.map(Territory.init)
    // Orders are taken only when the fences are known.
    let holds = HoldWatch(kube: kube, namespace: options.namespace)
    guard let (records, mark) = await restore(writer, holds) else { return }
    let outbox = Outbox()
    let seen = SeenGenerations()
    let (events, sink) = AsyncStream<AgentEvent>.makeStream()
    await withDiscardingTaskGroup { group in
      var loop = AgentLoop(
        writer: writer, outbox: outbox, seen: seen, repairBudget: RepairBudget(limit: options.repairsPerMinute),
        clock: options.clock, sink: sink)
      loop.lease = lease
      for entry in records { seen.set(entry.record.order.target, entry.record.order.generation) }
      group.addTask { await poll(seen, sink) }
      group.addTask { await report(outbox) }
      group.addTask { await holds.follow { sink.yield(.marked($0)) } }
      loop.hold.mark = mark
      await loop.run(events, records: records, in: &group)
      group.cancelAll()
    }
  }

  private func restore(
    _ writer: ClusterWriter, _ holds: HoldWatch
  ) async -> (records: [(record: TargetRecord, resourceVersion: String)], mark: HoldMark?)? {
    var backoff = Backoff(longest: .seconds(15), clock: options.clock)
    while !Task.isCancelled {
      do {
        let records = try await writer.records()
        // Before the first order is looked at, so that none begins during a hold.
        let mark = try await holds.current()
        logger.info("agent started", metadata: ["targets": "\(records.count)"])
        return (records, mark)
      } catch {
        logger.warning("the cluster cannot be read", metadata: ["error": "\(error)"])
        await backoff.pause()
      }
    }
    return nil
  }

  /// Between two questions whether the controller is there again. An outage is over for the fleet when its last agent is
  /// back, within ten seconds of the controllers.
  private static let longestPause = Duration.seconds(6)
  /// The same for a controller that refuses this agent: nothing but another token changes that, and it comes with a start.
  private static let longestPauseWhenRefused = Duration.seconds(300)

  private func poll(_ seen: SeenGenerations, _ sink: AsyncStream<AgentEvent>.Continuation) async {
    var backoff = Backoff(longest: Self.longestPause, clock: options.clock)
    var refusals = Backoff(longest: Self.longestPauseWhenRefused, clock: options.clock)
    var isConnected = false
    var longestHold: Int?
    while !Task.isCancelled {
      let begun = options.clock.now()
      do {
        // The first poll after a gap does not wait: its answer shows that the controller is there.
        let wait = isConnected ? Int(options.pollWait.components.seconds) : 0
        let answer = try await connection.poll(PollRequest(seen: seen.all, waitSeconds: wait))
        backoff.reset()
        refusals.reset()
        if !isConnected {
          isConnected = true
          logger.info("connected to the controller")
          sink.yield(.reconnected)
        } else if answer.orders.isEmpty, begun.duration(to: options.clock.now()) < .seconds(1) {
          await backoff.pauseBriefly()  // a controller that is stopping answers at once
        }
        if let seconds = answer.longestHoldSeconds, seconds != longestHold {
          longestHold = seconds
          sink.yield(.longestHold(.seconds(seconds)))
        }
        guard !answer.orders.isEmpty else { continue }
        for order in answer.orders { seen.raise(order.target, to: order.generation) }
        sink.yield(.orders(answer.orders.map(\.order)))
      } catch let error as ErrorEnvelope where error.code == .forbidden {
        if refusals.attempts == 0 {
          logger.error(
            "the controller refuses this agent; what runs is kept as it was ordered",
            metadata: ["reason": "\(error.message)", "hint": "\(error.hint)"])
        }
        isConnected = false
        await refusals.pause()
      } catch {
        if Task.isCancelled { return }
        if isConnected || backoff.attempts == 0 {
          logger.warning("the controller does not answer", metadata: ["error": "\(error)"])
        }
        isConnected = false
        await backoff.pause()
      }
    }
  }

  private func report(_ outbox: Outbox) async {
    var backoff = Backoff(longest: Self.longestPause, clock: options.clock)
    for await _ in outbox.wakes {
      try? await options.clock.sleep(options.reportDelay)
      while !Task.isCancelled {
        let batch = outbox.take()
        let hold = outbox.takeHold()
        if batch.isEmpty, hold == nil { break }
        do {
          try await connection.report(
            ObservationsRequest(
              observations: batch.map(WireObservation.init),
              hold: hold.map { WireHold($0.report(at: options.clock.now())) }))
          backoff.reset()
        } catch {
          outbox.putBack(batch)
          if let hold { outbox.putBack(hold) }
          logger.debug("reports are kept for later", metadata: ["error": "\(error)"])
          await backoff.pause()
        }
      }
    }
  }
}

/// Waits that double up to a limit, spread by chance over their second half.
public struct Backoff: Sendable {
  private(set) var attempts = 0
  private let longest: Duration
  private let clock: WaitClock

  /// Begins with a quarter of a second.
  public init(longest: Duration, clock: WaitClock = .system) {
    self.longest = longest
    self.clock = clock
  }

  /// The next wait is the shortest again.
  public mutating func reset() { attempts = 0 }

  /// Waits; at once over when the task is cancelled.
  public mutating func pause() async {
    let full = min(Int64(250) << Int64(min(attempts, 10)), longest.wholeMilliseconds)
    attempts += 1
    try? await clock.sleep(.milliseconds(Int64.random(in: full / 2...full)))
  }

  /// Waits between a quarter and a whole second.
  func pauseBriefly() async { try? await clock.sleep(.milliseconds(Int64.random(in: 250...1_000))) }
}
