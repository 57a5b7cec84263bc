import FleetModel
import FleetPorts
import NIOPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// LISTEN on a connection of its own, shared by all streams of this process. It needs a direct connection: a pooler in
/// transaction mode drops notifications, and the timers then work alone.
final class SignalHub: Sendable {
  static let workChannel = "flotilla_work"
  static let ordersChannel = "flotilla_orders"
  static let eventsChannel = "flotilla_events"

  private struct State {
    var streams: [Int: AsyncStream<StoreSignal>.Continuation] = [:]
    var nextStream = 0
    var isListening = false
    var isClosed = false
  }

  /// Apart from the hub, so that the listening thread does not keep the hub alive.
  private final class Shared: Sendable {
    let state = Mutex(State())
  }

  private let url: String
  private let thread = NIOThreadPool(numberOfThreads: 1)
  private let shared = Shared()

  init(url: String) {
    self.url = url
    thread.start()
  }

  deinit {
    close()
    thread.shutdownGracefully { _ in }
  }

  /// Ends all streams; the thread ends within half a second.
  func close() {
    let streams = shared.state.withLock { state in
      state.isClosed = true
      defer { state.streams = [:] }
      return state.streams
    }
    for stream in streams.values { stream.finish() }
  }

  /// Ends all streams and returns when the thread has ended.
  func end() async {
    close()
    try? await thread.shutdownGracefully()
  }

  /// A stream of signals from now on: the server has acknowledged the LISTEN when this returns.
  func subscribe() async throws(StoreError) -> AsyncStream<StoreSignal> {
    if let stream = try add(needsListener: true) { return stream }
    let result: Result<Void, any Error>
    do {
      result = try await thread.runIfActive { [shared, url, thread] in
        Result {
          // Another caller may have come first while this one waited for the thread.
          if shared.state.withLock({ $0.isListening }) { return }
          let connection = try Connection(url: url)
          for channel in [Self.workChannel, Self.ordersChannel, Self.eventsChannel] {
            try connection.script("LISTEN \(channel)")
          }
          shared.state.withLock { $0.isListening = true }
          thread.submit { state in
            if case .active = state { Self.listen(connection, shared) }
          }
        }
      }
    } catch {
      throw StoreError(.unavailable, "the store is closed, or the work was cancelled")
    }
    if case .failure(let error) = result {
      throw (error as? DatabaseError)?.storeError ?? StoreError(.unavailable, "\(error)")
    }
    guard let stream = try add(needsListener: false) else {
      throw StoreError(.unavailable, "the connection for signals broke at once")
    }
    return stream
  }

  private func add(needsListener: Bool) throws(StoreError) -> AsyncStream<StoreSignal>? {
    let (stream, continuation) = AsyncStream.makeStream(
      of: StoreSignal.self, bufferingPolicy: .bufferingNewest(4_096))
    let outcome: (number: Int?, isClosed: Bool) = shared.state.withLock { state in
      guard !state.isClosed, state.isListening else { return (nil, state.isClosed) }
      state.nextStream += 1
      state.streams[state.nextStream] = continuation
      return (state.nextStream, false)
    }
    if outcome.isClosed { throw StoreError(.unavailable, "the store is closed") }
    guard let number = outcome.number else { return nil }
    continuation.onTermination = { [weak shared] _ in
      shared?.state.withLock { state in _ = state.streams.removeValue(forKey: number) }
    }
    return stream
  }

  private static func listen(_ connection: Connection, _ shared: Shared) {
    while !shared.state.withLock({ $0.isClosed }) {
      var waited = pollfd(fd: connection.socket, events: Int16(POLLIN), revents: 0)
      guard poll(&waited, 1, 500) > 0 else { continue }
      guard let notifications = try? connection.notifications(), connection.isHealthy else { break }
      let signals = notifications.compactMap { signal($0.channel, $0.payload) }
      let streams = shared.state.withLock { $0.streams.values.map { $0 } }
      for signal in signals {
        for stream in streams { stream.yield(signal) }
      }
    }
    let streams = shared.state.withLock { state in
      state.isListening = false
      defer { state.streams = [:] }
      return state.streams
    }
    for stream in streams.values { stream.finish() }
  }

  private static func signal(_ channel: String, _ payload: String) -> StoreSignal? {
    switch channel {
    case workChannel: WorkKind(rawValue: payload).map { .work($0) }
    case ordersChannel: .orders(payload.split(separator: ",").compactMap { Int64($0) }.map { ClusterID($0) })
    case eventsChannel: .events
    default: nil
    }
  }
}
