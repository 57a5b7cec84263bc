internal import ArgumentParser
internal import FleetDocuments
internal import FleetGenerators
internal import FleetModel

/// `flotilla lint`
struct LintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint", abstract: "Check documents without a controller; shows everything that is wrong.",
    usage: "flotilla lint FILE...",
    discussion: "Exits with 2 when a document is not valid. Warnings do not change the exit code.")

  @Argument(help: ArgumentHelp("Files and folders; - is standard input.", valueName: "file"), completion: .file())
  var files: [String] = []

  @Option(
    name: [.customShort("f"), .customLong("file")], parsing: .upToNextOption,
    help: ArgumentHelp("The same, as apply takes them.", valueName: "file"), completion: .file())
  var alsoFiles: [String] = []

  @OptionGroup var output: OutputOptions

  @Flag(help: "Never use colours (NO_COLOR).")
  var noColor = false

  func validate() throws {
    if files.isEmpty, alsoFiles.isEmpty { throw ValidationError("there is nothing to check: name files or folders") }
  }

  func run() throws {
    let inputs = try InputFile.read(files + alsoFiles)
    var (documents, diagnostics) = Documents.read(
      inputs.map { (file: $0.name, bytes: $0.content) }, zones: SystemZones.catalogue)
    diagnostics += templateProblems(in: documents)
    let console = Console.current
    if output.output == .table {
      if !diagnostics.isEmpty { console.output(renderedFindings(diagnostics)) }
    } else {
      try console.render(
        ["diagnostics": diagnostics], as: output.output, names: documents.map { "\($0.kind.lowercased())/\($0.name)" }
      ) { Self.table(diagnostics) }
    }
    let isBad = diagnostics.contains { $0.severity == .error }
    let summary = findingsSummary(diagnostics, changesNothing: false)
    console.progress(
      summary.isEmpty ? "\(counted(documents.count, "document")), nothing to complain about" : summary)
    if isBad { throw CommandFailure(.invalid) }
  }

  private static func table(_ diagnostics: [Diagnostic]) -> Table {
    Table(
      columns: [.init("PLACE"), .init("SEVERITY"), .init("FIELD"), .init("MESSAGE"), .init("HINT")],
      rows: diagnostics.map { finding in
        [
          .init("\(finding.file):\(finding.line):\(finding.column)"),
          .init(finding.severity.rawValue, finding.severity == .error ? .bad : .busy), .init(finding.field),
          .init(finding.message), .init(finding.hint),
        ]
      })
  }
}
