@testable import FleetCommands
import Foundation
import Testing

@Suite("Manifest of an agent")
struct AgentManifestTests {
  static let authority = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"

  static func withAuthority(_ body: (String) async throws -> Void) async throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("authority-\(UUID().uuidString).pem")
    try Data(authority.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    try await body(file.path)
  }

  @Test("the usual one, as it is printed")
  func usual() async throws {
    let result = await flotilla(
      "agent", "manifest", "--join", "one-time", environment: ["FLOTILLA_SERVER": "https://flotilla.example.com:8484"])
    try golden("agent-manifest", result.transcript)
    let arguments = result.output.components(separatedBy: "args:")[1].components(separatedBy: "image:")[0]
    #expect(!arguments.contains("one-time"), "a token in arguments is seen by everybody who may list Pods")
  }

  @Test("with few rights, authorities, a proxy and narrow ways out")
  func narrow() async throws {
    try await Self.withAuthority { file in
      let result = await flotilla(
        "agent", "manifest", "--join", "-", "--controller", "https://10.1.2.3,https://[2001:db8::1]:8484",
        "--ca-file", file, "--image", "registry.example.com/flotilla-agent:1", "--profile", "namespaces=shop,search",
        "--grant", "monitoring.coreos.com/podmonitors", "--grant", "endpoints", "--proxy",
        "http://kim:secret@proxy.example.com:3128", "--controller-cidr", "10.9.0.0/16", "--api-server-cidr",
        "10.96.0.1/32", input: "one-time\n")
      try golden("agent-manifest-narrow", result.transcript)
    }
  }

  @Test("without a token it is what an installed agent is updated with")
  func update() async {
    let result = await flotilla("agent", "manifest", "--controller", "https://10.1.2.3")
    #expect(!result.output.contains("stringData") && !result.output.contains("flotilla.dev/join"))
    #expect(result.output.contains("secretName: flotilla-agent-join"))
    #expect(result.output.contains("cidr: 10.1.2.3/32"))
  }

  @Test(
    "what cannot be meant is refused",
    arguments: [
      (["--join", "a", "--join-file", "b"], "give one of --join and --join-file"),
      (["--controller", "flotilla.example.com"], "is no URL"),
      (["--controller", "http://127.0.0.1:8484"], "is this machine"),
      (["--profile", "admin"], "--profile: \"admin\" is none"),
      (["--profile", "namespaces=shop,"], "is no namespace"),
      (["--profile", "namespaces=a,a"], "is named twice"),
      (["--profile", "namespaces=flotilla-system"], "is the agent's own namespace"),
      (["--grant", "pods"], "--grant belongs to --profile"),
      (["--profile", "namespaces=a", "--grant", "apps/*"], "is no GROUP/RESOURCE"),
      (["--proxy", "kim:secret@proxy"], "--proxy is no URL"),
      (["--controller-cidr", "10.1.2.3"], "is no range of addresses"),
      (["--api-server-cidr", "10.1.2.3/33"], "is no range of addresses"),
      (["--ca-file", "/dev/null"], "holds no certificates"),
    ])
  func refusals(arguments: [String], words: String) async {
    let usual = arguments.contains("--controller") ? [] : ["--controller", "https://flotilla.example.com"]
    let result = await run(["agent", "manifest"] + usual + arguments)
    #expect(result.exitCode == 2)
    #expect(result.error.contains(words), "\(result.error)")
    #expect(!result.transcript.contains("secret@"))
    #expect(result.output.isEmpty)
  }
}
