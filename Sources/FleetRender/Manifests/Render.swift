public import FleetModel
import Manifest

/// Something of the world that rendering needs before it can go on (AMENDMENTS 19).
public enum RenderRequest: Hashable, Sendable {
  /// The output of `kustomize build` in the directory, run over these files of the tree and no others, below one
  /// folder with their paths kept.
  case kustomize(path: String, files: [SourceFile])
  /// The output of `helm template`.
  case helm(HelmRequest)
}

/// What the world said to a request.
public enum RenderAnswer: Hashable, Sendable {
  /// What the program wrote.
  case output([UInt8])
  /// It failed; the text says why.
  case failure(String)
}

/// What came of rendering.
public enum Rendering: Sendable {
  /// These answers are needed first.
  case needs([RenderRequest])
  /// The manifests; problems are warnings.
  case manifests(Bundle, problems: [Diagnostic])
  /// At least one problem is an error. A directory without a single object is one too: absence never deletes
  /// (AMENDMENTS 13).
  case failed([Diagnostic])
}

/// What builds kustomizations.
public enum KustomizeEngine: Sendable {
  /// The native engine, and the program for what only that does (decision 37).
  case automatic
  /// The program alone.
  case program
}

/// What a directory renders to, before it is made for a target.
public struct RenderedDirectory: Sendable {
  fileprivate var sources = ManifestSources()
  fileprivate var encrypted = SopsSources()
  fileprivate var notes: [Diagnostic] = []
}

/// What came of reading a directory.
public enum DirectoryRendering: Sendable {
  /// These answers are needed first.
  case needs([RenderRequest])
  /// The manifests of the directory.
  case directory(RenderedDirectory)
  /// At least one problem is an error.
  case failed([Diagnostic])
}

/// Renders a directory of a commit: a chart or a kustomization when one lies in the directory itself, else plain manifests.
///
/// Plain manifests are all `*.yaml`, `*.yml` and `*.json` files of the directory and below, in bytewise order of their
/// paths; files and directories whose names begin with a dot are left out, and so are the options that Rancher Fleet keeps
/// beside manifests in `fleet.yaml`. Same tree, same bundle, in every process.
///
/// - Parameters:
///   - tree: the files of a commit; nothing else is read.
///   - path: the directory, relative to the root; empty for the root.
///   - namespace: for objects of namespaced kinds that name none; empty to leave them without one.
///   - isRecursive: whether plain manifests are read from the directories below as well.
///   - options: what charts are filled in with, what lies over the directory, and values for `${NAME}`.
///   - target: the target's name, which is the release's name of a chart that says no other.
///   - engine: what builds kustomizations.
///   - answers: what the world said to the requests that earlier calls returned.
///   - memory: what is known of earlier kustomizations.
public func render(
  tree: any SourceTree, path: String, namespace: String, isRecursive: Bool = true,
  options: RenderOptions = RenderOptions(), target: String = "", engine: KustomizeEngine = .program,
  answers: [RenderRequest: RenderAnswer] = [:], memory: KustomizeMemory = KustomizeMemory()
) -> Rendering {
  let rendering = renderDirectory(
    tree: tree, path: path, namespace: namespace, isRecursive: isRecursive, options: options, target: target,
    engine: engine, answers: answers, memory: memory)
  switch rendering {
  case .needs(let requests): return .needs(requests)
  case .failed(let problems): return .failed(problems)
  case .directory(let directory):
    return finish(directory, path: path, commit: tree.commit, namespace: namespace, options: options)
  }
}

/// Reads a directory of a commit, the first half of ``render(tree:path:namespace:isRecursive:options:target:engine:answers:memory:)``:
/// what it comes to depends on the options `helm` and `kustomize`, and for charts on the target's name and namespace. Targets
/// that differ in nothing of that share it.
public func renderDirectory(
  tree: any SourceTree, path: String, namespace: String, isRecursive: Bool = true,
  options: RenderOptions = RenderOptions(), target: String = "", engine: KustomizeEngine = .program,
  answers: [RenderRequest: RenderAnswer] = [:], memory: KustomizeMemory = KustomizeMemory()
) -> DirectoryRendering {
  renderDirectory(
    tree: tree, path: path, namespace: namespace, isRecursive: isRecursive, options: options, target: target,
    engine: engine, answers: answers, memory: memory, isFollowed: false)
}

