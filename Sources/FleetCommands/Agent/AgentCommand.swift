internal import ArgumentParser

/// `flotilla agent`
struct AgentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent", abstract: "Install the agent of a cluster, and hold it on its site.",
    subcommands: [AgentManifestCommand.self, AgentHold.self, AgentRelease.self])
}
