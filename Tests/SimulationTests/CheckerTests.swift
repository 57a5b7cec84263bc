import FleetModel
import FleetPlanner
import FleetSimulation
import Testing

@Suite("The simulation's checkers bite")
struct CheckerTests {
  /// Worlds within which every planted fault must show itself.
  private static let bound: UInt64 = 400

  @Test("a planted fault is seen", arguments: Fault.allCases)
  func seen(fault: Fault) {
    for seed in 1...Self.bound {
      do throws(SimulationFailure) {
        _ = try simulate(seed: seed, decisions: fault.decisions)
      } catch {
        print("\(fault.rawValue): seen in world \(seed) as \(error.rule): \(error.message.prefix(110))")
        return
      }
    }
    Issue.record("\(fault.rawValue) is not seen in \(Self.bound) worlds")
  }

  @Test("a failure names its seed, its knobs and the last happenings")
  func failureText() throws {
    var found: SimulationFailure?
    for seed in 1...Self.bound where found == nil {
      do throws(SimulationFailure) {
        _ = try simulate(seed: seed, decisions: Fault.losesEvents.decisions)
      } catch {
        found = error
      }
    }
    let failure = try #require(found)
    #expect(failure.rule == "V7")
    #expect(failure.description.contains("SIMULATION_SEED=\(failure.seed) swift test --filter SimulationTests"))
    #expect(failure.description.contains("faultSeconds: "))
    #expect(failure.tail.count <= 60)
    #expect(failure.tail.contains { $0.contains("pass") })
  }
}
