import FleetGit
import FleetModel
import FleetPorts
import FleetTestSupport
import Foundation
import Testing

@Suite("Fetching over ssh://", .enabled(if: GitSSHServer.isAvailable, "sshd is not installed (openssh-server)"))
struct SSHTests {
  @Test("ed25519 and RSA keys are accepted, another key and another host key are refused")
  func keys() async throws {
    try await GitFixture.with { fixture in
      let first = try await fixture.commit("1", to: "app.yaml")
      let ed25519 = try await GitSSHServer.makeKey(type: "ed25519", name: "ed25519", folder: fixture.folder)
      let rsa = try await GitSSHServer.makeKey(type: "rsa", name: "rsa", folder: fixture.folder)
      let stranger = try await GitSSHServer.makeKey(type: "ed25519", name: "stranger", folder: fixture.folder)
      try await GitSSHServer.with(folder: fixture.folder, keys: ["ed25519", "rsa"]) { server in
        // A per cent sign in the folder's name would be a token in ssh's files.
        let reader = try makeReader(fixture, data: "da%ta d")
        for (name, key) in [("ed25519", ed25519), ("rsa", rsa)] {
          let source = repository(server.url(fixture.workTree), credential: name)
          let snapshot = try await reader.fetch(
            source, credential: .ssh(privateKey: key, knownHosts: server.knownHosts))
          #expect(snapshot.branch("main") == first, "\(name)")
        }
        let source = repository(server.url(fixture.workTree), credential: "other")
        let denied = try await failure { () throws(SourceError) in
          try await reader.fetch(source, credential: .ssh(privateKey: stranger, knownHosts: server.knownHosts))
        }
        #expect(denied.code == .authentication, "\(denied)")
        let otherHost = server.knownHosts.split(separator: " ").first.map(String.init) ?? ""
        let wrongKey = try await GitFixtureKeys.publicKey("stranger", in: fixture)
        let unknown = try await failure { () throws(SourceError) in
          try await reader.fetch(
            source, credential: .ssh(privateKey: ed25519, knownHosts: "\(otherHost) \(wrongKey)"))
        }
        #expect(unknown.code == .authentication, "\(unknown)")
        #expect(unknown.message.contains("host key"), "\(unknown)")
        let absent = try await failure { () throws(SourceError) in
          try await reader.fetch(
            repository(server.url(fixture.folder + "/absent"), credential: "other"),
            credential: .ssh(privateKey: ed25519, knownHosts: server.knownHosts))
        }
        #expect(absent.code == .repositoryNotFound, "\(absent)")
      }
    }
  }
}

private enum GitFixtureKeys {
  /// The type and the key, without the comment.
  static func publicKey(_ name: String, in fixture: GitFixture) async throws -> String {
    let text = try String(contentsOfFile: "\(fixture.folder)/\(name).pub", encoding: .utf8)
    return text.split(separator: " ").prefix(2).joined(separator: " ")
  }
}
