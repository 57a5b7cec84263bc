@testable import FleetCommands
import FleetAPI
import FleetModel
import Foundation
import Testing

@Suite struct ErrorTests {
  @Test func wrongCommandLinesSayWhatIsRight() async throws {
    var text = ""
    let lines = [
      "get rol", "get", "get clusters --set x", "get pods", "rolout", "rollout statu x", "rollout status a/b/c",
      "rollout abort x", "rollout watch x --timeout soon", "rollout watch x/3 --revision abc", "describe eu-1",
      "delete rollout x/1", "cluster cordon eu-1", "cluster revoke eu-1", "cluster label eu-1 nonsense", "why target/x",
      "apply -f missing.yaml", "apply fleet.yaml", "apply", "lint", "cluster token eu-1 --expires 1s",
      "rollout start x --timeout 1m", "get rollouts -l a=b",
      "token create kim --right root", "credential set x", "credential set x --data a", "credential set x --host h",
      "credential set x --data =f", "get clusters -o xml", "preview",
    ]
    for line in lines {
      let result = await run(line.split(separator: " ").map(String.init))
      #expect(result.exitCode == 2, "\(line)")
      #expect(result.output.isEmpty, "\(line)")
      text += "$ flotilla \(line)\n\(result.error)exit code: \(result.exitCode)\n\n"
    }
    try golden("usage-errors", text)
  }

  @Test func lintShowsEverythingThatIsWrong() async throws {
    let document = """
      apiVersion: flotilla.dev/v1
      kind: FleetSet
      metadata: {name: storefront}
      spec:
        generators: [{clusters: {}}]
        template:
          metadata: {name: "x-{{name}}"}
          spec:
            source: {repository: storefront, path: deploy}
            destination: {cluster: "{{name}}"}
        rollout:
          stages:
          - {name: canary, count: 1, maxConcurrent: "0%"}
          - {name: rest, cluster: {}, rest: true}
      """
    let result = await flotilla("lint", "-", input: document)
    #expect(result.exitCode == 2)
    try golden("lint", result.transcript)
  }

  @Test func lintReadsTemplates() async throws {
    let document = """
      apiVersion: argoproj.io/v1alpha1
      kind: ApplicationSet
      metadata: {name: shop}
      spec:
        goTemplate: true
        generators: [{clusters: {}}]
        template:
          metadata: {name: "web-{{ .name | lowerr }}"}
          spec: {project: default}
      """
    let result = await flotilla("lint", "-", input: document)
    #expect(result.exitCode == 2)
    #expect(result.output.hasPrefix("<stdin>:8:22  spec.template.metadata.name: line 1, column"), "\(result.output)")
    #expect(result.output.contains("lowerr"))
  }

  @Test func aDocumentThatIsNotYAMLHidesNoneOfTheOthers() async {
    let cluster = "apiVersion: flotilla.dev/v1\nkind: Cluster\nmetadata: {name: eu-1, lables: {}}\n"
    let result = await flotilla("lint", "-f", "-", input: cluster + "---\na: [\n---\n" + cluster)
    #expect(result.exitCode == 2)
    for place in ["3:24  metadata.lables", "6:1  ", "9:24  metadata.lables", "9:18  metadata.name: Cluster"] {
      #expect(result.output.contains("<stdin>:\(place)"), "\(result.output)")
    }
    #expect(result.error == "4 errors\n")
  }

  @Test func theExampleIsRight() async throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let result = await flotilla("lint", root.appendingPathComponent("fleet-examples/storefront/fleet").path)
    #expect(result.transcript == "stderr:\n2 documents, nothing to complain about\n\nexit code: 0\n")
  }

  @Test func answersOfTheControllerAreShownWithTheirHints() async throws {
    let envelopes: [(Int, ErrorEnvelope)] = [
      (404, .init(code: .notFound, message: "there is no FleetSet \"web\"", hint: "list them: flotilla get fleetsets")),
      (401, .init(code: .unauthenticated, message: "the token is not known")),
      (403, .init(code: .forbidden, message: "kim may read, but not approve")),
      (409, .init(code: .conflict, message: "storefront/3 is over")),
      (412, .init(code: .blocked, message: "storefront/3 is frozen until Monday")),
      (500, .init(code: .internal, message: "something broke", requestID: "r-17")),
      (
        400,
        .init(
          code: .invalid, message: "2 findings",
          diagnostics: [
            .init(
              file: "fleet.yaml", line: 18, column: 9, field: "spec.rollout.stages[1].maxConcurrent",
              message: "\"0%\" would never start a cluster", hint: "give a number from 1"),
            .init(severity: .warning, file: "fleet.yaml", line: 25, column: 7, field: "spec", message: "odd"),
          ])
      ),
    ]
    var text = ""
    for (status, envelope) in envelopes {
      let result = try await ScriptedController.with(
        answer: { _, _ in .init(status: status, body: .json(envelope)) },
        { _, url in await flotilla("rollout", "status", "web", "--server", url) })
      text += "\(status)\n\(result.error)exit code: \(result.exitCode)\n\n"
    }
    try golden("controller-errors", text)
  }

  @Test func aControllerThatIsNotThereIsExitCodeNine() async {
    // Port 1 of loopback: nothing listens there.
    let result = await flotilla("get", "clusters", "--server", "http://127.0.0.1:1")
    #expect(result.exitCode == 9)
    #expect(result.error.contains("the controller at http://127.0.0.1:1 cannot be reached: connection refused"))
    let wrong = await flotilla("get", "clusters", "--server", "nonsense")
    #expect(wrong.exitCode == 2)
  }

  @Test func aTokenFileThatIsMissingIsNamed() async {
    let result = await flotilla("get", "clusters", "--token-file", "/nonexistent/token")
    #expect(result.exitCode == 4)
    #expect(result.error.contains("the token file /nonexistent/token cannot be read"))
  }
}
