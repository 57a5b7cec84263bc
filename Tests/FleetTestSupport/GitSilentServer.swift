#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A server on 127.0.0.1 that lets clients connect and never answers.
public final class GitSilentServer: Sendable {
  /// The server's port.
  public let port: Int
  private let socketDescriptor: Int32

  /// Starts listening; nil when no socket is to be had.
  public init?() {
    guard let (descriptor, port) = listeningSocket() else { return nil }
    socketDescriptor = descriptor
    self.port = port
  }

  deinit { close(socketDescriptor) }
}

/// A socket that listens on a free port of 127.0.0.1. The kernel takes the connections; nobody reads them.
func listeningSocket() -> (descriptor: Int32, port: Int)? {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  guard descriptor >= 0 else { return nil }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let result = withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Int32 in
      guard bind(descriptor, address, length) == 0, listen(descriptor, 64) == 0 else { return -1 }
      return getsockname(descriptor, address, &length)
    }
  }
  guard result == 0 else {
    close(descriptor)
    return nil
  }
  return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
}

/// Whether somebody listens on a port of 127.0.0.1.
func isListening(_ port: Int) -> Bool {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  guard descriptor >= 0 else { return false }
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  address.sin_port = UInt16(port).bigEndian
  return withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
    }
  }
}
