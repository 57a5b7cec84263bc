internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetDocuments
internal import FleetModel

/// Which FleetSet to expand, and from which documents.
struct ExpansionOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The FleetSet; may be left out when the files describe exactly one.", valueName: "set"),
    completion: .fleetSetNames)
  var fleetSet: String?

  @Option(
    name: [.customShort("f"), .customLong("file")], parsing: .upToNextOption,
    help: ArgumentHelp(
      "Files with the FleetSet as it would be; the stored one when absent. - is standard input.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Option(help: ArgumentHelp("Only the targets of this cluster.", valueName: "name"), completion: .clusterNames)
  var cluster: String?

  /// The set's name and the request.
  func request() throws -> (String, PreviewRequest) { try request(InputFile.read(files)) }

  /// The set's name and the request, of files that were read already.
  func request(_ inputs: [InputFile]) throws -> (String, PreviewRequest) {
    let request = PreviewRequest(files: inputs.map(\.wireFile), cluster: cluster.map { ClusterName($0) })
    if let fleetSet { return (fleetSet, request) }
    let (documents, diagnostics) = Documents.read(inputs.map { (file: $0.name, bytes: $0.content) })
    if diagnostics.contains(where: { $0.severity == .error }) { throw DiagnosticsError(diagnostics) }
    let sets = documents.filter { ["FleetSet", "ApplicationSet"].contains($0.kind) }.map(\.name)
    guard sets.count == 1, let name = sets.first else {
      throw CommandFailure.usage(
        sets.isEmpty ? "no FleetSet was named" : "the files describe \(sets.count) FleetSets",
        hint: sets.isEmpty ? "give its name, or -f FILE" : "name one: " + sets.joined(separator: ", "))
    }
    return (name, request)
  }
}

/// `flotilla preview`
struct PreviewCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preview", abstract: "Show the targets a FleetSet expands to, and change nothing.",
    discussion: """
      An ApplicationSet in a file is shown as the Argo CD Applications it makes, without a controller. For a FleetSet in a \
      file the controller's clusters and repositories are used, unless --offline or files say otherwise. --diff shows \
      what is different from the targets that the controller has, and exits with 1 when there is a difference.
      """)

  @OptionGroup var expansion: ExpansionOptions
  @OptionGroup var offline: OfflineOptions

  @Flag(help: "Compare with the targets that the controller has, field by field; 1 when there is a difference.")
  var diff = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let inputs = try InputFile.read(expansion.files)
    if diff {
      guard !offline.isAskedFor else {
        throw CommandFailure.usage(
          "--diff compares with a controller's targets, and the other options say that none is asked",
          hint: "leave out --offline, --clusters, --repository, --plugin-response and --now")
      }
      try await showDifference(inputs)
      return
    }
    let preview = try OfflinePreview(
      inputs, name: expansion.fleetSet, cluster: expansion.cluster, options: offline)
    if let preview {
      try preview.show(as: output.output)
      return
    }
    let (set, request) = try expansion.request(inputs)
    let answer = try await connection.withController { client, project in
      try await client.preview(request, of: set, in: project)
    }
    let console = Console.current
    if !answer.warnings.isEmpty { console.progress(renderedFindings(answer.warnings)) }
    let sources = answer.sources.map { "\($0.repository)@\(short($0.commit)) \"\($0.title)\"" }
    if output.output == .table || output.output == .wide {
      console.progress(
        "\(answer.fleetSet): \(counted(answer.targets.count, "target")) from \(sources.joined(separator: ", "))")
    }
    try console.render(answer, as: output.output, names: answer.targets.map { "target/\(answer.fleetSet)/\($0.name)" })
    {
      Self.table(answer.targets)
    }
  }

  private func showDifference(_ inputs: [InputFile]) async throws {
    let (set, built) = try expansion.request(inputs)
    let request = PreviewRequest(files: built.files, cluster: built.cluster, settings: true)
    let answer = try await connection.withController { client, project in
      try await client.diff(request, of: set, in: project)
    }
    try DiffText.show(answer, as: output.output)
  }

  private static func table(_ targets: [PreviewResponse.Target]) -> Table {
    Table(
      columns: [
        .init("NAME"), .init("CLUSTER"), .init("STAGE"), .init("NAMESPACE"), .init("PATH"),
        .init("BUNDLE", isWide: true), .init("ORIGIN", isWide: true),
      ],
      rows: targets.map { target in
        [
          .init(target.name.rawValue), .init(target.cluster.rawValue), .init(dashed(target.stage)),
          .init(target.namespace), .init(target.path), .init(dashed(target.bundle.map { short($0.hexadecimal) })),
          .init(target.origin),
        ]
      })
  }
}

