import FleetModel
import FleetSync
import KubeClient
import Logging
import Manifest
import Synchronization

/// One agent at work: the machines of its targets, and the tasks that do what they decide.
///
/// Everything about the machines happens in `run`, one event after the other; the tasks only carry out actions and
/// come back with events.
struct AgentLoop {
  let writer: ClusterWriter
  let outbox: Outbox
  let logger: Logger
  let sink: AsyncStream<AgentEvent>.Continuation
  /// What the next poll names as seen, by target.
  let seen: SeenGenerations
  private let clock: WaitClock
  private let start: ContinuousClock.Instant
  private var machines: [TargetID: TargetMachine] = [:]
  private var versions: [TargetID: String] = [:]
  private var watchers: [WatchScope: (serial: Int, stop: AsyncStream<Never>.Continuation)] = [:]
  private var watchSerial = 0
  private var needed: [TargetID: Set<WatchScope>] = [:]
  private var wakes: Set<Duration> = []
  /// When each machine next waits for time.
  private var due: [TargetID: Duration] = [:]
  private var repairBudget: RepairBudget
  /// What keeps other agents of the cluster from writing; nil without.
  var lease: KubeLease?
  /// The targets of which an order is under way.
  private var writing: Set<TargetID> = []
  /// Ends the renewals of the Lease; nil while nothing is under way.
  private var keeper: AsyncStream<Never>.Continuation?
  /// Whether somebody on the site holds this agent.
  var hold = HoldState()

  init(
    writer: ClusterWriter, outbox: Outbox, seen: SeenGenerations, repairBudget: RepairBudget,
    clock: WaitClock, sink: AsyncStream<AgentEvent>.Continuation
  ) {
    self.writer = writer
    self.outbox = outbox
    self.seen = seen
    self.repairBudget = repairBudget
    self.clock = clock
    start = clock.now()
    self.sink = sink
    logger = writer.logger
  }

  private var now: Duration { start.duration(to: clock.now()) }

  /// Handles events until the stream ends, that is until the task is cancelled.
  mutating func run(
    _ events: AsyncStream<AgentEvent>, records: [(record: TargetRecord, resourceVersion: String)],
    in group: inout DiscardingTaskGroup
  ) async {
    _ = hold.update(now: now)
    tellHold()
    for (record, version) in records {
      let target = record.order.target
      versions[target] = version
      step(target, in: &group) { machine, now in machine.restored(record, now: now) }
    }
    for await event in events { handle(event, in: &group) }
    for watcher in watchers.values { watcher.stop.finish() }
    keeper?.finish()
  }

  private mutating func handle(_ event: AgentEvent, in group: inout DiscardingTaskGroup) {
    switch event {
    case .orders(let orders):
      for order in orders {
        logger.info(
          "order received",
          metadata: [
            "target": "\(order.targetName)", "generation": "\(order.generation)", "action": "\(order.action.rawValue)",
            "bundle": "\(order.bundle?.short ?? "-")",
          ])
        step(order.target, in: &group) { $0.received(order, now: $1) }
      }
    case .marked(let mark):
      hold.mark = mark
      updateHold(in: &group)
    case .longestHold(let longest):
      hold.longest = longest
      updateHold(in: &group)
    case .reconnected:
      // After what follows: the controller learns of orders that have begun before it learns that none begin.
      defer { tellHold() }
      for machine in machines.values.sorted(by: { $0.target < $1.target }) where machine.isKnown {
        outbox.add(machine.observation(now: now))
      }
    case .bundleArrived(let target, let bundle, let objects):
      step(target, in: &group) { $0.bundleArrived(bundle, objects: objects, now: $1) }
    case .bundleFailed(let target, let bundle, let failure):
      step(target, in: &group) { $0.bundleFailed(bundle, failure, now: $1) }
    case .recordWritten(let target, let version):
      versions[target] = version
      step(target, in: &group) { $0.recordWritten(now: $1) }
    case .recordFailed(let target, let failure, let found):
      versions[target] = found?.resourceVersion ?? (failure.isConflict ? nil : versions[target])
      step(target, in: &group) { $0.recordFailed(failure, found: found?.record, now: $1) }
    case .checked(let target, let identity, let generation, let answer):
      step(target, in: &group) { $0.checked(identity, for: generation, answer, now: $1) }
    case .applied(let target, let identity, let answer):
      step(target, in: &group) { $0.applied(identity, answer: answer, now: $1) }
    case .expected(let target, let identity, let answer, let live):
      step(target, in: &group) { $0.expected(identity, answer: answer, live: live, now: $1) }
    case .applyFailed(let target, let identity, let failure):
      logger.warning("apply failed", metadata: ["object": "\(identity.display)", "error": "\(failure.message)"])
      step(target, in: &group) { $0.applyFailed(identity, failure, now: $1) }
    case .deleted(let target, let identity):
      step(target, in: &group) { $0.deleted(identity, now: $1) }
    case .kept(let target, let identity):
      step(target, in: &group) { $0.kept(identity, now: $1) }
    case .deleteFailed(let target, let identity, let failure):
      step(target, in: &group) { $0.deleteFailed(identity, failure, now: $1) }
    case .watched(let scope, let serial, let update):
      guard watchers[scope]?.serial == serial else { return }  // from a watch that was replaced
      watched(scope, update, in: &group)
    case .tick(let due):
      wakes.remove(due)
      updateHold(in: &group)
      let now = now
      for target in self.due.keys.sorted() where self.due[target].map({ $0 <= now }) ?? false {
        step(target, in: &group) { $0.timePassed(now: $1) }
      }
      if outbox.hasNews { for target in machines.keys.sorted() { step(target, in: &group) { $0.tellAlong(now: $1) } } }
    }
    scheduleWake(in: &group)
  }

