public import FleetModel
public import FleetPorts
public import Logging
public import ServiceLifecycle

/// Renews this controller's lease every 5 seconds, which also advances the listening clock (R28), and closes the sessions
/// of controllers whose lease has lapsed.
public struct LeaseService: Service {
  let store: any ControlStore
  let controller: ControllerID
  let logger: Logger

  /// Makes a service for a registered controller.
  public init(store: any ControlStore, controller: ControllerID, logger: Logger) {
    self.store = store
    self.controller = controller
    self.logger = logger
  }

  /// Renews until the service is asked to stop, then ends the lease.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          try await store.renewLease(of: controller)
          let closed = try await store.closeLapsedSessions()
          if closed > 0 { logger.info("sessions of a lost controller closed", metadata: ["count": "\(closed)"]) }
        } catch {
          logger.warning("the lease could not be renewed", metadata: ["error": "\(error)"])
        }
        try? await Task.sleep(for: .seconds(5))
      }
    }
    try? await store.releaseLease(of: controller)
  }
}

/// Gives committed events their place in the feed (AMENDMENTS 32): woken by a signal, in time by a timer.
public struct EventFeedService: Service {
  let store: any ControlStore
  let wakes: AsyncStream<Void>
  let onAssigned: @Sendable () -> Void
  let logger: Logger

  /// Makes a service; `onAssigned` is called when the feed has grown and must return at once.
  public init(
    store: any ControlStore, wakes: AsyncStream<Void>, onAssigned: @escaping @Sendable () -> Void, logger: Logger
  ) {
    self.store = store
    self.wakes = wakes
    self.onAssigned = onAssigned
    self.logger = logger
  }

  /// Assigns until the service is asked to stop.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { for await _ in wakes { await assign() } }
        group.addTask {
          while !Task.isCancelled {
            await assign()
            try? await Task.sleep(for: .seconds(1))
          }
        }
        await group.waitForAll()
      }
    }
  }

  private func assign() async {
    do {
      if try await store.assignEventPositions() > 0 { onAssigned() }
    } catch {
      logger.debug("assigning event positions failed", metadata: ["error": "\(error)"])
    }
  }
}
