internal import ArgumentParser
internal import FleetClient
internal import FleetModel

/// The version that `flotilla version` prints.
let programVersion = "0.1.0"

/// The program `flotilla`.
public enum Flotilla {
  /// Runs a command line (without the program's name) and returns the process's exit code. Data goes to standard
  /// output; everything else, errors included, to standard error.
  public static func run(_ arguments: [String]) async -> Int32 {
    var console = Console.current
    if arguments.contains("--no-color") { console.refusesColor = true }
    return await Console.$current.withValue(console) { await perform(arguments).rawValue }
  }

  private static func perform(_ arguments: [String]) async -> ExitCode {
    do {
      try checkVerbs(arguments)
      // The table is data, so it is printed as it is and not wrapped as help.
      let words = arguments == ["help", "exit-codes"] ? ["exit-codes"] : arguments
      var command = try await FlotillaCommand.asyncParseAsRoot(words)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      return .ok
    } catch {
      return report(error)
    }
  }

  private static func report(_ error: any Error) -> ExitCode {
    let console = Console.current
    switch error {
    case let failure as CommandFailure: return report(failure)
    case let error as ClientError: return report(CommandFailure(error))
    case let error as DiagnosticsError:
      console.progress(renderedFindings(error.diagnostics))
      console.progress(findingsSummary(error.diagnostics))
      return .invalid
    case is CancellationError: return .interrupted
    default: break
    }
    let text = FlotillaCommand.fullMessage(for: error)
    if FlotillaCommand.exitCode(for: error).isSuccess {
      if !text.isEmpty { console.output(text) }
      return .ok
    }
    if !text.isEmpty { console.progress(text.hasPrefix("Error: ") ? "error: " + text.dropFirst(7) : text) }
    return .invalid
  }

  private static func report(_ failure: CommandFailure) -> ExitCode {
    let console = Console.current
    if !failure.message.isEmpty {
      let mark = failure.isFindings ? "" : console.style(.error)(.bad, "error:") + " "
      console.progress(mark + failure.message)
    }
    if !failure.hint.isEmpty { console.progress("       " + failure.hint) }
    return failure.exitCode
  }

  /// Refuses words that are no verbs before the parser does, so that the answer can say which one was meant.
  private static func checkVerbs(_ arguments: [String]) throws {
    var command: any ParsableCommand.Type = FlotillaCommand.self
    var path = "flotilla"
    for word in arguments {
      let children = command.configuration.subcommands
      guard !children.isEmpty, !word.hasPrefix("-"), word != "help" else { return }
      var names: [String] = []
      var next: (any ParsableCommand.Type)?
      for child in children {
        if child.configuration.shouldDisplay { names.append(child._commandName) }
        if child._commandName == word { next = child }
      }
      if let next {
        command = next
        path += " " + word
        continue
      }
      let near = suggestion(for: word, among: names)
      throw CommandFailure.usage(
        "\"\(path) \(word)\" is not a command" + (near.map { "; did you mean \"\(path) \($0)\"?" } ?? ""),
        hint: "commands: " + names.sorted().joined(separator: ", "))
    }
  }
}

/// The root of all verbs: generic ones first, then a folder per noun with a life of its own (AMENDMENTS 58).
struct FlotillaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flotilla",
    abstract: "Moves fleets of Kubernetes clusters from one Git revision to the next.",
    discussion: "Exit codes: flotilla help exit-codes",
    version: programVersion,
    groupedSubcommands: [
      CommandGroup(
        name: "Documents",
        subcommands: [
          ApplyCommand.self, GetCommand.self, DescribeCommand.self, DeleteCommand.self, DiffCommand.self,
          PreviewCommand.self, RenderCommand.self, LintCommand.self, ImportCommand.self,
        ]),
      CommandGroup(
        name: "Rollouts",
        subcommands: [
          RolloutCommand.self, EventsCommand.self, WhyCommand.self, TimelineCommand.self, WhereCommand.self,
        ]),
      CommandGroup(
        name: "The fleet and its people",
        subcommands: [
          ClusterCommand.self, AgentCommand.self, FleetSetCommand.self, TokenCommand.self, CredentialCommand.self,
        ]),
      CommandGroup(
        name: "This program", subcommands: [VersionCommand.self, CompletionCommand.self, ExitCodesCommand.self]),
    ])
}
