#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// How programs that render manifests are run: on copies of the files they are given and on nothing else, in a folder of
/// their own, with an environment that names no program (so that they cannot start git) and sends every HTTP request
/// into nowhere, and with limits of time, memory and output. What refers outside the files is better refused before,
/// where a message can name file and line; this is the second line.
public enum RenderProgram {
  /// A file for the program.
  public struct File: Hashable, Sendable {
    /// The path from the repository's root.
    public var path: String
    /// The content.
    public var contents: [UInt8]

    /// Makes a file.
    public init(path: String, contents: [UInt8]) {
      self.path = path
      self.contents = contents
    }
  }

  /// What one run may take.
  public struct Limits: Hashable, Sendable {
    /// How long it may run.
    public var time: Duration
    /// How much memory it may have.
    public var memoryBytes: Int
    /// How much it may write.
    public var outputBytes: Int

    /// Makes limits: 30 seconds, 1 GiB and 32 MiB if nothing is said.
    public init(time: Duration = .seconds(30), memoryBytes: Int = 1 << 30, outputBytes: Int = 32 << 20) {
      self.time = time
      self.memoryBytes = memoryBytes
      self.outputBytes = outputBytes
    }
  }

  /// Why there is no output.
  public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The program could not be run, or was stopped.
    case program(ProgramError)
    /// A path among the files, or the directory, leads out of the repository.
    case path(String)
    /// The folder for the files could not be made.
    case folder(String)
    /// The program refused the files; the text is its own.
    case refused(String)

    /// What happened.
    public var description: String {
      switch self {
      case .program(let error): error.description
      case .path(let path): "the path \"\(path)\" leads out of the repository"
      case .folder(let reason): "the folder for the program's files could not be made: \(reason)"
      case .refused(let message): message
      }
    }
  }

  /// Runs a program.
  ///
  /// - Parameters:
  ///   - files: with their paths kept, below `repository` of the working folder.
  ///   - others: beside that folder.
  ///   - arguments: paths are relative to the working folder.
  /// - Returns: what it wrote.
  static func run(
    _ program: String, arguments: [String], files: [File], others: [File] = [], limits: Limits
  ) async throws(Failure) -> [UInt8] {
    for file in files + others where !isInside(file.path) { throw .path(file.path) }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("flotilla-render-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let home = folder.appendingPathComponent("home")
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      try FileManager.default.createDirectory(at: home, withIntermediateDirectories: false)
      try write(files, below: folder.appendingPathComponent("repository"))
      try write(others, below: folder)
    } catch {
      throw .folder("\(error)")
    }
    let result: ProgramResult
    do throws(ProgramError) {
      result = try await Program.run(
        program, arguments: arguments, environment: environment(home: home.path), workingDirectory: folder.path,
        timeLimit: limits.time, outputLimitBytes: limits.outputBytes, memoryLimitBytes: limits.memoryBytes)
    } catch {
      throw .program(error)
    }
    guard result.isSuccess else {
      // The folder's name means nothing to the reader, and would make the same error look new each time.
      let root = folder.path + "/repository"
      let text = result.errorText.replacing(root + "/", with: "").replacing(root, with: ".")
        .replacing("repository/", with: "")
      throw .refused(
        String(text.suffix(4000)).trimmingTrailingNewlines
          + (result.exitCode > 128 ? " (ended by signal \(result.exitCode - 128))" : ""))
    }
    return result.output
  }

  private static func environment(home: String) -> [String: String] {
    // Port 1 of this machine answers nobody.
    let nowhere = "http://127.0.0.1:1"
    return [
      "HOME": home, "TMPDIR": home, "PATH": home, "LANG": "C.UTF-8", "GOMAXPROCS": "2",
      "HTTP_PROXY": nowhere, "HTTPS_PROXY": nowhere, "http_proxy": nowhere, "https_proxy": nowhere,
    ]
  }

  private static func write(_ files: [File], below root: URL) throws {
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    var made: Set<String> = []
    for file in files {
      let target = root.appendingPathComponent(file.path)
      let parent = target.deletingLastPathComponent()
      if made.insert(parent.path).inserted {
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
      }
      try Data(file.contents).write(to: target)
    }
  }

  static func isInside(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return !path.utf8.contains(0) && !parts.isEmpty && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
  }
}

extension String {
  fileprivate var trimmingTrailingNewlines: String {
    var text = self[...]
    while text.last?.isNewline == true { text = text.dropLast() }
    return String(text)
  }
}
