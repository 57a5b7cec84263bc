internal import Dispatch

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Musl
#endif

/// Takes Ctrl-C for as long as somebody waits for it, so that a watch can say that the rollout goes on.
enum Interruption {
  /// Returns at Ctrl-C, or when the task is cancelled; gives Ctrl-C back then.
  static func wait() async {
    let (presses, source) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let previous = signal(SIGINT, SIG_IGN)
    let listener = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    listener.setEventHandler { source.yield() }
    listener.resume()
    for await _ in presses { break }
    listener.cancel()
    _ = signal(SIGINT, previous)
  }
}

/// How something that a person waits for ended.
enum Attended<Result: Sendable>: Sendable {
  /// By itself.
  case done(Result)
  /// The time is over.
  case timedOut
  /// Ctrl-C.
  case interrupted
}

/// Runs `work` until it ends, the time is over or Ctrl-C is pressed, whatever comes first.
func attended<Result: Sendable>(
  timeout: Duration?, _ work: @escaping @Sendable () async throws -> Result
) async throws -> Attended<Result> {
  try await withThrowingTaskGroup(of: Attended<Result>.self) { group in
    group.addTask { .done(try await work()) }
    group.addTask {
      await Interruption.wait()
      try Task.checkCancellation()
      return .interrupted
    }
    if let timeout {
      group.addTask {
        try await Task.sleep(for: timeout)
        return .timedOut
      }
    }
    defer { group.cancelAll() }
    guard let first = try await group.next() else { throw CancellationError() }
    return first
  }
}
