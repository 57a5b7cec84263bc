import ArgumentParser

/// The controller: keeps inventory and rollouts in PostgreSQL, serves the API, plans.
@main
struct FlotillaController: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flotilla-controller",
    abstract: "Keeps the fleet's inventory and rollouts in PostgreSQL and serves the API.",
    version: ControllerVersion.current,
    subcommands: [Run.self, Migrate.self, Collect.self, DatabaseStop.self],
    defaultSubcommand: Run.self)
}

/// The version of this program.
enum ControllerVersion {
  static let current = "0.1.0"
}
