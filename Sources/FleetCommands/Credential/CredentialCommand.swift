internal import ArgumentParser
internal import FleetAPI
internal import FleetClient

/// `flotilla credential`
struct CredentialCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credential", abstract: "Store what the controller needs to reach repositories and clusters.",
    subcommands: [CredentialSet.self])
}

/// `flotilla credential set`
struct CredentialSet: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Store a credential; it is encrypted and never given out again.",
    discussion: """
      One of:
        --user NAME --secret-file FILE              user and password or token, for https
        --ssh-key FILE [--known-hosts FILE]         a private key, for ssh; --secret-file is its passphrase
        --kubeconfig FILE [--context NAME]          a cluster the controller reaches itself; files it names are inlined
        --webhook-secret-file FILE                  what a Git host signs its webhooks with
        --data KEY=FILE... [--host HOST]...         what generators refer to as to a Kubernetes Secret, and the hosts
                                                    it may be sent to; without, the provider's public address only
      Secrets are read from files, or from standard input with -, so that they stay out of the shell's history.
      """)

  @Argument(help: "The credential's name, as documents name it.")
  var name: String

  @Option(help: ArgumentHelp("The user.", valueName: "name"))
  var user: String?

  @Option(help: ArgumentHelp("The password, token or passphrase.", valueName: "file"), completion: .file())
  var secretFile: String?

  @Option(help: ArgumentHelp("The private key.", valueName: "file"), completion: .file())
  var sshKey: String?

  @Option(help: ArgumentHelp("The host keys to trust.", valueName: "file"), completion: .file())
  var knownHosts: String?

  @Option(help: ArgumentHelp("The kubeconfig.", valueName: "file"), completion: .file())
  var kubeconfig: String?

  @Option(help: ArgumentHelp("The context of the kubeconfig; its current one when absent.", valueName: "name"))
  var context: String?

  @Option(help: ArgumentHelp("The webhook secret.", valueName: "file"), completion: .file())
  var webhookSecretFile: String?

  @Option(help: ArgumentHelp("A key with the file that holds its value; may be repeated.", valueName: "key=file"))
  var data: [String] = []

  @Option(help: ArgumentHelp("A host that the keys' values may be sent to; may be repeated.", valueName: "host"))
  var host: [String] = []

  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    var request = try request()
    request.dryRun = change.dryRun
    let (name, final) = (name, request)
    let answer = try await connection.withController { client, project in
      try await client.setCredential(name, final, in: project)
    }
    try printAcknowledgement(answer, name: "credential/\(name)", output.output, dryRun: change.dryRun)
  }

  private func request() throws -> CredentialRequest {
    let kinds = [sshKey, kubeconfig, webhookSecretFile, data.first].compactMap { $0 }
    guard kinds.count <= 1 else {
      throw CommandFailure.usage("give one of --ssh-key, --kubeconfig, --webhook-secret-file and --data")
    }
    if let values = try values() {
      return CredentialRequest(kind: .secret, data: values, hosts: host, reason: change.reason)
    }
    if let sshKey {
      return CredentialRequest(
        kind: .ssh, user: user, secret: try secretFile.map(Self.line), privateKey: try Self.text(sshKey),
        knownHosts: try knownHosts.map(Self.text), reason: change.reason)
    }
    if let text = try inlinedKubeconfig(kubeconfig, context: context) {
      return CredentialRequest(kind: .kubeconfig, kubeconfig: text, reason: change.reason)
    }
    if let webhookSecretFile {
      return CredentialRequest(kind: .webhookSecret, secret: try Self.line(webhookSecretFile), reason: change.reason)
    }
    guard let secretFile else {
      throw CommandFailure.usage(
        "there is nothing to store",
        hint: "give --secret-file, --ssh-key, --kubeconfig, --webhook-secret-file or --data; see --help")
    }
    return CredentialRequest(kind: .basic, user: user, secret: try Self.line(secretFile), reason: change.reason)
  }

  /// The values of `--data`; nil without one.
  private func values() throws -> [String: String]? {
    guard !data.isEmpty else {
      if !host.isEmpty {
        throw CommandFailure.usage("--host is for --data: other credentials have a place of their own")
      }
      return nil
    }
    var values: [String: String] = [:]
    for pair in data {
      guard let place = pair.firstIndex(of: "="), place != pair.startIndex else {
        throw CommandFailure.usage("--data expects KEY=FILE, not \"\(pair)\"")
      }
      let key = String(pair[..<place])
      let value = try Self.line(String(pair[pair.index(after: place)...]))
      guard values.updateValue(value, forKey: key) == nil else {
        throw CommandFailure.usage("--data gives the key \"\(key)\" twice")
      }
    }
    return values
  }

  private static func text(_ file: String) throws -> String {
    String(decoding: try InputFile.read([file]).flatMap(\.content), as: UTF8.self)
  }

  /// The file's text without the line feed that editors put at its end.
  private static func line(_ file: String) throws -> String {
    var text = try text(file)
    while let last = text.last, last.isNewline { text.removeLast() }
    return text
  }
}
