import Glibc

/// Files that only their owner may read: the encryption key and the first token.
public enum PrivateFile {
  /// The content of a file; nil when there is none.
  ///
  /// - Throws: ``SecretError`` when it cannot be read, is larger than 64 KiB, or others may read or write it.
  public static func read(_ path: String) throws(SecretError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw SecretError("cannot read \(path): \(reason())")
    }
    defer { close(descriptor) }
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { throw SecretError("cannot read \(path): \(reason())") }
    guard information.st_mode & 0o077 == 0 else {
      throw SecretError("others may read \(path); make it private with: chmod 600 \(path)")
    }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw SecretError("cannot read \(path): \(reason())") }
      if count == 0 { return content }
      content += buffer[..<count]
      guard content.count <= 65_536 else { throw SecretError("\(path) is larger than 64 KiB") }
    }
  }

  /// Makes a file with mode 0600, whole or not at all; false when there is one already, which is left as it is.
  ///
  /// - Throws: ``SecretError`` when it cannot be written.
  public static func create(_ path: String, content: [UInt8]) throws(SecretError) -> Bool {
    let draft = "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SecretError("cannot write \(draft): \(reason())") }
    defer {
      close(descriptor)
      unlink(draft)
    }
    var rest = content[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SecretError("cannot write \(draft): \(reason())") }
      rest = rest.dropFirst(count)
    }
    guard fsync(descriptor) == 0 else { throw SecretError("cannot write \(draft): \(reason())") }
    // A hard link appears whole, and fails when somebody else was first: two controllers starting in one folder agree.
    guard link(draft, path) == 0 else {
      if errno == EEXIST { return false }
      throw SecretError("cannot write \(path): \(reason())")
    }
    return true
  }

  /// Removes a file; one that is not there is no error.
  public static func remove(_ path: String) { unlink(path) }

  private static func reason() -> String { String(cString: strerror(errno)) }
}
