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
  let onLapse: @Sendable () -> Void

  /// Makes a service for a registered controller.
  ///
  /// - Parameter onLapse: called when the lease is good again after it had lapsed: other controllers may have closed the
  ///   sessions of the clusters that are in contact with this one.
  public init(
    store: any ControlStore, controller: ControllerID, logger: Logger, onLapse: @escaping @Sendable () -> Void = {}
  ) {
    self.store = store
    self.controller = controller
    self.logger = logger
    self.onLapse = onLapse
  }

  /// Renews until the service is asked to stop, then ends the lease.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await renew() }
        group.addTask { await close() }
      }
    }
    try? await store.releaseLease(of: controller)
  }

  private func renew() async {
    while !Task.isCancelled {
      // The five seconds begin with the attempt: one that takes long must not make the next one late.
      let begin = ContinuousClock.now
      var next = begin + .seconds(5)
      do {
        if try await store.renewLease(of: controller) {
          logger.notice("the lease had lapsed and is good again")
          onLapse()
        }
      } catch {
        logger.warning("the lease could not be renewed", metadata: ["error": "\(error)"])
        next = .now + .seconds(1)
      }
      try? await Task.sleep(until: next, clock: .continuous)
    }
  }

  /// Apart from the renewals, which must not wait for it.
  private func close() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(5))
      do {
        // A part at a time, so that no transaction grows with a lost controller's fleet.
        var count = 0
        var closed: Int
        repeat {
          closed = try await store.closeLapsedSessions()
          count += closed
        } while closed > 0
        if count > 0 { logger.info("sessions of a lost controller closed", metadata: ["count": "\(count)"]) }
      } catch {
        logger.debug("sessions of lost controllers could not be closed", metadata: ["error": "\(error)"])
      }
    }
  }
}
