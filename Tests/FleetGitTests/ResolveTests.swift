import FleetGit
import FleetModel
import FleetPorts
import FleetTestSupport
import Testing

@Suite("Revisions and commits")
struct ResolveTests {
  @Test("every kind of revision leads to its commit, or to an error that says what there is")
  func revisions() async throws {
    try await GitFixture.with { fixture in
      let first = try await fixture.commit("1", to: "app.yaml", message: "First\n\nwith a body")
      try await fixture.git("tag", "v1.2.0")
      try await fixture.git("tag", "same")
      let second = try await fixture.commit("2", to: "app.yaml", message: "Second")
      try await fixture.git("tag", "--annotate", "1.10.0", "--message", "a release")
      try await fixture.git("branch", "same")
      let third = try await fixture.commit("3", to: "app.yaml", message: "Third")
      try await fixture.git("tag", "v2.0.0-rc.1")
      let reader = try makeReader(fixture)
      let source = repository(fixture.fileURL)
      _ = try await reader.fetch(source, credential: nil)

      let expected: [(Revision, CommitID)] = [
        (.head, third), (.branch("main"), third), (.tag("v1.2.0"), first), (.tag("1.10.0"), second),
        (.semanticVersion("^1.0"), second), (.semanticVersion("~1.2"), first),
        (.semanticVersion(">=2.0.0-0"), third), (.commit(first), first), (.named("HEAD"), third), (.named(""), third),
        (.named("same"), second), (.named("v1.2.0"), first), (.named(first.hexadecimal), first),
        (.named("refs/tags/same"), first), (.named("refs/heads/same"), second),
      ]
      for (revision, commit) in expected {
        #expect(try await reader.resolve(revision, in: source).id == commit, "\(revision)")
      }
      let commit = try await reader.resolve(.commit(first), in: source)
      #expect(commit.author == "Kim Example <kim@example.com>")
      #expect(commit.title == "First")
      #expect(commit.committedAt.millisecondsSinceEpoch > 1_600_000_000_000)

      let refused: [(Revision, SourceError.Code, String)] = [
        (.branch("mian"), .refNotFound, "did you mean 'main'?"), (.tag("nothing-like-it"), .refNotFound, "it has"),
        (.semanticVersion("^3.0"), .refNotFound, "v1.2.3"), (.semanticVersion("newest"), .invalid, "'newest'"),
        (.named("nothing-like-it"), .refNotFound, "it has"), (.branch("../../etc/passwd"), .refNotFound, "it has"),
        (.branch("a..b"), .refNotFound, "it has"), (.branch(""), .refNotFound, "it has"),
      ]
      for (revision, code, text) in refused {
        let error = try await failure { () throws(SourceError) in try await reader.resolve(revision, in: source) }
        #expect(error.code == code, "\(revision): \(error)")
        #expect(error.description.contains(text), "\(revision): \(error)")
      }
      for text in [String(repeating: "a", count: 40), String(repeating: "a", count: 64)] {
        let unknown = try #require(CommitID(hexadecimal: text))
        let error = try await failure { () throws(SourceError) in
          try await reader.resolve(.commit(unknown), in: source)
        }
        #expect(error.code == .commitNotFound)
      }
    }
  }

  @Test("the commits of a range come newest first, within the limit, with their authors")
  func range() async throws {
    try await GitFixture.with { fixture in
      var all: [CommitID] = []
      for number in 1...5 {
        all.append(try await fixture.commit("\(number)", to: "app.yaml", message: "Change \(number)"))
      }
      let reader = try makeReader(fixture)
      let source = repository(fixture.fileURL)
      _ = try await reader.fetch(source, credential: nil)
      let range = try await reader.commits(from: all[1], to: all[4], in: source, limit: 10)
      #expect(range.map(\.title) == ["Change 5", "Change 4", "Change 3"])
      #expect(try await reader.commits(from: all[1], to: all[4], in: source, limit: 2).map(\.id) == [all[4], all[3]])
      #expect(try await reader.commits(from: nil, to: all[2], in: source, limit: 10).count == 3)
      #expect(try await reader.commits(from: all[4], to: all[1], in: source, limit: 10).isEmpty)
      let unknown = try #require(CommitID(hexadecimal: String(repeating: "b", count: 40)))
      let error = try await failure { () throws(SourceError) in
        try await reader.commits(from: unknown, to: all[4], in: source, limit: 10)
      }
      #expect(error.code == .commitNotFound)
    }
  }
}
