internal import FleetModel
public import FleetPorts
internal import Foundation
public import Logging
public import ServiceLifecycle
internal import Synchronization

/// The bell of the controller's loops, one for each kind of work.
public typealias SignalBell = Bell<WorkKind>

/// Spreads the store's signals to those in this process who wait for one: a ring only ever makes them look earlier than
/// their timer.
public final class Bell<Key: Hashable & Sendable>: Sendable {
  /// The number of rings so far, to notice one that came between looking and waiting.
  public typealias Ring = UInt64

  private struct State {
    var rings: [Key: Ring] = [:]
    var waiters: [Key: [UInt64: CheckedContinuation<Void, Never>]] = [:]
    var nextWaiter: UInt64 = 0
  }

  private let state = Mutex(State())

  /// Makes a bell that nobody has rung.
  public init() {}

  /// The number of rings for a key so far.
  public func ring(for key: Key) -> Ring { state.withLock { $0.rings[key] ?? 0 } }

  /// Wakes everybody who waits for a key.
  public func strike(_ key: Key) {
    let waiters = state.withLock { state in
      state.rings[key, default: 0] += 1
      return state.waiters.removeValue(forKey: key) ?? [:]
    }
    for waiter in waiters.values { waiter.resume() }
  }

  /// Returns when the key was rung for since `ring`, when the time is over, or when the caller is cancelled.
  public func wait(for key: Key, after ring: Ring, atMost limit: Duration) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.waitForRing(key, after: ring) }
      group.addTask { try? await Task.sleep(for: limit) }
      await group.next()
      group.cancelAll()
    }
  }

  private func waitForRing(_ key: Key, after ring: Ring) async {
    let number = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let resumeNow = state.withLock { state in
          if Task.isCancelled || (state.rings[key] ?? 0) != ring { return true }
          state.waiters[key, default: [:]][number] = continuation
          return false
        }
        if resumeNow { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters[key]?.removeValue(forKey: number) }?.resume()
    }
  }
}

/// Rings the bell for the store's signals. Without the connection the loops' timers go on alone.
public struct SignalService: Service {
  let store: any ControlStore
  let bell: SignalBell
  let logger: Logger

  /// Makes a service.
  public init(store: any ControlStore, bell: SignalBell, logger: Logger) {
    self.store = store
    self.bell = bell
    self.logger = logger
  }

  /// Listens until the service is asked to stop.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          let signals = try await store.signals()
          // Some may have been lost while nobody listened.
          for kind in WorkKind.allCases { bell.strike(kind) }
          for await signal in signals {
            if case .work(let kind) = signal { bell.strike(kind) }
          }
        } catch {
          logger.debug("listening for signals failed", metadata: ["error": "\(error)"])
        }
        try? await Task.sleep(for: .seconds(1))
      }
    }
  }
}
