import FleetController
import FleetModel
import FleetPorts
import FleetTestSupport
import Foundation
import FleetPostgres
import Testing

@Suite struct SecretTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "flotilla-secret-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test func whatIsSealedOpensAtItsPlaceOnly() throws {
    try withFolder { folder in
      let box = try SecretBox(keyFile: folder + "/keys")
      let secret = Array("hunter2".utf8)
      let (sealed, keyID) = try box.seal(secret, for: "credential/default/git")
      #expect(!sealed.contains(secret[...]))
      #expect(try box.open(sealed, keyID: keyID, for: "credential/default/git") == secret)
      #expect(throws: SecretError.self) { try box.open(sealed, keyID: keyID, for: "credential/default/other") }
      #expect(throws: SecretError.self) { try box.open(sealed, keyID: "00000000", for: "credential/default/git") }
      var changed = sealed
      changed[changed.count - 1] ^= 1
      #expect(throws: SecretError.self) { try box.open(changed, keyID: keyID, for: "credential/default/git") }
      #expect(try box.seal(secret, for: "p").sealed != box.seal(secret, for: "p").sealed)
    }
  }

  @Test func theKeyFileIsPrivateAndKept() throws {
    try withFolder { folder in
      let path = folder + "/keys"
      let first = try SecretBox(keyFile: path)
      let (sealed, keyID) = try first.seal([1, 2, 3], for: "p")
      #expect(try SecretBox(keyFile: path).open(sealed, keyID: keyID, for: "p") == [1, 2, 3])
      #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
      #expect(throws: SecretError.self) { try SecretBox(keyFile: path) }
    }
  }

  @Test func anotherKeyInFrontSealsAndTheOldOneOpens() throws {
    try withFolder { folder in
      let old = try SecretBox(keyFile: folder + "/old")
      let new = try SecretBox(keyFile: folder + "/new")
      let lines = [
        try #require(try PrivateFile.read(folder + "/new")), try #require(try PrivateFile.read(folder + "/old")),
      ]
      #expect(try PrivateFile.create(folder + "/both", content: lines.flatMap { $0 }))
      let both = try SecretBox(keyFile: folder + "/both")
      let (sealed, keyID) = try old.seal([7], for: "p")
      #expect(try both.open(sealed, keyID: keyID, for: "p") == [7])
      #expect(both.currentKeyID == new.currentKeyID)
    }
  }

  @Test func tokensAreLongAndDifferent() {
    let tokens = Set((0..<100).map { _ in TokenHasher.makeToken() })
    #expect(tokens.count == 100)
    #expect(tokens.allSatisfy(TokenHasher.isToken))
    #expect(!TokenHasher.isToken("flt_short"))
    #expect(TokenHasher.areEqual([1, 2], [1, 2]))
    #expect(!TokenHasher.areEqual([1, 2], [1, 3]))
    #expect(!TokenHasher.areEqual([1, 2], [1, 2, 0]))
    #expect(!TokenHasher.areEqual([], [0]))
  }

  @Test func credentialsAreStoredSealedAndNeverDescribed() async throws {
    let folder = NSTemporaryDirectory() + "flotilla-secret-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await TestDatabase.with { database in
      let vault = CredentialVault(store: database.store, box: try SecretBox(keyFile: folder + "/keys"))
      let credential = Credential.basic(user: "git", secret: "hunter2")
      try await vault.set(credential, as: "git", in: .defaultProject, cause: ChangeCause(principal: "kim"))
      #expect(try await vault.credential("git", in: .defaultProject) == credential)
      #expect(try await vault.credential("other", in: .defaultProject) == nil)
      let row = try #require(try await database.store.credential("git", in: .defaultProject))
      #expect(!String(decoding: row.sealed, as: UTF8.self).contains("hunter2"))
      #expect(!"\(credential)\(String(reflecting: credential))".contains("hunter2"))
    }
  }
}
