import Foundation
import Manifest
import Synchronization
import Testing

@testable import KubeClient

/// Programs that print credentials: real scripts, run as `kubectl` runs them.
@Suite("Credential programs")
struct CredentialProgramTests {
  static let version = "client.authentication.k8s.io/v1"

  /// A folder with a script that notes each of its runs.
  struct Script {
    let folder: URL
    var path: String { folder.appendingPathComponent("print").path }

    init(_ body: String) throws {
      folder = FileManager.default.temporaryDirectory.appendingPathComponent("exec-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try replace(body)
    }

    func replace(_ body: String) throws {
      let text =
        "#!/bin/sh\necho \"$KUBERNETES_EXEC_INFO\" >> \"${0%/*}/runs\"\nrun=$(wc -l < \"${0%/*}/runs\")\n\(body)\n"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    /// What each run was told.
    var runs: [String] {
      let text = (try? String(contentsOf: folder.appendingPathComponent("runs"), encoding: .utf8)) ?? ""
      return text.split(separator: "\n").map(String.init)
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
  }

  static func printing(_ status: String) -> String {
    "echo '{\"apiVersion\": \"\(version)\", \"kind\": \"ExecCredential\", \"status\": {\(status)}}'"
  }

  /// Prints `token-1`, `token-2` and so on.
  static let counting =
    "echo '{\"apiVersion\": \"\(version)\", \"kind\": \"ExecCredential\", \"status\": {\"token\": \"token-'$run'\"}}'"

  @Test("credentials without an end are kept; many requests at once run the program once")
  func once() async throws {
    let script = try Script(Self.counting)
    defer { script.remove() }
    let program = CredentialProgram(.init(apiVersion: Self.version, command: script.path))
    let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
      for _ in 0..<20 { group.addTask { try await program.current().token } }
      return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
    }
    #expect(tokens == ["token-1"])
    #expect(script.runs.count == 1)
    let question = try JSON.parse(Array(script.runs[0].utf8))
    #expect(question["apiVersion"]?.string == Self.version && question["kind"]?.string == "ExecCredential")
    #expect(question["spec"] == ["interactive": false])
  }

  @Test("expired credentials are asked for anew, others are not")
  func expiry() async throws {
    let script = try Script(Self.printing(#""token": "a", "expirationTimestamp": "2020-01-01T00:00:00Z""#))
    defer { script.remove() }
    let program = CredentialProgram(.init(apiVersion: Self.version, command: script.path))
    for _ in 0..<2 { #expect(try await program.current().token == "a") }
    #expect(script.runs.count == 2)
    try script.replace(Self.printing(#""token": "b", "expirationTimestamp": "2999-01-01T00:00:00.5+02:00""#))
    for _ in 0..<3 { #expect(try await program.current().token == "b") }
    #expect(script.runs.count == 3)
  }

  @Test("arguments, variables and the cluster reach the program")
  func told() async throws {
    let script = try Script(
      "echo '{\"apiVersion\": \"\(Self.version)\", \"kind\": \"ExecCredential\", \"status\": {\"token\": \"'\"$1-$X-$HOME\"'\"}}'"
    )
    defer { script.remove() }
    let program = CredentialProgram(
      .init(
        apiVersion: Self.version, command: script.path, arguments: ["a b"], environment: ["X": "x"],
        cluster: ["server": "https://k"]))
    let home = ProcessInfo.processInfo.environment["HOME"] ?? ""
    #expect(try await program.current().token == "a b-x-\(home)")
    #expect(try JSON.parse(Array(script.runs[0].utf8))["spec", "cluster", "server"]?.string == "https://k")
  }

  @Test(
    "what a program prints wrongly is said, without what it printed",
    arguments: [
      ("echo secret-token", "printed no JSON; expected an ExecCredential"),
      ("echo '{\"kind\": \"Secret\"}'", "printed another kind or apiVersion"),
      (
        "echo '{\"apiVersion\": \"client.authentication.k8s.io/v1beta1\", \"kind\": \"ExecCredential\"}'",
        "printed another kind or apiVersion"
      ),
      ("echo '{\"apiVersion\": \"\(version)\", \"kind\": \"ExecCredential\"}'", "printed no status"),
      (printing(""), "printed neither status.token nor status.clientCertificateData"),
      (
        printing(#""token": "secret-token", "clientKeyData": "x""#),
        "printed one of status.clientCertificateData and status.clientKeyData"
      ),
      (
        printing(#""token": "secret-token", "expirationTimestamp": "tomorrow""#),
        "printed a status.expirationTimestamp that is no time"
      ),
      ("echo no such profile >&2; exit 3", "ended with 3: no such profile"),
    ])
  func wrong(body: String, words: String) async throws {
    let script = try Script(body)
    defer { script.remove() }
    let program = CredentialProgram(.init(apiVersion: Self.version, command: script.path))
    let error = await #expect(throws: KubeError.self) { _ = try await program.current() }
    #expect(error?.kind == .credentials)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("secret-token") == false)
  }

  @Test("a program that is not there says how to install it; one that hangs is killed")
  func absent() async throws {
    let absent = CredentialProgram(
      .init(apiVersion: Self.version, command: "flotilla-no-such-program", installHint: "apt install it"))
    let error = await #expect(throws: KubeError.self) { _ = try await absent.current() }
    #expect(error?.message.hasSuffix("\napt install it") == true, "\(error?.message ?? "")")
    let script = try Script("sleep 3600")
    defer { script.remove() }
    let hanging = CredentialProgram(
      .init(apiVersion: Self.version, command: script.path, timeLimit: .milliseconds(200)))
    let killed = await #expect(throws: KubeError.self) { _ = try await hanging.current() }
    #expect(killed?.message.contains("time limit") == true, "\(killed?.message ?? "")")
  }

  @Test("a 401 runs the program again and repeats the request, once")
  func refused() async throws {
    let script = try Script(Self.counting)
    defer { script.remove() }
    let seen = Mutex<[String]>([])
    let answer: @Sendable (Received) -> Reply = { request in
      let token = request.header("authorization") ?? "none"
      seen.withLock { $0.append(token) }
      return token == "Bearer token-2" ? Reply(200, #"{"gitVersion": "v1"}"#) : Reply(401, "{}")
    }
    try await withServer(answer: answer) { port, http in
      let kubeconfig = """
        current-context: a
        contexts: [{name: a, context: {cluster: a, user: a}}]
        clusters: [{name: a, cluster: {server: 'http://127.0.0.1:\(port)'}}]
        users: [{name: a, user: {exec: {apiVersion: \(Self.version), command: ./print, interactiveMode: Never}}}]
        """
      let path = script.folder.appendingPathComponent("config").path
      try Data(kubeconfig.utf8).write(to: URL(fileURLWithPath: path))
      let kube = KubeClient(transport: try HTTPTransport(Kubeconfig.load(path: path), client: http))
      #expect(try await kube.serverVersion() == "v1")
      #expect(try await kube.serverVersion() == "v1")
    }
    #expect(seen.withLock { $0 } == ["Bearer token-1", "Bearer token-2", "Bearer token-2"])
    #expect(script.runs.count == 2)
  }

  @Test("a user whom the server never knows runs the program twice, and not with every request")
  func unknown() async throws {
    let script = try Script(Self.counting)
    defer { script.remove() }
    try await withServer(answer: { _ in Reply(401, #"{"kind": "Status", "reason": "Unauthorized", "message": "no"}"#) })
    {
      port, http in
      let program = CredentialProgram(.init(apiVersion: Self.version, command: script.path))
      let configuration = KubeConfiguration(server: "http://127.0.0.1:\(port)", token: .program(program))
      let kube = KubeClient(transport: try HTTPTransport(configuration, client: http))
      for _ in 0..<3 {
        let error = await #expect(throws: KubeError.self) { _ = try await kube.serverVersion() }
        #expect(error?.problem == .unauthenticated)
      }
    }
    #expect(script.runs.count == 2)
  }
}
