internal import ArgumentParser
internal import FleetDocuments
internal import FleetGenerators
internal import FleetModel
internal import Manifest

/// What stands in for the world when no controller is asked.
struct OfflineOptions: ParsableArguments {
  @Flag(help: "Ask no controller; files and folders stand in for the world. An ApplicationSet is always shown so.")
  var offline = false

  @Option(
    name: .customLong("clusters"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Without a controller: files with Cluster documents, or Secrets of Argo CD's clusters.", valueName: "file"),
    completion: .file())
  var clusterFiles: [String] = []

  @Option(
    name: .customLong("repository"),
    help: ArgumentHelp(
      "Without a controller: the folder that stands in for a repository, by its URL or name. May be repeated.",
      valueName: "url=folder"))
  var repositories: [String] = []

  @Option(
    help: ArgumentHelp(
      "Without a controller: what a plugin answers; NAME=FILE for the one of a ConfigMap. May be repeated.",
      valueName: "file"),
    completion: .file())
  var pluginResponse: [String] = []

  @Option(
    help: ArgumentHelp(
      "Without a controller: what time it is in templates, such as 2026-11-26T08:00:00Z.", valueName: "time"),
    transform: parsedInstant)
  var now: Instant?

  /// Whether an option says that no controller is asked.
  var isAskedFor: Bool {
    offline || now != nil || !clusterFiles.isEmpty || !repositories.isEmpty || !pluginResponse.isEmpty
  }
}

/// Expands a set of a file with nothing but files.
struct OfflinePreview {
  private let document: Document
  private let definition: FleetSetDefinition
  /// The file that the set stands in, for messages.
  private let file: String
  private let warnings: [Diagnostic]
  private let inventory: Inventory
  private let folders: [String: FolderTree]
  private let plugins: [String: [UInt8]]
  private let cluster: String?
  private let time: TemplateTime

  /// Reads everything; nil when no set is to be shown without a controller.
  ///
  /// - Parameters:
  ///   - name: the set to show; nil for the only one.
  ///   - cluster: the cluster to show targets of; nil for all.
  init?(_ inputs: [InputFile], name: String?, cluster: String?, options: OfflineOptions) throws {
    guard !inputs.isEmpty else {
      if options.isAskedFor {
        throw CommandFailure.usage("no file with a set was given", hint: "without a controller give it with -f FILE")
      }
      return nil
    }
    let (documents, diagnostics) = Documents.read(inputs.map { (file: $0.name, bytes: $0.content) })
    let sets = documents.filter { ["FleetSet", "ApplicationSet"].contains($0.kind) }
    guard let set = name.map({ name in sets.first { $0.name == name } }) ?? (sets.count == 1 ? sets.first : nil),
      case .fleetSet(let definition) = set.content, options.isAskedFor || definition.dialect == .applicationSet
    else {
      if options.isAskedFor {
        if diagnostics.contains(where: { $0.severity == .error }) { throw DiagnosticsError(diagnostics) }
        throw CommandFailure.usage(
          "the files describe \(sets.count) sets\(name.map { ", none of them named \($0)" } ?? "")",
          hint: sets.isEmpty ? "" : "name one: " + sets.map(\.name).joined(separator: ", "))
      }
      return nil
    }
    if diagnostics.contains(where: { $0.severity == .error }) { throw DiagnosticsError(diagnostics) }
    document = set
    self.definition = definition
    file = inputs.count == 1 ? inputs[0].name : "\(set.kind) \(set.name)"
    self.cluster = cluster
    warnings = diagnostics
    let known = try ClusterFiles(InputFile.read(options.clusterFiles))
    let own = documents.compactMap { document -> InventoryCluster? in
      guard case .cluster(let cluster) = document.content else { return nil }
      return InventoryCluster(cluster)
    }
    let isArgoFleet = known.hasSecrets || (known.clusters.isEmpty && own.isEmpty)
    inventory = Inventory(
      own + known.clusters, hasLocalCluster: definition.dialect == .applicationSet && isArgoFleet)
    folders = try Self.folders(options.repositories, documents)
    plugins = try Self.plugins(options.pluginResponse)
    time = options.now.map(TemplateTime.fixed) ?? .unknown
  }

