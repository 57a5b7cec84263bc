import FleetPrograms
import FleetTestSupport
import Glibc
import Synchronization

/// The controllers of a fleet, each at an address of its own that it keeps when it is started anew.
final class Controllers: Sendable {
  let urls: [String]
  private let programs: Programs
  private let running: Mutex<[RunningProgram]>

  init(_ count: Int, _ programs: Programs) async throws {
    var urls: [String] = []
    var running: [RunningProgram] = []
    for index in 0..<count {
      running.append(try await programs.controller("controller-\(index)", "--migrate", "auto"))
      urls.append(await programs.address)
    }
    self.urls = urls
    self.programs = programs
    self.running = Mutex(running)
    await programs.speak(to: urls.joined(separator: ","))
  }

  /// Whether the process that was started last is there.
  func lives(_ index: Int) -> Bool { Glibc.kill(running.withLock { $0[index].processID }, 0) == 0 }

  /// Ends a controller at once, as a machine that fails would, and returns when it is gone.
  func kill(_ index: Int) async throws {
    let program = running.withLock { $0[index] }
    program.send(signal: SIGKILL)
    _ = try await program.wait()
  }

  /// Starts one that was killed.
  func start(_ index: Int) async throws {
    let program = try await programs.controller(
      "controller-\(index)", listen: String(urls[index].dropFirst("http://".count)), ["--migrate", "auto"])
    running.withLock { $0[index] = program }
  }
}
