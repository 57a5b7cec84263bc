import Subprocess
import SystemPackage

/// Child processes with limits. There is never a shell: arguments reach the program as they are.
public enum Program {
  /// Runs a program to its end and collects what it writes.
  ///
  /// The program is the leader of a session of its own, so that it and everything it started can be killed together:
  /// at the time limit, over the output limit, and when the calling task is cancelled. Killing is by SIGKILL and at
  /// once: a program that has used up its time gets no say in when it ends.
  ///
  /// - Parameters:
  ///   - program: a path when it contains `/`, else a name that ``ProgramSearch`` finds in this process's PATH.
  ///   - arguments: the arguments, without the program's own name.
  ///   - environment: the whole environment; nothing of this process's own is inherited.
  ///   - workingDirectory: where it runs; nil for this process's own.
  ///   - input: its standard input, which ends after it; nothing when empty.
  ///   - timeLimit: how long it may run.
  ///   - outputLimitBytes: how much it may write, for standard output and standard error each.
  ///   - memoryLimitBytes: how much private writable memory each of its processes may have; nil for no limit. The limit
  ///     is set by util-linux's `prlimit`, which must be installed then.
  ///   - user: whom it runs as; nil for this process's own user. It is changed by util-linux's `setpriv`.
  /// - Throws: ``ProgramError``; an exit code other than 0 is a result.
  public static func run(
    _ program: String, arguments: [String] = [], environment: [String: String] = [:],
    workingDirectory: String? = nil, input: [UInt8] = [], timeLimit: Duration, outputLimitBytes: Int,
    memoryLimitBytes: Int? = nil, user: ProgramUser? = nil
  ) async throws(ProgramError) -> ProgramResult {
    let configuration = try configuration(
      program, arguments: arguments, environment: environment, workingDirectory: workingDirectory,
      memoryLimitBytes: memoryLimitBytes, user: user)
    let outcome: Outcome
    do {
      outcome = try await withThrowingTaskGroup(of: Outcome.self) { group in
        group.addTask { try await finish(configuration, input: input, outputLimitBytes: outputLimitBytes) }
        group.addTask {
          try await Task.sleep(for: timeLimit)
          return .timedOut
        }
        let first = try await group.next() ?? .timedOut
        group.cancelAll()
        // Leaving waits for the killed child, so that nothing of it is left when the caller goes on.
        return first
      }
    } catch {
      if Task.isCancelled { throw .cancelled(program: program) }
      throw programError(error, program: program, outputLimitBytes: outputLimitBytes)
    }
    if Task.isCancelled { throw .cancelled(program: program) }
    switch outcome {
    case .finished(let result): return result
    case .timedOut: throw .timedOut(program: program, limit: timeLimit)
    }
  }

  private enum Outcome: Sendable {
    case finished(ProgramResult)
    case timedOut
  }

  private static func finish(
    _ configuration: Configuration, input: [UInt8], outputLimitBytes: Int
  ) async throws -> Outcome {
    let output = BytesOutput.bytes(limit: outputLimitBytes)
    let errorOutput = BytesOutput.bytes(limit: outputLimitBytes)
    let file = input.isEmpty ? nil : try InputFile(input)
    defer { try? file?.descriptor.close() }
    // Without input the child reads /dev/null, with input a file: two types for the library, one result for us.
    let result: ProgramResult
    if let file {
      let standardInput = FileDescriptorInput.fileDescriptor(file.descriptor, closeAfterSpawningProcess: false)
      let finished = try await Subprocess.run(configuration, input: standardInput, output: output, error: errorOutput)
      result = ProgramResult(
        exitCode: exitCode(finished.terminationStatus), output: finished.standardOutput,
        errorOutput: finished.standardError)
    } else {
      let finished = try await Subprocess.run(configuration, input: .none, output: output, error: errorOutput)
      result = ProgramResult(
        exitCode: exitCode(finished.terminationStatus), output: finished.standardOutput,
        errorOutput: finished.standardError)
    }
    return .finished(result)
  }

  static func exitCode(_ status: TerminationStatus) -> Int32 {
    switch status {
    case .exited(let code): code
    case .signaled(let signal): 128 + signal
    }
  }

  static func configuration(
    _ program: String, arguments: [String], environment: [String: String], workingDirectory: String?,
    memoryLimitBytes: Int? = nil, user: ProgramUser?
  ) throws(ProgramError) -> Configuration {
    var path = try ProgramSearch.find(program)
    var arguments = arguments
    if let memoryLimitBytes {
      // RLIMIT_DATA counts private writable memory; RLIMIT_AS would count what Go programs reserve and never touch.
      // `prlimit` sets it and becomes the program, so that there is no moment without the limit.
      arguments = ["--data=\(memoryLimitBytes)", "--", path] + arguments
      path = try ProgramSearch.find("prlimit")
    }
    if let user {
      // Between fork and exec glibc's setgroups and setuid wait for all threads that the parent had, and for ever for one
      // that was just being made. `setpriv` has one thread, and becomes the program.
      arguments = ["--reuid=\(user.userID)", "--regid=\(user.groupID)", "--clear-groups", "--", path] + arguments
      path = try ProgramSearch.find("setpriv")
    }
    var options = PlatformOptions()
    options.createSession = true
    options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)]
    var variables: [Environment.Key: String] = [:]
    for (name, value) in environment { variables[Environment.Key(stringLiteral: name)] = value }
    return Configuration(
      executable: .path(FilePath(path)), arguments: Arguments(arguments), environment: .custom(variables),
      workingDirectory: workingDirectory.map { FilePath($0) }, platformOptions: options)
  }

  static func programError(_ error: any Error, program: String, outputLimitBytes: Int) -> ProgramError {
    switch error {
    case let error as ProgramError: error
    case let error as ProgramInputError: .startFailed(program: program, reason: error.reason)
    case let error as SubprocessError where error.code == .outputLimitExceeded:
      .outputTooLarge(program: program, limitBytes: outputLimitBytes)
    case let error as SubprocessError where error.code == .failedToChangeWorkingDirectory:
      .startFailed(program: program, reason: "its working folder does not exist or may not be entered")
    case is CancellationError: .cancelled(program: program)
    default: .startFailed(program: program, reason: "\(error)")
    }
  }
}
