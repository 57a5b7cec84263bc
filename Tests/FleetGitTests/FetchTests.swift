import FleetModel
import FleetPorts
import FleetTestSupport
import Foundation
import Testing

@testable import FleetGit

@Suite("Fetching over file://")
struct FetchTests {
  @Test("a snapshot says where branches, tags and the default branch stand, and changes exactly with them")
  func snapshot() async throws {
    try await GitFixture.with { fixture in
      let first = try await fixture.commit("1", to: "app.yaml")
      try await fixture.git("tag", "light")
      try await fixture.git("tag", "--annotate", "heavy", "--message", "a tag")
      try await fixture.git("tag", "tree", "HEAD^{tree}")
      try await fixture.git("branch", "team/a")
      let reader = try makeReader(fixture)
      let source = repository(fixture.fileURL)
      let snapshot = try await reader.fetch(source, credential: nil)
      #expect(snapshot.branches == [.init(name: "main", commit: first), .init(name: "team/a", commit: first)])
      #expect(snapshot.tags == [.init(name: "heavy", commit: first), .init(name: "light", commit: first)])
      #expect(snapshot.defaultBranch == "main")
      #expect(snapshot.branch("team/a") == first)
      #expect(snapshot.branch("team") == nil)
      #expect(try await reader.fetch(source, credential: nil) == snapshot)

      let second = try await fixture.commit("2", to: "app.yaml")
      let next = try await reader.fetch(source, credential: nil)
      #expect(next.digest != snapshot.digest)
      #expect(next.branch("main") == second)

      try await fixture.git("branch", "--delete", "--force", "team/a")
      try await fixture.git("branch", "team")
      try await fixture.git("tag", "--force", "light")
      let pruned = try await reader.fetch(source, credential: nil)
      #expect(pruned.branches.map(\.name) == ["main", "team"])
      #expect(pruned.tag("light") == second)
    }
  }

  @Test("another default branch is seen, also when no commit came with it")
  func defaultBranch() async throws {
    try await GitFixture.with { fixture in
      try await fixture.commit("1", to: "app.yaml")
      try await fixture.git("branch", "trunk")
      let reader = try makeReader(fixture)
      let source = repository(fixture.fileURL)
      let before = try await reader.fetch(source, credential: nil)
      try await fixture.git("checkout", "--quiet", "trunk")
      let after = try await reader.fetch(source, credential: nil)
      #expect(before.defaultBranch == "main")
      #expect(after.defaultBranch == "trunk")
      #expect(before.digest != after.digest)
    }
  }

