import FleetPorts
import FleetPrograms

/// Runs git as a child process that sees nothing of this machine's and this process's configuration.
struct GitProgram: Sendable {
  /// How much git may write; a list of refs is the longest that is asked for.
  static let outputLimitBytes = 64 << 20

  var configuration: GitConfiguration
  var folder: DataFolder

  /// What a run of git ended with.
  enum Outcome: Sendable {
    case output([UInt8])
    /// It said why it failed.
    case failed(text: String)
  }

  /// Runs git in a mirror.
  ///
  /// - Parameters:
  ///   - arguments: after the options that come before the command.
  ///   - scratch: a folder for the files of this run.
  /// - Throws: ``SourceError`` with code `timedOut`, `cancelled` or `invalid` (git is missing).
  func run(
    _ arguments: [String], mirror: String, remote: RemoteURL?, credential: SourceCredential?, scratch: String,
    timeLimit: Duration, repository: String
  ) async throws(SourceError) -> Outcome {
    let environment: [String: String]
    do {
      environment = try self.environment(mirror: mirror, remote: remote, credential: credential, scratch: scratch)
    } catch {
      throw SourceError(.invalid, "a file for git cannot be written: \(error.path): \(error.reason)")
    }
    do throws(ProgramError) {
      let result = try await Program.run(
        configuration.gitProgram, arguments: arguments, environment: environment, workingDirectory: folder.home,
        timeLimit: timeLimit, outputLimitBytes: Self.outputLimitBytes)
      if result.exitCode == 0 { return .output(result.output) }
      return .failed(text: String(decoding: result.errorOutput.suffix(4_096), as: UTF8.self))
    } catch {
      switch error {
      case .timedOut:
        throw SourceError(
          .timedOut, "repository '\(repository)' did not answer within \(timeLimit.wholeSeconds) seconds",
          hint: "the next poll tries again; see whether the server is up and reachable from the controller")
      case .cancelled: throw .cancelled
      case .outputTooLarge:
        throw SourceError(
          .invalid, "repository '\(repository)' has too many branches and tags",
          hint: "their list may have \(Self.outputLimitBytes >> 20) MiB; delete some")
      case .notFound, .startFailed:
        throw SourceError(.invalid, "git cannot be run: \(error)", hint: "install git 2.36 or newer")
      }
    }
  }

  private func environment(
    mirror: String, remote: RemoteURL?, credential: SourceCredential?, scratch: String
  ) throws(Files.Failure) -> [String: String] {
    var environment = [
      "GIT_CONFIG_GLOBAL": folder.configurationFile,
      "GIT_CONFIG_NOSYSTEM": "1",
      "GIT_ATTR_NOSYSTEM": "1",
      "GIT_DIR": mirror,
      "GIT_TERMINAL_PROMPT": "0",
      "GIT_OPTIONAL_LOCKS": "0",
      // Only what the URL itself says, also after a redirect; it overrides every protocol.*.allow.
      "GIT_ALLOW_PROTOCOL": remote?.scheme.rawValue ?? "none",
      "GIT_SSH_COMMAND": "false",
      "HOME": folder.home,
      "XDG_CONFIG_HOME": folder.home,
      "LC_ALL": "C",
      "PATH": ProgramSearch.searchPath().joined(separator: ":"),
      "TMPDIR": scratch,
    ]
    if let file = configuration.certificateAuthorityFile { environment["GIT_SSL_CAINFO"] = file }
    if let proxy = configuration.proxy {
      for name in ["http_proxy", "https_proxy"] { environment[name] = proxy }
      environment["no_proxy"] = configuration.hostsWithoutProxy.joined(separator: ",")
    }
    switch (remote?.scheme, credential) {
    case (.https, .password(let user, let password)), (.http, .password(let user, let password)):
      environment["GIT_ASKPASS"] = folder.askPassFile
      environment["FLOTILLA_GIT_SCHEME"] = remote?.scheme.rawValue
      environment["FLOTILLA_GIT_AUTHORITY"] = remote?.authority
      environment["FLOTILLA_GIT_USER"] = user
      environment["FLOTILLA_GIT_PASSWORD"] = password
    case (.ssh, .ssh(let privateKey, let knownHosts)):
      environment["GIT_SSH_COMMAND"] = try Self.sshCommand(
        privateKey: privateKey, knownHosts: knownHosts, scratch: scratch)
      environment["GIT_SSH_VARIANT"] = "ssh"
    default: break
    }
    return environment
  }

  /// Writes the key and what ssh may do, and names the command that uses them.
  private static func sshCommand(
    privateKey: String, knownHosts: String, scratch: String
  ) throws(Files.Failure) -> String {
    let (key, hosts, configuration) = (scratch + "/key", scratch + "/known_hosts", scratch + "/ssh_config")
    for file in [key, hosts, configuration] { Files.removeFile(file) }
    try Files.write(privateKey.hasSuffix("\n") ? privateKey : privateKey + "\n", to: key)
    try Files.write(knownHosts.hasSuffix("\n") ? knownHosts : knownHosts + "\n", to: hosts)
    // In ssh's files `%` begins a token; quotes cannot stand in the data folder's name.
    let quoted = { (path: String) in
      "\"" + path.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%") + "\""
    }
    try Files.write(
      """
      IdentityFile \(quoted(key))
      UserKnownHostsFile \(quoted(hosts))
      GlobalKnownHostsFile /dev/null
      StrictHostKeyChecking yes
      UpdateHostKeys no
      VerifyHostKeyDNS no
      CheckHostIP no
      IdentitiesOnly yes
      IdentityAgent none
      BatchMode yes
      PreferredAuthentications publickey
      ForwardAgent no
      ForwardX11 no
      PermitLocalCommand no
      ClearAllForwardings yes
      ControlMaster no
      ConnectTimeout 20
      ServerAliveInterval 15
      ServerAliveCountMax 4

      """, to: configuration)
    return "ssh -F '\(configuration)'"
  }
}

extension Duration {
  /// The duration in seconds, for people.
  fileprivate var wholeSeconds: String {
    let (seconds, attoseconds) = components
    return attoseconds == 0 ? "\(seconds)" : "\(seconds).\(attoseconds / 100_000_000_000_000_000)"
  }
}
