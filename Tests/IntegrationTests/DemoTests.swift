import FleetPrograms
import FleetTestSupport
import Foundation
import Testing

/// The demo, run as a user does, with its programs built by the test run itself.
@Suite("The demo", .serialized)
struct DemoTests {
  @Test("from a commit through a canary to 24 clusters; a bad commit is stopped and rolled back; drift is put right")
  func story() async throws {
    let report = FileManager.default.temporaryDirectory.appendingPathComponent(
      "flotilla-demo-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: report) }
    var environment = ProcessInfo.processInfo.environment
    environment["FLOTILLA_BIN"] = BuiltPrograms.folder
    environment["REPORT"] = report.path
    environment["KEEP"] = nil
    let result = try await Program.run(
      "/bin/bash", arguments: [BuiltPrograms.root + "/scripts/demo"], environment: environment,
      workingDirectory: BuiltPrograms.root,
      timeLimit: .seconds(600), outputLimitBytes: 4 << 20)
    #expect(result.exitCode == 0, "\(String(decoding: result.output, as: UTF8.self))\n\(result.errorText)")
    let story = try JSONDecoder().decode(Story.self, from: Data(contentsOf: report))
    #expect(story.rollouts.map(\.outcome) == ["Succeeded", "Succeeded", "Succeeded", "RolledBack"])
    #expect(story.rollouts.map(\.dispatched) == [24, 24, 8, 1])
    #expect(story.rollouts.map(\.unchanged) == [0, 0, 16, 0])
    #expect(story.rollouts.map(\.failed) == [0, 0, 0, 1])
    #expect(story.rollouts.map(\.rolledBack) == [0, 0, 0, 1])
    #expect(story.drift.repairedSeconds >= story.drift.detectedSeconds)
  }

  @Test("neither the command line nor the agent links libpq or libgit2", arguments: ["flotilla", "flotilla-agent"])
  func libraries(program: String) async throws {
    let result = try await Program.run(
      try ProgramSearch.find("ldd"), arguments: [BuiltPrograms.folder + "/" + program],
      environment: ["PATH": "/usr/bin:/bin"],
      timeLimit: .seconds(30), outputLimitBytes: 1 << 20)
    #expect(result.exitCode == 0)
    let libraries = String(decoding: result.output, as: UTF8.self)
    #expect(!libraries.contains("libpq"))
    #expect(!libraries.contains("libgit2"))
  }

  private struct Story: Decodable {
    struct Rollout: Decodable {
      var name: String
      var outcome: String
      var dispatched: Int
      var unchanged: Int
      var failed: Int
      var rolledBack: Int
      var seconds: Double
    }

    struct Drift: Decodable {
      var detectedSeconds: Double
      var repairedSeconds: Double
    }

    var rollouts: [Rollout]
    var drift: Drift
  }
}
