import FleetPorts

/// The folder that mirrors and scratch files live in; locked while this object lives, so that no two processes write
/// to one mirror.
final class DataFolder: Sendable {
  let path: String
  private let lock: Int32

  /// git's only configuration file.
  ///
  /// `gc.autoDetach`: nothing may outlive its call. `core.hooksPath`: a mirror has no hooks, and none that appears in
  /// it may run. `http.lowSpeed…`: a transfer that stands still ends before its time limit. `safe.directory`: the
  /// operator allowed the folders of `file://` repositories, whoever owns them.
  private static let configuration = """
    [core]
    \thooksPath = /dev/null
    \taskPass =
    \tfsmonitor = false
    [advice]
    \tfetchShowForcedUpdates = false
    [credential]
    \thelper =
    \tinteractive = false
    [fetch]
    \trecurseSubmodules = false
    [submodule]
    \trecurse = false
    [gc]
    \tautoDetach = false
    [maintenance]
    \tauto = false
    [protocol]
    \tallow = never
    \tversion = 2
    [http]
    \tlowSpeedLimit = 1000
    \tlowSpeedTime = 60
    [safe]
    \tdirectory = *

    """

  /// Answers git's question for a user name or password, if the question is for the server that the credential
  /// belongs to: a redirect to another server gets nothing.
  private static let askPassScript = """
    #!/bin/sh
    case "$1" in
      "Username for '$FLOTILLA_GIT_SCHEME://"*"@$FLOTILLA_GIT_AUTHORITY': " | \\
      "Username for '$FLOTILLA_GIT_SCHEME://$FLOTILLA_GIT_AUTHORITY': ")
        printf '%s\\n' "$FLOTILLA_GIT_USER" ;;
      "Password for '$FLOTILLA_GIT_SCHEME://"*"@$FLOTILLA_GIT_AUTHORITY': " | \\
      "Password for '$FLOTILLA_GIT_SCHEME://$FLOTILLA_GIT_AUTHORITY': ")
        printf '%s\\n' "$FLOTILLA_GIT_PASSWORD" ;;
      *) exit 1 ;;
    esac

    """

  /// Makes what is missing, removes what a killed process left behind and takes the lock.
  ///
  /// - Throws: ``SourceError`` with code `invalid` when the folder cannot be used or another process uses it.
  init(_ path: String) throws(SourceError) {
    do throws(Files.Failure) {
      (self.path, lock) = try Self.open(path)
    } catch {
      throw SourceError(
        .invalid, "the folder for Git mirrors cannot be used: \(error.path): \(error.reason)",
        hint: "give every controller a writable folder of its own")
    }
  }

  private static func open(_ path: String) throws(Files.Failure) -> (path: String, lock: Int32) {
    guard !path.utf8.contains(where: { $0 < 32 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") }) else {
      throw Files.Failure(path: path, reason: "its name holds quotes or control characters")
    }
    try Files.makeFolder(path)
    guard let canonical = Files.canonical(path) else { throw Files.Failure(path: path, reason: "it vanished") }
    guard let lock = try Files.lock(canonical + "/lock") else {
      throw Files.Failure(path: path, reason: "another process uses it")
    }
    do {
      for name in ["scratch", "home"] { Files.removeTree(canonical + "/" + name) }
      for name in ["gitconfig", "askpass"] { Files.removeFile(canonical + "/" + name) }
      for name in ["scratch", "home", "mirrors"] { try Files.makeFolder(canonical + "/" + name) }
      try Files.write(configuration, to: canonical + "/gitconfig")
      try Files.write(askPassScript, to: canonical + "/askpass", mode: 0o700)
    } catch {
      Files.unlock(lock)
      throw error
    }
    return (canonical, lock)
  }

  deinit { Files.unlock(lock) }

  var configurationFile: String { path + "/gitconfig" }
  var askPassFile: String { path + "/askpass" }
  var home: String { path + "/home" }
  var mirrors: String { path + "/mirrors" }

  /// Makes a new folder for one fetch's files.
  func makeScratchFolder() throws(Files.Failure) -> String {
    let folder = path + "/scratch/" + String(UInt64.random(in: .min ... .max), radix: 16)
    try Files.makeFolder(folder)
    return folder
  }
}
