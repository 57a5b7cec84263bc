import FleetPrograms
import Foundation
#if canImport(Glibc)
  import Glibc
#endif
import Testing

@Suite struct ProgramTests {
  @Test func collectsOutputsAndExitCode() async throws {
    let result = try await Program.run(
      "/bin/sh", arguments: ["-c", "cat; printf wrong >&2; exit 7"], input: Array("right".utf8),
      timeLimit: .seconds(20), outputLimitBytes: 100)
    #expect(result == ProgramResult(exitCode: 7, output: Array("right".utf8), errorOutput: Array("wrong".utf8)))
  }

  @Test func inheritsNothingOfTheEnvironment() async throws {
    let bare = try await Program.run("env", timeLimit: .seconds(20), outputLimitBytes: 1000)
    #expect(bare.text == "")
    let given = try await Program.run(
      "env", environment: ["HOME": "/nowhere"], timeLimit: .seconds(20), outputLimitBytes: 1000)
    #expect(given.text == "HOME=/nowhere\n")
  }

  @Test func argumentsReachTheProgramAsTheyAre() async throws {
    let result = try await Program.run(
      "printf", arguments: ["%s|", "a b", "$HOME", "`id`", "*", ""], timeLimit: .seconds(20), outputLimitBytes: 1000)
    #expect(result.text == "a b|$HOME|`id`|*||")
  }

  @Test func runsInTheWorkingFolder() async throws {
    let result = try await Program.run("pwd", workingDirectory: "/usr", timeLimit: .seconds(20), outputLimitBytes: 100)
    #expect(result.text == "/usr\n")
    await #expect(throws: ProgramError.self) {
      try await Program.run("pwd", workingDirectory: "/not/there", timeLimit: .seconds(20), outputLimitBytes: 100)
    }
  }

  @Test func largeOutputArrivesWhole() async throws {
    for _ in 0..<5 {
      let result = try await Program.run(
        "head", arguments: ["-c", "3000000", "/dev/zero"], timeLimit: .seconds(30), outputLimitBytes: 3_000_000)
      #expect(result.output.count == 3_000_000)
    }
  }

  @Test func unreadInputIsNoError() async throws {
    let result = try await Program.run(
      "true", input: Array(repeating: 7, count: 1_000_000), timeLimit: .seconds(20), outputLimitBytes: 10)
    #expect(result.isSuccess)
  }

  @Test func tooMuchOutputKillsTheProgram() async throws {
    await #expect(throws: ProgramError.outputTooLarge(program: "yes", limitBytes: 1000)) {
      try await Program.run("yes", timeLimit: .seconds(20), outputLimitBytes: 1000)
    }
  }

  @Test func theTimeLimitKillsTheWholeGroup() async throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("group-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    await #expect(throws: ProgramError.timedOut(program: "/bin/sh", limit: .seconds(3))) {
      try await Program.run(
        "/bin/sh", arguments: ["-c", "sleep 600 & echo $! > \(file.path); wait"],
        environment: ["PATH": "/usr/bin:/bin"], timeLimit: .seconds(3), outputLimitBytes: 1000)
    }
    let text = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    let grandchild = try #require(Int32(text))
    try await expectGone(grandchild)
  }

  @Test func cancellationKillsTheWholeGroup() async throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("group-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    let task = Task {
      try await Program.run(
        "/bin/sh", arguments: ["-c", "sleep 600 & echo $! > \(file.path); wait"],
        environment: ["PATH": "/usr/bin:/bin"], timeLimit: .seconds(60), outputLimitBytes: 1000)
    }
    let text = try await poll {
      try? String(contentsOf: file, encoding: .utf8)
    } until: {
      $0?.hasSuffix("\n") == true
    }
    let grandchild = try #require(text.flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) })
    task.cancel()
    await #expect(throws: ProgramError.cancelled(program: "/bin/sh")) { try await task.value }
    try await expectGone(grandchild)
  }

  @Test func cancellingAtAnyMomentIsSafe() async throws {
    for round in 0..<60 {
      await withTaskGroup(of: Void.self) { group in
        for (name, arguments) in [("yes", []), ("cat", []), ("sleep", ["600"]), ("true", [])] {
          group.addTask {
            _ = try? await Program.run(
              name, arguments: arguments, input: round % 2 == 0 ? [] : Array("text".utf8),
              timeLimit: .milliseconds(round % 7 * 5), outputLimitBytes: round % 3 == 0 ? 100 : 1_000_000)
          }
        }
        if round % 5 == 0 { group.cancelAll() }
        if round % 5 == 1 {
          await Task.yield()
          group.cancelAll()
        }
      }
    }
  }

  @Test func aMissingProgramNamesWhereItWasLookedFor() async throws {
    do {
      _ = try await Program.run("no-such-program", timeLimit: .seconds(1), outputLimitBytes: 1)
      Issue.record("ran")
    } catch {
      #expect(error == .notFound(program: "no-such-program", searched: ProgramSearch.searchPath()))
      #expect(error.description.contains("/bin"))
    }
    #expect(throws: ProgramError.notFound(program: "/a/b", searched: ["/a"])) { try ProgramSearch.find("/a/b") }
  }

  @Test func givenFoldersComeFirst() throws {
    #expect(try ProgramSearch.find("sh", in: ["/nowhere", "/bin"]) == "/bin/sh")
  }

  @Test func memoryIsLimited() async throws {
    let script = "i=0; x=aaaaaaaaaaaaaaaa; sleep 0.3; while [ $i -lt 22 ]; do x=$x$x; i=$((i+1)); done; echo done"
    let result = try await Program.run(
      "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"], timeLimit: .seconds(30),
      outputLimitBytes: 10_000, memoryLimitBytes: 20_000_000)
    #expect(result.exitCode != 0)
    #expect(result.text != "done\n")
  }
}

