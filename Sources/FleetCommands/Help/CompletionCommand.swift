internal import ArgumentParser

/// `flotilla completion`
struct CompletionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Print the completion script of a shell.",
    discussion: """
      bash:  source <(flotilla completion bash)
      zsh:   flotilla completion zsh > "${fpath[1]}/_flotilla"
      fish:  flotilla completion fish > ~/.config/fish/completions/flotilla.fish

      Names of clusters, FleetSets, rollouts and stages are asked of the controller that FLOTILLA_SERVER and
      FLOTILLA_TOKEN_FILE name.
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
