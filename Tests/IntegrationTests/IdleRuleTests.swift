import FleetModel
import FleetPrograms
import FleetTestSupport
import Foundation
import Testing

/// Rules of `ignoreDifferences` that match nothing on a cluster, with the programs that users run.
@Suite("Rules that match nothing with the programs", .serialized)
struct IdleRuleTests {
  @Test("describe target warns of rules that match no object or no field, until they do or are gone")
  func idleRules() async throws {
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
    let folder = programs.folder
    try await programs.start(
      "flotilla-sim", ["serve", "--kubeconfig-dir", folder + "/kubeconfig", "--cluster", "site-1"])
    _ = try await programs.text(of: "kubeconfig/all")
    try await programs.controller("first")
    try await programs.flotilla(
      "cluster", "add", "site-1", "--label", "env=production", "--token-out", folder + "/site-1.join")
    try await programs.start(
      "flotilla-agent",
      [
        "--controller", await programs.address, "--kubeconfig", folder + "/kubeconfig/all", "--context", "site-1",
        "--state-dir", folder + "/agent", "--token", folder + "/site-1.join",
      ])
    let commit = try await repository.commit(PushTests.manifest("first"), to: "deploy/shop.yaml")
    func apply(_ rules: String) async throws {
      let documents = PushTests.documents(repository.fileURL) + "\n  sync: {ignoreDifferences: [\(rules)]}\n"
      try Data(documents.utf8).write(to: URL(fileURLWithPath: folder + "/fleet.yaml"))
      try await programs.flotilla("apply", "-f", folder + "/fleet.yaml")
    }
    func warnings(_ what: String, _ expected: [String]) async throws {
      try await programs.eventually(what, within: .seconds(120)) {
        let described = try await programs.flotilla("describe", "target/shop-site-1")
        let lines = described.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        return lines.filter { $0.hasPrefix("Warning:") } == expected.map { "Warning: \($0)" } ? true : nil
      }
    }
    let meant = "{group: apps, kind: Deployment, jsonPointers: [/spec/replicas]}"
    try await apply(
      "\(meant), {kind: ConfgMap, jsonPointers: [/data]}, {kind: ConfigMap, jsonPointers: [/data/greting]}")
    try await programs.flotilla("rollout", "watch", "shop", "--revision", commit.hexadecimal, "--timeout", "2m")
    try await warnings(
      "both are warned of",
      [
        "ignoreDifferences: the target has no object of kind ConfgMap",
        "ignoreDifferences: /data/greting matches nothing in ConfigMap shop/settings",
      ])
    try await apply(
      "\(meant), {kind: ConfgMap, jsonPointers: [/data]}, {kind: ConfigMap, jsonPointers: [/data/greeting]}")
    try await warnings(
      "the right field is none", ["ignoreDifferences: the target has no object of kind ConfgMap"])
    try await apply(meant)
    try await warnings("a rule that is gone is none", [])
  }
}
