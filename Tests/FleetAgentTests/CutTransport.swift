import KubeClient
import Synchronization

/// An agent that is gone after some requests, as by `kill -9`: nothing it wanted afterwards reaches the cluster.
final class CutTransport: KubeTransport {
  private let inner: any KubeTransport
  private let left: Mutex<Int>
  private let gone: AsyncStream<Void>.Continuation
  /// Ends when the agent is gone.
  let end: AsyncStream<Void>

  /// How many requests came so far.
  var count: Int { asked.withLock { $0 } }
  private let asked = Mutex(0)

  init(_ inner: any KubeTransport, after count: Int) {
    self.inner = inner
    left = Mutex(count)
    (end, gone) = AsyncStream.makeStream()
  }

  func send(_ request: KubeRequest) async throws(KubeError) -> KubeResponse {
    try pass()
    return try await inner.send(request)
  }

  func stream(_ request: KubeRequest) async throws(KubeError) -> KubeStream {
    try pass()
    return try await inner.stream(request)
  }

  private func pass() throws(KubeError) {
    asked.withLock { $0 += 1 }
    let isThere = left.withLock { left in
      left -= 1
      return left >= 0
    }
    guard isThere else {
      gone.finish()
      throw KubeError(.connection, message: "the process is gone")
    }
  }
}
