import FleetSimulation
import Foundation

/// Which seeds a test run takes, from its environment.
enum Seeds {
  /// One seed to see again; nil for an ordinary run.
  static var single: UInt64? { number("SIMULATION_SEED") }

  /// How many fresh seeds an ordinary run takes.
  static var count: Int { number("FLOTILLA_SIMULATION_SEEDS").map { Int($0) } ?? 300 }

  /// The first fresh seed: another in every run, unless the environment says which.
  static let start = number("SIMULATION_START") ?? UInt64.random(in: 1...1_000_000_000)

  /// Seeds that have failed once, each with what it found.
  static let regressions: [UInt64] = [
    6,  // V7: a stage that waits for an approval after it soaked without an event
    7,  // report: a stage opened without its units, and nobody looked again
    8,  // R19: the second gate of a stage could not be approved by its own group
    17,  // R14: a rollback began with the wrong clusters
    21,  // R20: an approval before a stage counted after it
    37,  // V1: a rollback went over a limit
    41,  // R26: a run ended RolledBack with orders in flight
    42,  // R15: a lost cluster that came back failed by a deadline that had stopped
    51,  // state: a run went from Halting to RolledBack at once
    54,  // V8: clusters were sent in the pass that found the unreachable budget exceeded
    56,  // R14: a cluster that was never updated was sent back
    61,  // R3: new members were onboarded under another release than their bundle's
    67,  // V8: clusters were sent in the pass that breached
    79,  // R14: a retried member was left where it was
    92,  // R11: two passes took one mark off twice, so that a regression was not seen
    96,  // V9: a stage opened with some of its units loaded
    207,  // state: lost, tried again and passed over in one pass
    1_591,  // R18: a waiver hidden by another target
    1_666,  // R18: a passed-over target hidden by another
    2_432,  // R20: approvals told apart by a clock that stood still
    101_490,  // R8: a stage soaked while a step that was tried again was hidden by a lost one of its cluster
    102_221,  // V9: a removed cluster let others move up among those that a pass is given
    102_979,  // V2: a catch-up was sent while an earlier stage was tried again
    104_085,  // R14: a rollback ended because those given could not go back, and others had not been given
    224_643_528,  // R3: a run froze a bundle that the hold on the run before it took away
    337_192_786,  // R14: who had left counted among the changed ones, a fault of the checker
    800_002_302,  // R16: an uncordoned cluster came back in the pass that ended the run, which the checker did not know
    604_408_067,  // R26: looks at claimed work multiplied, a fault of the simulation itself
    710_463,  // R26: a stage all of whose removals were called off waited for a window that never opened
    1_951,  // V9: who joined had a turn in a run that halted as its stage passed, and nobody looked again
    701_949,  // R14: a cluster that could not go back was hidden by another target of it, and one more was sent
    2_116,  // R20: the checker told measurements apart by a clock that stood still
    204_213,  // R20: a check that had passed before a person resumed was not counted by the checker
    903_218,  // R19: a stage that lost its turn to a retry went on asking as if it had it
    577_614_759,  // R19: the same, of a stage that had not opened
    210,  // V9: behind a last stage that waits for its sites nobody was sent back before the next pass
    818,  // V9: who is held was sent back without a place, whenever it happened to be loaded
    9_000_190,  // R16: runs for a new cluster that was cordoned began and ended without end
    2_004_229,  // the checker: an approval before the stage opened counted for the gates after it
  ]

  private static func number(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
  }
}

/// What a number of worlds came to.
struct Survey: Sendable {
  var coverage = CoverageCounts()
  var failures: [SimulationFailure] = []
  var happenings = 0
  var runs = 0
  var worlds = 0

  mutating func add(_ other: Survey) {
    coverage.add(other.coverage)
    failures += other.failures
    happenings += other.happenings
    runs += other.runs
    worlds += other.worlds
  }

  /// Simulates the worlds of all seeds, some at a time.
  static func of(_ seeds: [UInt64], decisions: Decisions = .real, width: Int = 4) async -> Survey {
    let size = max(1, (seeds.count + width - 1) / width)
    return await withTaskGroup(of: Survey.self) { group in
      for start in stride(from: 0, to: seeds.count, by: size) {
        group.addTask {
          var survey = Survey()
          for seed in seeds[start..<min(start + size, seeds.count)] { survey.simulateOne(seed, decisions) }
          return survey
        }
      }
      var all = Survey()
      for await part in group { all.add(part) }
      all.failures.sort { $0.seed < $1.seed }
      return all
    }
  }

  private mutating func simulateOne(_ seed: UInt64, _ decisions: Decisions) {
    worlds += 1
    do throws(SimulationFailure) {
      let outcome = try simulate(seed: seed, decisions: decisions)
      coverage.add(outcome.coverage)
      happenings += outcome.happenings
      runs += outcome.runs
    } catch {
      failures.append(error)
    }
  }
}
