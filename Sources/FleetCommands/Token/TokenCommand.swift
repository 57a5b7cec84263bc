internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla token`
struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Make, list and revoke access tokens of people and jobs.",
    subcommands: [TokenCreate.self, TokenList.self, TokenRevoke.self])
}

/// Reads a right.
@Sendable private func parsedRight(_ text: String) throws -> AccessRight {
  guard let right = AccessRight(rawValue: text) else {
    throw ValidationError(
      "\"\(text)\" is not a right; expected " + AccessRight.allCases.map(\.rawValue).joined(separator: ", "))
  }
  return right
}

/// `flotilla token create`
struct TokenCreate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make an access token.",
    discussion: """
      Rights, each with those before it: read sees everything but secrets; operate applies documents, starts, pauses and
      aborts; approve approves and waives; admin makes tokens and credentials and removes clusters.
      The token is shown once: on standard output, or in the file that --token-out names (mode 0600).
      """)

  @Argument(help: "A name for events and approvals: the person's or the job's.")
  var name: String

  @Option(
    help: "What it allows: read, operate, approve or admin.", completion: .list(AccessRight.allCases.map(\.rawValue)),
    transform: parsedRight)
  var right: AccessRight

  @Option(
    name: [.customLong("group")],
    help: ArgumentHelp("A group, for approval rules; may be repeated.", valueName: "name"))
  var groups: [String] = []

  @Option(
    name: [.customLong("git-identity")],
    help: ArgumentHelp("A mail address of the person's commits, for notAuthor; may be repeated.", valueName: "mail"))
  var gitIdentities: [String] = []

  @Option(
    help: ArgumentHelp("How long it is good, at most 720h; for ever when absent.", valueName: "duration"),
    transform: parsedDuration)
  var expires: Duration?

  @Option(help: ArgumentHelp("Write the token to this file.", valueName: "file"), completion: .file())
  var tokenOut: String?

  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let request = TokenRequest(
      name: name, right: right, groups: groups.isEmpty ? nil : groups,
      gitIdentities: gitIdentities.isEmpty ? nil : gitIdentities,
      expiresInSeconds: expires.map { Int($0.components.seconds) }, reason: change.reason, dryRun: change.dryRun)
    var created = try await connection.withController { client, _ in try await client.createToken(request) }
    let console = Console.current
    if let tokenOut, !change.dryRun {
      try writeSecret(created.token, to: tokenOut)
      created.token = ""
    }
    switch output.output {
    case .table, .wide:
      if change.dryRun {
        console.output("token/\(created.name) would be created (dry run)")
      } else if let tokenOut {
        console.output("token/\(created.name) created; it is in \(tokenOut)")
      } else {
        console.output(created.token)
      }
    case .name: console.output("token/\(created.name)")
    case .json, .yaml:
      try console.render(created, as: output.output, names: []) { Table(columns: [], rows: []) }
    }
  }
}

/// `flotilla token list`
struct TokenList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List access tokens without their secrets.")

  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let page = try await connection.withController { client, _ in try await client.tokens() }
    try Console.current.renderList(
      page, as: output.output, nothing: "no tokens", name: { "token/\($0.name)" }, table: Tables.tokens)
  }
}

/// `flotilla token revoke`
struct TokenRevoke: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "revoke", abstract: "Revoke an access token at once.")

  @Argument(help: "The token's name.")
  var name: String

  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let (name, reason, dryRun) = (name, change.reason, change.dryRun)
    let answer = try await connection.withController { client, _ in
      try await client.revokeToken(name, reason: reason, dryRun: dryRun)
    }
    try printAcknowledgement(answer, name: "token/\(name)", output.output, dryRun: dryRun)
  }
}
