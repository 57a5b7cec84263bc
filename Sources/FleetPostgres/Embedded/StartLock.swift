#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Two controllers that start the server of one folder at once wait for each other. The kernel drops the lock when its
/// process ends.
struct StartLock {
  private let descriptor: Int32

  static func take(_ path: String) async throws(EmbeddedPostgresError) -> StartLock {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw EmbeddedPostgresError("cannot open \(path): \(String(cString: strerror(errno)))")
    }
    let end = ContinuousClock.now.advanced(by: .seconds(120))
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard ContinuousClock.now < end, !Task.isCancelled else {
        close(descriptor)
        throw EmbeddedPostgresError("another process has been starting the database for two minutes; it holds \(path)")
      }
      try? await Task.sleep(for: .milliseconds(50))
    }
    return StartLock(descriptor: descriptor)
  }

  func release() { close(descriptor) }
}