  private func tellHold() {
    guard let (mark, until) = hold.current else { return outbox.tell(.init(reason: "", by: "", until: nil)) }
    outbox.tell(.init(reason: mark.reason, by: mark.by, until: start + until))
  }

  /// Takes a hold in, or its end: then what had to wait begins.
  private mutating func updateHold(in group: inout DiscardingTaskGroup) {
    guard hold.update(now: now) else { return }
    if let (mark, until) = hold.current {
      logger.notice(
        "held: no order begins",
        metadata: [
          "reason": "\(mark.reason)", "by": "\(mark.by)", "for": "\((until - now).text)", "repairs": "\(mark.repairs)",
        ])
    } else {
      logger.notice("held no longer")
    }
    for target in machines.keys.sorted() { step(target, in: &group) { $0.timePassed(now: $1) } }
    tellHold()
  }

  private mutating func watched(_ scope: WatchScope, _ update: WatchUpdate, in group: inout DiscardingTaskGroup) {
    if case .interrupted(let error) = update {
      if error.kind == .noMatch { return }  // its definition is on its way
      logger.warning("watch interrupted", metadata: ["kind": "\(scope.kind)", "error": "\(error)"])
    }
    for target in needed.keys.sorted() where needed[target]?.contains(scope) ?? false {
      step(target, in: &group) { machine, now in
        switch update {
        case .listed(let objects, let version):
          machine.listed(scope, objects: objects, resourceVersion: version, now: now)
        case .changed(let object): machine.changed(scope, object: object, now: now)
        case .deleted(let object): machine.vanished(scope, object: object, now: now)
        case .interrupted(let error): machine.interrupted(scope, reason: error.description, now: now)
        case .resumed: machine.resumed(scope, now: now)
        }
      }
    }
  }

  /// Lets one machine take one event and begins what it decides.
  private mutating func step(
    _ target: TargetID, in group: inout DiscardingTaskGroup,
    _ event: (inout TargetMachine, Duration) -> [TargetMachine.Action]
  ) {
    var machine =
      machines[target]
      ?? TargetMachine(target: target, agentNamespace: writer.namespace, manager: writer.kube.fieldManager)
    machines[target] = nil  // the only copy is changed in place
    machine.repairBudget = repairBudget
    machine.isHeld = hold.current != nil
    machine.leavesDrift = hold.current.map { !$0.mark.repairs } ?? false
    let actions = event(&machine, now)
    repairBudget = machine.repairBudget
    machines[target] = machine
    due[target] = machine.nextWake
    if machine.isWriting { writing.insert(target) } else { writing.remove(target) }
    keepLease(in: &group)
    seen.set(target, machine.seenGeneration)
    for action in actions { begin(action, target: target, in: &group) }
  }

