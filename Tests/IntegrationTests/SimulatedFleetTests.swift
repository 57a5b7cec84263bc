import FleetModel
import FleetPrograms
import FleetTestSupport
import Foundation
import Testing

/// Simulated clusters with their agents in one process, as benchmarks and rehearsals of large fleets run them.
@Suite("flotilla-sim fleet")
struct SimulatedFleetTests {
  @Test("clusters that only their tokens name take a release, and one that vanishes for a while catches up")
  func rollsOut() async throws {
    try await GitFixture.with { repository in
      try await TestDatabase.with { database in
        let programs = Programs(folder: repository.folder, database: database.url)
        do { try await story(repository, programs) } catch {
          Issue.record("\(error)\n\(await programs.logs())")
        }
        await programs.end()
      }
    }
  }

  private func story(_ repository: GitFixture, _ programs: Programs) async throws {
    try await programs.controller("first")
    let folder = programs.folder
    for name in ["tokens", "agents"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    for name in ["sim-1", "sim-2", "sim-3"] {
      try await programs.flotilla(
        "cluster", "add", name, "--label", "env=production", "--token-out", "\(folder)/tokens/\(name)")
    }
    let scenario = "rules: [{clusters: [sim-2], unreachable: {from: 0s, until: 2s}}]\n"
    try Data(scenario.utf8).write(to: URL(fileURLWithPath: folder + "/scenario.yaml"))
    try await programs.start(
      "flotilla-sim",
      [
        "fleet", "--controller", await programs.address, "--token-dir", folder + "/tokens", "--state-dir",
        folder + "/agents", "--scenario", folder + "/scenario.yaml",
      ])
    try Data(PushTests.documents(repository.fileURL).utf8).write(to: URL(fileURLWithPath: folder + "/fleet.yaml"))
    let commit = try await repository.commit(PushTests.manifest("first"), to: "deploy/shop.yaml")
    try await programs.flotilla("apply", "-f", folder + "/fleet.yaml")
    try await programs.flotilla("rollout", "watch", "shop", "--revision", commit.hexadecimal, "--timeout", "2m")
    let targets = try await programs.flotilla("get", "targets", "-o", "json")
    #expect(targets.components(separatedBy: "\"Healthy\"").count == 4, "\(targets)")
  }
}
