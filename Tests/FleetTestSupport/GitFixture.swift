public import FleetModel
import FleetPrograms
import Foundation

/// A real Git repository with a work tree below a temporary folder, driven by the real git.
public struct GitFixture: Sendable {
  /// Something that the fixture asked of git failed.
  public struct Failure: Error, CustomStringConvertible {
    /// What git said.
    public var description: String
  }

  /// The temporary folder: the repository is in `work`, the rest is free for the test.
  public let folder: String

  /// The repository's work tree.
  public var workTree: String { folder + "/work" }
  /// The repository's `file://` URL.
  public var fileURL: String { "file://" + workTree }

  /// Runs a closure with a new repository whose branch is `main` and has no commit, and removes it afterwards.
  public static func with<Value>(
    isolation: isolated (any Actor)? = #isolation, _ body: (GitFixture) async throws -> Value
  ) async throws -> Value {
    let folder = NSTemporaryDirectory() + "flotilla-git-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder + "/work", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let fixture = GitFixture(folder: folder)
    try await fixture.git("init", "--quiet", "--initial-branch=main")
    return try await body(fixture)
  }

  /// Runs git in the work tree and returns what it wrote.
  @discardableResult
  public func git(_ arguments: String..., input: String = "") async throws -> String {
    let environment = [
      "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "HOME": folder, "LC_ALL": "C",
      "PATH": ProgramSearch.searchPath().joined(separator: ":"),
      "GIT_AUTHOR_NAME": "Kim Example", "GIT_AUTHOR_EMAIL": "kim@example.com",
      "GIT_COMMITTER_NAME": "Kim Example", "GIT_COMMITTER_EMAIL": "kim@example.com",
    ]
    let result = try await Program.run(
      "git", arguments: arguments, environment: environment, workingDirectory: workTree, input: Array(input.utf8),
      timeLimit: .seconds(60), outputLimitBytes: 8 << 20)
    guard result.exitCode == 0 else {
      throw Failure(description: "git \(arguments): \(String(decoding: result.errorOutput, as: UTF8.self))")
    }
    return String(decoding: result.output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Writes a file in the work tree, with its folders.
  public func write(_ text: String, to path: String) throws {
    let url = URL(fileURLWithPath: workTree + "/" + path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  /// Commits all that is in the work tree, also when nothing changed.
  @discardableResult
  public func commit(_ message: String) async throws -> CommitID {
    try await git("add", "--all")
    try await git("commit", "--quiet", "--allow-empty", "--message", message)
    return try await head()
  }

  /// Writes one file and commits.
  @discardableResult
  public func commit(_ text: String, to path: String, message: String = "Change a file") async throws -> CommitID {
    try write(text, to: path)
    return try await commit(message)
  }

  /// The commit that is checked out.
  public func head() async throws -> CommitID {
    let text = try await git("rev-parse", "HEAD")
    guard let commit = CommitID(hexadecimal: text) else { throw Failure(description: "no commit id: \(text)") }
    return commit
  }
}