/// `flotilla diff`
struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Show what a release would change against what targets should run now.",
    discussion: """
      With --from, what differs between two releases that the controller has; equal changes of many targets are shown once. \
      Exits with 1 when there is a difference. Values of Secrets are never shown.
      """)

  @OptionGroup var expansion: ExpansionOptions

  @Option(
    help: ArgumentHelp(
      "Compare this release, by its commit, short name or #NUMBER, with that of --to.", valueName: "release"))
  var from: String?

  @Option(help: ArgumentHelp("The release to compare --from with; the newest when absent.", valueName: "release"))
  var to: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    if from != nil || to != nil { return try await compare() }
    let (set, request) = try expansion.request()
    let answer = try await connection.withController { client, project in
      try await client.diff(request, of: set, in: project)
    }
    try DiffText.show(answer, as: output.output)
  }

  private func compare() async throws {
    guard let from, let set = expansion.fleetSet, expansion.files.isEmpty, expansion.cluster == nil else {
      throw CommandFailure.usage(
        "--from and --to compare two releases of a FleetSet", hint: "flotilla diff SET --from RELEASE [--to RELEASE]")
    }
    let later = to
    let answer = try await connection.withController { client, project in
      try await client.comparison(of: set, from: from, to: later, in: project)
    }
    try DiffText.show(answer, as: output.output)
  }
}

/// A difference as lines of text (EXPERIENCE 2, "CHANGES").
enum DiffText {
  /// Shows a difference.
  ///
  /// - Throws: a failure without words when there is one.
  static func show(_ answer: DiffResponse, as format: OutputFormat) throws {
    let console = Console.current
    if !answer.warnings.isEmpty { console.progress(renderedFindings(answer.warnings)) }
    if format == .table || format == .wide {
      for line in lines(answer, isWide: format == .wide, style: console.style(.output)) { console.output(line) }
    } else {
      let names = answer.groups.flatMap { $0.targets.map { "target/\(answer.fleetSet)/\($0)" } }
      try console.render(answer, as: format, names: names) { Table(columns: [], rows: []) }
    }
    if !answer.groups.isEmpty { throw CommandFailure(.failed) }
  }

  static func lines(_ answer: DiffResponse, isWide: Bool, style: Style) -> [String] {
    var lines: [String] = []
    for group in answer.groups {
      let verb =
        switch group.action {
        case .added: "new"
        case .changed: "changed"
        case .removed: "gone"
        }
      lines.append(style(.strong, "\(counted(group.targetCount, "target")) \(verb)") + ": \(names(group, isWide))")
      for change in group.changes {
        let (mark, tone): (String, Style.Tone) =
          switch change.action {
          case .added: ("+", .good)
          case .changed: ("~", .busy)
          case .removed: ("-", .bad)
          }
        lines.append("  " + style(tone, "\(mark) \(change.object)"))
        lines += change.fields.map { "      \($0)" }
      }
    }
    if answer.unchanged > 0 { lines.append("\(counted(answer.unchanged, "target")) unchanged") }
    return lines
  }

  private static func names(_ group: DiffResponse.Group, _ isWide: Bool) -> String {
    let shown = isWide ? group.targets[...] : group.targets.prefix(4)
    let rest = group.targetCount - shown.count
    return shown.map(\.rawValue).joined(separator: ", ") + (rest > 0 ? ", … \(rest) more" : "")
  }
}