/// - Parameter isFollowed: whether it is noted what gave fields their values.
func renderDirectory(
  tree: any SourceTree, path: String, namespace: String, isRecursive: Bool, options: RenderOptions, target: String,
  engine: KustomizeEngine, answers: [RenderRequest: RenderAnswer], memory: KustomizeMemory = KustomizeMemory(),
  isFollowed: Bool
) -> DirectoryRendering {
  do throws(DiagnosticsError) {
    let files = try filesOfDirectory(path, in: tree)
    var directory = RenderedDirectory()
    if Chart.isChart(files, directory: path) {
      let chart = Chart(tree: tree, path: path, files: files)
      var helm = options.helm ?? HelmOptions()
      helm.kubeVersion = helm.kubeVersion ?? options.kubernetesVersion?.description
      helm.apiVersions += options.servedVersions ?? []
      let request = RenderRequest.helm(try chart.request(helm, target: target, namespace: namespace))
      switch answers[request] {
      case nil: return .needs([request])
      case .failure(let message):
        throw DiagnosticsError([Diagnostic(file: path, message: "helm failed: \(message)")])
      case .output(let bytes):
        try directory.sources.read(bytes, file: "helm template \(path.isEmpty ? "." : path)")
        if isFollowed { directory.sources.follow(from: ChartTemplates(of: bytes, path: path, files: files).origin) }
      }
      directory.sources.remove(where: Chart.isLeftOut)
      directory.notes = try chart.warnings()
    } else if options.helm != nil {
      throw DiagnosticsError([
        Diagnostic(
          file: path, field: "spec.template.spec.source.helm",
          message: "the directory is no chart: it has no Chart.yaml")
      ])
    } else if let file = Kustomization.file(in: files.map(\.path), directory: path) {
      switch try built(tree, path, file, options.kustomize, engine, answers, memory, &directory.notes, isFollowed) {
      case .needs(let request): return .needs([request])
      case .text(let bytes):
        try directory.sources.read(bytes, file: buildName(path))
        if isFollowed {
          directory.sources.follow { entry, _ in FieldOrigin(kind: .program, file: file, part: "(kustomize program)") }
        }
      case .objects(let objects, let followed):
        directory.sources.add(objects, file: buildName(path))
        directory.sources.follow(followed)
      }
    } else if options.kustomize != nil {
      throw DiagnosticsError([
        Diagnostic(
          file: path, field: "spec.template.spec.source.kustomize", message: "the directory is no kustomization")
      ])
    } else {
      let inside = path.isEmpty ? 0 : path.utf8.count + 1
      let read = isRecursive ? files : files.filter { !$0.path.utf8.dropFirst(inside).contains(UInt8(ascii: "/")) }
      try readManifests(read, directory: path, tree: tree, into: &directory.sources)
      if isFollowed {
        directory.sources.follow { entry, field in
          FieldOrigin(kind: .file, file: entry.file, line: field.value.position.map { Int($0.line) })
        }
      }
    }
    if directory.sources.hasSops {
      let isKustomization = Kustomization.file(in: files.map(\.path), directory: path) != nil
      directory.encrypted = try SopsSources(
        of: directory.sources, among: isKustomization ? Kustomization.sources(tree: tree, path: path) : files, in: tree)
    }
    return .directory(directory)
  } catch {
    return .failed(error.diagnostics)
  }
}

/// Makes the bundle of a target from a directory, the second half of rendering: overlays, values for `${NAME}`, options of
/// the apply, and the target's namespace.
///
/// - Parameters:
///   - directory: what ``renderDirectory(tree:path:namespace:isRecursive:options:target:engine:answers:memory:)`` made.
///   - path: its path, for messages.
///   - commit: the commit that it was read from.
public func finish(
  _ directory: RenderedDirectory, path: String, commit: CommitID, namespace: String, options: RenderOptions
) -> Rendering {
  do throws(DiagnosticsError) {
    let (bundle, problems, _) = try finished(
      directory, path: path, commit: commit, namespace: namespace, options: options)
    return .manifests(bundle, problems: problems)
  } catch {
    return .failed(error.diagnostics)
  }
}

