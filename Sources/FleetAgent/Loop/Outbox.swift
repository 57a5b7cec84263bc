import FleetModel
import Synchronization

/// Observations on their way to the controller.
///
/// A report is a state: of one target and generation only the newest counts, except what tells of drift.
final class Outbox: Sendable {
  /// A hold, or its absence, that the controller has to be told.
  struct Hold: Sendable {
    var reason: String
    var by: String
    /// When it ends; nil when there is none.
    var until: ContinuousClock.Instant?

    func report(at now: ContinuousClock.Instant) -> HoldReport {
      guard let until else { return .none }
      return HoldReport(reason: reason, by: by, remaining: max(.milliseconds(1), now.duration(to: until)))
    }
  }

  private let pending = Mutex<[Observation]>([])
  private let hold = Mutex<Hold?>(nil)
  private let signal: AsyncStream<Void>.Continuation
  /// Wakes the sender when there is something to send.
  let wakes: AsyncStream<Void>

  init() { (wakes, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

  /// Whether anything is to be sent.
  var hasNews: Bool { pending.withLock { !$0.isEmpty } }

  func add(_ observation: Observation) {
    pending.withLock { $0.append(observation) }
    signal.yield()
  }

  /// Tells whether the agent holds, after everything that was observed before.
  func tell(_ news: Hold) {
    hold.withLock { $0 = news }
    signal.yield()
  }

  /// Takes what is to be told of a hold, when everything that was observed before it has been sent.
  func takeHold() -> Hold? {
    guard pending.withLock({ $0.isEmpty }) else { return nil }
    return hold.withLock { hold in
      defer { hold = nil }
      return hold
    }
  }

  /// Puts back what could not be told, unless there is newer.
  func putBack(_ news: Hold) {
    hold.withLock { $0 = $0 ?? news }
    signal.yield()
  }

  /// Takes what is pending, at most 500 observations.
  func take() -> [Observation] {
    pending.withLock { pending in
      let compact = Self.compact(pending)
      let batch = Array(compact.prefix(500))
      pending = Array(compact.dropFirst(500))
      return batch
    }
  }

  /// Puts back what could not be sent, before what came since.
  func putBack(_ batch: [Observation]) {
    pending.withLock { $0 = Array(Self.compact(batch + $0).suffix(5_000)) }
    signal.yield()
  }

  private static func compact(_ observations: [Observation]) -> [Observation] {
    struct Key: Hashable {
      var target: TargetID
      var generation: Generation
    }
    var newest: [Key: Int] = [:]
    for (index, observation) in observations.enumerated() where observation.drift == nil {
      newest[Key(target: observation.target, generation: observation.generation)] = index
    }
    return observations.enumerated().filter { index, observation in
      observation.drift != nil
        || newest[Key(target: observation.target, generation: observation.generation)] == index
    }.map(\.element)
  }
}
