internal import Dispatch
internal import Synchronization

/// Makes one rehearsal at a time, on a thread of its own: it takes a processor for seconds, and neither requests nor tasks
/// wait for it.
public final class RehearsalDesk: Sendable {
  /// Another rehearsal goes on.
  public struct Busy: Error {}

  private let isBusy = Mutex(false)

  /// Makes a free desk.
  public init() {}

  /// Does a piece of work away from everybody else.
  ///
  /// - Throws: ``Busy``.
  func perform<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async throws(Busy) -> Result {
    let isFree = isBusy.withLock { isBusy in
      defer { isBusy = true }
      return !isBusy
    }
    guard isFree else { throw Busy() }
    defer { isBusy.withLock { $0 = false } }
    return await withCheckedContinuation { continuation in
      DispatchQueue.global(qos: .utility).async { continuation.resume(returning: work()) }
    }
  }
}