/// Makes the bundle of a target from a directory, with what gave its fields their values when the directory has that.
///
/// - Parameter valueSources: where values for `${NAME}` come from, by name, for people.
func finished(
  _ directory: RenderedDirectory, path: String, commit: CommitID, namespace: String, options: RenderOptions,
  valueSources: [String: String] = [:]
) throws(DiagnosticsError) -> (Bundle, problems: [Diagnostic], followed: [ObjectIdentity: TracedDocument]) {
  var sources = directory.sources
  var notes = directory.notes
  for overlay in options.overlays ?? [] { notes += try sources.apply(overlay, at: commit) }
  if let values = options.substitute {
    try sources.substitute(values)
    sources.note(Substitution(values: values).origin(valueSources))
  }
  sources.nameHooks()
  sources.note { _ in FieldOrigin(kind: .fleetSet, part: "a name made of generateName") }
  if let options = options.syncOptions {
    sources.annotate(SyncOptionName.setAnnotation, options.joined(separator: ","))
    sources.note { _ in FieldOrigin(kind: .fleetSet, part: "sync.options") }
  }
  sources.attach(directory.encrypted)
  sources.note { _ in FieldOrigin(kind: .file, part: "the encrypted file that the object was read from") }
  let (bundle, warnings, followed) = try BundleBuilder(
    sources: sources, namespace: namespace,
    rules: ObjectRules(ignored: options.ignoreDifferences ?? [], health: options.health ?? [])
  )
  .build(place: path)
  return (bundle, notes + warnings, followed)
}

/// What a kustomization came to.
private enum Built {
  case objects([Node], followed: [TracedDocument])
  case text([UInt8])
  case needs(RenderRequest)
}

private func built(
  _ tree: any SourceTree, _ path: String, _ file: String, _ options: KustomizeOptions?, _ engine: KustomizeEngine,
  _ answers: [RenderRequest: RenderAnswer], _ memory: KustomizeMemory, _ notes: inout [Diagnostic],
  _ isFollowed: Bool
) throws(DiagnosticsError) -> Built {
  if let options {
    let edited = try editedTree(tree, path, file, options)
    let trace = isFollowed ? BuildTrace(parts: KustomizationParts(of: edited)) : nil
    switch trace.map({ kustomize(tree: edited, path: path, trace: $0) })
      ?? kustomize(tree: edited, path: path, memory: memory)
    {
    case .objects(let objects): return .objects(objects, followed: trace?.documents ?? [])
    case .failed(let problems): throw DiagnosticsError(problems)
    case .needsProgram(let reason):
      throw DiagnosticsError([
        Diagnostic(
          file: file, field: "spec.template.spec.source.kustomize",
          message:
            "only the kustomize program builds this, because of \(reason), and source.kustomize changes nothing there",
          hint: "put the changes into the kustomization")
      ])
    }
  }
  if engine == .automatic {
    let trace = isFollowed ? BuildTrace(parts: KustomizationParts(of: tree)) : nil
    switch trace.map({ kustomize(tree: tree, path: path, trace: $0) })
      ?? kustomize(tree: tree, path: path, memory: memory)
    {
    case .objects(let objects): return .objects(objects, followed: trace?.documents ?? [])
    case .failed(let problems): throw DiagnosticsError(problems)
    case .needsProgram(let reason):
      notes.append(
        Diagnostic(severity: .warning, file: file, message: "the kustomize program builds this, because of \(reason)"))
    }
  }
  let request = RenderRequest.kustomize(path: path, files: try Kustomization.sources(tree: tree, path: path))
  switch answers[request] {
  case nil: return .needs(request)
  case .failure(let message):
    throw DiagnosticsError([Diagnostic(file: path, message: "kustomize failed: \(message)")])
  case .output(let bytes): return .text(bytes)
  }
}

