internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel
internal import FleetPrograms
internal import FleetRender
internal import FoundationEssentials
internal import Manifest

/// `flotilla render`
struct RenderCommand: AsyncParsableCommand {
  /// What builds a kustomization.
  enum Engine: String, ExpressibleByArgument, CaseIterable {
    case native, program
  }

  static let configuration = CommandConfiguration(
    commandName: "render", abstract: "Print what a directory renders to, or what a cluster gets from a FleetSet.",
    usage: "flotilla render DIR [--origin]\nflotilla render SET --cluster NAME [--origin]",
    discussion: """
      With --cluster, the objects of a release as the controller has them for that cluster; values of Secrets are not shown. \
      A directory needs no controller.

      A kustomization comes out as kubectl kustomize prints it, a directory of plain manifests as the objects of its \
      bundle. Kustomizations are built natively; what only the program does goes to kubectl or kustomize, with a note. \
      Bases may lie in the directory's Git repository, or else in the current directory, and nowhere else. Exits with 2 \
      when the directory cannot be rendered.

      With --origin, a comment behind every field says what gave it its value: the file with its line, the patch or \
      another part of a kustomization, an override, a value for ${NAME}; after "over", what it was before. -o prints the same \
      as a table, JSON or YAML.
      """)

  @Argument(
    help: ArgumentHelp("The directory, or with --cluster the FleetSet.", valueName: "dir"), completion: .directory)
  var directory: String

  @Option(help: "Build kustomizations with this and nothing else: native, or the kubectl or kustomize program.")
  var engine: Engine?

  @Option(help: ArgumentHelp("Print what this cluster gets.", valueName: "name"), completion: .clusterNames)
  var cluster: String?

  @Option(
    help: ArgumentHelp(
      "With --cluster: a release by its commit, short name or #NUMBER; the newest when absent.", valueName: "release"))
  var revision: String?

