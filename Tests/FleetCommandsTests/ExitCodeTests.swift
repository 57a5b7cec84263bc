@testable import FleetCommands
import FleetAPI
import FleetClient
import FleetModel
import Testing

@Suite struct ExitCodeTests {
  @Test func numbersAreThoseOfTheDesign() {
    let expected: [(ExitCode, Int32)] = [
      (.ok, 0), (.failed, 1), (.invalid, 2), (.notFound, 3), (.notAllowed, 4), (.conflict, 5), (.blocked, 6),
      (.timedOut, 7), (.needsApproval, 8), (.unreachable, 9), (.waivers, 10), (.unreachableClusters, 11),
      (.aborted, 12), (.superseded, 13), (.interrupted, 130),
    ]
    for (code, number) in expected { #expect(code.rawValue == number) }
    #expect(ExitCode.allCases.count == expected.count)
  }

  @Test func everyStateOfARolloutHasItsCode() {
    let expected: [RolloutState: Int32?] = [
      .queued: nil, .running: nil, .paused: nil, .halting: nil, .rollingBack: nil, .halted: 1, .succeeded: 0,
      .succeededWithWaivers: 10, .succeededWithUnreachable: 11, .noChange: 0, .rolledBack: 1, .rollbackFailed: 1,
      .aborted: 12, .superseded: 13,
    ]
    for state in RolloutState.allCases {
      #expect(expected.keys.contains(state))
      #expect(ExitCode(end: state)?.rawValue == expected[state] ?? nil, "\(state)")
    }
  }

  @Test func everyErrorOfTheControllerHasItsCode() {
    let expected: [ErrorEnvelope.Code: Int32] = [
      .invalid: 2, .unauthenticated: 4, .forbidden: 4, .notFound: 3, .conflict: 5, .blocked: 6, .tooLarge: 2,
      .rateLimited: 9, .internal: 9, .unavailable: 9,
    ]
    for code in ErrorEnvelope.Code.allCases { #expect(ExitCode(code).rawValue == expected[code], "\(code)") }
  }

  @Test func aRunThatGoesOnIsToldApartOnlyWhenAsked() {
    var rollout = RolloutResource.example
    rollout.state = .running
    rollout.ended = false
    #expect(RolloutStatus.code(rollout, saysWaits: false) == .ok)
    #expect(RolloutStatus.code(rollout, saysWaits: true) == .needsApproval)
    rollout.waiting = []
    #expect(RolloutStatus.code(rollout, saysWaits: true) == .ok)
    rollout.waiting = [.init(reason: "window", stage: "a", clusters: [], clusterCount: 0, message: "", clearedBy: "")]
    #expect(RolloutStatus.code(rollout, saysWaits: true) == .blocked)
  }

  @Test func theTableIsPrinted() async throws {
    try golden("exit-codes", await flotilla("help", "exit-codes").transcript)
  }
}
