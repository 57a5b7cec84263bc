import FoundationEssentials
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A token in a file that somebody renews; it is read again whenever the file is another one than before.
public final class TokenFile: Sendable {
  /// The file.
  public let path: String
  /// What to send while the file cannot be read; nil for an error.
  private let fallback: String?
  private let kept = Mutex<(token: String, stamp: Stamp)?>(nil)

  /// Tells one content of a file from the next: the kubelet puts another file under the name.
  private struct Stamp: Equatable {
    var device: UInt64
    var file: UInt64
    var bytes: Int64
    var seconds: Int64
    var nanoseconds: Int64

    init?(path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      device = UInt64(status.st_dev)
      file = UInt64(status.st_ino)
      bytes = Int64(status.st_size)
      seconds = Int64(status.st_mtim.tv_sec)
      nanoseconds = Int64(status.st_mtim.tv_nsec)
    }
  }

  /// Wraps a file; it is read at the first use.
  public init(path: String, fallback: String? = nil) {
    self.path = path
    self.fallback = fallback
  }

  /// The token.
  ///
  /// - Parameter mayBeKept: whether one that was read from the file as it is now may be used again.
  /// - Throws: a `KubeError` of kind `credentials` naming the file when it cannot be read or is empty, and never could
  ///   be.
  func current(mayBeKept: Bool = true) throws(KubeError) -> String {
    let stamp = Stamp(path: path)
    if mayBeKept, let stamp, let known = kept.withLock({ $0 }), known.stamp == stamp { return known.token }
    let token = FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self).filter { !$0.isWhitespace }
    }
    if let stamp, let token, !token.isEmpty {
      kept.withLock { $0 = (token, stamp) }
      return token
    }
    // Between two files there may be none for a moment.
    if let known = kept.withLock({ $0?.token }) ?? fallback { return known }
    throw KubeError(
      .credentials,
      message: token == nil
        ? "the token file \(path) cannot be read; is it mounted, and readable for this user?"
        : "the token file \(path) is empty")
  }
}
