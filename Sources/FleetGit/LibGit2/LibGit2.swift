import CLibGit2

/// A call of libgit2 failed.
struct LibGit2Error: Error {
  /// libgit2's return code.
  var code: Int32
  /// libgit2's text.
  var message: String

  /// Whether the thing asked for is simply not there.
  var isNotFound: Bool { code == GIT_ENOTFOUND.rawValue }
}

/// The library's state, which is global to the process.
enum LibGit2 {
  /// How much memory parsed objects may take over all repositories, in bytes.
  private static let cacheLimitBytes = 64 << 20
  /// How large a directory may be to be kept among them: one of 100,000 entries takes some 4 MB.
  private static let treeLimitBytes = 8 << 20

  /// The library's start; evaluated once, before anything else of the library is called.
  private static let started: LibGit2Error? = {
    guard git_libgit2_init() >= 0 else { return lastError(-1) }
    for result in [
      flotilla_git_ignore_configuration_files(), flotilla_git_accept_any_owner(),
      flotilla_git_limit_cache(cacheLimitBytes), flotilla_git_keep_trees(treeLimitBytes),
    ] where result < 0 {
      return lastError(result)
    }
    return nil
  }()

  /// Starts the library unless it is running.
  static func start() throws(LibGit2Error) {
    if let started { throw started }
  }

  /// Turns a return code into an error; must follow the call directly, since the text belongs to the thread.
  @discardableResult
  static func check(_ result: Int32) throws(LibGit2Error) -> Int32 {
    guard result >= 0 else { throw lastError(result) }
    return result
  }

  private static func lastError(_ code: Int32) -> LibGit2Error {
    guard let error = git_error_last(), let text = error.pointee.message else {
      return LibGit2Error(code: code, message: "libgit2 failed with code \(code)")
    }
    return LibGit2Error(code: code, message: String(cString: text))
  }

  /// The object identifier in hexadecimal.
  static func hexadecimal(_ oid: git_oid) -> String {
    let alphabet = Array("0123456789abcdef".utf8)
    return withUnsafeBytes(of: oid) { bytes in
      var text: [UInt8] = []
      text.reserveCapacity(2 * bytes.count)
      for byte in bytes {
        text.append(alphabet[Int(byte >> 4)])
        text.append(alphabet[Int(byte & 15)])
      }
      return String(decoding: text, as: UTF8.self)
    }
  }

  /// The object identifier of 40 hexadecimal characters; nil for other text (this libgit2 knows SHA-1 only).
  static func oid(_ hexadecimal: String) -> git_oid? {
    guard hexadecimal.utf8.count == 40 else { return nil }
    var oid = git_oid()
    return git_oid_fromstr(&oid, hexadecimal) == 0 ? oid : nil
  }
}
