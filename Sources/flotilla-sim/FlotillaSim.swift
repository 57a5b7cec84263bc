import ArgumentParser

/// Simulated Kubernetes clusters for demos, tests and rehearsals.
@main
struct FlotillaSim: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flotilla-sim", abstract: "Simulated Kubernetes clusters for demos, tests and rehearsals.",
    subcommands: [Serve.self, Agents.self, Fleet.self])
}
