import FleetDocuments
import FleetModel
import FleetPlanner
import Manifest

extension Operations {
  /// Which waiting Applications go next, as the planner decides it: a waiting one is a pending member of its step, one that
  /// is pending or progressing has its order in flight, and a healthy one changes nothing any more.
  @Sendable static func promoteToPending(_ one: Case) throws(Refused) -> Node {
    let statuses = one.input["applicationStatus"]?.array ?? []
    guard let strategy = try steps(one.input["strategy"]), !statuses.isEmpty else {
      return ["applicationStatus": Node(.array(statuses))]
    }
    let members = statuses.enumerated().map { place, status in member(status, place: place, in: one) }
    let frozen: FrozenRun
    do throws(FreezeRefusal) {
      frozen = try freeze(startInput(strategy, members), options: FreezeOptions(startedBy: "conformance"))
    } catch {
      throw Refused(error.description)
    }
    let sent = sent(by: frozen, statuses: statuses, one)
    let told = one.expected["applicationStatus"]?.array ?? []
    let promoted = statuses.enumerated().map { place, status -> Node in
      guard sent.contains(TargetID(Int64(place + 1))) else { return status }
      var status = status
      status["status"] = "Pending"
      // Which Applications go matters, not with what words; a step is the one that takes the Application.
      status["message"] = place < told.count ? told[place]["message"] : nil
      if let step = one.input["stepIndex", name(of: status)]?.integer { status["step"] = Node(.string("\(step + 1)")) }
      return status
    }
    return ["applicationStatus": Node(.array(promoted))]
  }

  /// The steps as stages that tell their members apart by the step that a case says they are in.
  private static func steps(_ strategy: Node?) throws(Refused) -> RolloutStrategy? {
    guard var strategy, var steps = strategy["rollingSync", "steps"]?.array else { return nil }
    for index in steps.indices {
      steps[index]["matchExpressions"] = [["key": "step", "operator": "In", "values": [Node(.string("\(index)"))]]]
    }
    var rolling = strategy["rollingSync"] ?? [:]
    rolling["steps"] = Node(.array(steps))
    strategy["rollingSync"] = rolling
    let (read, findings) = rollout(strategy)
    guard var read else { throw Refused(findings) }
    read.firstAlone = false
    return read
  }

  private static func name(of status: Node) -> String { status["application"]?.string ?? "" }

  private static func member(_ status: Node, place: Int, in one: Case) -> StartMember {
    let step = one.input["stepIndex", name(of: status)]?.integer ?? -1
    let isDone = !["Waiting", "Pending", "Progressing"].contains(status["status"]?.string ?? "")
    let new = Digest.sha256(Array("new".utf8))
    let running = isDone ? new : Digest.sha256(Array("old".utf8))
    // Argo CD's order is that of the status entries.
    let order = String(1_000_000 + place)
    return StartMember(
      target: TargetID(Int64(place + 1)), targetName: TargetName(name(of: status)), targetLabels: ["step": "\(step)"],
      cluster: ClusterID(Int64(place + 1)), clusterName: ClusterName("c\(order)"), bundle: new, wanted: running,
      applied: running, health: .healthy, highestGeneration: Generation(epoch: 1, counter: 1))
  }

  private static func startInput(_ strategy: RolloutStrategy, _ members: [StartMember]) -> StartInput {
    StartInput(
      now: Instant(millisecondsSinceEpoch: 0), project: .defaultProject, fleetSet: "set", strategy: strategy,
      release: 2,
      releaseName: "2", authors: [], isHeld: false, lastGoodRelease: 1, members: members, activeRun: nil, nextNumber: 1)
  }

  /// The targets that get an order, with those in flight that a case says are, and without those whose step is not open.
  private static func sent(by frozen: FrozenRun, statuses: [Node], _ one: Case) -> Set<TargetID> {
    var (run, stages, units) = (frozen.run, frozen.stages, frozen.units)
    (run.id, run.version) = (1, 1)
    for unit in units.indices {
      guard let step = units[unit].steps.first else { continue }
      let status = statuses[Int(step.target.rawValue) - 1]
      let stage = units[unit].stage
      if one.input["appsToSync", name(of: status)]?.boolean != true {
        units[unit].cordonReason = "its step is not open"
      }
      guard ["Pending", "Progressing"].contains(status["status"]?.string ?? "") else { continue }
      stages[stage].counters.count(units[unit], sign: -1)
      units[unit].steps[0].state = .dispatched
      units[unit].steps[0].order = StepOrder(
        generation: Generation(epoch: 1, counter: 2), direction: .forward, committedAt: run.createdAt,
        committedListened: ListeningTime(milliseconds: 0))
      stages[stage].counters.count(units[unit], sign: 1)
    }
    let decided = plan(
      PlanInput(
        now: run.createdAt, listened: ListeningTime(milliseconds: 0), epoch: 1, run: run, stages: stages, units: units))
    return Set(decided.steps.filter { $0.order != nil }.map(\.target))
  }
}
