import FleetAPI
import FleetModel
import Testing

@Suite struct DriftDisplayTests {
  private static func shown(_ arguments: String...) async throws -> CommandLineRun {
    var target = TargetResource.example
    target.drift = DriftResource(
      objectCount: 2,
      fields: ["Deployment shop/web spec.replicas: 3 → 1 (kubectl-edit, 10:00:00Z)", "ConfigMap shop/web: deleted"],
      loops: ["Deployment shop/web"])
    target.warnings = ["ignoreDifferences: the target has no object of kind Widget.example.com"]
    let targets = ListPage(items: [target], next: nil)
    return try await ScriptedController.with(
      answer: { route, _ in route.id == "listTargets" ? .init(body: .json(targets)) : nil },
      { _, url in await run(arguments + ["--server", url]) })
  }

  @Test func describeShowsEveryFieldAndWhatIsGivenUp() async throws {
    let described = try await Self.shown("describe", "target/\(TargetResource.example.name)")
    #expect(described.exitCode == 0, "\(described.error)")
    let lines = described.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    let shown = lines.filter { $0.hasPrefix("Drift") || $0.hasPrefix("Differs") }
    #expect(
      shown == [
        "Drifted: 2 objects not as applied",
        "Differs: Deployment shop/web spec.replicas: 3 → 1 (kubectl-edit, 10:00:00Z)",
        "Differs: ConfigMap shop/web: deleted",
        "Drift loop: Deployment shop/web was changed back again and again; not repaired any more",
      ])
  }

  @Test func describeShowsWhatWasMeantOtherwise() async throws {
    let described = try await Self.shown("describe", "target/\(TargetResource.example.name)")
    let lines = described.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(
      lines.filter { $0.hasPrefix("Warning") } == [
        "Warning: ignoreDifferences: the target has no object of kind Widget.example.com"
      ])
  }

  @Test func aDriftedTargetIsListed() async throws {
    let listed = try await Self.shown("get", "targets", "--drifted")
    #expect(listed.exitCode == 0, "\(listed.error)")
    #expect(listed.output.contains(TargetResource.example.name.rawValue))
  }
}
