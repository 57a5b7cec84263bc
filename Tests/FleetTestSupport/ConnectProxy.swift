import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A proxy on 127.0.0.1 that makes connections, asked by HTTP's CONNECT or by SOCKS 5, and notes what it was asked for.
public final class ConnectProxy: Sendable {
  private let asked = Mutex<[String]>([])
  /// What the head of a request must contain.
  public let wanted: String

  /// The heads of all requests, in order.
  public var heads: [String] { asked.withLock { $0 } }

  private init(wanted: String) { self.wanted = wanted }

  /// Runs the body with a proxy's port.
  public static func with(wanted: String = "", _ body: (ConnectProxy, Int) async throws -> Void) async throws {
    let proxy = ConnectProxy(wanted: wanted)
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Head(proxy)) }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let result: Result<Void, any Error>
    do { result = .success(try await body(proxy, listener.localAddress?.port ?? 0)) } catch { result = .failure(error) }
    try? await listener.close()
    try result.get()
  }

  /// Reads the head of a CONNECT or the two questions of SOCKS, and becomes a relay.
  private final class Head: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let proxy: ConnectProxy
    private var text = ""

    init(_ proxy: ConnectProxy) { self.proxy = proxy }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let bytes = unwrapInboundIn(data)
      let first = Array(bytes.readableBytesView)
      if text.isEmpty, first.first == 5 { return socks(first, context) }
      text += String(buffer: bytes)
      guard text.hasSuffix("\r\n\r\n") else { return }
      proxy.asked.withLock { $0.append(text) }
      let place = text.split(separator: " ").dropFirst().first?.split(separator: ":") ?? []
      guard text.hasPrefix("CONNECT "), text.lowercased().contains(proxy.wanted.lowercased()), place.count == 2,
        let port = Int(place[1])
      else {
        context.writeAndFlush(
          wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 407 no\r\ncontent-length: 0\r\n\r\n")), promise: nil)
        return
      }
      relay(context, to: port, answer: Array("HTTP/1.1 200 connected\r\n\r\n".utf8))
    }

    /// A greeting is answered with "no user needed", a request with a connection.
    private func socks(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
      guard bytes.count > 4, bytes[2] == 0 else {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [5, 0])), promise: nil)
        return
      }
      let port = Int(bytes[bytes.count - 2]) << 8 | Int(bytes[bytes.count - 1])
      proxy.asked.withLock { $0.append("SOCKS \(port)") }
      relay(context, to: port, answer: [5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    }

    private func relay(_ context: ChannelHandlerContext, to port: Int, answer: [UInt8]) {
      let client = context.channel
      ClientBootstrap(group: context.eventLoop).connect(host: "127.0.0.1", port: port).assumeIsolated()
        .flatMapThrowing { server in
          try server.pipeline.syncOperations.addHandler(Relay(to: client))
          try client.pipeline.syncOperations.addHandler(Relay(to: server))
          _ = client.pipeline.syncOperations.removeHandler(self)
          client.writeAndFlush(ByteBuffer(bytes: answer), promise: nil)
        }.whenFailure { _ in client.close(promise: nil) }
    }
  }

  private final class Relay: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let peer: any Channel

    init(to peer: any Channel) { self.peer = peer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      peer.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { peer.close(promise: nil) }
  }
}