@Suite struct RunningProgramTests {
  @Test func startsWritesToTheFileAndEndsOnRequest() async throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("start-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    let running = try await Program.start(
      "/bin/sh", arguments: ["-c", "echo up; trap 'echo down; exit 3' TERM; while :; do sleep 0.05; done"],
      environment: ["PATH": "/usr/bin:/bin"], outputFile: file.path)
    _ = try await poll {
      try? String(contentsOf: file, encoding: .utf8)
    } until: {
      $0 == "up\n"
    }
    #expect(getsid(running.processID) == running.processID)
    await running.terminate(gracePeriod: .seconds(20))
    #expect(try await running.wait() == 3)
    #expect(try String(contentsOf: file, encoding: .utf8) == "up\ndown\n")
    await running.terminate(gracePeriod: .seconds(1))
  }

  @Test func whatDoesNotListenIsKilledWithItsGroup() async throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("start-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    let running = try await Program.start(
      "/bin/sh", arguments: ["-c", "trap '' TERM; echo up; while :; do sleep 600; done"],
      environment: ["PATH": "/usr/bin:/bin"], outputFile: file.path)
    _ = try await poll {
      try? String(contentsOf: file, encoding: .utf8)
    } until: {
      $0 == "up\n"
    }
    await running.terminate(gracePeriod: .milliseconds(200))
    #expect(try await running.wait() == 128 + 9)
  }

  @Test func aStartThatCannotBeIsAnError() async throws {
    await #expect(throws: ProgramError.self) { try await Program.start("no-such-program") }
    await #expect(throws: ProgramError.self) { try await Program.start("true", workingDirectory: "/not/there") }
    await #expect(throws: ProgramError.self) { try await Program.start("true", outputFile: "/not/there/file") }
  }

  @Test(.enabled(if: geteuid() == 0, "only root can run programs as somebody else"))
  func runsAsAnotherUser() async throws {
    let result = try await Program.run(
      "id", arguments: ["-u"], timeLimit: .seconds(20), outputLimitBytes: 100,
      user: ProgramUser(userID: 65534, groupID: 65534))
    #expect(result.text == "65534\n")
  }
}

/// Polls until the condition holds, at most 20 seconds.
func poll<Value>(_ value: () throws -> Value, until condition: (Value) -> Bool) async throws -> Value {
  for _ in 0..<1000 {
    let current = try value()
    if condition(current) { return current }
    try await Task.sleep(for: .milliseconds(20))
  }
  return try value()
}

/// Expects that a process is gone or a zombie, within the polling bound.
func expectGone(_ process: Int32) async throws {
  let state = try await poll {
    (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8))?.split(separator: ")").last
  } until: {
    $0 == nil || $0?.hasPrefix(" Z") == true
  }
  #expect(state == nil || state?.hasPrefix(" Z") == true)
}