  @Flag(help: "Say of each field which file, patch or setting gave it its value.")
  var origin = false

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("With --origin, how to print: table, json or yaml.", valueName: "format"))
  var output: OutputFormat?

  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    if output != nil, !origin { throw ValidationError("-o is for --origin; without it, manifests are printed as YAML") }
    if output == .name || output == .wide {
      throw ValidationError("--origin has the formats table, json and yaml, and YAML with comments without -o")
    }
    if revision != nil, cluster == nil {
      throw ValidationError("--revision is for what a cluster gets: give --cluster")
    }
    if engine != nil, cluster != nil { throw ValidationError("--engine is for directories, --cluster for FleetSets") }
  }

  func run() async throws {
    if let cluster { return try await show(cluster) }
    let place = try RenderedPlace(directory)
    if origin { return try await showOrigins(of: place) }
    let console = Console.current
    let build = engine == .program ? nil : kustomize(tree: place.tree, path: place.path)
    if try place.isPlain {
      console.write(.output, try manifests(of: place))
      return
    }
    switch build {
    case .objects(let objects)?: console.write(.output, kustomizeText(objects))
    case .failed(let problems)?: throw DiagnosticsError(problems)
    case .needsProgram(let reason)?:
      try noteProgram(reason)
      fallthrough
    case nil: console.write(.output, String(decoding: try await built(place), as: UTF8.self))
    }
  }

  private func show(_ cluster: String) async throws {
    let (set, release, asksOrigins) = (directory, revision, origin)
    let found = try await connection.withController { client, project in
      try await client.manifests(of: set, on: cluster, revision: release, origins: asksOrigins, in: project)
    }
    if let output { return try Console.current.render(found, as: output, names: []) { table(of: found) } }
    for entry in found {
      if found.count > 1 { Console.current.write(.output, "# target \(entry.target)\n") }
      let objects = try entry.objects.map { try JSON.parse(Array(try JSONEncoder().encode($0))) }
      if origin, let origins = entry.origins {
        print(objects, origins)
      } else {
        Console.current.write(.output, kustomizeText(objects))
      }
      if entry.target != found.last?.target { Console.current.write(.output, "---\n") }
    }
  }

  private func table(of found: [ManifestsResource]) -> Table {
    var table = OriginText.table(found.flatMap { $0.origins ?? [] })
    guard found.count > 1 else { return table }
    let targets = found.flatMap { entry in
      (entry.origins ?? []).flatMap { $0.fields.map { _ in entry.target.rawValue } }
    }
    table.columns.insert(.init("TARGET"), at: 0)
    table.rows = zip(targets, table.rows).map { [.init($0)] + $1 }
    return table
  }

  private func print(_ objects: [Node], _ origins: [ObjectOriginsResource]) {
    let text = OriginText(style: Console.current.style(.output))
    // Both are in the order of the bundle.
    let documents = zip(objects, origins).map { text.text($0, $1.fields) }
    Console.current.write(.output, documents.joined(separator: "---\n"))
  }

  private func showOrigins(of place: RenderedPlace) async throws {
    let found = try await origins(of: place)
    let resources = found.map(ObjectOriginsResource.init)
    guard let output else { return print(found.map(\.manifest), resources) }
    try Console.current.render(resources, as: output, names: []) { OriginText.table(resources) }
  }

  private func origins(of place: RenderedPlace) async throws -> [OriginatedObject] {
    if try place.isPlain {
      switch renderOrigins(tree: place.tree, path: place.path, namespace: "") {
      case .objects(let objects, _): return objects
      case .failed(let problems): throw DiagnosticsError(problems)
      case .needs: throw isChart
      }
    }
    let build = engine == .program ? nil : kustomize(tree: place.tree, path: place.path)
    switch build {
    case .objects?: return kustomizeOrigins(tree: place.tree, path: place.path) ?? []
    case .failed(let problems)?: throw DiagnosticsError(problems)
    case .needsProgram(let reason)?: try noteProgram(reason)
    case nil: break
    }
    let origin = FieldOrigin(kind: .program, file: place.path.isEmpty ? "." : place.path, part: "(kustomize program)")
    return try YAML.documents(try await built(place)).map { OriginatedObject($0, from: origin) }
  }

  private func noteProgram(_ reason: String) throws {
    guard engine == nil else {
      throw CommandFailure(
        .invalid, "the native engine does not do \(reason)", hint: "leave out --engine, or say --engine program")
    }
    Console.current.progress("note: the kustomize program builds this, because of \(reason)")
  }

  private var isChart: CommandFailure {
    CommandFailure(
      .invalid, "\(directory) is a chart, which is rendered with the values of a target",
      hint: "flotilla preview shows what the targets of a FleetSet render to")
  }

  /// What the program makes of a kustomization, from the files that it refers to and no others.
  private func built(_ place: RenderedPlace) async throws -> [UInt8] {
    let folders = Console.current.environment("FLOTILLA_PROGRAMS").map { [$0] } ?? []
    let program: KustomizeProgram
    do throws(ProgramError) { program = try KustomizeProgram(searching: folders) } catch {
      throw CommandFailure(
        .invalid, error.description, hint: "install kubectl 1.37, or name its folder in FLOTILLA_PROGRAMS")
    }
    let rendering = render(tree: place.tree, path: place.path, namespace: "", engine: .program)
    switch rendering {
    case .failed(let problems): throw DiagnosticsError(problems)
    case .manifests: throw CommandFailure(.invalid, "\(directory) is no kustomization")
    case .needs(let requests):
      guard case .kustomize(let path, let files)? = requests.first else { return [] }
      var copies: [RenderProgram.File] = []
      for file in files {
        copies.append(RenderProgram.File(path: file.path, contents: try place.tree.contents(of: file.path) ?? []))
      }
      do throws(RenderProgram.Failure) { return try await program.build(directory: path, files: copies) } catch {
        throw CommandFailure(.invalid, error.description)
      }
    }
  }

  private func manifests(of place: RenderedPlace) throws -> String {
    switch render(tree: place.tree, path: place.path, namespace: "") {
    case .failed(let problems): throw DiagnosticsError(problems)
    case .needs: throw isChart
    case .manifests(let bundle, let problems):
      if !problems.isEmpty { Console.current.progress(renderedFindings(problems)) }
      return kustomizeText(try bundle.objects.map { try JSON.parse($0.canonicalJSON) })
    }
  }
}

/// A directory that is rendered, in the files that it may refer to.
private struct RenderedPlace {
  let tree: RepositoryFolder
  /// The directory's path from the root of the tree.
  let path: String

  init(_ directory: String) throws {
    let full = try RepositoryFolder.resolved(directory)
    let root = RepositoryFolder.root(of: full)
    tree = try RepositoryFolder(root)
    path = root == full ? "" : String(full.dropFirst(root == "/" ? 1 : root.count + 1))
  }

  /// Whether there is no kustomization directly in the directory.
  var isPlain: Bool {
    get throws {
      for name in ["kustomization.yaml", "kustomization.yml", "Kustomization"] {
        if try tree.contents(of: path.isEmpty ? name : path + "/" + name) != nil { return false }
      }
      return true
    }
  }
}
