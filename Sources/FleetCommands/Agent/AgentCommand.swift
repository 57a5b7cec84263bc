internal import ArgumentParser

/// `flotilla agent`
struct AgentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent", abstract: "Install the agent of a cluster.",
    subcommands: [AgentManifestCommand.self])
}
