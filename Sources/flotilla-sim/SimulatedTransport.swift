import Foundation
import KubeClient
import KubeSim

import struct KubeClient.KubeRequest
import struct KubeClient.KubeResponse

/// Requests to a simulated cluster of this process, without a socket: token, delays, errors and outages are the scenario's.
struct SimulatedTransport: KubeTransport {
  let cluster: SimulatedCluster

  func send(_ request: KubeRequest) async throws(KubeError) -> KubeResponse {
    let answer = try await respond(request)
    var response = head(of: answer)
    if case .bytes(let bytes) = answer.body { response.body = bytes }
    return response
  }

  func stream(_ request: KubeRequest) async throws(KubeError) -> KubeStream {
    let answer = try await respond(request)
    switch answer.body {
    case .stream(let events): return KubeStream(head: head(of: answer), chunks: Chunks(events: events))
    case .bytes(let bytes):
      let (body, continuation) = AsyncStream.makeStream(of: [UInt8].self)
      continuation.yield(bytes)
      continuation.finish()
      return KubeStream(head: head(of: answer), chunks: Chunks(events: body))
    }
  }

  private func respond(_ request: KubeRequest) async throws(KubeError) -> KubeSim.KubeResponse {
    var call = KubeSim.KubeRequest(
      request.method.rawValue, request.path.removingPercentEncoding ?? request.path,
      query: Dictionary(request.query.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }),
      accept: request.accept, contentType: request.contentType ?? "application/json", userAgent: "flotilla-agent",
      token: cluster.token,
      body: request.body ?? [])
    call.knownVersion = request.knownVersion
    do { return try await cluster.respond(to: call) } catch let outage as SimulatedCluster.Unreachable {
      if outage.hangs { try? await Task.sleep(for: request.timeout) }
      throw KubeError(.connection, message: "cannot reach \(cluster.name): the scenario has it vanish")
    } catch { throw KubeError(.connection, message: "cannot reach \(cluster.name): cancelled") }
  }

  private func head(of answer: KubeSim.KubeResponse) -> KubeResponse {
    KubeResponse(
      status: answer.status, warnings: answer.warnings, retryAfterSeconds: answer.retryAfterSeconds,
      version: answer.version)
  }

  /// A watch's events as pieces of a body that may fail, which this one does not.
  private struct Chunks: AsyncSequence, Sendable {
    let events: AsyncStream<[UInt8]>

    func makeAsyncIterator() -> Iterator { Iterator(events: events.makeAsyncIterator()) }

    struct Iterator: AsyncIteratorProtocol {
      var events: AsyncStream<[UInt8]>.Iterator

      mutating func next() async throws -> [UInt8]? { await events.next() }
    }
  }
}
