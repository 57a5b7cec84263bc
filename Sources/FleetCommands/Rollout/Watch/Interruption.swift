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