  /// Has the Lease renewed as long as an order is under way, also while that waits and nothing is written.
  private mutating func keepLease(in group: inout DiscardingTaskGroup) {
    guard let lease, (keeper != nil) == writing.isEmpty else { return }
    guard keeper == nil else {
      keeper?.finish()
      return keeper = nil
    }
    let (stopped, stop) = AsyncStream<Never>.makeStream()
    keeper = stop
    group.addTask {
      await withTaskGroup(of: Void.self) { pair in
        pair.addTask { await lease.keep() }
        pair.addTask { for await _ in stopped {} }
        await pair.next()
        pair.cancelAll()
      }
    }
  }

  private mutating func begin(
    _ action: TargetMachine.Action, target: TargetID, in group: inout DiscardingTaskGroup
  ) {
    let (writer, sink) = (writer, sink)
    switch action {
    case .fetch(let order, let bundle):
      group.addTask { sink.yield(await writer.fetch(order, bundle: bundle)) }
    case .writeRecord(let record):
      let version = versions[target]
      group.addTask { sink.yield(await writer.write(record, resourceVersion: version)) }
    case .check(let object, let generation):
      group.addTask { sink.yield(await writer.objects.check(object, target: target, generation: generation)) }
    case .discard(let identity, let run):
      group.addTask { await writer.objects.discard(identity, run: run) }
    case .apply(let object):
      group.addTask { sink.yield(await writer.objects.apply(object, target: target)) }
    case .expect(let object):
      group.addTask { sink.yield(await writer.objects.expect(object, target: target)) }
    case .delete(let identity, let awaitAbsence):
      guard !machines.values.contains(where: { $0.target != target && $0.owns(identity) }) else {
        // It moved to another target: that one has it now.
        sink.yield(.deleted(target, identity))
        return
      }
      group.addTask { sink.yield(await writer.objects.delete(identity, awaitAbsence: awaitAbsence, target: target)) }
    case .watch: updateWatches(for: target, in: &group)
    case .report(let observation): outbox.add(observation)
    }
  }

  /// Starts and stops watches so that exactly what the machines need is watched, each scope once.
  private mutating func updateWatches(for target: TargetID, in group: inout DiscardingTaskGroup) {
    let before = needed[target] ?? []
    let scopes = machines[target]?.scopes ?? []
    needed[target] = scopes
    for scope in before.subtracting(scopes).sorted() {
      machines[target]?.unwatched(scope)
      guard !needed.values.contains(where: { $0.contains(scope) }) else { continue }
      watchers.removeValue(forKey: scope)?.stop.finish()
    }
    for scope in scopes.subtracting(before).sorted() {
      // A scope that is watched for another target already is watched anew: this one needs the list.
      watchers.removeValue(forKey: scope)?.stop.finish()
      watchSerial += 1
      let serial = watchSerial
      let (stopped, stop) = AsyncStream<Never>.makeStream()
      watchers[scope] = (serial, stop)
      let (kube, sink) = (writer.kube, sink)
      group.addTask {
        await withTaskGroup(of: Void.self) { pair in
          pair.addTask {
            let watch = kube.watch(group: scope.group, version: "", kind: scope.kind, namespace: scope.namespace)
            for await update in watch { sink.yield(.watched(scope, serial: serial, update)) }
          }
          pair.addTask { for await _ in stopped {} }
          await pair.next()
          pair.cancelAll()
        }
      }
    }
  }

  /// Sees to it that a tick comes when the first machine needs one; an earlier one that is under way is enough.
  private mutating func scheduleWake(in group: inout DiscardingTaskGroup) {
    guard let due = (due.values + [hold.current?.until].compactMap(\.self)).min(), !wakes.contains(where: { $0 <= due })
    else { return }
    wakes.insert(due)
    let (sink, clock, delay) = (sink, clock, max(due - now, .zero))
    group.addTask {
      do { try await clock.sleep(delay) } catch { return }
      sink.yield(.tick(due))
    }
  }
}

/// The generations that the next poll names, written by the loop and by the poll itself.
final class SeenGenerations: Sendable {
  private let generations = Mutex<[TargetID: Generation]>([:])

  func set(_ target: TargetID, _ generation: Generation) {
    generations.withLock { $0[target] = generation }
  }

  /// What a poll brought is seen before the loop has looked at it.
  func raise(_ target: TargetID, to generation: Generation) {
    generations.withLock { $0[target] = max($0[target] ?? .none, generation) }
  }

  var all: [String: Generation] {
    generations.withLock { generations in
      var result: [String: Generation] = [:]
      for (target, generation) in generations where generation > .none { result[target.description] = generation }
      return result
    }
  }
}
