import FleetModel
import Synchronization

/// Observations on their way to the controller.
///
/// A report is a state: of one target and generation only the newest counts, except what tells of drift.
final class Outbox: Sendable {
  private let pending = Mutex<[Observation]>([])
  private let signal: AsyncStream<Void>.Continuation
  /// Wakes the sender when there is something to send.
  let wakes: AsyncStream<Void>

  init() { (wakes, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

  func add(_ observation: Observation) {
    pending.withLock { $0.append(observation) }
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
