import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Synchronization
import Testing

/// R20 over the store: what is measured is committed, and stages go by it.
@Suite struct CheckTaskTests {
  /// Answers as the test says.
  private final class ScriptedChecks: CheckSource {
    private let verdicts: Mutex<[CheckVerdict]>
    let asked = Mutex<[String]>([])

    init(_ verdicts: [CheckVerdict]) { self.verdicts = Mutex(verdicts) }

    func measure(_ gate: Gate, in project: ProjectName, values: [CheckPlaceholder: String]) async -> CheckAnswer {
      asked.withLock { $0.append("\(gate.title) \(values[.rollout] ?? "") \(values[.stage] ?? "")") }
      return CheckAnswer(verdicts.withLock { $0.isEmpty ? .pass : $0.removeFirst() }, value: "0.5")
    }
  }

  private static let analysis = """
    apiVersion: flotilla.dev/v1
    kind: Analysis
    metadata: {name: error-rate}
    spec: {prometheus: {url: "https://prometheus.example"}, query: errors, pass: "< 0.01", interval: 1s}
    ---

    """
  private static let gated = """
    [{name: all, rest: true, maxConcurrent: 100%, minReady: 0s, after: [{analysis: error-rate}]}]
    """

  @Test func aStagePassesByWhatIsMeasured() async throws {
    try await ControllerFixture.with { controller in
      var controller = controller
      let checks = ScriptedChecks([])
      controller.checks = checks
      try await controller.apply(Self.analysis)
      try await controller.rollOutFirst(set: ControllerFixture.fleetSet(stages: Self.gated))
      #expect(checks.asked.withLock { $0 } == ["analysis error-rate shop/1 all"])
      let stage = try #require(try await controller.rollout()?.stages.first)
      #expect(stage.checks.map(\.verdict) == [.pass])
      #expect(stage.rules.after.first?.checkRule?.interval == .seconds(1))
      // Nothing is left to do.
      #expect(try await controller.store.nextDue(.check) == nil)
    }
  }

  @Test func aFailureStopsTheRunAndIsItsCause() async throws {
    try await ControllerFixture.with { controller in
      var controller = controller
      controller.checks = ScriptedChecks([.pass, .fail])
      try await controller.apply(Self.analysis)
      try await controller.rollOutFirst(set: ControllerFixture.fleetSet(stages: Self.gated))
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.poll()
      try await controller.confirm()
      let run = try #require(try await controller.rollout()).run
      #expect(run.state == .halted)
      #expect(run.breach?.cause == "analysis error-rate failed: 0.5")
    }
  }

  /// The document may change at any time; a run keeps what it began with, and one without a document does not begin.
  @Test func analysesAreFrozenAndMustBeThere() async throws {
    try await ControllerFixture.with { controller in
      var controller = controller
      controller.checks = ScriptedChecks([.inconclusive, .pass])
      try await controller.apply(
        ControllerFixture.clusters(["east"]) + controller.repository()
          + ControllerFixture.fleetSet(stages: Self.gated))
      try await controller.settle()
      #expect(try await controller.rollout() == nil)
      #expect(try await controller.condition().reason == "StrategyDoesNotFit")
      #expect(try await controller.condition().message.contains("there is no such Analysis"))
      // The document is what was missing.
      try await controller.apply(Self.analysis)
      try await controller.settle()
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.state == .halted)
      try await controller.apply(Self.analysis.replacing("errors", with: "others"))
      let error = await #expect(throws: StoreError.self) {
        try await controller.store.removePolicy(
          .analysis, named: "error-rate", in: .defaultProject, cause: StoreFixture.cause)
      }
      #expect(error?.code == .conflict)
      _ = try await controller.service.act(
        .resume, on: "shop", number: nil, in: .defaultProject, by: Principal.flotilla, reason: "again")
      try await controller.settle()
      let record = try #require(try await controller.rollout())
      #expect(record.run.state == .succeeded)
      guard case .analysis(_, let analysis?) = record.stages[0].rules.after[0] else {
        Issue.record("\(record.stages[0].rules.after)")
        return
      }
      #expect(analysis.query == "errors")
    }
  }
}
