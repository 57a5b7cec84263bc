public import FleetPrograms
import Foundation

/// The programs of one test, with their files in one folder.
public actor Programs {
  /// Where their files are.
  public nonisolated let folder: String
  private let database: String
  private var running: [RunningProgram] = []
  private var server = ""

  /// What a program said when it did not do as it should.
  public struct Failure: Error, CustomStringConvertible {
    /// The words.
    public var description: String

    /// Makes a failure.
    public init(description: String) { self.description = description }
  }

  /// Makes an empty set of programs.
  public init(folder: String, database: String) {
    self.folder = folder
    self.database = database
  }

  private var environment: [String: String] {
    [
      "PATH": (ProgramSearch.searchPath() + [BuiltPrograms.root + "/.tools/bin"]).joined(separator: ":"),
      "HOME": folder, "FLOTILLA_DATABASE": database,
      "FLOTILLA_SERVER": server, "FLOTILLA_TOKEN_FILE": folder + "/admin-token",
    ]
  }

  /// Starts a program of this project.
  @discardableResult
  public func start(_ program: String, _ arguments: [String]) async throws -> RunningProgram {
    let started = try await Program.start(
      "\(BuiltPrograms.folder)/\(program)", arguments: arguments, environment: environment,
      outputFile: folder + "/\(running.count)-\(program).log")
    running.append(started)
    return started
  }

  /// Starts a controller, which is the one that the command line speaks to from now on.
  @discardableResult
  public func controller(_ name: String, _ arguments: String...) async throws -> RunningProgram {
    let started = try await controller(name, listen: "127.0.0.1:0", arguments)
    server = try await text(of: "\(name)-url").trimmingCharacters(in: .whitespacesAndNewlines)
    return started
  }

  /// Starts a controller at an address, and waits for nothing.
  public func controller(_ name: String, listen: String, _ arguments: [String] = []) async throws -> RunningProgram {
    try await start(
      "flotilla-controller",
      [
        "--data-dir", "\(folder)/\(name)", "--listen", listen, "--url-file", "\(folder)/\(name)-url",
        "--token-file", folder + "/admin-token", "--encryption-key-file", folder + "/encryption-key",
        "--file-repositories", folder, "--allow-loopback",
      ] + arguments)
  }

  /// The address that the command line speaks to; several are separated by commas.
  public var address: String { server }

  /// Changes the address that the command line speaks to.
  public func speak(to address: String) { server = address }

  /// The text of a file that somebody is about to write.
  public func text(of name: String) async throws -> String {
    let path = "\(folder)/\(name)"
    return try await eventually("\(name) is written") {
      let text = try? String(contentsOfFile: path, encoding: .utf8)
      return text?.isEmpty == false ? text : nil
    }
  }

  /// Looks again and again until there is an answer.
  ///
  /// - Parameter limit: for how long; after it the failure shows the programs' logs.
  @discardableResult
  public func eventually<Value: Sendable>(
    _ what: String, within limit: Duration = .seconds(60), _ look: @Sendable () async throws -> Value?
  ) async throws -> Value {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
      if let value = try await look() { return value }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw Failure(description: "never happened: \(what)\n\(logs())")
  }

  /// Runs a command that must end with a code; answers what it wrote.
  @discardableResult
  public func flotilla(_ arguments: String..., exitCode: Int32 = 0) async throws -> String {
    let result = try await run(arguments)
    guard result.exitCode == exitCode else {
      throw Failure(
        description: "flotilla \(arguments.joined(separator: " ")) ended with \(result.exitCode):\n\(result.text)"
          + "\(result.errorText)\n\(logs())")
    }
    return result.text
  }

  /// Runs a command, however it ends.
  public func run(_ arguments: [String]) async throws -> ProgramResult {
    try await Program.run(
      BuiltPrograms.folder + "/flotilla", arguments: arguments, environment: environment, timeLimit: .seconds(180),
      outputLimitBytes: 1 << 20)
  }

  /// Ends all of them.
  public func end() async {
    for program in running.reversed() { await program.terminate(gracePeriod: .seconds(20)) }
  }

  /// The last lines of everybody's output.
  public func logs() -> String {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".log") }.sorted().map { name in
      let text = (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)) ?? ""
      return "── \(name)\n" + text.split(separator: "\n").suffix(20).joined(separator: "\n")
    }.joined(separator: "\n")
  }
}
