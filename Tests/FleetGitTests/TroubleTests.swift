import FleetModel
import FleetPorts
import FleetTestSupport
import Foundation
import Testing

@testable import FleetGit

@Suite("Dead servers, crashes and damage")
struct TroubleTests {
  @Test("of 20 repositories, those whose server never answers are cut off and the others are polled")
  func deadServers() async throws {
    try await GitFixture.with { fixture in
      let first = try await fixture.commit("1", to: "app.yaml")
      let silent = try #require(GitSilentServer())
      let reader = try makeReader(fixture, listTimeLimit: .seconds(8), concurrentFetches: 4)
      let sources = (0..<20).map { number in
        let url =
          number % 4 == 0 ? "http://127.0.0.1:\(silent.port)/\(number)" : fixture.fileURL
        return Repository(
          project: ProjectName("p\(number)"), name: RepositoryName("r\(number)"), url: url)
      }
      for round in 1...2 {
        let results = await withTaskGroup(of: (Int, Result<RefSnapshot, SourceError>).self) { group in
          for (number, source) in sources.enumerated() {
            group.addTask {
              do throws(SourceError) {
                return (number, .success(try await reader.fetch(source, credential: nil)))
              } catch {
                return (number, .failure(error))
              }
            }
          }
          return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for number in 0..<20 {
          switch results[number] {
          case .success(let snapshot): #expect(snapshot.branch("main") == first && number % 4 != 0)
          case .failure(let error):
            #expect(error.code == .timedOut && error.canRetry && number % 4 == 0, "\(round): \(error)")
          case nil: Issue.record("no result")
          }
        }
      }
    }
  }

  @Test("a cancelled fetch kills its git and leaves nothing behind")
  func cancellation() async throws {
    try await GitFixture.with { fixture in
      let silent = try #require(GitSilentServer())
      let reader = try makeReader(fixture)
      let source = repository("http://127.0.0.1:\(silent.port)/x")
      let outcome = try await withThrowingTaskGroup(of: SourceError?.self) { group in
        group.addTask {
          do throws(SourceError) {
            _ = try await reader.fetch(source, credential: nil)
            return nil
          } catch {
            return error
          }
        }
        try await poll { processes(naming: source.url) > 0 }
        group.cancelAll()
        return try await group.next() ?? nil
      }
      #expect(outcome?.code == .cancelled)
      #expect(processes(naming: source.url) == 0)
      #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder + "/data/scratch").isEmpty)
      #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder + "/data/mirrors").isEmpty)
    }
  }

  @Test("locks and half-written files of a killed process do not stop the next one")
  func leftovers() async throws {
    try await GitFixture.with { fixture in
      try await fixture.commit("1", to: "app.yaml")
      let source = repository(fixture.fileURL)
      do {
        let reader = try makeReader(fixture)
        _ = try await reader.fetch(source, credential: nil)
        let error = #expect(throws: SourceError.self) { try makeReader(fixture) }
        #expect(error?.message.contains("another process") == true)
      }
      let mirror = try mirrorFolder(fixture)
      for name in ["packed-refs.lock", "HEAD.lock", "config.lock", "refs/heads/main.lock", "objects/pack/tmp_pack_x"] {
        try Data().write(to: URL(fileURLWithPath: mirror + "/" + name))
      }
      let second = try await fixture.commit("2", to: "app.yaml")
      try await fixture.git("checkout", "--quiet", "-b", "other")
      let reader = try makeReader(fixture)
      let snapshot = try await reader.fetch(source, credential: nil)
      #expect(snapshot.branch("main") == second && snapshot.defaultBranch == "other")
      #expect(!FileManager.default.fileExists(atPath: mirror + "/objects/pack/tmp_pack_x"))
    }
  }

  @Test(
    "a damaged mirror is thrown away and cloned anew",
    arguments: ["objects", "HEAD", "config-garbage", "refs-garbage", "after-start"])
  func damage(kind: String) async throws {
    try await GitFixture.with { fixture in
      let first = try await fixture.commit("1", to: "app.yaml")
      let source = repository(fixture.fileURL)
      var reader = try makeReader(fixture, data: "a")
      _ = try await reader.fetch(source, credential: nil)
      let mirror = try mirrorFolder(fixture, data: "a")
      switch kind {
      case "objects", "after-start": try FileManager.default.removeItem(atPath: mirror + "/objects")
      case "HEAD": try FileManager.default.removeItem(atPath: mirror + "/HEAD")
      case "config-garbage": try "[[[".write(toFile: mirror + "/config", atomically: false, encoding: .utf8)
      default: try "garbage".write(toFile: mirror + "/refs/heads/main", atomically: false, encoding: .utf8)
      }
      if kind == "after-start" {
        reader.pool.forget(mirror)
        let error = try await failure { () throws(SourceError) in try await reader.resolve(.head, in: source) }
        #expect(error.code == .corrupt && error.canRetry, "\(error)")
      } else {
        // A process that starts later knows nothing of the mirror's better days.
        try FileManager.default.createDirectory(
          atPath: fixture.folder + "/b/mirrors", withIntermediateDirectories: true)
        try FileManager.default.moveItem(
          atPath: mirror, toPath: fixture.folder + "/b/mirrors/" + URL(fileURLWithPath: mirror).lastPathComponent)
        reader = try makeReader(fixture, data: "b")
      }
      #expect(try await reader.fetch(source, credential: nil).branch("main") == first)
      #expect(try await reader.tree(of: first, in: source).contents(of: "app.yaml") == Array("1".utf8))
    }
  }

  @Test("mirrors survive a restart: what was fetched is readable before the next fetch")
  func restart() async throws {
    try await GitFixture.with { fixture in
      let first = try await fixture.commit("1", to: "app.yaml")
      let source = repository(fixture.fileURL)
      let digest: Digest
      do {
        let reader = try makeReader(fixture)
        #expect(try await reader.snapshot(of: source) == nil)
        digest = try await reader.fetch(source, credential: nil).digest
        #expect(try await reader.snapshot(of: source)?.digest == digest)
      }
      let reader = try makeReader(fixture)
      #expect(try await reader.snapshot(of: source)?.digest == digest)
      #expect(try await reader.resolve(.branch("main"), in: source).id == first)
      #expect(try await reader.fetch(source, credential: nil).digest == digest)
    }
  }
}

/// Waits until a condition holds, for at most 30 seconds.
func poll(_ condition: @Sendable () -> Bool) async throws {
  for _ in 0..<3_000 {
    if condition() { return }
    try await Task.sleep(for: .milliseconds(10))
  }
  Issue.record("the condition did not come true")
}

/// How many running processes have the text among their arguments.
private func processes(naming text: String) -> Int {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return names.count { name in
    guard Int(name) != nil, let data = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") else {
      return false
    }
    return data.range(of: Data(text.utf8)) != nil
  }
}
