import FleetGit
import FleetModel
import FleetPorts
import FleetTestSupport
import Foundation
import Testing

@Suite("Trees")
struct TreeTests {
  private static func tree(_ fixture: GitFixture, _ commit: CommitID) async throws -> any SourceTree {
    let reader = try makeReader(fixture)
    let source = repository(fixture.fileURL)
    _ = try await reader.fetch(source, credential: nil)
    return try await reader.tree(of: commit, in: source)
  }

  @Test("files and directories are listed in bytewise order, without links and submodules")
  func listing() async throws {
    try await GitFixture.with { fixture in
      for path in ["README.md", "apps/web/app.yaml", "apps/web/base/b.yaml", "apps/web.old/x.yaml", "apps/api/a.yaml"] {
        try fixture.write("content of \(path)", to: path)
      }
      try FileManager.default.createSymbolicLink(
        atPath: fixture.workTree + "/apps/link.yaml", withDestinationPath: "/etc/passwd")
      let first = try await fixture.commit("Begin")
      try await fixture.git("update-index", "--add", "--cacheinfo", "160000,\(first.hexadecimal),apps/module")
      try await fixture.git("commit", "--quiet", "--message", "Add a submodule")
      let tree = try await Self.tree(fixture, try await fixture.head())

      let seconds = try await fixture.git("log", "-1", "--format=%ct").trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(tree.committedAt.map { String($0.millisecondsSinceEpoch / 1_000) } == seconds)
      #expect(
        try tree.directories(under: "") == ["apps", "apps/api", "apps/web", "apps/web.old", "apps/web/base"])
      #expect(try tree.directories(under: "apps/web") == ["apps/web/base"])
      #expect(
        try tree.files(under: "").map(\.path)
          == ["README.md", "apps/api/a.yaml", "apps/web.old/x.yaml", "apps/web/app.yaml", "apps/web/base/b.yaml"])
      let files = try tree.files(under: "./apps/web/")
      #expect(files.map(\.path) == ["apps/web/app.yaml", "apps/web/base/b.yaml"])
      #expect(files.first?.sizeBytes == 28)
      #expect(try files.first?.objectID == tree.objectID(of: "apps/web/app.yaml"))
      #expect(try tree.contents(of: "apps/web/app.yaml") == Array("content of apps/web/app.yaml".utf8))
      for path in ["apps/link.yaml", "apps/module", "apps", "absent", "apps/absent/x", "..", "../x", "README.md/x", ""]
      {
        #expect(try tree.contents(of: path) == nil, "\(path)")
      }
      #expect(try tree.files(under: "absent").isEmpty && tree.directories(under: "README.md").isEmpty)
      #expect(try tree.objectID(of: "absent") == nil)
    }
  }

  @Test("an object id changes exactly when the content below it does")
  func objectIDs() async throws {
    try await GitFixture.with { fixture in
      try fixture.write("a", to: "one/a.yaml")
      let first = try await fixture.commit("b", to: "two/b.yaml")
      let second = try await fixture.commit("changed", to: "two/b.yaml")
      let reader = try makeReader(fixture)
      let source = repository(fixture.fileURL)
      _ = try await reader.fetch(source, credential: nil)
      let before = try await reader.tree(of: first, in: source)
      let after = try await reader.tree(of: second, in: source)
      #expect(try before.objectID(of: "one") == after.objectID(of: "one"))
      #expect(try before.objectID(of: "two") != after.objectID(of: "two"))
      #expect(try before.objectID(of: "") != after.objectID(of: ""))
    }
  }

  @Test("a file over 32 MiB is an error that says so; one of 32 MiB is read")
  func largeFile() async throws {
    try await GitFixture.with { fixture in
      try fixture.write(String(repeating: "x", count: 32 << 20), to: "fits.bin")
      try fixture.write(String(repeating: "x", count: (32 << 20) + 1), to: "large.bin")
      let tree = try await Self.tree(fixture, try await fixture.commit("Add large files"))
      #expect(try tree.contents(of: "fits.bin")?.count == 32 << 20)
      let error = #expect(throws: SourceTreeError.self) { try tree.contents(of: "large.bin") }
      #expect(error?.path == "large.bin" && error?.message.contains("32 MiB") == true)
    }
  }

  @Test("trees nested so that a few of them stand for millions of files are refused")
  func nestedTrees() async throws {
    try await GitFixture.with { fixture in
      let blob = try await fixture.git("hash-object", "-w", "--stdin", input: "x")
      var tree = try await fixture.git(
        "mktree", input: (0..<16).map { "100644 blob \(blob)\tf\($0)\n" }.joined())
      for _ in 0..<7 {
        tree = try await fixture.git("mktree", input: (0..<16).map { "040000 tree \(tree)\td\($0)\n" }.joined())
      }
      let commit = try await fixture.git("commit-tree", tree, "-m", "Bomb")
      try await fixture.git("update-ref", "refs/heads/main", commit)
      let sourceTree = try await Self.tree(fixture, try #require(CommitID(hexadecimal: commit)))
      let error = #expect(throws: SourceTreeError.self) { try sourceTree.directories(under: "") }
      #expect(error?.message.contains("1000000") == true)
      #expect(try sourceTree.files(under: "d0/d1/d2/d3/d4/d5").count == 256)
    }
  }

  @Test("many readers at once get what one gets, and leave no more open files than the pool may keep")
  func concurrentReaders() async throws {
    try await GitFixture.with { fixture in
      for number in 0..<50 { try fixture.write("file \(number)", to: "d\(number % 7)/f\(number).yaml") }
      let commit = try await fixture.commit("Begin")
      let reader = try makeReader(fixture, openMirrors: 3)
      let source = repository(fixture.fileURL)
      _ = try await reader.fetch(source, credential: nil)
      let tree = try await reader.tree(of: commit, in: source)
      let expected = try tree.files(under: "")
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<32 {
          group.addTask {
            for _ in 0..<20 {
              let (files, contents) = (try tree.files(under: ""), try tree.contents(of: "d3/f3.yaml"))
              #expect(files == expected && contents == Array("file 3".utf8))
            }
          }
        }
        try await group.waitForAll()
      }
      let mirror = try mirrorFolder(fixture)
      let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        .compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0) }
        .filter { $0.hasPrefix(mirror) }
      // A handle holds at most the one pack and its index open.
      #expect(open.count <= 6, "\(open)")
    }
  }
}
