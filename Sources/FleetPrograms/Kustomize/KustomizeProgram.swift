#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The real kustomize: `kubectl kustomize`, or the `kustomize` program.
///
/// It runs on copies of the files it is given and on nothing else: in a folder of its own, with an environment that
/// names no program (so that it cannot start git) and sends every HTTP request into nowhere, without plugins and Helm,
/// and with limits of time, memory and output. What refers outside the files is better refused before, where a message
/// can name file and line; this is the second line.
public struct KustomizeProgram: Sendable {
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
      case .folder(let reason): "the folder for kustomize's files could not be made: \(reason)"
      case .refused(let message): message
      }
    }
  }

  /// The program.
  public let path: String
  private let leadingArguments: [String]

  /// Finds `kubectl`, else `kustomize`, in the given folders and then in PATH.
  ///
  /// - Throws: ``ProgramError/notFound(program:searched:)``.
  public init(searching folders: [String] = []) throws(ProgramError) {
    if let kubectl = try? ProgramSearch.find("kubectl", in: folders) {
      self.init(path: kubectl)
    } else {
      do throws(ProgramError) {
        self.init(path: try ProgramSearch.find("kustomize", in: folders))
      } catch {
        throw .notFound(program: "kubectl or kustomize", searched: folders + ProgramSearch.searchPath())
      }
    }
  }

  /// Uses the program at a path; it is kustomize itself when its name says so, else a kubectl.
  public init(path: String) {
    self.path = path
    let isKustomize = path.split(separator: "/").last?.hasPrefix("kustomize") == true
    leadingArguments = [isKustomize ? "build" : "kustomize"]
  }

  /// Builds a kustomization.
  ///
  /// - Parameters:
  ///   - directory: the kustomization's directory, relative to the repository's root; empty for the root.
  ///   - files: everything it is built from.
  ///   - limits: what it may take.
  /// - Returns: the manifests, as YAML documents.
  public func build(
    directory: String, files: [File], limits: Limits = Limits()
  ) async throws(Failure) -> [UInt8] {
    guard Self.isInside(directory) || directory.isEmpty else { throw .path(directory) }
    for file in files where !Self.isInside(file.path) { throw .path(file.path) }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "flotilla-kustomize-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let root = folder.appendingPathComponent("repository")
    let home = folder.appendingPathComponent("home")
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      try FileManager.default.createDirectory(at: home, withIntermediateDirectories: false)
      try Self.write(files, below: root)
    } catch {
      throw .folder("\(error)")
    }
    let result = try await run(
      directory: directory.isEmpty ? root.path : root.appendingPathComponent(directory).path, home: home.path,
      limits: limits)
    guard result.isSuccess else {
      // The folder's name means nothing to the reader, and would make the same error look new each time.
      let text = result.errorText.replacing(root.path + "/", with: "").replacing(root.path, with: ".")
      throw .refused(
        String(text.suffix(4000)).trimmingTrailingNewlines
          + (result.exitCode > 128 ? " (ended by signal \(result.exitCode - 128))" : ""))
    }
    return result.output
  }

  private func run(directory: String, home: String, limits: Limits) async throws(Failure) -> ProgramResult {
    // Port 1 of this machine answers nobody.
    let nowhere = "http://127.0.0.1:1"
    do throws(ProgramError) {
      return try await Program.run(
        path, arguments: leadingArguments + [directory],
        environment: [
          "HOME": home, "TMPDIR": home, "PATH": home, "LANG": "C.UTF-8", "GOMAXPROCS": "2",
          "HTTP_PROXY": nowhere, "HTTPS_PROXY": nowhere, "http_proxy": nowhere, "https_proxy": nowhere,
        ],
        workingDirectory: home, timeLimit: limits.time, outputLimitBytes: limits.outputBytes,
        memoryLimitBytes: limits.memoryBytes)
    } catch {
      throw .program(error)
    }
  }

  private static func write(_ files: [File], below root: URL) throws {
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: false)
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

  private static func isInside(_ path: String) -> Bool {
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
