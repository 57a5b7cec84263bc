import FleetModel
import FleetPlanner
import Testing

/// A canary of one cluster, then the rest; the gates are the canary's.
private func gated(
  before: [Gate] = [], after: [Gate] = [], soak: Duration = .seconds(60), action: FailurePolicy.Action = .pause
) throws -> Fleet {
  try fleet(
    strategy([
      stage("canary", .count(1)) {
        $0.before = before
        $0.after = after
        $0.soak = soak
      },
      stage("rest", .rest, at: .count(5)),
    ]) { $0.onFailure = FailurePolicy(action: action) }, members(3))
}

private func analysis(_ configure: (inout CheckRule) -> Void = { _ in }) -> Gate {
  var rule = CheckRule()
  rule.count = 2
  configure(&rule)
  return .analysis(
    "error-rate",
    Analysis(
      name: "error-rate", url: "https://prometheus.example", query: "errors", pass: Comparison(.less, 0.01), rule: rule)
  )
}

extension Fleet {
  /// Answers everything that is due, and does a pass.
  fileprivate mutating func measure(_ verdict: CheckVerdict, value: String = "0.5") throws {
    for request in dueChecks(input).due {
      try give(
        .measured(CheckMeasurement(request: request, answer: CheckAnswer(verdict, value: value))), by: "flotilla")
    }
    pass()
  }

  fileprivate mutating func soakCanary() {
    pass()
    say("c00")
    pass()
  }
}

@Suite("Gates that are measured: R20")
struct CheckTests {
  @Test("R20 a stage opens when what is measured before it has passed as often as it must")
  func opens() throws {
    var fleet = try gated(before: [analysis()])
    fleet.pass()
    #expect(fleet.stages[0].state == .gated)
    #expect(fleet.inFlight == [])
    #expect(fleet.reasons() == [.check, .earlierStage])
    try fleet.measure(.pass)
    #expect(fleet.stages[0].state == .gated)
    #expect(dueChecks(fleet.input).due.isEmpty, "the interval is not over")
    #expect(dueChecks(fleet.input).next == fleet.now + .seconds(30))
    fleet.advance(.seconds(30))
    try fleet.measure(.pass)
    #expect(fleet.stages[0].state == .open)
    #expect(fleet.inFlight == ["c00"])
  }

  @Test("R20 gates after a stage begin with its soak; it passes when the soak is over and all of them have passed")
  func afterSoak() throws {
    var fleet = try gated(after: [analysis(), .http(HTTPCheck(url: "https://checks.example"))])
    fleet.pass()
    #expect(dueChecks(fleet.input).due.isEmpty)
    fleet.soakCanary()
    #expect(fleet.stages[0].state == .soaking)
    #expect(dueChecks(fleet.input).due.map(\.gate.title) == ["analysis error-rate", "check https://checks.example"])
    try fleet.measure(.pass)
    fleet.advance(.seconds(60))
    fleet.pass()
    #expect(fleet.stages[0].state == .soaking, "one of two measurements has passed")
    try fleet.measure(.pass)
    #expect(fleet.stages[0].state == .passed)
  }

  @Test("R20 a paused run is measured as a running one, one that has ended is not")
  func measuredWhilePaused() throws {
    var fleet = try gated(before: [analysis()])
    fleet.pass()
    try fleet.give(.pause)
    #expect(dueChecks(fleet.input).due.map(\.gate.title) == ["analysis error-rate"])
    try fleet.give(.abort(hold: false))
    #expect(dueChecks(fleet.input).due.isEmpty)
  }

  @Test("R20 R13 fail is a breach of the stage, named as its cause, and onFailure follows")
  func fails() throws {
    var fleet = try gated(after: [analysis()], action: .rollback)
    fleet.soakCanary()
    try fleet.measure(.fail, value: "0.12")
    #expect(fleet.run.breach?.cause == "analysis error-rate failed: 0.12")
    #expect(fleet.run.state == .rollingBack)
    #expect(fleet.state(of: "c00") == .rollingBack)
    #expect(dueChecks(fleet.input).due.isEmpty)
  }

