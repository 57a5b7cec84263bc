internal import ArgumentParser
internal import FleetImport
internal import FleetModel

/// `flotilla import`
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Turn the documents of another system into Flotilla's, and say what is not the same.",
    subcommands: [ImportArgoCDCommand.self, ImportFleetCommand.self])
}

/// What both imports are asked.
struct ImportArguments: ParsableArguments {
  @Option(
    name: [.customShort("f"), .customLong("file")], parsing: .upToNextOption,
    help: ArgumentHelp("Files and folders; - is standard input.", valueName: "file"), completion: .file())
  var files: [String] = []

  @Option(help: ArgumentHelp("Take only documents of this namespace, and those that name none.", valueName: "name"))
  var namespace: String?

  @Option(help: ArgumentHelp("Whose the documents will be.", valueName: "name"))
  var project: String?

  @Option(help: "How clusters will be reached: agent, or kubeconfig.")
  var connection: ImportConnection = .agent

  @Option(name: [.customShort("o"), .long], help: "How to print the documents: yaml or json.")
  var output: ImportFormat = .yaml

  @Option(help: "How to print the report on standard error: text, json or none.")
  var report: ImportReportFormat = .text

  @Flag(help: "Exit with 1 when something was left out.")
  var strict = false

  func validate() throws {
    if files.isEmpty { throw ValidationError("there is nothing to import: name files or folders with -f") }
  }

  /// The options for the translation.
  var options: ImportOptions {
    ImportOptions(
      namespace: namespace, project: project.map { ProjectName($0) }, usesKubeconfigs: connection == .kubeconfig)
  }
}

/// How clusters will be reached.
enum ImportConnection: String, ExpressibleByArgument, CaseIterable {
  case agent
  case kubeconfig
}

/// How documents are printed.
enum ImportFormat: String, ExpressibleByArgument, CaseIterable {
  case yaml
  case json
}

/// How the report is printed.
enum ImportReportFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
  case none
}

/// `flotilla import argocd`
struct ImportArgoCDCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "argocd", abstract: "Import ApplicationSets, AppProjects, and Secrets of clusters and repositories.",
    discussion: """
      Documents go to standard output, ready for lint and apply; the report of what was left out, what differs and what is \
      still to do goes to standard error. ApplicationSets stay ApplicationSets. Credentials are never printed.
      """)

  @OptionGroup var arguments: ImportArguments

  func run() throws {
    let files = try InputFile.read(arguments.files).map { ImportFile(name: $0.name, content: $0.content) }
    try ImportOutput(arguments).show(try importArgoCD(files, options: arguments.options))
  }
}

/// `flotilla import fleet`
struct ImportFleetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fleet", abstract: "Import Rancher Fleet's GitRepos, ClusterGroups, Clusters and fleet.yaml files.",
    discussion: """
      Every bundle becomes a FleetSet. The fleet.yaml files are looked for in the folder of -f, when it is one, unless \
      --repository names the checkout of a GitRepo. Documents go to standard output, ready for lint and apply; the report \
      of what was left out, what differs and what is still to do goes to standard error. Credentials are never printed.
      """)

  @OptionGroup var arguments: ImportArguments

  @Option(
    name: .customLong("repository"),
    help: ArgumentHelp("The checkout of a repository, by its URL. May be repeated.", valueName: "url=folder"))
  var repositories: [String] = []

  func run() throws {
    let files = try InputFile.read(arguments.files).map { ImportFile(name: $0.name, content: $0.content) }
    var checkouts = ImportCheckouts()
    for pair in repositories {
      let (url, folder) = try FolderTree.pair(pair)
      checkouts.byURL[url] = .init(tree: try FolderTree(folder), name: folder)
    }
    let folders = arguments.files.filter(InputFile.isFolder)
    if folders.count == 1, let folder = folders.first {
      let name = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
      checkouts.fallback = .init(tree: try FolderTree(folder), name: name)
    }
    try ImportOutput(arguments).show(
      try importRancherFleet(files, checkouts: checkouts, options: arguments.options))
  }
}
