@testable import FleetCommands
import FleetAPI
import Foundation
import Testing

/// Each verb is one call of the client: these tests say which, and what is shown of the documented answer.
@Suite struct VerbTests {
  /// A verb's line, and the requests that it must send.
  struct Case: Sendable, CustomTestStringConvertible {
    var line: String
    var requests: [String]
    var testDescription: String { line }
  }

  static let project = "/api/v1/projects/default"
  static let cases: [Case] = [
    Case(line: "get clusters", requests: ["GET \(project)/clusters?limit=500&count=true"]),
    Case(
      line: "get cl -l region=eu-west",
      requests: ["GET \(project)/clusters?selector=region%3Deu-west&limit=500&count=true"]),
    Case(line: "get cluster eu-west-1", requests: ["GET \(project)/clusters/eu-west-1"]),
    Case(line: "get cluster/eu-west-1 -o name", requests: ["GET \(project)/clusters/eu-west-1"]),
    Case(
      line: "get repositories --project shop", requests: ["GET /api/v1/projects/shop/repositories?limit=500&count=true"]
    ),
    Case(line: "get fleetsets storefront", requests: ["GET \(project)/fleetsets/storefront"]),
    Case(
      line: "get targets --set storefront --cluster eu-1 --limit 1",
      requests: ["GET \(project)/targets?fleetSet=storefront&cluster=eu-1&limit=1&count=true"]),
    Case(
      line: "get releases storefront --limit 1",
      requests: ["GET \(project)/releases?fleetSet=storefront&limit=1&count=true"]),
    Case(
      line: "get targets --at 2026-11-01 --set storefront",
      requests: [
        "GET \(project)/history/targets?at=2026-11-01T00%3A00%3A00.000Z&fleetSet=storefront&limit=500&count=true"
      ]),
    Case(
      line: "timeline cluster/eu-1 --from 2026-11-01 --limit 1",
      requests: ["GET \(project)/clusters/eu-1/timeline?from=2026-11-01T00%3A00%3A00.000Z&limit=1&count=true"]),
    Case(
      line: "where 9f2c61d0 --to 2026-11-25T10:00:00Z -o wide",
      requests: [
        "GET \(project)/history/whereabouts?of=9f2c61d0&until=2026-11-25T10%3A00%3A00.000Z&limit=500&count=true"
      ]),
    Case(line: "get rollouts storefront/43", requests: ["GET \(project)/rollouts/storefront/43"]),
    Case(
      line: "describe fleetset/storefront",
      requests: [
        "GET \(project)/fleetsets/storefront", "GET \(project)/fleetsets/storefront/waiting",
        "GET \(project)/rollouts?fleetSet=storefront&limit=5",
        "GET \(project)/events?fleetSet=storefront&newestFirst=true&limit=10",
      ]),
    Case(
      line: "delete cluster eu-west-1 --reason gone --dry-run",
      requests: ["DELETE \(project)/clusters/eu-west-1?reason=gone&dryRun=true"]),
    Case(
      line: "delete fleetset/storefront --workloads keep",
      requests: ["DELETE \(project)/fleetsets/storefront?workloads=keep"]),
    Case(line: "get windows", requests: ["GET \(project)/windows?limit=500&count=true"]),
    Case(line: "describe window/business-hours", requests: ["GET \(project)/windows/business-hours"]),
    Case(line: "get freezes", requests: ["GET \(project)/freezes?limit=500&count=true"]),
    Case(line: "describe freeze black-friday", requests: ["GET \(project)/freezes/black-friday"]),
    Case(line: "delete window business-hours", requests: ["DELETE \(project)/windows/business-hours"]),
    Case(
      line: "delete freeze/black-friday --reason over",
      requests: ["DELETE \(project)/freezes/black-friday?reason=over"]),
    Case(
      line: "rollout override-window storefront --stage eu-west --reason urgent",
      requests: [
        "POST \(project)/rollouts/storefront/latest/override-window\n  {\"dryRun\":false,\"reason\":\"urgent\",\"stage\":\"eu-west\"}"
      ]),
    Case(
      line: "cluster label eu-1 canary=true old- --reason new",
      requests: [
        "PATCH \(project)/clusters/eu-1/labels\n  {\"dryRun\":false,\"labels\":{\"canary\":\"true\",\"old\":null},\"reason\":\"new\"}"
      ]),
    Case(
      line: "cluster cordon eu-1 --reason disk",
      requests: ["POST \(project)/clusters/eu-1/cordon\n  {\"dryRun\":false,\"reason\":\"disk\"}"]),
    Case(line: "cluster uncordon eu-1", requests: ["POST \(project)/clusters/eu-1/uncordon\n  {\"dryRun\":false}"]),
    Case(
      line: "cluster revoke eu-1 --reason stolen",
      requests: ["POST \(project)/clusters/eu-1/revoke\n  {\"dryRun\":false,\"reason\":\"stolen\"}"]),
    Case(line: "cluster remove eu-1", requests: ["DELETE \(project)/clusters/eu-1"]),
    Case(
      line: "cluster token eu-1 --rejoin --expires 2h",
      requests: [
        "POST \(project)/clusters/eu-1/join-token\n  {\"dryRun\":false,\"expiresInSeconds\":7200,\"rejoin\":true}"
      ]),
    Case(
      line: "rollout start storefront --revision 77ad012 --reason hotfix",
      requests: [
        "POST \(project)/fleetsets/storefront/rollouts\n  {\"dryRun\":false,\"reason\":\"hotfix\",\"revision\":\"77ad012\"}"
      ]),
    Case(
      line: "rollout start storefront --plan 4f0c9a17 --skip-conflicting",
      requests: [
        "POST \(project)/fleetsets/storefront/rollouts\n  {\"dryRun\":false,\"plan\":\"4f0c9a17\",\"skipConflicting\":true}"
      ]),
    Case(line: "rollout plan storefront", requests: ["POST \(project)/fleetsets/storefront/plan\n  {}"]),
    Case(
      line: "rollout plan storefront --revision 77ad012 -o wide",
      requests: ["POST \(project)/fleetsets/storefront/plan\n  {\"revision\":\"77ad012\"}"]),
    Case(
      line: "rollout rehearse storefront --seed 7 --at 2026-11-27T16:00:00Z",
      requests: [
        "POST \(project)/fleetsets/storefront/rehearsal\n  {\"at\":\"2026-11-27T16:00:00.000Z\",\"seed\":7}"
      ]),
    Case(
      line: "fleetset accept storefront --expansion 9f2c61d0 --reason moved",
      requests: [
        "GET \(project)/fleetsets/storefront",
        "POST \(project)/fleetsets/storefront/acceptance\n  {\"dryRun\":false,\"expansion\":\"9f2c61d0\",\"reason\":\"moved\"}",
      ]),
    Case(
      line: "rollout pause storefront --dry-run",
      requests: ["POST \(project)/rollouts/storefront/latest/pause\n  {\"dryRun\":true}"]),
    Case(
      line: "token create kim --right read --dry-run",
      requests: ["POST /api/v1/tokens\n  {\"dryRun\":true,\"name\":\"kim\",\"right\":\"read\"}"]),
    Case(
      line: "cluster token eu-1 --dry-run",
      requests: ["POST \(project)/clusters/eu-1/join-token\n  {\"dryRun\":true,\"rejoin\":false}"]),
    Case(
      line: "get targets -l region=eu-west -o name",
      requests: ["GET \(project)/targets?selector=region%3Deu-west&limit=500"]),
    Case(
      line: "get targets --abandoned --set storefront -o name",
      requests: ["GET \(project)/targets?fleetSet=storefront&limit=1000", "GET \(project)/fleetsets/storefront"]),
    Case(line: "get releases", requests: ["GET \(project)/releases?limit=500&count=true"]),
    Case(
      line: "rollout start storefront --dry-run",
      requests: ["POST \(project)/fleetsets/storefront/rollouts\n  {\"dryRun\":true}"]),
    Case(line: "rollout status storefront --exit-code", requests: ["GET \(project)/rollouts/storefront/latest"]),
    Case(line: "rollout explain storefront/43", requests: ["GET \(project)/rollouts/storefront/43/explain"]),
    Case(
      line: "rollout history storefront --limit 1",
      requests: ["GET \(project)/rollouts?fleetSet=storefront&limit=1&count=true"]),
    Case(
      line: "rollout approve storefront --stage eu-west --reason fine",
      requests: [
        "POST \(project)/rollouts/storefront/latest/approve\n  {\"dryRun\":false,\"reason\":\"fine\",\"stage\":\"eu-west\"}"
      ]),
    Case(
      line: "rollout reject storefront/43 --reason no",
      requests: ["POST \(project)/rollouts/storefront/43/reject\n  {\"dryRun\":false,\"reason\":\"no\"}"]),
    Case(
      line: "rollout pause storefront",
      requests: ["POST \(project)/rollouts/storefront/latest/pause\n  {\"dryRun\":false}"]),
    Case(
      line: "rollout resume storefront",
      requests: ["POST \(project)/rollouts/storefront/latest/resume\n  {\"dryRun\":false}"]),
    Case(
      line: "rollout abort storefront --no-hold --reason wrong",
      requests: [
        "POST \(project)/rollouts/storefront/latest/abort\n  {\"dryRun\":false,\"hold\":false,\"reason\":\"wrong\"}"
      ]),
    Case(
      line: "rollout undo storefront/43",
      requests: ["POST \(project)/rollouts/storefront/43/undo\n  {\"dryRun\":false}"]),
    Case(
      line: "rollout retry storefront --cluster eu-1 --cluster eu-2",
      requests: [
        "POST \(project)/rollouts/storefront/latest/retry\n  {\"clusters\":[\"eu-1\",\"eu-2\"],\"dryRun\":false}"
      ]),
    Case(
      line: "rollout waive storefront --reason known",
      requests: ["POST \(project)/rollouts/storefront/latest/waive\n  {\"dryRun\":false,\"reason\":\"known\"}"]),
    Case(
      line: "rollout release-hold storefront --reason fixed",
      requests: ["POST \(project)/fleetsets/storefront/release-hold\n  {\"dryRun\":false,\"reason\":\"fixed\"}"]),
    Case(
      line: "events --set storefront --limit 5",
      requests: ["GET \(project)/events?fleetSet=storefront&newestFirst=true&limit=5"]),
    Case(line: "events --after 7 -o json", requests: ["GET \(project)/events?after=7&limit=50"]),
    Case(
      line: "preview storefront --cluster eu-west-1",
      requests: ["POST \(project)/fleetsets/storefront/preview\n  {\"cluster\":\"eu-west-1\",\"files\":[]}"]),
    Case(
      line: "preview storefront --diff",
      requests: ["POST \(project)/fleetsets/storefront/diff\n  {\"files\":[],\"settings\":true}"]),
    Case(
      line: "diff storefront --from 77ad012 --to 5e5f910",
      requests: ["GET \(project)/fleetsets/storefront/comparison?from=77ad012&to=5e5f910"]),
    Case(
      line: "render storefront --cluster eu-west-1",
      requests: ["GET \(project)/fleetsets/storefront/manifests?cluster=eu-west-1"]),
    Case(
      line: "render storefront --cluster eu-west-1 --origin",
      requests: ["GET \(project)/fleetsets/storefront/manifests?cluster=eu-west-1&origins=true"]),
    Case(line: "diff storefront", requests: ["POST \(project)/fleetsets/storefront/diff\n  {\"files\":[]}"]),
    Case(
      line: "token create kim --right approve --group sre --expires 1h",
      requests: [
        "POST /api/v1/tokens\n  {\"dryRun\":false,\"expiresInSeconds\":3600,\"groups\":[\"sre\"],\"name\":\"kim\",\"right\":\"approve\"}"
      ]),
    Case(line: "token list", requests: ["GET /api/v1/tokens"]),
    Case(line: "token revoke kim", requests: ["DELETE /api/v1/tokens/kim"]),
    Case(line: "version", requests: ["GET /api/v1/version"]),
  ]

