import FleetModel
import Synchronization

/// Who polls here, and for whom there may be news: an in-memory table, so that a poll with nothing to say costs no SQL
/// (AMENDMENTS 17, 59).
///
/// An agent's poll asks the store when the table says that there may be orders the agent has not seen: at its first poll,
/// after a signal, when what it has seen changed, and now and then because the timer is the truth. Otherwise it waits.
/// The clock is an argument of every event, so that tests need not wait.
final class OrderBoard: Sendable {
  /// Why a waiting poll goes on.
  enum Wake: Sendable {
    /// There may be orders.
    case orders
    /// Its time is over.
    case timeout
    /// A newer poll of the same cluster took its place.
    case replaced
    /// The server stops.
    case closing
  }

  private struct Waiter {
    var number: UInt64
    var deadline: ContinuousClock.Instant
    var continuation: CheckedContinuation<Wake, Never>
  }

  private struct Entry {
    var contactAt: ContinuousClock.Instant
    var isTouched = false
    var mayHaveOrders = true
    var quietFor: [TargetID: Generation]?
    var sweepAt: ContinuousClock.Instant
    var waiter: Waiter?
  }

  private struct State {
    var entries: [ClusterID: Entry] = [:]
    var nextNumber: UInt64 = 1
    var isClosed = false
  }

  private let contactLimit: Duration
  private let shortestSweep: Duration
  private let sweepsPerSecond: Int
  private let state = Mutex(State())

  /// Makes a board.
  ///
  /// - Parameters:
  ///   - contactLimit: a cluster that has not polled for so long is away.
  ///   - shortestSweep: the shortest time between two questions for one cluster without a signal.
  ///   - sweepsPerSecond: how many such questions a second at most, over all clusters.
  init(contactLimit: Duration, shortestSweep: Duration, sweepsPerSecond: Int) {
    self.contactLimit = contactLimit
    self.shortestSweep = shortestSweep
    self.sweepsPerSecond = max(1, sweepsPerSecond)
  }

  /// How many clusters are in contact with this server.
  var clusterCount: Int { state.withLock { $0.entries.count } }

  /// How many polls are held.
  var waiterCount: Int { state.withLock { state in state.entries.values.count { $0.waiter != nil } } }

  /// A cluster polled or reported; answers whether the store must be told that this server has it now.
  func contact(_ cluster: ClusterID, now: ContinuousClock.Instant = .now) -> Bool {
    state.withLock { state in
      var entry = state.entries[cluster] ?? Entry(contactAt: now, sweepAt: now + sweepInterval(state))
      entry.contactAt = now
      state.entries[cluster] = entry
      return !entry.isTouched
    }
  }

  /// The store knows that this server has the cluster.
  func touched(_ cluster: ClusterID) { state.withLock { $0.entries[cluster]?.isTouched = true } }

  /// The sessions of these clusters were closed: one that polled again meanwhile must be told to the store again.
  func closed(_ clusters: [ClusterID]) {
    state.withLock { state in
      for cluster in clusters { state.entries[cluster]?.isTouched = false }
    }
  }

  /// Every session may have been closed, because this server's lease had lapsed: polls end, and with the next ones the store
  /// is told again.
  func leaseLapsed() {
    let woken = state.withLock { state in
      let waiters = state.entries.values.compactMap(\.waiter)
      for cluster in state.entries.keys {
        state.entries[cluster]?.isTouched = false
        state.entries[cluster]?.waiter = nil
      }
      return waiters
    }
    for waiter in woken { waiter.continuation.resume(returning: .timeout) }
  }

  /// Whether the store must be asked for a cluster that has seen this; from now on only news make it asked again.
  func takeNews(_ cluster: ClusterID, seen: [TargetID: Generation]) -> Bool {
    state.withLock { state in
      guard var entry = state.entries[cluster] else { return true }
      let must = entry.mayHaveOrders || entry.quietFor != seen
      entry.mayHaveOrders = false
      entry.quietFor = seen
      state.entries[cluster] = entry
      return must
    }
  }

