import FleetSimulation
import Foundation
import Testing

@Suite("Simulation: V1-V9 and the rules of rollouts in worlds drawn from seeds")
struct SimulationTests {
  @Test("every rule holds in every world, and every happening is met")
  func worlds() async throws {
    if let seed = Seeds.single {
      let outcome = try simulate(seed: seed)
      print("seed \(seed): hash \(outcome.hash), \(outcome.runs) runs, \(outcome.happenings) happenings")
      return
    }
    let start = Seeds.start
    print("simulating \(Seeds.count) worlds from seed \(start)")
    let seeds = (0..<UInt64(Seeds.count)).map { start + $0 }
    let survey = await Survey.of(seeds)
    print("\(survey.worlds) worlds, \(survey.runs) runs, \(survey.happenings) happenings")
    for happening in Coverage.allCases { print("  \(happening.rawValue): \(survey.coverage[happening])") }
    for failure in survey.failures.prefix(3) { Issue.record("\(failure)") }
    if survey.failures.count > 3 {
      let others = survey.failures.dropFirst(3).prefix(200).map { "\($0.seed) \($0.rule) \($0.message.prefix(150))" }
      Issue.record("\(survey.failures.count) worlds failed: \(others.joined(separator: "\n"))")
    }
    if Seeds.count >= 1_000 {
      #expect(survey.coverage.missing == [], "never met in \(survey.worlds) worlds from seed \(start)")
    }
  }

  @Test("a seed that has failed once passes", arguments: Seeds.regressions)
  func regression(seed: UInt64) throws {
    _ = try simulate(seed: seed)
  }

  @Test("the same seed gives the same world", arguments: [1, 7, 42, 1_001] as [UInt64])
  func determinism(seed: UInt64) throws {
    #expect(try simulate(seed: seed) == simulate(seed: seed))
  }

  @Test("another process, whose sets and dictionaries have another order, sees the same world")
  func determinismOfProcesses() throws {
    // The other process runs only the first test of this suite, with one seed.
    guard Seeds.single == nil else { return }
    let process = Process()
    process.executableURL = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe").fileURL
    process.arguments = ["--testing-library", "swift-testing", "--filter", "SimulationTests.SimulationTests/worlds"]
    process.environment = ProcessInfo.processInfo.environment.merging(["SIMULATION_SEED": "42"]) { $1 }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let here = try simulate(seed: 42)
    #expect(said.contains("seed 42: hash \(here.hash),"))
  }
}

extension String {
  fileprivate var fileURL: URL { URL(fileURLWithPath: self) }
}