  @Test(arguments: cases)
  func oneVerbIsTheCallsOfItsLine(verb: Case) async throws {
    let (result, seen) = try await ScriptedController.with { controller, url in
      (
        await run(
          verb.line.split(separator: " ").map(String.init),
          environment: ["FLOTILLA_SERVER": url, "FLOTILLA_TOKEN": "flt_secret"]), controller.seen
      )
    }
    #expect(seen.map(\.line) == verb.requests)
    for request in seen {
      #expect(request.headers["authorization"] == "Bearer flt_secret")
      let isReading =
        request.method == "GET" || ["/preview", "/diff", "/rehearsal"].contains { request.uri.hasSuffix($0) }
      #expect((request.headers["idempotency-key"] == nil) == isReading)
    }
    #expect(!result.transcript.contains("flt_secret"))
    let name = verb.line.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "_" }
    try golden("verbs/" + String(name), result.transcript)
  }

  @Test func applySendsEveryFileAndShowsEveryDocument() async throws {
    let (result, seen) = try await ScriptedController.with { controller, url in
      (
        await flotilla(
          "apply", "-f", "-", "--reason", "add eu-west", "--server", url, input: "kind: Cluster\n"), controller.seen
      )
    }
    #expect(
      seen.map(\.line) == [
        "POST \(Self.project)/documents\n  {\"dryRun\":false,\"files\":[{\"content\":\"kind: Cluster\\n\",\"name\":\"<stdin>\"}],\"reason\":\"add eu-west\"}"
      ])
    try golden("apply", result.transcript)
  }

  @Test func addingAClusterTwiceIsAConflict() async throws {
    let result = try await ScriptedController.with { _, url in
      await flotilla("cluster", "add", "eu-1", "--server", url)
    }
    #expect(result.exitCode == 5)
    #expect(result.error.contains("cluster eu-1 is registered already"))
  }

  @Test func addingAClusterMakesItsTokenAndHidesItInAFile() async throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("flotilla-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    let (result, seen) = try await ScriptedController.with(
      answer: { route, _ in
        route.id == "getCluster"
          ? .init(
            status: 404, body: .json(ErrorEnvelope(code: .notFound, message: "there is no cluster \"eu-1\"")))
          : nil
      },
      { controller, url in
        (
          await flotilla(
            "cluster", "add", "eu-1", "--label", "region=eu", "--token-out", file, "--server", url), controller.seen
        )
      })
    #expect(result.exitCode == 0)
    #expect(seen.map(\.method) == ["GET", "POST", "POST"])
    #expect(seen[1].body.contains(#"\"labels\":{\"region\":\"eu\"}"#))
    let secret = try String(contentsOfFile: file, encoding: .utf8)
    #expect(secret == JoinTokenCreated.example.token + "\n")
    #expect(!result.transcript.contains(JoinTokenCreated.example.token))
    let attributes = try FileManager.default.attributesOfItem(atPath: file)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test func secretsWithKeysAreReadFromFiles() async throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("flotilla-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data("hunter2\n".utf8).write(to: file)
    let (result, seen) = try await ScriptedController.with(
      answer: { _, _ in nil },
      { controller, url in
        (
          await run([
            "credential", "set", "git-host", "--data", "token=\(file.path)", "--host", "git.example.com", "--server",
            url,
          ]), controller.seen
        )
      })
    #expect(result.exitCode == 0, "\(result.transcript)")
    #expect(seen.map(\.uri) == ["\(Self.project)/credentials/git-host"])
    for part in [#""kind":"secret""#, #""data":{"token":"hunter2"}"#, #""hosts":["git.example.com"]"#] {
      #expect(seen.first?.body.contains(part) == true, "\(seen.first?.body ?? "")")
    }
  }

  @Test func aKubeconfigGoesToTheControllerWithTheContentsOfItsFiles() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("flotilla-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("flt_cluster".utf8).write(to: folder.appendingPathComponent("token"))
    let file = folder.appendingPathComponent("config").path
    try """
    contexts: [{name: a, context: {cluster: a, user: a}}, {name: b, context: {cluster: b, user: b}}]
    clusters: [{name: a, cluster: {server: 'https://a'}}, {name: b, cluster: {server: 'https://b'}}]
    users: [{name: a, user: {tokenFile: token}}, {name: b, user: {exec: {command: sh}}}]
    """.write(toFile: file, atomically: true, encoding: .utf8)
    func add(_ context: String...) async throws -> (CommandLineRun, [ScriptedController.Seen]) {
      try await ScriptedController.with(
        answer: { route, _ in
          route.id == "getCluster"
            ? .init(status: 404, body: .json(ErrorEnvelope(code: .notFound, message: "there is none"))) : nil
        },
        { controller, url in
          (
            await run(["cluster", "add", "eu-1", "--kubeconfig", file, "--server", url] + context), controller.seen
          )
        })
    }
    let (result, seen) = try await add("--context", "a")
    #expect(result.exitCode == 0, "\(result.transcript)")
    #expect(result.output == "cluster/eu-1 registered\n")
    #expect(seen.map(\.method) == ["GET", "PUT", "POST"])
    #expect(seen[1].uri == "\(Self.project)/credentials/eu-1-kubeconfig")
    #expect(seen[1].body.contains("flt_cluster") && !seen[1].body.contains(folder.lastPathComponent))
    #expect(!seen[1].body.contains("https:\\/\\/b") && !seen[1].body.contains("https://b"))
    #expect(seen[2].body.contains(#"\"kubeconfig\":{\"credential\":\"eu-1-kubeconfig\"}"#))
    for (context, words) in [("b", "the user's exec is not allowed"), ("c", "contexts has no \"c\"; there are: a, b")] {
      let (refused, sent) = try await add("--context", context)
      #expect(refused.exitCode == 2)
      #expect(refused.error.contains(words), "\(refused.error)")
      #expect(sent.isEmpty)
    }
    let (unnamed, _) = try await add()
    #expect(unnamed.error.contains("no current-context; name one of: a, b"))
    let alone = await flotilla("cluster", "add", "eu-1", "--context", "a")
    #expect(alone.exitCode == 2 && alone.error.contains("--context belongs to --kubeconfig"))
  }
}