  /// The question that `takeNews` asked for was not answered, or answered with orders that may get lost on their way: it
  /// must be asked again.
  func putBack(_ cluster: ClusterID) { state.withLock { $0.entries[cluster]?.mayHaveOrders = true } }

  /// Waits until there may be orders, or until the deadline, which ``tick(now:)`` sees to.
  func wait(_ cluster: ClusterID, until deadline: ContinuousClock.Instant) async -> Wake {
    let number = state.withLock { state in
      defer { state.nextNumber += 1 }
      return state.nextNumber
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let (immediate, older) = state.withLock { state -> (Wake?, Waiter?) in
          if state.isClosed || Task.isCancelled { return (.closing, nil) }
          guard var entry = state.entries[cluster] else { return (.orders, nil) }
          if entry.mayHaveOrders { return (.orders, nil) }
          let older = entry.waiter
          entry.waiter = Waiter(number: number, deadline: deadline, continuation: continuation)
          state.entries[cluster] = entry
          return (nil, older)
        }
        if let immediate { continuation.resume(returning: immediate) }
        older?.continuation.resume(returning: .replaced)
      }
    } onCancel: {
      let waiter = state.withLock { state -> Waiter? in
        guard let waiter = state.entries[cluster]?.waiter, waiter.number == number else { return nil }
        state.entries[cluster]?.waiter = nil
        return waiter
      }
      waiter?.continuation.resume(returning: .closing)
    }
  }

  /// These clusters have newer orders.
  func signal(_ clusters: some Sequence<ClusterID>) {
    let woken = state.withLock { state in
      clusters.compactMap { cluster -> Waiter? in
        guard var entry = state.entries[cluster] else { return nil }
        entry.mayHaveOrders = true
        let waiter = entry.waiter
        entry.waiter = nil
        state.entries[cluster] = entry
        return waiter
      }
    }
    for waiter in woken { waiter.continuation.resume(returning: .orders) }
  }

  /// Signals may have been lost: every cluster is asked again, at the pace of the sweep.
  func signalsWereLost(now: ContinuousClock.Instant = .now) {
    state.withLock { state in
      for (place, cluster) in state.entries.keys.sorted().enumerated() {
        state.entries[cluster]?.sweepAt = now + .seconds(1) * Double(place) / Double(sweepsPerSecond)
      }
    }
  }

  /// Ends polls whose time is over, asks again where a sweep is due, and answers which clusters are away: they are
  /// forgotten here, and the caller closes their sessions. Called several times a second.
  func tick(now: ContinuousClock.Instant = .now) -> [ClusterID] {
    var woken: [(Waiter, Wake)] = []
    let away = state.withLock { state -> [ClusterID] in
      var away: [ClusterID] = []
      let interval = sweepInterval(state)
      for (cluster, entry) in state.entries {
        var entry = entry
        if entry.sweepAt <= now {
          // The share of a second spreads clusters that came together.
          entry.sweepAt = now + interval + .milliseconds(Int(cluster.rawValue % 1_000))
          entry.mayHaveOrders = true
        }
        if let waiter = entry.waiter {
          if waiter.deadline <= now {
            woken.append((waiter, .timeout))
            entry.waiter = nil
          } else if entry.mayHaveOrders {
            woken.append((waiter, .orders))
            entry.waiter = nil
          }
        } else if entry.contactAt.duration(to: now) > contactLimit {
          away.append(cluster)
        }
        state.entries[cluster] = entry
      }
      for cluster in away { state.entries[cluster] = nil }
      return away.sorted()
    }
    for (waiter, wake) in woken { waiter.continuation.resume(returning: wake) }
    return away
  }

  /// Ends all polls, now and from now on.
  func close() {
    let woken = state.withLock { state in
      state.isClosed = true
      let waiters = state.entries.values.compactMap(\.waiter)
      for cluster in state.entries.keys { state.entries[cluster]?.waiter = nil }
      return waiters
    }
    for waiter in woken { waiter.continuation.resume(returning: .closing) }
  }

  private func sweepInterval(_ state: State) -> Duration {
    max(shortestSweep, .seconds(1) * Double(state.entries.count) / Double(sweepsPerSecond))
  }
}
