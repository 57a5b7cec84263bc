#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Subprocess
import SystemPackage

extension Program {
  /// Starts a program that goes on running, for example a server; it outlives this process unless it is terminated.
  ///
  /// The program is the leader of a session of its own: no signal of this process's terminal reaches it. Its standard
  /// input is empty; what it writes is appended to a file, since nobody may be there to read it.
  ///
  /// - Parameters:
  ///   - program: a path when it contains `/`, else a name that ``ProgramSearch`` finds in this process's PATH.
  ///   - arguments: the arguments, without the program's own name.
  ///   - environment: the whole environment; nothing of this process's own is inherited.
  ///   - workingDirectory: where it runs; nil for this process's own.
  ///   - outputFile: the file that standard output and standard error are appended to, made with mode 0600 when it is
  ///     not there; nil to throw both away.
  ///   - user: whom it runs as; nil for this process's own user.
  /// - Throws: ``ProgramError/notFound(program:searched:)`` or ``ProgramError/startFailed(program:reason:)``.
  public static func start(
    _ program: String, arguments: [String] = [], environment: [String: String] = [:],
    workingDirectory: String? = nil, outputFile: String? = nil, user: ProgramUser? = nil
  ) async throws(ProgramError) -> RunningProgram {
    var configuration = try configuration(
      program, arguments: arguments, environment: environment, workingDirectory: workingDirectory, user: user)
    // A task that ends with this process must not take the child along; `terminate` signals the group itself.
    configuration.platformOptions.teardownSequence = []
    let file: FileDescriptor
    do {
      file = try FileDescriptor.open(
        FilePath(outputFile ?? "/dev/null"), .writeOnly, options: [.append, .create, .closeOnExec],
        permissions: .ownerReadWrite)
    } catch {
      throw .startFailed(program: program, reason: "\(outputFile ?? "/dev/null") cannot be written: \(error)")
    }
    let started = AsyncStream<pid_t>.makeStream()
    // The library's child lives inside one call, the handle outlives ours: its task belongs to the handle.
    let task = Task { [configuration] () -> Result<Int32, ProgramError> in
      defer { started.continuation.finish() }
      do {
        let finished = try await Subprocess.run(
          configuration, input: .none, output: .fileDescriptor(file, closeAfterSpawningProcess: false),
          error: .fileDescriptor(file, closeAfterSpawningProcess: false)
        ) { started.continuation.yield($0.processIdentifier.value) }
        return .success(exitCode(finished.terminationStatus))
      } catch {
        return .failure(programError(error, program: program, outputLimitBytes: 0))
      }
    }
    var process: pid_t?
    // An unstructured wait: a start that was begun ends with a handle or an error also when the caller is cancelled.
    let first = Task { await started.stream.first { _ in true } }
    process = await first.value
    try? file.close()
    guard let process else {
      if case .failure(let error) = await task.value { throw error }
      throw .startFailed(program: program, reason: "it ended at once")
    }
    return RunningProgram(program: program, processID: process, task: task)
  }
}

/// A program that ``Program/start(_:arguments:environment:workingDirectory:outputFile:user:)`` started. Dropping the
/// handle leaves the program running.
public final class RunningProgram: Sendable {
  /// The program, as the caller named it.
  public let program: String
  /// The process, which leads a process group of the same number.
  public let processID: Int32
  private let task: Task<Result<Int32, ProgramError>, Never>

  init(program: String, processID: Int32, task: Task<Result<Int32, ProgramError>, Never>) {
    self.program = program
    self.processID = processID
    self.task = task
  }

  /// Waits until the program has ended; the exit code as in ``ProgramResult/exitCode``.
  ///
  /// - Throws: ``ProgramError`` when its end could not be observed.
  public func wait() async throws(ProgramError) -> Int32 { try await task.value.get() }

  /// Sends a signal to the program alone; nothing happens when it has ended.
  public func send(signal: Int32) { kill(processID, signal) }

  /// Asks the program to end (SIGTERM to it alone: servers tell their own children), kills its whole group when the
  /// grace period is over, and returns when it has ended. Safe to call again.
  ///
  /// - Parameters:
  ///   - gracePeriod: how long it may take.
  ///   - signal: what asks it to end, SIGTERM (15) if not given; SIGINT (2) is PostgreSQL's fast shutdown.
  public func terminate(gracePeriod: Duration, signal: Int32 = 15) async {
    let isEnded = Flag()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [task] in
        _ = await task.value
        isEnded.set()
      }
      group.addTask { [processID] in
        guard !isEnded.isSet else { return }
        kill(processID, signal)
        // Polls instead of sleeping once, so that a cancelled caller still gives the program its grace period.
        let end = ContinuousClock.now.advanced(by: gracePeriod)
        while !isEnded.isSet, ContinuousClock.now < end {
          await Task { try? await Task.sleep(for: .milliseconds(10)) }.value
        }
        if !isEnded.isSet { kill(-processID, SIGKILL) }
      }
    }
  }
}
