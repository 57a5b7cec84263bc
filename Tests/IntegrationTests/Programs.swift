import FleetPrograms
import Foundation

/// The programs of one test, with their files in one folder.
actor Programs {
  let folder: String
  private let database: String
  private var running: [RunningProgram] = []
  private var server = ""

  struct Failure: Error, CustomStringConvertible { var description: String }

  init(folder: String, database: String) {
    self.folder = folder
    self.database = database
  }

  private var environment: [String: String] {
    [
      "PATH": ProgramSearch.searchPath().joined(separator: ":"), "HOME": folder, "FLOTILLA_DATABASE": database,
      "FLOTILLA_SERVER": server, "FLOTILLA_TOKEN_FILE": folder + "/admin-token",
    ]
  }

  @discardableResult
  func start(_ program: String, _ arguments: [String]) async throws -> RunningProgram {
    let started = try await Program.start(
      "\(DemoTests.programs)/\(program)", arguments: arguments, environment: environment,
      outputFile: folder + "/\(running.count)-\(program).log")
    running.append(started)
    return started
  }

  /// Starts a controller, which is the one that the command line speaks to from now on.
  @discardableResult
  func controller(_ name: String) async throws -> RunningProgram {
    let started = try await start(
      "flotilla-controller",
      [
        "--data-dir", "\(folder)/\(name)", "--listen", "127.0.0.1:0", "--url-file", "\(folder)/\(name)-url",
        "--token-file", folder + "/admin-token", "--encryption-key-file", folder + "/encryption-key",
        "--file-repositories", folder, "--allow-loopback",
      ])
    server = try await text(of: "\(name)-url").trimmingCharacters(in: .whitespacesAndNewlines)
    return started
  }

  /// The text of a file that somebody is about to write.
  func text(of name: String) async throws -> String {
    let end = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < end {
      if let text = try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8), !text.isEmpty { return text }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw Failure(description: "\(name) was never written\n\(logs())")
  }

  /// Runs a command that must end with a code; answers what it wrote.
  @discardableResult
  func flotilla(_ arguments: String..., exitCode: Int32 = 0) async throws -> String {
    let result = try await run(arguments)
    guard result.exitCode == exitCode else {
      throw Failure(
        description: "flotilla \(arguments.joined(separator: " ")) ended with \(result.exitCode):\n\(result.text)"
          + "\(result.errorText)\n\(logs())")
    }
    return result.text
  }

  /// Runs a command, however it ends.
  func run(_ arguments: [String]) async throws -> ProgramResult {
    try await Program.run(
      DemoTests.programs + "/flotilla", arguments: arguments, environment: environment, timeLimit: .seconds(180),
      outputLimitBytes: 1 << 20)
  }

  func end() async {
    for program in running.reversed() { await program.terminate(gracePeriod: .seconds(20)) }
  }

  private func logs() -> String {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".log") }.sorted().map { name in
      let text = (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)) ?? ""
      return "── \(name)\n" + text.split(separator: "\n").suffix(20).joined(separator: "\n")
    }.joined(separator: "\n")
  }
}