  @Test("R20 as many may fail as the rule says")
  func failuresAllowed() throws {
    var fleet = try gated(after: [analysis { $0.failures = 1 }])
    fleet.soakCanary()
    try fleet.measure(.fail)
    #expect(fleet.run.breach == nil)
    fleet.advance(.seconds(30))
    try fleet.measure(.fail)
    #expect(fleet.run.breach != nil)
  }

  @Test(
    "R20 what is neither pass nor fail halts for a person, after its retries, and never passes",
    arguments: [(CheckVerdict.inconclusive, 1), (.noData, 4), (.error, 4)])
  func halts(verdict: CheckVerdict, times: Int) throws {
    var fleet = try gated(after: [analysis()])
    fleet.soakCanary()
    for number in 1...times {
      #expect(fleet.run.state == .running, "after \(number - 1)")
      try fleet.measure(verdict, value: "")
      fleet.advance(.seconds(30))
    }
    #expect(fleet.run.state == .halted)
    #expect(fleet.run.breach == nil)
    #expect(fleet.reasons().contains(.check))
    // Resuming asks again; nothing is taken for passed.
    try fleet.give(.resume)
    fleet.pass()
    #expect(fleet.stages[0].state == .soaking)
    #expect(fleet.stages[0].minSucceeded == 1)
    try fleet.measure(.pass)
    #expect(fleet.stages[0].state == .soaking)
    fleet.advance(.seconds(60))
    try fleet.measure(.pass)
    #expect(fleet.stages[0].state == .passed)
  }

  @Test("R20 retries count trouble in a row: a measurement that works begins anew")
  func retriesInARow() throws {
    var fleet = try gated(after: [analysis { $0.retries = 1 }])
    fleet.soakCanary()
    for verdict in [CheckVerdict.error, .pass, .noData] {
      try fleet.measure(verdict)
      fleet.advance(.seconds(30))
    }
    #expect(fleet.run.state == .running)
    try fleet.measure(.error)
    #expect(fleet.run.state == .halted)
  }

  @Test("R20 `on` makes a failure of it, or waits without limit")
  func consequences() throws {
    var failing = try gated(after: [analysis { $0.onInconclusive = .fail }])
    failing.soakCanary()
    try failing.measure(.inconclusive)
    #expect(failing.run.breach?.cause == "analysis error-rate is inconclusive: 0.5")
    var waiting = try gated(after: [analysis { $0.onNoData = .wait }])
    waiting.soakCanary()
    for _ in 0..<20 {
      try waiting.measure(.noData)
      waiting.advance(.seconds(30))
    }
    #expect(waiting.run.state == .running)
    #expect(waiting.events.count { $0.kind == "check.measured" } == 1, "the same again is told once")
  }

  @Test("R20 checks are waived of the stage that is named, or it is said that none holds it back")
  func waivedByName() throws {
    var fleet = try gated(before: [analysis()])
    fleet.pass()
    let other = try #require(fleet.stages.last?.name)
    let refusal = #expect(throws: CommandRefusal.self) { try fleet.give(.waiveChecks(stage: other)) }
    #expect(refusal?.code == .conflict)
    try fleet.give(.waiveChecks(stage: fleet.stages[0].name))
    fleet.pass()
    #expect(fleet.stages[0].state == .open)
  }

  @Test("R18 R20 a person goes on without a check, with a reason; the run ends with waivers")
  func waived() throws {
    var fleet = try gated(before: [analysis()])
    fleet.pass()
    let refusal = #expect(throws: CommandRefusal.self) { try fleet.give(.waiveChecks(stage: nil), reason: "") }
    #expect(refusal?.code == .invalid)
    try fleet.give(.waiveChecks(stage: nil), reason: "Prometheus is down")
    fleet.pass()
    #expect(fleet.stages[0].state == .open)
    fleet.succeedAll()
    fleet.advance(.seconds(60))
    fleet.succeedAll()
    #expect(fleet.run.state == .succeededWithWaivers)
    #expect(fleet.events.contains { $0.kind == "check.waived" && $0.message.contains("Prometheus is down") })
  }

