import FleetModel
import FleetPorts
import Logging

/// What a server does besides answering: turns the store's signals into wake-ups, and is the timer that is the truth when
/// signals are lost.
struct Background: Sendable {
  let store: any ControlStore
  let board: OrderBoard
  let bell: EventBell
  let configuration: ServerConfiguration
  let logger: Logger

  /// Runs until it is cancelled.
  func run() async {
    await withTaskGroup { group in
      group.addTask { await tick() }
      group.addTask { await pump() }
      group.addTask { await assign() }
    }
  }

  /// Ends waits, and closes the sessions of clusters that went silent.
  private func tick() async {
    var unreported: [ClusterID] = []
    var failedAt: ContinuousClock.Instant?
    while await pause(.milliseconds(200)) {
      bell.tick()
      unreported += board.tick()
      guard !unreported.isEmpty, failedAt.map({ $0.duration(to: .now) > .seconds(2) }) ?? true else { continue }
      do {
        try await store.closeSessions(of: unreported, controller: configuration.controller)
        board.closed(unreported)
        logger.info("closed sessions of silent agents", metadata: ["fleet.count": "\(unreported.count)"])
        unreported = []
        failedAt = nil
      } catch {
        failedAt = .now
        logger.warning("sessions of silent agents could not be closed", metadata: ["error": "\(error)"])
      }
    }
  }

  /// Listens for signals; after a break every cluster is asked again, because some may have been lost.
  private func pump() async {
    repeat {
      do {
        for await signal in try await store.signals() {
          switch signal {
          case .orders(let clusters): await wake(clusters)
          case .events: await assignPositions()
          case .work: break
          }
        }
        guard !Task.isCancelled else { return }
        logger.warning("the store's signals broke off; the timer goes on alone until they are back")
      } catch {
        logger.warning("the store gives no signals; the timer goes on alone", metadata: ["error": "\(error)"])
      }
      board.signalsWereLost()
      bell.ring()
    } while await pause(.seconds(1))
  }

  /// Wakes many agents over 100 ms for each thousand, so that their answers do not come all at once (AMENDMENTS 59).
  private func wake(_ clusters: [ClusterID]) async {
    let chunk = 100
    for start in stride(from: 0, to: clusters.count, by: chunk) {
      board.signal(clusters[start..<min(start + chunk, clusters.count)])
      if start + chunk < clusters.count, !(await pause(.milliseconds(10))) { return }
    }
  }

  /// Looks at the feed in time, whether or not a signal came.
  private func assign() async {
    while await pause(configuration.feedInterval) { await assignPositions() }
  }

  private func assignPositions() async {
    do {
      _ = try await store.assignEventPositions()
      bell.ring()
    } catch {
      logger.debug("event positions could not be assigned", metadata: ["error": "\(error)"])
    }
  }

  /// Sleeps; false when it is time to stop.
  private func pause(_ duration: Duration) async -> Bool {
    (try? await Task.sleep(for: duration)) != nil && !Task.isCancelled
  }
}
