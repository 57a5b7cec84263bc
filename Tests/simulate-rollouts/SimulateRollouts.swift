import FleetSimulation
import Glibc

/// Simulates worlds of rollouts, one a seed, and stops at the first ones that break a rule: what `make sim` and
/// `scripts/mutate` run.
@main
struct SimulateRollouts {
  static let usage = """
    usage: simulate-rollouts [--seeds COUNT] [--start SEED] [--failures COUNT] [--planner-only] [--width COUNT]
    Simulates COUNT worlds (5000) from SEED (1), at most WIDTH at once (2), until COUNT of them (1) have failed.
    --planner-only leaves the planner's own lint out, so that only the simulation's checkers can find a fault.
    With one world, its knobs are printed too.
    """

  static func main() async {
    guard let options = Options(CommandLine.arguments.dropFirst()) else {
      print(usage)
      exit(2)
    }
    if options.seeds == 1 { print("seed \(options.start)\n\(knobs(ofSeed: options.start))") }
    let survey = await Survey(of: options)
    for failure in survey.failures { print("seed \(failure.seed): \(failure)\n") }
    print("\(survey.worlds) worlds from seed \(options.start): \(survey.runs) runs, \(survey.happenings) happenings")
    guard survey.failures.isEmpty else { exit(1) }
    for happening in Coverage.allCases { print("  \(happening.rawValue): \(survey.coverage[happening])") }
    guard options.seeds >= 1_000, !survey.coverage.missing.isEmpty else { return }
    print("never met: \(survey.coverage.missing.map(\.rawValue).joined(separator: ", "))")
    exit(1)
  }
}

/// What is asked on the command line.
struct Options {
  var seeds = 5_000
  var start: UInt64 = 1
  var failures = 1
  var width = 2
  var decisions = Decisions.real

  /// Reads the arguments; nil when they are not understood.
  init?(_ arguments: ArraySlice<String>) {
    var left = arguments
    while let argument = left.popFirst() {
      if argument == "--planner-only" {
        decisions.lints = false
        continue
      }
      guard let number = left.popFirst().flatMap(UInt64.init), number >= 1, number <= UInt64(Int64.max) else {
        return nil
      }
      switch argument {
      case "--seeds": seeds = Int(number)
      case "--start": start = number
      case "--failures": failures = Int(number)
      case "--width": width = Int(number)
      default: return nil
      }
    }
  }
}

/// What the worlds of a number of seeds came to.
struct Survey {
  var coverage = CoverageCounts()
  var failures: [SimulationFailure] = []
  var happenings = 0
  var runs = 0
  var worlds = 0

  /// Simulates seeds in order, some at once, until as many have failed as are wanted.
  init(of options: Options) async {
    await withTaskGroup(of: Result<SimulationOutcome, SimulationFailure>.self) { group in
      var next = 0
      func add() {
        guard next < options.seeds else { return }
        let seed = options.start &+ UInt64(next)
        next += 1
        group.addTask {
          do throws(SimulationFailure) {
            return .success(try simulate(seed: seed, decisions: options.decisions))
          } catch {
            return .failure(error)
          }
        }
      }
      for _ in 0..<options.width { add() }
      for await result in group {
        take(result)
        if failures.count < options.failures { add() }
      }
    }
    failures.sort { $0.seed < $1.seed }
  }

  private mutating func take(_ result: Result<SimulationOutcome, SimulationFailure>) {
    worlds += 1
    switch result {
    case .success(let outcome):
      coverage.add(outcome.coverage)
      happenings += outcome.happenings
      runs += outcome.runs
    case .failure(let failure): failures.append(failure)
    }
  }
}