  private static func folders(_ pairs: [String], _ documents: [Document]) throws -> [String: FolderTree] {
    var folders: [String: FolderTree] = [:]
    for pair in pairs {
      let (url, folder) = try FolderTree.pair(pair)
      folders[url] = try FolderTree(folder)
    }
    // A repository is the same by its name and by its URL.
    for case .repository(let repository) in documents.map(\.content) {
      let folder = folders[repository.name.rawValue] ?? folders[repository.url]
      folders[repository.name.rawValue] = folder
      folders[repository.url] = folder
    }
    return folders
  }

  private static func plugins(_ pairs: [String]) throws -> [String: [UInt8]] {
    var plugins: [String: [UInt8]] = [:]
    for pair in pairs {
      let place = pair.firstIndex(of: "=")
      let name = place.map { String(pair[..<$0]) } ?? ""
      let file = place.map { String(pair[pair.index(after: $0)...]) } ?? pair
      plugins[name] = try InputFile.read([file]).first?.content
    }
    return plugins
  }

  private func answer(_ request: GeneratorRequest) -> GeneratorAnswer {
    switch request {
    case .tree(let repository, _):
      return folders[repository].map { .tree($0) }
        ?? .failure("without a controller, give --repository \(repository)=FOLDER")
    case .configMap(let name):
      // Where the plugin is and what it is asked with does not matter when its answer is given.
      return plugins[name] ?? plugins[""] == nil
        ? .failure("without a controller, give --plugin-response FILE") : .configMap(["baseUrl": "-", "token": "$-"])
    case .plugin(let request):
      return (plugins[request.configMap] ?? plugins[""]).map { .body($0) } ?? .failure("no answer is given")
    case .decisions, .repositories, .branches, .path, .pullRequests:
      return .failure("this generator asks other programs, which needs a controller")
    }
  }

  // MARK: Showing

  /// Shows what the set makes.
  func show(as format: OutputFormat) throws {
    let console = Console.current
    if !warnings.isEmpty { console.progress(renderedFindings(warnings)) }
    switch definition.template {
    case .application(let template): try showApplications(template, as: format, console)
    case .target: try showTargets(as: format, console)
    }
  }

  private func showApplications(_ template: ApplicationTemplate, as format: OutputFormat, _ console: Console) throws {
    var answers: [GeneratorRequest: GeneratorAnswer] = [:]
    while true {
      let expansion = FleetGenerators.applications(
        of: definition, inventory: inventory, answers: answers, time: time, file: file)
      switch expansion {
      case .needs(let requests): for request in requests { answers[request] = answer(request) }
      case .failed(let problems): throw DiagnosticsError(hinted(problems))
      case .applications(let made, let problems):
        let shown = made.filter { cluster == nil || $0.document["spec", "destination", "name"]?.string == cluster }
        let errors = applicationErrors(
          made.map(\.document), setName: document.name, projects: nil, inventory: inventory)
        let findings =
          problems
          + errors.sorted { $0.key < $1.key }.map {
            Diagnostic(
              severity: .warning, field: "Application \($0.key)", message: $0.value,
              hint: Self.makers(of: $0.key, among: made))
          }
        if !findings.isEmpty { console.progress(renderedFindings(findings)) }
        try write(shown, as: format, console)
        return
      }
    }
  }

  /// What made Applications of one name; empty where only one thing did.
  private static func makers(of key: String, among made: [ApplicationExpansion.Application]) -> String {
    let name = key.split(separator: "/").last.map(String.init) ?? key
    let origins = made.filter { $0.document["metadata", "name"]?.string == name }.map(\.origin.description)
    guard origins.count > 1 else { return "" }
    return "made by " + origins.prefix(5).joined(separator: ", and by ") + (origins.count > 5 ? ", …" : "")
  }

  /// Findings with what to do when it is the time that templates lack.
  private func hinted(_ problems: [Diagnostic]) -> [Diagnostic] {
    guard time == .unknown else { return problems }
    return problems.map { problem in
      guard problem.hint.isEmpty, problem.message.contains("there is no time here") else { return problem }
      var hinted = problem
      hinted.hint = "without a controller, give --now TIME"
      return hinted
    }
  }

