public import FleetModel
public import FleetPorts
import FleetPrograms
public import Logging
import Manifest
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Reads repositories of charts through the `helm` program, which speaks to HTTP repositories and registries; what it
/// brings is kept below a data folder by its digest.
///
/// Every folder belongs to one URL, project and credential name, so that a project cannot read what another project's
/// credential brought.
public final class HelmChartReader: ChartReader {
  let configuration: ChartConfiguration
  let logger: Logger
  private let memory = RegistryMemory()
  private let indexes = Mutex<[ChartFolder: ChartIndex]>([:])
  /// Trees that were read lately, the newest last.
  private let trees = Mutex<[(key: String, tree: ArchiveTree)]>([])
  private static let limitTrees = 32

  /// Takes the data folder.
  ///
  /// - Throws: ``SourceError`` with code `invalid` when it cannot be used.
  public init(_ configuration: ChartConfiguration, logger: Logger) throws(SourceError) {
    self.configuration = configuration
    self.logger = logger
    do {
      let manager = FileManager.default
      // What a killed process left behind may hold passwords.
      try? manager.removeItem(atPath: configuration.dataFolder + "/scratch")
      for name in ["scratch", "repositories"] {
        try manager.createDirectory(
          atPath: configuration.dataFolder + "/" + name, withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o700])
      }
    } catch {
      throw SourceError(
        .invalid, "the folder for charts cannot be used: \(error)",
        hint: "give every controller a writable folder of its own")
    }
  }

  /// Brings the index; see ``ChartReader/fetch(_:credential:)``.
  public func fetch(
    _ repository: Repository, credential: SourceCredential?
  ) async throws(SourceError) -> RefSnapshot {
    try await call(repository, credential) { (call) throws(SourceError) in
      if call.remote.isRegistry {
        try await call.login()
        return RefSnapshot(ofCharts: Self.digest(ofRegistry: repository))
      }
      return RefSnapshot(ofCharts: try await self.bring(repository, call).digest)
    }
  }

  /// What the last fetch brought; see ``ChartReader/snapshot(of:)``.
  public func snapshot(of repository: Repository) async throws(SourceError) -> RefSnapshot? {
    if repository.isRegistry { return RefSnapshot(ofCharts: Self.digest(ofRegistry: repository)) }
    return try index(of: folder(of: repository)).map { RefSnapshot(ofCharts: $0.digest) }
  }

  /// The chart that a revision means; see ``ChartReader/chart(_:at:known:in:credential:)``.
  public func chart(
    _ name: String, at revision: Revision, known: CommitID?, in repository: Repository, credential: SourceCredential?
  ) async throws(SourceError) -> ResolvedChart {
    let wish = try ChartWish(revision)
    if repository.isRegistry {
      return try await registryChart(name, wish, known: known, in: repository, credential)
    }
    let folder = folder(of: repository)
    let index: ChartIndex
    if let here = try self.index(of: folder) {
      index = here
    } else {
      // Nobody has fetched it yet, for example because its document is only looked at.
      index = try await call(repository, credential) { (call) throws(SourceError) in
        try await self.bring(repository, call)
      }
    }
    let entry = try index.entry(of: name, at: revision)
    let version = ChartVersion(name: name, version: entry.version)
    if let id = entry.archive ?? folder.archive(notedFor: entry.line(of: name)),
      let tree = try await tree(of: id, name, in: folder)
    {
      return ResolvedChart(version, tree)
    }
    for url in entry.urls {
      try ChartRemote.checkArchive(url, allowsLoopback: configuration.allowsLoopback)
    }
    let (id, tree) = try await pull(name, entry.version, in: repository, credential)
    if let stated = entry.archive, stated != id {
      throw SourceError(
        .invalid, "the archive of \(version) has the SHA-256 \(id), and the repository's index says \(stated)",
        hint: "make the repository's index anew: helm repo index")
    }
    if entry.archive == nil { try keep { try folder.note(id, for: entry.line(of: name)) } }
    return ResolvedChart(version, tree)
  }

  /// The files of a chart that was resolved before; see ``ChartReader/tree(of:archive:in:credential:)``.
  public func tree(
    of chart: ChartVersion, archive: CommitID, in repository: Repository, credential: SourceCredential?
  ) async throws(SourceError) -> any SourceTree {
    if let tree = try await tree(of: archive, chart.name, in: folder(of: repository)) { return tree }
    let (id, tree) = try await pull(chart.name, chart.version, in: repository, credential)
    guard id == archive else {
      throw SourceError(
        .commitNotFound,
        "\(chart) is not what it was: its archive had the SHA-256 \(archive), and the repository gives \(id)",
        hint: "somebody pushed the version anew; a release keeps what it was made of")
    }
    return tree
  }

  // MARK: Registries

  private func registryChart(
    _ name: String, _ wish: ChartWish, known: CommitID?, in repository: Repository, _ credential: SourceCredential?
  ) async throws(SourceError) -> ResolvedChart {
    let folder = folder(of: repository)
    let key = RegistryMemory.Key(folder: folder.path, chart: name, wish: wish)
    let remembered = await memory.answer(to: key)
    // Another controller may have asked later: what it found is in the newest release.
    if let remembered, remembered.askedAt.duration(to: .now) < repository.pollInterval,
      known == nil || known == remembered.archive,
      let tree = try await tree(of: remembered.archive, name, in: folder)
    {
      return ResolvedChart(remembered.version, tree)
    }
    do throws(SourceError) {
      let askedAt = ContinuousClock.now
      let (id, tree) = try await pull(name, wish.text, in: repository, credential)
      let version = ChartVersion(name: name, version: try Self.version(of: name, in: tree))
      await memory.keep(.init(version: version, archive: id, askedAt: askedAt), to: key)
      return ResolvedChart(version, tree)
    } catch {
      // A registry that is down stops nothing but news.
      guard error.canRetry, error.code != .cancelled, let remembered,
        let tree = try await tree(of: remembered.archive, name, in: folder)
      else { throw error }
      logger.warning(
        "a registry does not answer; what it said last is used",
        metadata: ["repository": "\(repository.name)", "chart": "\(remembered.version)", "reason": "\(error.message)"])
      return ResolvedChart(remembered.version, tree)
    }
  }

  /// A registry has no list that could change.
  private static func digest(ofRegistry repository: Repository) -> Digest { .sha256(Array(repository.url.utf8)) }

  private static func version(of chart: String, in tree: ArchiveTree) throws(SourceError) -> String {
    do {
      let definition = try YAML.documents(try tree.contents(of: chart + "/Chart.yaml") ?? [], file: "Chart.yaml").first
      if let version = definition?["version"]?.string { return version }
    } catch {
      throw SourceError(.invalid, "the Chart.yaml of \(chart) cannot be read: \(error)")
    }
    throw SourceError(.invalid, "the Chart.yaml of \(chart) states no version")
  }

  // MARK: Indexes

  private func bring(_ repository: Repository, _ call: HelmCall) async throws(SourceError) -> ChartIndex {
    let folder = folder(of: repository)
    let bytes = try await call.index()
    let index = try ChartIndex(bytes)
    try keep {
      try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
      try Data(bytes).write(to: URL(fileURLWithPath: folder.indexFile), options: .atomic)
    }
    indexes.withLock { $0[folder] = index }
    return index
  }

  /// What the last fetch brought; nil before the first.
  private func index(of folder: ChartFolder) throws(SourceError) -> ChartIndex? {
    if let known = indexes.withLock({ $0[folder] }) { return known }
    guard let data = FileManager.default.contents(atPath: folder.indexFile) else { return nil }
    let index: ChartIndex
    do throws(SourceError) {
      index = try ChartIndex([UInt8](data))
    } catch {
      throw SourceError(.corrupt, error.message, hint: "the next fetch brings it anew")
    }
    indexes.withLock { $0[folder] = index }
    return index
  }

  // MARK: Archives

  /// Brings an archive and keeps it.
  private func pull(
    _ name: String, _ version: String, in repository: Repository, _ credential: SourceCredential?
  ) async throws(SourceError) -> (CommitID, ArchiveTree) {
    let folder = folder(of: repository)
    let bytes = try await call(repository, credential) { (call) throws(SourceError) in
      try await call.pull(name, version: version, index: call.remote.isRegistry ? nil : folder.indexFile)
    }
    let digest = Digest.sha256(bytes)
    guard let id = CommitID(hexadecimal: digest.hexadecimal) else {
      throw SourceError(.invalid, "the archive of \(name) has no digest")
    }
    let tree = try await unpack(bytes, id, name)
    try keep { try folder.keep(bytes, as: id, limitBytes: self.configuration.keptLimitBytes) }
    logger.info(
      "a chart was brought",
      metadata: ["repository": "\(repository.name)", "chart": "\(name)", "asked": "\(version)", "archive": "\(id)"])
    return (id, tree)
  }

  /// The files of an archive; nil when it is not here.
  private func tree(
    of id: CommitID, _ name: String, in folder: ChartFolder
  ) async throws(SourceError) -> ArchiveTree? {
    let key = "\(folder.path) \(id) \(name)"
    if let known = trees.withLock({ $0.last { $0.key == key }?.tree }) { return known }
    guard let bytes = folder.archive(id) else { return nil }
    let tree = try await unpack(bytes, id, name)
    trees.withLock { trees in
      trees.append((key, tree))
      if trees.count > Self.limitTrees { trees.removeFirst() }
    }
    return tree
  }

  private func unpack(_ bytes: [UInt8], _ id: CommitID, _ name: String) async throws(SourceError) -> ArchiveTree {
    let result: ProgramResult
    do throws(ProgramError) {
      result = try await Program.run(
        "gzip", arguments: ["-dc"], input: bytes, timeLimit: .seconds(30),
        outputLimitBytes: configuration.unpackedLimitBytes)
    } catch {
      if case .cancelled = error { throw SourceError(.cancelled, "the work on chart \(name) was cancelled") }
      throw SourceError(.invalid, "the archive of \(name) cannot be unpacked: \(error)")
    }
    do throws(TarArchive.Problem) {
      guard result.isSuccess else { throw TarArchive.Problem(message: result.errorText) }
      return try ArchiveTree(try TarArchive(result.output), id: id, chart: name)
    } catch {
      throw SourceError(.invalid, "the archive of \(name) is no chart: \(error.message)")
    }
  }

  // MARK: Folders

  /// Where what is kept of a repository lies.
  private func folder(of repository: Repository) -> ChartFolder {
    let parts = [repository.project.rawValue, repository.credential ?? "", repository.url]
    let name = Digest.sha256(Array(parts.joined(separator: "\n").utf8)).hexadecimal
    return ChartFolder(path: "\(configuration.dataFolder)/repositories/\(name)")
  }

  /// Gives a closure what it calls helm with, in a folder that is gone afterwards.
  private func call<Value: Sendable>(
    _ repository: Repository, _ credential: SourceCredential?,
    _ body: @Sendable (HelmCall) async throws(SourceError) -> Value
  ) async throws(SourceError) -> Value {
    let remote = try ChartRemote(repository.url, allowsLoopback: configuration.allowsLoopback)
    if case .ssh = credential {
      throw SourceError(
        .invalid, "repository '\(repository.name)': its credential does not fit its URL",
        hint: "charts are read with a user name and a password or token")
    }
    let scratch = "\(configuration.dataFolder)/scratch/\(UUID().uuidString)"
    try keep {
      try FileManager.default.createDirectory(
        atPath: scratch, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    return try await body(
      HelmCall(
        configuration: configuration, remote: remote, credential: credential, repository: repository.name.rawValue,
        scratch: scratch))
  }

  private func keep(_ body: () throws -> Void) throws(SourceError) {
    do { try body() } catch { throw SourceError(.invalid, "the folder for charts cannot be written: \(error)") }
  }
}

extension RefSnapshot {
  fileprivate init(ofCharts digest: Digest) {
    self.init(branches: [], tags: [], defaultBranch: nil, digest: digest)
  }
}

extension ResolvedChart {
  fileprivate init(_ version: ChartVersion, _ tree: ArchiveTree) {
    self.init(
      version: version,
      commit: Commit(
        id: tree.commit, author: "", title: version.description,
        committedAt: tree.committedAt ?? Instant(millisecondsSinceEpoch: 0)),
      tree: tree)
  }
}
