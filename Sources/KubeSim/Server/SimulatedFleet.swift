public import FleetModel
public import ServiceLifecycle
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Many simulated clusters with one scheduler for all of them.
public final class SimulatedFleet: Service {
  /// The clusters by name.
  public let clusters: [String: SimulatedCluster]
  /// The names in order.
  public let names: [String]
  private let timers: TimerBox
  private let clock: @Sendable () -> Instant

  /// The due times that clusters announce.
  private final class TimerBox: Sendable {
    let queue = Mutex(TimerQueue<Int>())
  }

  /// Makes clusters of these names, each with a token of its own.
  /// - Parameters:
  ///   - seed: where all their randomness starts (not that of tokens).
  ///   - watchHistory: how many changes each remembers for watches that come back; it is most of a cluster's memory.
  ///   - clock: what time it is.
  public init(
    names: [String], seed: UInt64 = 0, nodes: Int = 3, watchHistory: Int = 1_000, scenario: Scenario = Scenario(),
    clock: @escaping @Sendable () -> Instant = { .wallClock }
  ) {
    self.names = names
    self.clock = clock
    let timers = TimerBox()
    self.timers = timers
    var clusters: [String: SimulatedCluster] = [:]
    for (index, name) in names.enumerated() {
      clusters[name] = SimulatedCluster(
        name: name, token: Self.newToken(), seed: seed, nodes: nodes, watchHistory: watchHistory, scenario: scenario,
        clock: clock,
        onTimer: { due in timers.queue.withLock { $0.schedule(index, at: due) } })
    }
    self.clusters = clusters
  }

  /// A token that nobody guesses: 256 random bits.
  static func newToken() -> String {
    var random = SystemRandomNumberGenerator()
    return (0..<4).map { _ in
      let part = String(random.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - part.count) + part
    }.joined()
  }

  /// Lets time pass for all clusters until cancelled or shut down.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let now = self.clock().millisecondsSinceEpoch
        var due: [Int] = []
        let next = self.timers.queue.withLock { queue in
          while let (index, _) = queue.popDue(now: now) { due.append(index) }
          return queue.nextDue
        }
        for index in due { await self.clusters[self.names[index]]?.advance() }
        // New timers may come at any moment, so it never sleeps long.
        let wait = min(max(1, (next ?? now + 10) - now), 10)
        try? await Task.sleep(for: .milliseconds(wait))
      }
    }
  }

  /// Changes what goes wrong in all clusters.
  public func setScenario(_ scenario: Scenario) async {
    for name in names { await clusters[name]?.setScenario(scenario) }
  }
}

extension Instant {
  /// What the wall clock says.
  public static var wallClock: Instant {
    Instant(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
  }
}
