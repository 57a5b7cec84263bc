#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The few operations on files that an embedded server needs, with owners and modes.
enum Files {
  static func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while bytes.count < 1 << 20 {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      bytes.append(contentsOf: buffer[..<count])
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Writes a file with mode 0600 and an owner, replacing an older one as a whole.
  static func write(_ text: String, to path: String, owner: (UInt32, UInt32)) throws(EmbeddedPostgresError) {
    let temporary = path + ".new"
    unlink(temporary)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("cannot write \(path)") }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
      fchown(descriptor, owner.0, owner.1) == 0, rename(temporary, path) == 0
    else { throw failure("cannot write \(path)") }
  }

  /// Makes a folder, and the ones above it, when it is not there.
  static func makeFolder(_ path: String, mode: UInt32) throws(EmbeddedPostgresError) {
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else { throw EmbeddedPostgresError("\(path) is not a folder") }
      return
    }
    let parent = parent(of: path)
    if parent != "/" { try makeFolder(parent, mode: 0o755) }
    guard mkdir(path, mode) == 0 || errno == EEXIST else { throw failure("cannot make the folder \(path)") }
    guard chmod(path, mode) == 0 else { throw failure("cannot set the mode of \(path)") }
  }

  /// Makes a folder that only its owner may enter. One that is there must be such a folder, not a link to one.
  static func makePrivateFolder(_ path: String, owner: (UInt32, UInt32)) throws(EmbeddedPostgresError) {
    if mkdir(path, 0o700) == 0 {
      guard chown(path, owner.0, owner.1) == 0 else { throw failure("cannot give \(path) to its user") }
      return
    }
    guard errno == EEXIST else { throw failure("cannot make the folder \(path)") }
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == owner.0,
      status.st_mode & 0o077 == 0
    else {
      throw EmbeddedPostgresError(
        "\(path) is there and is not a folder of mode 0700 of user \(owner.0): remove it, or name another folder")
    }
  }

  /// The first folder on the way to a path that a user may not enter; nil when there is none.
  static func obstacle(to path: String, for user: (UInt32, UInt32)) -> String? {
    var current = ""
    for part in path.split(separator: "/") {
      current += "/" + part
      var status = stat()
      guard stat(current, &status) == 0 else { return nil }
      let mayEnter =
        status.st_uid == user.0
        ? status.st_mode & 0o100 != 0
        : status.st_gid == user.1 ? status.st_mode & 0o010 != 0 : status.st_mode & 0o001 != 0
      if !mayEnter { return current }
    }
    return nil
  }

  /// The folder that holds a file or folder.
  static func parent(of path: String) -> String {
    "/" + path.split(separator: "/").dropLast().joined(separator: "/")
  }

  static func linkTarget(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.baseAddress.map { readlink(path, $0.assumingMemoryBound(to: CChar.self), bytes.count) } ?? -1
    }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }

  private static func failure(_ what: String) -> EmbeddedPostgresError {
    EmbeddedPostgresError("\(what): \(String(cString: strerror(errno)))")
  }
}
