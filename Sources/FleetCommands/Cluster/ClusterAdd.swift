internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel
internal import Manifest

/// `flotilla cluster add`
struct ClusterAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Register a cluster, and make the one-time token its agent joins with.",
    discussion: """
      The token is shown once: on standard output, or in the file that --token-out names (mode 0600).
      With --kubeconfig the controller reaches the cluster itself, and no agent is needed: one context of the file goes
      to the controller, with the contents of the certificates, keys and tokens that it names; it is sealed there.
      """)

  @Argument(help: "The cluster's name.")
  var name: String

  @Option(
    name: [.customLong("label"), .customShort("l")],
    help: ArgumentHelp("A label; may be repeated.", valueName: "key=value"))
  var labels: [String] = []

  @Option(
    name: [.customLong("annotation")], help: ArgumentHelp("An annotation; may be repeated.", valueName: "key=value"))
  var annotations: [String] = []

  @Option(
    help: ArgumentHelp("Let the controller reach the cluster with this kubeconfig.", valueName: "file"),
    completion: .file())
  var kubeconfig: String?

  @Option(help: ArgumentHelp("The context of the kubeconfig; its current one when absent.", valueName: "name"))
  var context: String?

  @Option(help: ArgumentHelp("Write the token to this file.", valueName: "file"), completion: .file())
  var tokenOut: String?

  @Option(
    help: ArgumentHelp("How long the token is good, 1m to 168h; an hour when absent.", valueName: "duration"),
    transform: parsedJoinLifetime)
  var expires: Duration?

  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let credential = "\(name)-kubeconfig"
    let file = ApplyRequest.File(name: "cluster/\(name)", content: JSON.text(try document(credential: credential)))
    let apply = ApplyRequest(files: [file], dryRun: change.dryRun, reason: change.reason)
    let kubeconfigText = try inlinedKubeconfig(kubeconfig, context: context)
    let (name, dryRun, reason) = (name, change.dryRun, change.reason)
    let lifetime = expires.map { Int($0.components.seconds) }
    let created: JoinTokenCreated? = try await connection.withController { client, project in
      try await Self.refuseExisting(name, client, project)
      if let kubeconfigText, !dryRun {
        let secret = CredentialRequest(kind: .kubeconfig, kubeconfig: kubeconfigText, reason: reason)
        _ = try await client.setCredential(credential, secret, in: project)
      }
      _ = try await client.apply(apply, in: project)
      guard kubeconfigText == nil, !dryRun else { return nil }
      let request = JoinTokenRequest(expiresInSeconds: lifetime, reason: reason)
      return try await client.joinToken(for: name, request, in: project)
    }
    try printToken(created)
  }

  private func printToken(_ created: JoinTokenCreated?) throws {
    let console = Console.current
    guard let created else {
      console.output("cluster/\(name) registered" + (change.dryRun ? " (dry run)" : ""))
      return
    }
    try showJoinToken(created, writtenTo: tokenOut, output.output) {
      console.progress("cluster/\(name) registered; its agent joins with:")
      let server = (try? connection.configuration().server) ?? ConnectionOptions.defaultServer
      console.progress(
        "  flotilla-agent --controller \(server) --kubeconfig FILE --state-dir DIR --token \(tokenOut ?? "FILE")")
    }
  }

  private static func refuseExisting(_ name: String, _ client: ControllerClient, _ project: String) async throws {
    do {
      _ = try await client.cluster(name, in: project)
    } catch ClientError.refused(let envelope) where envelope.code == .notFound {
      return
    }
    throw CommandFailure(
      .conflict, "cluster \(name) is registered already",
      hint: "change it with: flotilla cluster label \(name) …; a new token: flotilla cluster token \(name)")
  }

  private func document(credential: String) throws -> Node {
    var metadata: Node = ["name": Node(.string(name))]
    if !labels.isEmpty { metadata["labels"] = try Self.map(labels) }
    if !annotations.isEmpty { metadata["annotations"] = try Self.map(annotations) }
    let connection: Node =
      kubeconfig == nil ? "agent" : ["kubeconfig": ["credential": Node(.string(credential))]]
    return [
      "apiVersion": "flotilla.dev/v1", "kind": "Cluster", "metadata": metadata, "spec": ["connection": connection],
    ]
  }

  private static func map(_ texts: [String]) throws -> Node {
    var result: Node = [:]
    for text in texts {
      let (key, value) = try keyValue(text)
      result[key] = Node(.string(value))
    }
    return result
  }
}

/// Shows a token once: in a file only its owner can read, or on standard output. `explain` says on standard error what
/// it is for.
func showJoinToken(
  _ created: JoinTokenCreated, writtenTo file: String?, _ format: OutputFormat, explain: () -> Void
) throws {
  let console = Console.current
  if let file { try writeSecret(created.token, to: file) }
  switch format {
  case .table, .wide:
    explain()
    if file == nil { console.output(created.token) }
  case .name: console.output("cluster/\(created.cluster)")
  case .json, .yaml:
    var shown = created
    if file != nil { shown.token = "" }
    try console.render(shown, as: format, names: []) { Table(columns: [], rows: []) }
  }
}
