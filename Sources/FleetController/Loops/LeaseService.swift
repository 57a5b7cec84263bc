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
          try await closeLapsedSessions()
        } catch {
          logger.warning("the lease could not be renewed", metadata: ["error": "\(error)"])
        }
        try? await Task.sleep(for: .seconds(5))
      }
    }
    try? await store.releaseLease(of: controller)
  }

  /// A part at a time, so that no transaction grows with a lost controller's fleet.
  private func closeLapsedSessions() async throws {
    var count = 0
    var closed: Int
    repeat {
      closed = try await store.closeLapsedSessions()
      count += closed
    } while closed > 0
    if count > 0 { logger.info("sessions of a lost controller closed", metadata: ["count": "\(count)"]) }
  }
}