  @Test("an empty repository and a HEAD without branch are explained")
  func withoutHead() async throws {
    try await GitFixture.with { fixture in
      let reader = try makeReader(fixture)
      let source = repository(fixture.fileURL)
      let empty = try await reader.fetch(source, credential: nil)
      #expect(empty.branches.isEmpty && empty.defaultBranch == nil)
      #expect(
        try await failure { () throws(SourceError) in try await reader.resolve(.head, in: source) }.code == .refNotFound
      )

      let first = try await fixture.commit("1", to: "app.yaml")
      try await fixture.git("symbolic-ref", "HEAD", "refs/heads/nowhere")
      #expect(try await reader.fetch(source, credential: nil).branch("main") == first)
      let error = try await failure { () throws(SourceError) in try await reader.resolve(.head, in: source) }
      #expect(error.code == .refNotFound)
      #expect(error.hint?.contains("'main'") == true)

      try await fixture.git("symbolic-ref", "HEAD", "refs/heads/main")
      let detached = try await fixture.commit("2", to: "app.yaml")
      try await fixture.git("checkout", "--quiet", "--detach")
      try await fixture.git("branch", "--force", "main", first.hexadecimal)
      #expect(try await reader.fetch(source, credential: nil).defaultBranch == nil)
      #expect(try await reader.resolve(.head, in: source).id == detached)
    }
  }

  @Test("a commit pushed over is gone with a clear message, unless it is kept")
  func forcedPush() async throws {
    try await GitFixture.with { fixture in
      try await fixture.commit("1", to: "app.yaml")
      let kept = try await fixture.commit("2", to: "app.yaml")
      let lost = try await fixture.commit("3", to: "app.yaml")
      let reader = try makeReader(fixture)
      let source = repository(fixture.fileURL)
      _ = try await reader.fetch(source, credential: nil)
      try await reader.keep([kept], in: source)
      try await fixture.git("reset", "--quiet", "--hard", "HEAD~2")
      _ = try await reader.fetch(source, credential: nil)

      #expect(try await reader.resolve(.commit(kept), in: source).id == kept)
      let error = try await failure { () throws(SourceError) in try await reader.resolve(.commit(lost), in: source) }
      #expect(error.code == .commitNotFound)
      #expect(error.message.contains(lost.hexadecimal) && error.message.contains("storefront"))
      #expect(error.hint?.contains("forced push") == true)
      #expect(!error.canRetry)

      // Kept commits survive git's own cleaning up; others do not.
      try await fixture.git("--git-dir", mirrorFolder(fixture), "gc", "--quiet", "--prune=now")
      reader.pool.forget(try mirrorFolder(fixture))
      #expect(try await reader.tree(of: kept, in: source).contents(of: "app.yaml") == Array("2".utf8))
      #expect(
        try await failure { () throws(SourceError) in try await reader.tree(of: lost, in: source) }.code
          == .commitNotFound)
      #expect(
        try await failure { () throws(SourceError) in try await reader.keep([lost], in: source) }.code
          == .commitNotFound)
      #expect(
        try await failure { () throws(SourceError) in try await reader.resolve(.commit(kept), in: source) }.code
          == .commitNotFound, "keeping other commits releases the earlier ones")
    }
  }

  @Test("a folder that is no repository, or not there, is not found; one outside is not allowed")
  func wrongPlace() async throws {
    try await GitFixture.with { fixture in
      let reader = try makeReader(fixture)
      try FileManager.default.createDirectory(atPath: fixture.folder + "/none", withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(atPath: fixture.folder + "/out", withDestinationPath: "/usr")
      let expected: [(String, SourceError.Code)] = [
        ("file://\(fixture.folder)/none", .repositoryNotFound),
        ("file://\(fixture.folder)/absent", .repositoryNotFound),
        ("file://\(fixture.folder)/out", .notAllowed), ("file:///etc", .notAllowed),
        ("file:///does-not-exist", .notAllowed), ("file://\(fixture.folder)/../../etc", .notAllowed),
      ]
      for (url, code) in expected {
        let error = try await failure { () throws(SourceError) in
          try await reader.fetch(repository(url), credential: nil)
        }
        #expect(error.code == code, "\(url): \(error)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder + "/data/scratch").isEmpty)
      #expect(
        try await failure { () throws(SourceError) in
          try await reader.resolve(.head, in: repository(fixture.fileURL))
        }.code == .repositoryNotFound, "not fetched yet")
    }
  }

  @Test("a hook that appears in a mirror does not run, and no configuration of this machine is read")
  func isolation() async throws {
    try await GitFixture.with { fixture in
      try await fixture.commit("1", to: "app.yaml")
      let reader = try makeReader(fixture)
      let source = repository(fixture.fileURL)
      _ = try await reader.fetch(source, credential: nil)
      let hooks = try mirrorFolder(fixture) + "/hooks"
      try? FileManager.default.createDirectory(atPath: hooks, withIntermediateDirectories: true)
      let hook = hooks + "/reference-transaction"
      try "#!/bin/sh\ntouch \(fixture.folder)/hooked\n".write(toFile: hook, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook)
      let second = try await fixture.commit("2", to: "app.yaml")
      #expect(try await reader.fetch(source, credential: nil).branch("main") == second)
      #expect(!FileManager.default.fileExists(atPath: fixture.folder + "/hooked"))
    }
  }
}
