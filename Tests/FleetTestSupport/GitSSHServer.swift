import FleetPrograms
import Foundation

/// OpenSSH's own server on 127.0.0.1, with a host key and a configuration made for one test.
public struct GitSSHServer: Sendable {
  /// The server's port.
  public let port: Int
  /// The line of a `known_hosts` file that names the server's key.
  public let knownHosts: String
  /// Whom to log in as.
  public let user: String

  /// The URL of a repository, by its absolute path.
  public func url(_ path: String) -> String { "ssh://\(user)@127.0.0.1:\(port)\(path)" }

  /// Whether the server is installed; with `FLOTILLA_REQUIRE=all` its absence fails the tests instead of skipping them.
  public static var isAvailable: Bool {
    ProcessInfo.processInfo.environment["FLOTILLA_REQUIRE"] == "all"
      || (try? ProgramSearch.find("sshd", in: ["/usr/sbin"])) != nil
  }

  /// Makes a key pair in a folder and returns the private key's text.
  ///
  /// - Parameter type: what `ssh-keygen -t` takes.
  public static func makeKey(type: String, name: String, folder: String) async throws -> String {
    let path = folder + "/" + name
    let result = try await Program.run(
      "ssh-keygen", arguments: ["-q", "-t", type, "-N", "", "-f", path], environment: ["HOME": folder],
      timeLimit: .seconds(60), outputLimitBytes: 65_536)
    guard result.exitCode == 0 else {
      throw GitFixture.Failure(description: String(decoding: result.errorOutput, as: UTF8.self))
    }
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  /// Runs a closure with a server that lets in whoever has one of the named keys of the folder.
  public static func with<Value>(
    isolation: isolated (any Actor)? = #isolation, folder: String, keys: [String],
    _ body: (GitSSHServer) async throws -> Value
  ) async throws -> Value {
    let sshd = try ProgramSearch.find("sshd", in: ["/usr/sbin"])
    _ = try await makeKey(type: "ed25519", name: "host", folder: folder)
    var authorized = ""
    for key in keys { authorized += try String(contentsOfFile: "\(folder)/\(key).pub", encoding: .utf8) }
    try authorized.write(toFile: folder + "/authorized_keys", atomically: true, encoding: .utf8)
    // sshd's unprivileged part wants this folder; its package makes it at start-up, containers do not start it.
    try? FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
    for _ in 0..<5 {
      guard let (descriptor, port) = listeningSocket() else { continue }
      close(descriptor)
      try configuration(folder: folder, port: port)
        .write(toFile: folder + "/sshd_config", atomically: true, encoding: .utf8)
      let server = try await Program.start(
        sshd, arguments: ["-D", "-e", "-f", folder + "/sshd_config"], outputFile: folder + "/sshd.log")
      // Another process may have taken the port in between; then sshd ends and the next port is tried.
      for _ in 0..<500 where !isListening(port) { try await Task.sleep(for: .milliseconds(10)) }
      let log = (try? String(contentsOfFile: folder + "/sshd.log", encoding: .utf8)) ?? ""
      guard log.contains("Server listening on 127.0.0.1 port \(port)") else {
        await server.terminate(gracePeriod: .seconds(1))
        continue
      }
      let hostKey = try String(contentsOfFile: folder + "/host.pub", encoding: .utf8)
        .split(separator: " ").prefix(2).joined(separator: " ")
      let result: Result<Value, any Error>
      do {
        result = .success(
          try await body(
            GitSSHServer(port: port, knownHosts: "[127.0.0.1]:\(port) \(hostKey)\n", user: NSUserName())))
      } catch {
        result = .failure(error)
      }
      await server.terminate(gracePeriod: .seconds(2))
      return try result.get()
    }
    let log = (try? String(contentsOfFile: folder + "/sshd.log", encoding: .utf8)) ?? ""
    throw GitFixture.Failure(description: "sshd did not start: \(log)")
  }

  private static func configuration(folder: String, port: Int) -> String {
    """
    ListenAddress 127.0.0.1
    Port \(port)
    HostKey \(folder)/host
    PidFile none
    AuthorizedKeysFile \(folder)/authorized_keys
    StrictModes no
    UsePAM no
    PasswordAuthentication no
    KbdInteractiveAuthentication no
    PermitRootLogin yes
    MaxStartups 100
    """
  }
}
