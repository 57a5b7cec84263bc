internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla cluster`
struct ClusterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cluster", abstract: "Register clusters, label them, take them out of service.",
    subcommands: [
      ClusterAdd.self, ClusterToken.self, ClusterLabel.self, ClusterCordon.self, ClusterUncordon.self,
      ClusterRevoke.self, ClusterRemove.self,
    ])
}

/// Shows a cluster that was changed.
func printCluster(
  _ cluster: ClusterResource, _ done: String, _ format: OutputFormat, dryRun: Bool
) throws {
  let console = Console.current
  if format == .table {
    console.output("cluster/\(cluster.name) \(done)" + (dryRun ? " (dry run)" : ""))
  } else {
    try console.render(cluster, as: format, names: ["cluster/\(cluster.name)"]) { Tables.clusters([cluster]) }
  }
}

/// `flotilla cluster label`
struct ClusterLabel: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "label", abstract: "Set and remove labels: KEY=VALUE sets, KEY- removes.",
    usage: "flotilla cluster label NAME KEY=VALUE... KEY-...")

  @Argument(help: "The cluster.", completion: .clusterNames)
  var name: String

  @Argument(help: ArgumentHelp("KEY=VALUE or KEY-.", valueName: "label"))
  var labels: [String]

  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    var changes: [String: String?] = [:]
    for text in labels {
      if text.hasSuffix("-"), !text.contains("=") {
        changes.updateValue(nil, forKey: String(text.dropLast()))
      } else {
        let (key, value) = try keyValue(text)
        changes.updateValue(value, forKey: key)
      }
    }
    let request = LabelRequest(labels: changes, reason: change.reason, dryRun: change.dryRun)
    let name = name
    let answer = try await connection.withController { client, project in
      try await client.label(name, request, in: project)
    }
    try printCluster(answer, "labelled \(labelText(answer.labels))", output.output, dryRun: change.dryRun)
  }
}

/// Reads `KEY=VALUE`.
func keyValue(_ text: String) throws -> (String, String) {
  let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
  guard parts.count == 2, !parts[0].isEmpty else {
    throw CommandFailure.usage("\"\(text)\" is not KEY=VALUE", hint: "for example region=eu-west")
  }
  return (parts[0], parts[1])
}

/// `flotilla cluster cordon`
struct ClusterCordon: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cordon", abstract: "Send a cluster no new releases; rollbacks and repairs still reach it.")

  @Argument(help: "The cluster.", completion: .clusterNames)
  var name: String

  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    guard let reason = change.reason, !reason.isEmpty else {
      throw CommandFailure.usage("cordon needs --reason: rollouts show it where they pass the cluster over")
    }
    let request = ReasonRequest(reason: reason, dryRun: change.dryRun)
    let name = name
    let answer = try await connection.withController { client, project in
      try await client.cordon(name, request, in: project)
    }
    try printCluster(answer, "cordoned: \(reason)", output.output, dryRun: change.dryRun)
  }
}

/// `flotilla cluster uncordon`
struct ClusterUncordon: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "uncordon", abstract: "Send a cluster releases again.")

  @Argument(help: "The cluster.", completion: .clusterNames)
  var name: String

  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let request = ReasonRequest(reason: change.reason, dryRun: change.dryRun)
    let name = name
    let answer = try await connection.withController { client, project in
      try await client.uncordon(name, request, in: project)
    }
    try printCluster(answer, "uncordoned", output.output, dryRun: change.dryRun)
  }
}

/// `flotilla cluster remove`
struct ClusterRemove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Take a cluster out of the inventory; its workloads stay.")

  @Argument(help: "The cluster.", completion: .clusterNames)
  var name: String

  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let (name, reason, dryRun) = (name, change.reason, change.dryRun)
    let answer = try await connection.withController { client, project in
      try await client.removeCluster(name, in: project, reason: reason, dryRun: dryRun)
    }
    try printAcknowledgement(answer, name: "cluster/\(name)", output.output, dryRun: dryRun)
  }
}
