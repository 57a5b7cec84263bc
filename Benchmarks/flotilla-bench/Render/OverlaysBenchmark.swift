import ArgumentParser
import FleetGit
import FleetModel
import FleetPorts
import FleetPostgres
import FleetRender
import FleetTestSupport
import Logging
import Manifest

/// Overlays of one base, each in a directory of its own, from a commit in Git to bundles in PostgreSQL.
struct OverlaysBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "overlays", abstract: "Measure rendering, hashing and storing many overlays of one base.")

  @Option(help: "Overlays, each in a directory of its own.")
  var count = 10_000
  @Option(help: "How often each figure is measured, each time with an empty database.")
  var times = 5

  /// As the controller stores them: some megabytes at a time.
  private static let batchBytes = 16 << 20

  func run() async throws {
    Figure.writeHeader()
    let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
    try await GitFixture.with { git in
      try MemoryTree(overlays: count).write(below: git.workTree)
      let commit = try await git.commit("Overlays")
      let reader = try GitSourceReader(
        GitConfiguration(
          dataFolder: git.folder + "/data", fileFolders: [git.folder], allowsLoopback: true, listTimeLimit: .seconds(60)
        ), logger: logger)
      let repository = Repository(name: "overlays", url: git.fileURL, credential: nil)
      _ = try await reader.fetch(repository, credential: nil)
      let tree = try await reader.tree(of: commit, in: repository)
      var rendered = Figure("\(count) overlays read from Git, rendered and hashed")
      var stored = Figure("the same, and stored in PostgreSQL")
      for number in 0...times {
        try await TestDatabase.with(logger: logger) { database in
          let begun = ContinuousClock.now
          var storing = Duration.zero
          let digests = try await render(tree, into: database.store, storing: &storing)
          guard digests == count else { throw ValidationError("\(digests) bundles of \(count)") }
          // The first one fills caches and is not counted.
          guard number > 0 else { return }
          let all = begun.duration(to: .now)
          rendered.add(all - storing)
          stored.add(all)
        }
      }
      stored.counted = "\(count) bundles; the process took at most \(Memory.peak >> 20) MiB"
      rendered.write()
      stored.write()
    }
  }

  /// Renders every overlay and stores its bundle.
  ///
  /// - Parameter storing: takes the time that the store took.
  /// - Returns: the number of different bundles.
  private func render(
    _ tree: any SourceTree, into store: PostgresStore, storing: inout Duration
  ) async throws -> Int {
    let memory = KustomizeMemory()
    var seen: Set<FleetModel.Digest> = []
    var waiting: [BundleDraft] = []
    var waitingBytes = 0
    for number in 0..<count {
      let path = "clusters/c\(number)"
      guard
        case .manifests(let bundle, _) = FleetRender.render(
          tree: tree, path: path, namespace: "default", engine: .automatic, memory: memory)
      else { throw ValidationError("\(path) cannot be rendered") }
      guard seen.insert(bundle.digest).inserted else { continue }
      waitingBytes += bundle.sizeBytes
      waiting.append(
        BundleDraft(
          digest: bundle.digest,
          objects: bundle.objects.map {
            BundleObjectDraft(digest: $0.digest, identity: $0.identity.text, canonicalJSON: $0.canonicalJSON)
          }))
      guard waitingBytes > Self.batchBytes || number == count - 1 else { continue }
      let begun = ContinuousClock.now
      let missing = try await store.missingBundles(of: waiting.map(\.digest))
      try await store.insertBundles(waiting.filter { missing.contains($0.digest) })
      (waiting, waitingBytes) = ([], 0)
      storing += begun.duration(to: .now)
    }
    return seen.count
  }
}
