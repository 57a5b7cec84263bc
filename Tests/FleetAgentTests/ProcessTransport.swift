import KubeClient
import Synchronization

/// A process between an agent and its API server that can be cut off, and notes what was sent.
final class ProcessTransport: KubeTransport {
  private let inner: any KubeTransport
  private let isGone = Mutex(false)
  private let sent = Mutex<[(method: String, path: String)]>([])

  init(_ inner: any KubeTransport) { self.inner = inner }

  /// From now on nothing gets through, as after `kill -9` or a cut; or again.
  func setGone(_ gone: Bool) { isGone.withLock { $0 = gone } }

  /// What changes something and is no dry run, without the Lease's own requests.
  var writes: [String] {
    sent.withLock { $0.filter { $0.method != "GET" && !$0.path.contains("/leases") }.map { "\($0.method) \($0.path)" } }
  }
  /// What single objects were read.
  var reads: [String] { sent.withLock { $0.filter { $0.method == "GET" }.map(\.path) } }
  var leaseRequests: [String] { sent.withLock { $0.filter { $0.path.contains("/leases") }.map(\.method) } }

  func forget() { sent.withLock { $0 = [] } }

  private func pass(_ request: KubeRequest) throws(KubeError) {
    if isGone.withLock({ $0 }) { throw KubeError(.connection, message: "the process is cut off") }
    if request.query.contains(where: { $0.name == "dryRun" }) { return }
    sent.withLock { $0.append((request.method.rawValue, request.path)) }
  }

  func send(_ request: KubeRequest) async throws(KubeError) -> KubeResponse {
    try pass(request)
    let answer = try await inner.send(request)
    // What is answered after the cut does not arrive.
    if isGone.withLock({ $0 }) { throw KubeError(.connection, message: "the process is cut off") }
    return answer
  }

  func stream(_ request: KubeRequest) async throws(KubeError) -> KubeStream {
    try pass(request)
    return try await inner.stream(request)
  }
}