  private func write(
    _ applications: [ApplicationExpansion.Application], as format: OutputFormat, _ console: Console
  ) throws {
    switch format {
    case .yaml:
      console.write(.output, applications.map { YAML.text($0.document) }.joined(separator: "---\n"))
    case .json:
      console.output(JSON.text(Node(.array(applications.map(\.document))), sortedKeys: true, pretty: true))
    case .name:
      for application in applications { console.output("application/\(text(application, "metadata", "name"))") }
    case .table, .wide:
      console.progress("\(document.name): \(counted(applications.count, "Application"))")
      let width = console.isTerminal(.output) ? console.columns() : nil
      let lines = table(applications).lines(isWide: format == .wide, style: console.style(.output), width: width)
      for line in lines { console.output(line) }
    }
  }

  private func text(_ application: ApplicationExpansion.Application, _ keys: String...) -> String {
    var node: Node? = application.document
    for key in keys { node = node?[key] }
    return node?.string ?? ""
  }

  private func table(_ applications: [ApplicationExpansion.Application]) -> Table {
    Table(
      columns: [
        .init("NAME"), .init("PROJECT"), .init("CLUSTER"), .init("NAMESPACE"), .init("REPOSITORY"), .init("PATH"),
        .init("REVISION"), .init("STEP"), .init("ORIGIN", isWide: true),
      ],
      rows: applications.map { one in
        let name = text(one, "spec", "destination", "name")
        return [
          .init(text(one, "metadata", "name")), .init(text(one, "spec", "project")),
          .init(name.isEmpty ? dashed(text(one, "spec", "destination", "server")) : name),
          .init(dashed(text(one, "spec", "destination", "namespace"))),
          .init(dashed(text(one, "spec", "source", "repoURL"))), .init(dashed(text(one, "spec", "source", "path"))),
          .init(dashed(text(one, "spec", "source", "targetRevision"))), .init(dashed(step(one))),
          .init(one.origin.description),
        ]
      })
  }

  /// The RollingSync step that takes an Application, from 1.
  private func step(_ application: ApplicationExpansion.Application) -> String? {
    guard case .application(let template) = definition.template, let strategy = template.rollingSync else { return nil }
    var labels: [String: String] = [:]
    for entry in application.document["metadata", "labels"]?.object?.entries ?? [] {
      labels[entry.key] = entry.value.string
    }
    return strategy.step(of: labels).map { String($0 + 1) } ?? "none"
  }

  private func showTargets(as format: OutputFormat, _ console: Console) throws {
    var answers: [GeneratorRequest: GeneratorAnswer] = [:]
    while true {
      let expansion = expand(
        definition, named: FleetSetName(document.name), inventory: inventory, answers: answers, time: time, file: file)
      switch expansion {
      case .needs(let requests): for request in requests { answers[request] = answer(request) }
      case .failed(let problems): throw DiagnosticsError(hinted(problems))
      case .empty(let problems):
        if !problems.isEmpty { console.progress(renderedFindings(problems)) }
        console.progress("\(document.name): no targets")
        return
      case .targets(let all, _, let problems):
        if !problems.isEmpty { console.progress(renderedFindings(problems)) }
        let targets = all.filter { cluster == nil || $0.cluster.rawValue == cluster }.map(OfflineTarget.init)
        if format == .table || format == .wide {
          console.progress("\(document.name): \(counted(targets.count, "target"))")
        }
        try console.render(
          ["targets": targets], as: format, names: targets.map { "target/\(document.name)/\($0.name)" }
        ) { OfflineTarget.table(targets) }
        return
      }
    }
  }
}

/// A target as it is shown without a controller: nothing is rendered, so there is neither a stage nor a bundle.
private struct OfflineTarget: Encodable {
  var name: String
  var cluster: String
  var namespace: String
  var repository: String
  var revision: String
  var path: String
  var labels: [String: String]
  var origin: String

  init(_ target: ExpandedTarget) {
    name = target.name.rawValue
    cluster = target.cluster.rawValue
    namespace = target.namespace
    repository = target.repository
    revision = target.revision.description
    path = target.path
    labels = target.labels
    origin = target.origin.description
  }

  static func table(_ targets: [OfflineTarget]) -> Table {
    Table(
      columns: [
        .init("NAME"), .init("CLUSTER"), .init("NAMESPACE"), .init("REPOSITORY"), .init("REVISION"), .init("PATH"),
        .init("ORIGIN", isWide: true),
      ],
      rows: targets.map { target in
        [
          .init(target.name), .init(target.cluster), .init(target.namespace), .init(target.repository),
          .init(target.revision), .init(dashed(target.path)), .init(target.origin),
        ]
      })
  }
}
