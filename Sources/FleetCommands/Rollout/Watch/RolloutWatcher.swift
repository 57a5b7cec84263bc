internal import FleetAPI
internal import FleetClient
internal import FleetModel
internal import Synchronization

/// When a watch returns before the rollout is over.
struct WatchLimits: Sendable {
  /// Not longer than this; nil for as long as it takes.
  var timeout: Duration?
  /// As soon as it waits for a person or a window (`--exit-code`).
  var stopsAtGates = false
}

/// How a watch ended.
enum WatchOutcome: Sendable {
  /// The rollout is over, or halted.
  case over(RolloutResource)
  /// It waits for a person, a window or a policy.
  case waits(RolloutResource)
  /// The time is over; nil when the rollout could not be read once.
  case timedOut(RolloutResource?)
  /// Ctrl-C.
  case interrupted(RolloutResource?)
}

/// Watches a rollout to its end: reads its state first, then again whenever an event of it comes, and every two seconds
/// in case one is missed. A controller that goes away and comes back only delays it.
struct RolloutWatcher: Sendable {
  let client: ControllerClient
  let project: String
  let fleetSet: String
  /// nil for the newest at the first look.
  let number: Int?

  /// The pause between two looks without an event.
  private static let lookEvery = Duration.seconds(2)
  /// The pause between two looks with many events.
  private static let lookAtMostEvery = Duration.milliseconds(80)
  /// How long a look may take before it is said that the controller does not answer.
  private static let lookFor = Duration.seconds(5)

  /// Watches, and shows every state.
  ///
  /// - Throws: `ClientError` when the first look fails, or the controller refuses this reader.
  func watch(_ limits: WatchLimits, _ display: LiveDisplay) async throws -> WatchOutcome {
    let last = LastSeen()
    switch try await attended(timeout: limits.timeout, { try await watch(limits, display, last) }) {
    case .done(let outcome): return outcome
    case .timedOut: return .timedOut(last.rollout)
    case .interrupted: return .interrupted(last.rollout)
    }
  }

  private func watch(
    _ limits: WatchLimits, _ display: LiveDisplay, _ last: LastSeen
  ) async throws -> WatchOutcome {
    var display = display
    let first = try await client.rollout(fleetSet, number: number, in: project)
    last.rollout = first
    display.show(first)
    if let outcome = Self.outcome(of: first, limits) { return outcome }
    let alarm = Alarm()
    let shown = display
    return try await withThrowingTaskGroup(of: WatchOutcome?.self, returning: WatchOutcome.self) { group in
      group.addTask { try await look(from: first, limits, shown, alarm, last) }
      // Its first item, the connection, rings too: what happened since the first look is seen then.
      group.addTask {
        try await follow(alarm)
        return nil
      }
      group.addTask { try await tick(alarm) }
      defer { group.cancelAll() }
      while let outcome = try await group.next() {
        if let outcome { return outcome }
      }
      throw CancellationError()
    }
  }

  /// Looks whenever the alarm rings, until the rollout is over.
  private func look(
    from first: RolloutResource, _ limits: WatchLimits, _ display: LiveDisplay, _ alarm: Alarm, _ last: LastSeen
  ) async throws -> WatchOutcome? {
    var display = display
    var rollout = first
    let impatient = client.retrying(for: .zero, eachFor: Self.lookFor)
    var lastLook = ContinuousClock.now
    for await _ in alarm.rings {
      guard alarm.takeEvent() || ContinuousClock.now - lastLook >= Self.lookEvery else {
        display.show(rollout, isNews: false)
        continue
      }
      do {
        rollout = try await impatient.rollout(fleetSet, number: rollout.number, in: project)
        last.rollout = rollout
        display.show(trouble: nil)
      } catch let error as ClientError {
        guard error.mayPass else { throw error }
        display.show(trouble: error.description)
      }
      lastLook = .now
      display.show(rollout)
      if let outcome = Self.outcome(of: rollout, limits) { return outcome }
      try await Task.sleep(for: Self.lookAtMostEvery)
    }
    return nil
  }

  /// How a watch ends at this state; nil when it goes on.
  static func outcome(of rollout: RolloutResource, _ limits: WatchLimits) -> WatchOutcome? {
    if rollout.ended || rollout.state == .halted { return .over(rollout) }
    return limits.stopsAtGates && RolloutStatus.code(rollout, saysWaits: true) != .ok ? .waits(rollout) : nil
  }

  private func follow(_ alarm: Alarm) async throws {
    for try await item in client.events(in: project, EventSelection(fleetSet: fleetSet)) {
      switch item {
      case .connected, .event, .reset: alarm.ringForEvent()
      case .disconnected: break  // the next look says what is wrong
      }
    }
  }

  private func tick(_ alarm: Alarm) async throws -> WatchOutcome? {
    while true {
      try await Task.sleep(for: .milliseconds(500))
      alarm.ring()
    }
  }
}

/// Wakes the watch: rings that nobody has heard yet are one ring.
private final class Alarm: Sendable {
  let rings: AsyncStream<Void>
  private let source: AsyncStream<Void>.Continuation
  private let hasEvent = Mutex(false)

  init() {
    (rings, source) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  func ring() { source.yield() }

  func ringForEvent() {
    hasEvent.withLock { $0 = true }
    source.yield()
  }

  /// Whether an event came since the last time.
  func takeEvent() -> Bool {
    hasEvent.withLock { flag in
      defer { flag = false }
      return flag
    }
  }
}

/// The newest state that was read; nil before the first.
private final class LastSeen: Sendable {
  private let value = Mutex<RolloutResource?>(nil)

  var rollout: RolloutResource? {
    get { value.withLock { $0 } }
    set { value.withLock { $0 = newValue } }
  }
}