  @Test("R17 R20 a run that somebody ends is not gone on with, whatever is waived")
  func notAfterAbort() throws {
    var fleet = try gated(before: [], after: [analysis()])
    fleet.pass()
    try fleet.give(.abort(hold: true), by: "ann")
    #expect(fleet.run.state == .halting)
    let refusal = #expect(throws: CommandRefusal.self) { try fleet.give(.waiveChecks(stage: nil)) }
    #expect(refusal?.message.contains("is Halting, no check holds it back") == true)
  }

  @Test("R20 a measurement that somebody else has made meanwhile changes nothing")
  func lostRace() throws {
    var fleet = try gated(before: [analysis()])
    fleet.pass()
    let request = try #require(dueChecks(fleet.input).due.first)
    let measurement = CheckMeasurement(request: request, answer: CheckAnswer(.pass))
    try fleet.give(.measured(measurement))
    try fleet.give(.measured(measurement))
    #expect(fleet.stages[0].checks.map(\.passes) == [1])
  }

  @Test("R20 a soak that begins anew is measured anew")
  func soakAnew() throws {
    var fleet = try gated(after: [analysis()])
    fleet.soakCanary()
    try fleet.measure(.pass)
    fleet.degrade("c00")
    fleet.pass()
    try fleet.give(.retry([]))
    try fleet.give(.resume)
    fleet.pass()
    fleet.say("c00")
    fleet.pass()
    #expect(fleet.stages[0].state == .soaking)
    #expect(fleet.stages[0].checks.map(\.measured) == [0])
  }

  @Test("R3 R20 an analysis that is not there keeps the run from being made; its content is part of the plan")
  func frozen() throws {
    let unknown = strategy([stage("all", .rest) { $0.after = [.analysis("error-rate", nil)] }])
    let refusal = #expect(throws: FreezeRefusal.self) { try fleet(unknown, members(1)) }
    #expect(refusal?.problems.first?.contains("there is no such Analysis") == true)
    let first = try fleet(strategy([stage("all", .rest) { $0.after = [analysis()] }]), members(1))
    let other = try fleet(strategy([stage("all", .rest) { $0.after = [analysis { $0.count = 3 }] }]), members(1))
    #expect(first.run.planHash != other.run.planHash)
  }

  @Test("R14 a rollback asks no gate")
  func rollback() throws {
    var fleet = try gated(before: [analysis()], after: [analysis()], action: .rollback)
    fleet.pass()
    try fleet.measure(.pass)
    fleet.advance(.seconds(30))
    try fleet.measure(.pass)
    fleet.degrade("c00")
    fleet.pass()
    #expect(fleet.state(of: "c00") == .rollingBack)
    #expect(dueChecks(fleet.input).due.isEmpty)
  }

  @Test(
    "R20 values of a metric: all must pass, one that fails fails, between is inconclusive, NaN and nothing are no data",
    arguments: [
      ([0.001], CheckVerdict.pass), ([0.001, 0.02], .inconclusive), ([0.001, 0.2], .fail), ([.nan], .noData),
      ([], .noData), ([.nan, 0.001], .pass), ([.infinity], .fail),
    ])
  func values(values: [Double], verdict: CheckVerdict) {
    let analysis = Analysis(
      name: "a", url: "", query: "", pass: Comparison(.less, 0.01), fail: Comparison(.atLeast, 0.05))
    #expect(analysis.judge(values).verdict == verdict)
    let strict = Analysis(name: "a", url: "", query: "", pass: Comparison(.less, 0.01))
    #expect(strict.judge(values).verdict == (verdict == .inconclusive ? .fail : verdict))
  }

  @Test(
    "R20 comparisons are read as they are written",
    arguments: [("< 0.01", true), (">=5", true), ("!= 0", true), ("0.01", false), ("< x", false), ("<", false)])
  func comparisons(text: String, isOne: Bool) { #expect((Comparison(text: text) != nil) == isOne) }
}
