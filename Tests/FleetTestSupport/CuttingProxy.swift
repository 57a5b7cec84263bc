import NIOCore
import NIOPosix
import Synchronization

/// A port of 127.0.0.1 that passes everything on to another one, until its link is made to break.
public final class CuttingProxy: Sendable {
  private let budget = Mutex<Int?>(nil)
  private let passed = Mutex(0)

  /// How many bytes have come back from the server.
  public var answeredBytes: Int { passed.withLock { $0 } }

  /// Breaks the connection that brings the answers' next bytes but this many, once.
  public func cut(after bytes: Int) { budget.withLock { $0 = bytes } }

  /// Runs the body with a proxy before a port.
  public static func with(port: Int, _ body: (CuttingProxy, Int) async throws -> Void) async throws {
    let proxy = CuttingProxy()
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { client in
        ClientBootstrap(group: client.eventLoop).connect(host: "127.0.0.1", port: port).flatMapThrowing { server in
          try server.pipeline.syncOperations.addHandler(Half(to: client, proxy))
          try client.pipeline.syncOperations.addHandler(Half(to: server, nil))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let result: Result<Void, any Error>
    do { result = .success(try await body(proxy, listener.localAddress?.port ?? 0)) } catch { result = .failure(error) }
    try? await listener.close()
    try result.get()
  }

  /// How many of these bytes may pass; nil for all.
  fileprivate func admitted(_ count: Int) -> Int? {
    let limit: Int? = budget.withLock { budget in
      guard let left = budget else { return nil }
      budget = count < left ? left - count : nil
      return count < left ? nil : left
    }
    passed.withLock { $0 += limit ?? count }
    return limit
  }

  /// One direction of a connection; both are on the same event loop.
  private final class Half: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let peer: any Channel
    private let proxy: CuttingProxy?

    /// - Parameter proxy: what counts the answers; nil for the direction of the requests.
    init(to peer: any Channel, _ proxy: CuttingProxy?) {
      self.peer = peer
      self.proxy = proxy
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      var bytes = unwrapInboundIn(data)
      guard let limit = proxy?.admitted(bytes.readableBytes) else {
        peer.writeAndFlush(bytes, promise: nil)
        return
      }
      let (peer, own) = (peer, context.channel)
      peer.writeAndFlush(bytes.readSlice(length: limit) ?? ByteBuffer()).whenComplete { _ in
        peer.close(promise: nil)
        own.close(promise: nil)
      }
    }

    func channelInactive(context: ChannelHandlerContext) { peer.close(promise: nil) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}
