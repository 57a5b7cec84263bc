import NIOCore
import NIOPosix
import Synchronization

/// Stands on a port of 127.0.0.1 between controllers and PostgreSQL's socket, and makes the way slow or unreliable.
final class DatabaseProxy: Sendable {
  private struct State {
    var delay = Duration.zero
    var cutEvery = 0
    var commits = 0
    var cuts = 0
  }

  /// What becomes of what a client sends.
  enum Verdict {
    case forward
    /// The connection breaks before it arrives.
    case drop
    /// It arrives, and the connection breaks before the answer is back.
    case forwardAndDropTheAnswer
  }

  private let state = Mutex(State())
  private let listener: any Channel

  /// The port that clients connect to.
  var port: Int { listener.localAddress?.port ?? 0 }
  /// How many transactions were cut off so far.
  var cuts: Int { state.withLock { $0.cuts } }

  private init(listener: any Channel, relay: Relay.Connector) {
    self.listener = listener
    relay.proxy.withLock { $0 = self }
  }

  /// Runs the body with a proxy before a socket, and closes it and its connections afterwards.
  static func with<Value>(socket: String, _ body: (DatabaseProxy) async throws -> Value) async throws -> Value {
    let connector = Relay.Connector(socket: socket)
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { connector.connect($0) }
      .bind(host: "127.0.0.1", port: 0).get()
    let proxy = DatabaseProxy(listener: listener, relay: connector)
    let result: Result<Value, any Error>
    do { result = .success(try await body(proxy)) } catch { result = .failure(error) }
    try? await listener.close()
    return try result.get()
  }

  /// Makes everything take so much longer, there and back each.
  func delay(_ delay: Duration) { state.withLock { $0.delay = delay } }

  /// Cuts the connection at every so many commits, in turn before the commit arrives and after; 0 for never.
  func cut(every count: Int) { state.withLock { $0.cutEvery = count } }

  var delay: Duration { state.withLock { $0.delay } }

  func verdict(_ bytes: ByteBuffer) -> Verdict {
    guard bytes.readableBytesView.firstRange(of: Array("COMMIT\0".utf8)) != nil else { return .forward }
    return state.withLock { state in
      state.commits += 1
      guard state.cutEvery > 0, state.commits.isMultiple(of: state.cutEvery) else { return .forward }
      state.cuts += 1
      return state.cuts.isMultiple(of: 2) ? .forwardAndDropTheAnswer : .drop
    }
  }
}

/// One direction of a connection; both are on the same event loop.
private final class Relay: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  /// Connects clients to the server; an object of its own, because the listener is there before the proxy.
  final class Connector: Sendable {
    let socket: String
    let proxy = Mutex<DatabaseProxy?>(nil)

    init(socket: String) { self.socket = socket }

    func connect(_ client: any Channel) -> EventLoopFuture<Void> {
      ClientBootstrap(group: client.eventLoop).connect(unixDomainSocketPath: socket).flatMapThrowing { server in
        try server.pipeline.syncOperations.addHandler(Relay(to: client, isFromClient: false, self))
        try client.pipeline.syncOperations.addHandler(Relay(to: server, isFromClient: true, self))
      }
    }
  }

  private let peer: any Channel
  private let isFromClient: Bool
  private let connector: Connector
  private var lastDue = NIODeadline.now()

  init(to peer: any Channel, isFromClient: Bool, _ connector: Connector) {
    self.peer = peer
    self.isFromClient = isFromClient
    self.connector = connector
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    guard let proxy = connector.proxy.withLock({ $0 }) else { return }
    let verdict = isFromClient ? proxy.verdict(bytes) : .forward
    if verdict == .drop {
      context.close(promise: nil)
      return
    }
    // Never before what was sent before it under a longer delay.
    lastDue = max(lastDue, .now() + TimeAmount(proxy.delay))
    let client = context.channel
    context.eventLoop.scheduleTask(deadline: lastDue) { [peer] in
      peer.writeAndFlush(bytes, promise: nil)
      if verdict == .forwardAndDropTheAnswer { client.close(promise: nil) }
    }
  }

  func channelInactive(context: ChannelHandlerContext) { peer.close(promise: nil) }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
