internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla apply`
struct ApplyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Store documents: all of them, or none.",
    usage: "flotilla apply -f FILE... [--dry-run] [--reason TEXT]",
    discussion: "A file may hold many documents, in YAML or JSON. A folder means its .yaml, .yml and .json files.")

  @Option(
    name: [.customShort("f"), .customLong("file")], parsing: .upToNextOption,
    help: ArgumentHelp("Files and folders; - is standard input.", valueName: "file"), completion: .file())
  var files: [String] = []

  @Argument(help: .hidden)
  var misplaced: [String] = []

  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard files.isEmpty || !misplaced.isEmpty else { return }
    let names = misplaced.isEmpty ? "FILE" : misplaced.joined(separator: " ")
    throw ValidationError("files are named with -f: flotilla apply -f \(names)")
  }

  func run() async throws {
    let request = ApplyRequest(
      files: try InputFile.read(files).map(\.wireFile), dryRun: change.dryRun, reason: change.reason)
    let answer = try await connection.withController { client, project in
      try await client.apply(request, in: project)
    }
    let console = Console.current
    if !answer.warnings.isEmpty { console.progress(renderedFindings(answer.warnings)) }
    let suffix = answer.dryRun ? " (dry run)" : ""
    let names = answer.items.map { "\($0.kind.lowercased())/\($0.name)" }
    if output.output == .table {
      for (name, item) in zip(names, answer.items) { console.output("\(name) \(item.result.rawValue)\(suffix)") }
      return
    }
    try console.render(answer, as: output.output, names: names) {
      Table(
        columns: [.init("DOCUMENT"), .init("RESULT"), .init("GENERATION", isNumber: true), .init("PROJECT")],
        rows: zip(names, answer.items).map { name, item in
          [.init(name), .init(item.result.rawValue + suffix), .init(String(item.generation)), .init("\(item.project)")]
        })
    }
  }
}

extension InputFile {
  /// The file as it travels.
  var wireFile: ApplyRequest.File {
    ApplyRequest.File(name: name, content: String(decoding: content, as: UTF8.self))
  }
}
