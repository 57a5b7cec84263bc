import FleetModel
import FleetPrograms
import FleetTestSupport
import Foundation
import Testing

/// A site that holds its agent, with the programs that users run.
@Suite("A hold with the programs", .serialized)
struct HoldProgramTests {
  @Test("a held cluster is passed over and shown, keeps what it runs, and catches up when it is released")
  func hold() async throws {
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
    let (names, folder) = (["site-1", "site-2"], programs.folder)
    try await programs.start(
      "flotilla-sim", ["serve", "--kubeconfig-dir", folder + "/kubeconfig"] + names.flatMap { ["--cluster", $0] })
    _ = try await programs.text(of: "kubeconfig/all")
    let kubeconfig = folder + "/kubeconfig/all"
    try await programs.controller("first")
    for name in names {
      try await programs.flotilla(
        "cluster", "add", name, "--label", "env=production", "--token-out", "\(folder)/\(name).join")
      try await programs.start(
        "flotilla-agent",
        [
          "--controller", await programs.address, "--kubeconfig", kubeconfig, "--context", name, "--state-dir",
          "\(folder)/\(name)-agent", "--token", "\(folder)/\(name).join",
        ])
    }
    try Data(PushTests.documents(repository.fileURL).utf8).write(to: URL(fileURLWithPath: folder + "/fleet.yaml"))
    let first = try await repository.commit(PushTests.manifest("first"), to: "deploy/shop.yaml")
    try await programs.flotilla("apply", "-f", folder + "/fleet.yaml")
    try await programs.flotilla("rollout", "watch", "shop", "--revision", first.hexadecimal, "--timeout", "2m")
    let before = try await releases(programs)
    #expect(Set(before.keys) == Set(names) && Set(before.values).count == 1, "\(before)")

    try await programs.flotilla(
      "agent", "hold", "--for", "2h", "--reason", "the racks are moved", "--by", "kim", "--kubeconfig", kubeconfig,
      "--context", "site-1")
    try await programs.eventually("the hold is shown") {
      try await programs.flotilla("describe", "cluster/site-1").contains("on its site by kim") ? true : nil
    }
    #expect(try await programs.flotilla("get", "clusters").contains("Held"))
    let second = try await repository.commit(PushTests.manifest("second"), to: "deploy/shop.yaml")
    // However it ends with somebody passed over.
    _ = try await programs.run([
      "rollout", "watch", "shop", "--revision", second.hexadecimal, "--timeout", "2m",
    ])
    let during = try await releases(programs)
    #expect(during["site-1"] == before["site-1"], "\(during)")
    #expect(during["site-2"] != before["site-2"], "\(during)")
    let why = try await programs.flotilla("why", "cluster/site-1")
    #expect(why.contains("site-1 is held on its site by kim") && why.contains("the racks are moved"), "\(why)")
    #expect(try await programs.flotilla("events").contains("cluster.held"))

    try await programs.flotilla("agent", "release", "--kubeconfig", kubeconfig, "--context", "site-1")
    try await programs.eventually("site-1 catches up", within: .seconds(120)) {
      try await releases(programs)["site-1"] == during["site-2"] ? true : nil
    }
    #expect(try await programs.flotilla("events").contains("cluster.holdEnded"))
  }

  /// What runs on each cluster.
  private func releases(_ programs: Programs) async throws -> [String: String] {
    struct Target: Decodable {
      struct Placed: Decodable { var release: String }
      var cluster: String
      var applied: Placed?
    }
    struct List: Decodable { var items: [Target] }
    let text = Data(try await programs.flotilla("get", "targets", "-o", "json").utf8)
    let targets =
      try (try? JSONDecoder().decode(List.self, from: text).items) ?? JSONDecoder().decode([Target].self, from: text)
    return Dictionary(targets.map { ($0.cluster, $0.applied?.release ?? "") }, uniquingKeysWith: { first, _ in first })
  }
}
