internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla completion`
struct CompletionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Print the completion script of a shell.",
    discussion: """
      bash:  source <(flotilla completion bash)
      zsh:   flotilla completion zsh > "${fpath[1]}/_flotilla"
      fish:  flotilla completion fish > ~/.config/fish/completions/flotilla.fish

      Names of clusters and FleetSets are asked of the controller that FLOTILLA_SERVER and FLOTILLA_TOKEN_FILE name.
      """)

  /// The shells that a script can be made for.
  enum Shell: String, ExpressibleByArgument, CaseIterable {
    case bash
    case zsh
    case fish
  }

  @Argument(help: "bash, zsh or fish.")
  var shell: Shell

  func run() {
    let kind: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    Console.current.output(FlotillaCommand.completionScript(for: kind))
  }
}

extension CompletionKind {
  /// The names of clusters, asked of the controller.
  static var clusterNames: CompletionKind {
    names { client, project in
      try await client.clusters(in: project, page: .init(limit: 200)).items.map(\.name.rawValue)
    }
  }

  /// The names of FleetSets, asked of the controller.
  static var fleetSetNames: CompletionKind {
    names { client, project in
      try await client.fleetSets(in: project, page: .init(limit: 200)).items.map(\.name.rawValue)
    }
  }

  /// Names from the controller, or none when it does not answer at once: a shell waits for them.
  private static func names(
    _ read: @escaping @Sendable (ControllerClient, String) async throws -> [String]
  ) -> CompletionKind {
    .custom { (_: [String], _: Int, prefix: String) async -> [String] in
      guard let options = try? ConnectionOptions.parse([]), var configuration = try? options.configuration() else {
        return []
      }
      configuration.requestTimeout = .seconds(2)
      configuration.retryFor = .zero
      let project = options.projectName
      let names = try? await ControllerClient.with(configuration) { try await read($0, project) }
      return (names ?? []).filter { $0.hasPrefix(prefix) }
    }
  }
}