/// The commit with the kustomization as `source.kustomize` wants it.
private func editedTree(
  _ tree: any SourceTree, _ path: String, _ file: String, _ options: KustomizeOptions
) throws(DiagnosticsError) -> EditedTree {
  do throws(SourceTreeError) {
    let bytes = try tree.contents(of: file) ?? []
    let edited: Result<[UInt8], DiagnosticsError>
    do throws(DiagnosticsError) {
      edited = .success(
        try KustomizationEdit(options: options).edited(bytes, file: file) { component throws(SourceTreeError) in
          guard let directory = KustomizationWalk.resolved(component, from: path) else { return false }
          return try !tree.files(under: directory).isEmpty
        })
    } catch { edited = .failure(error) }
    switch edited {
    case .success(let bytes): return EditedTree(tree: tree, file: file, bytes: bytes)
    case .failure(let error): throw SourceTreeError(path: file, message: error.diagnostics.map(\.text).joined())
    }
  } catch {
    throw DiagnosticsError([Diagnostic(file: error.path, message: error.message)])
  }
}

/// What messages about objects of a kustomization call their source.
private func buildName(_ path: String) -> String { "kustomize build \(path.isEmpty ? "." : path)" }

/// The files of a directory and below.
private func filesOfDirectory(_ path: String, in tree: any SourceTree) throws(DiagnosticsError) -> [SourceFile] {
  do throws(SourceTreeError) {
    let files = try tree.files(under: path).sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    if !files.isEmpty { return files }
    let isFile = try tree.contents(of: path) != nil
    throw SourceTreeError(
      path: path.isEmpty ? "." : path,
      message: isFile
        ? "this is a file; expected a directory" : "there is no such directory at commit \(tree.commit.short)")
  } catch {
    throw DiagnosticsError([
      Diagnostic(
        file: error.path, field: "spec.template.spec.source.path", message: error.message,
        hint: "the path is relative to the repository's root")
    ])
  }
}

/// Whether a file is a `fleet.yaml` of Rancher Fleet and no manifest, so that a directory can serve both while a fleet moves
/// over (decision 29).
private func isOptionsOfFleet(_ bytes: [UInt8], _ path: String) -> Bool {
  guard ["fleet.yaml", "fleet.yml"].contains(path.split(separator: "/").last),
    let documents = try? YAML.documents(bytes)
  else { return false }
  return documents.allSatisfy { $0["kind"] == nil && $0["apiVersion"] == nil }
}

private func readManifests(
  _ files: [SourceFile], directory: String, tree: any SourceTree, into sources: inout ManifestSources
) throws(DiagnosticsError) {
  let inside = directory.isEmpty ? 0 : directory.utf8.count + 1
  let manifests = files.filter { file in
    let parts = String(decoding: file.path.utf8.dropFirst(inside), as: UTF8.self).split(separator: "/")
    guard !parts.contains(where: { $0.hasPrefix(".") }), let name = parts.last else { return false }
    return [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
  }
  let size = manifests.reduce(Int64(0)) { $0 + $1.sizeBytes }
  guard size <= Bundle.limitBytes else {
    throw DiagnosticsError([
      Diagnostic(
        file: directory, message: "the manifests have \(size) bytes; at most \(Bundle.limitBytes) are allowed",
        hint: "split the directory into several, or keep large data out of manifests")
    ])
  }
  for file in manifests {
    if let name = file.path.split(separator: "/").last, Kustomization.fileNames.contains(String(name)) {
      throw DiagnosticsError([
        Diagnostic(
          file: file.path, message: "a kustomization lies below a directory of plain manifests",
          hint: "let the path name the kustomization's own directory, or put a kustomization into \"\(directory)\"")
      ])
    }
    do throws(SourceTreeError) {
      guard let bytes = try tree.contents(of: file.path), !isOptionsOfFleet(bytes, file.path) else { continue }
      sources.add(bytes, file: file.path)
    } catch {
      throw DiagnosticsError([Diagnostic(file: file.path, message: error.message)])
    }
  }
  try sources.readAll()
}
