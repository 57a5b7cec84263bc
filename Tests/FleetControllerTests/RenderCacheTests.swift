import FleetModel
import Testing

@testable import FleetController

/// What was rendered is used again exactly where everything that was read is the same.
@Suite struct RenderCacheTests {
  /// A commit whose files' contents are their object ids.
  struct Files: SourceTree {
    var commit: CommitID
    var files: [String: String]

    init(_ number: Int, _ files: [String: String]) throws {
      let digits = String(number)
      commit = try #require(CommitID(hexadecimal: String(repeating: "0", count: 40 - digits.count) + digits))
      self.files = files
    }

    func directories(under path: String) -> [String] { [] }
    func files(under path: String) -> [SourceFile] {
      files.keys.filter { $0.hasPrefix(path + "/") }.sorted().map {
        SourceFile(path: $0, objectID: files[$0] ?? "", sizeBytes: 1)
      }
    }
    func contents(of path: String) -> [UInt8]? { files[path].map { Array($0.utf8) } }
    /// A directory's is made of those of its files.
    func objectID(of path: String) -> String? {
      if let id = files[path] { return id }
      let below = files(under: path)
      return below.isEmpty ? nil : below.map { "\($0.path)=\($0.objectID)" }.joined(separator: ",")
    }
  }

  static func key(_ path: String = "app", options: RenderOptions = RenderOptions()) -> RenderKey {
    RenderKey(repository: "r", path: path, namespace: "n", isRecursive: true, options: options, target: "")
  }

  @Test func whatWasReadDecides() async throws {
    let first = try Files(1, ["app/a": "1", "base/b": "1", "other": "1"])
    let cache = RenderCache<String>(limit: 100)
    let tree = RecordingTree(first)
    _ = try tree.files(under: "app")
    _ = try tree.contents(of: "base/b")
    // That there was nothing counts as well.
    _ = try tree.contents(of: "base/kustomization.yml")
    await cache.store("one", for: Self.key(), reads: tree.reads, of: first.commit, size: 1)
    let same = try Files(2, ["app/a": "1", "base/b": "1", "other": "2"])
    #expect(await cache.value(for: Self.key(), in: same)?.value == "one")
    for changed in [
      ["app/a": "2", "base/b": "1"], ["app/a": "1", "base/b": "2"], ["app/a": "1", "app/c": "1", "base/b": "1"],
      ["app/a": "1"], ["app/a": "1", "base/b": "1", "base/kustomization.yml": "1"],
    ] {
      #expect(await cache.value(for: Self.key(), in: try Files(3, changed)) == nil, "\(changed)")
    }
    #expect(await cache.value(for: Self.key("elsewhere"), in: same) == nil)
  }

  @Test func theOldestGoFirst() async throws {
    let cache = RenderCache<Int>(limit: 3)
    let tree = try Files(1, [:])
    for number in 1...5 {
      await cache.store(number, for: Self.key("\(number)"), reads: SourceReads(), of: tree.commit, size: 1)
    }
    var found: [Int] = []
    for number in 1...5 {
      if let known = await cache.value(for: Self.key("\(number)"), in: tree) { found.append(known.value) }
    }
    #expect(found == [3, 4, 5])
  }

  @Test func targetsThatDifferInWhatComesAfterShareTheDirectory() {
    let one = Self.key(options: RenderOptions(substitute: ["A": "1"]))
    let two = Self.key(
      options: RenderOptions(substitute: ["A": "2"], overlays: [.init(name: "x", kustomization: "{}")]))
    #expect(one.ofDirectory(isChart: false) == two.ofDirectory(isChart: false))
    var chart = two
    chart.namespace = "m"
    #expect(chart.ofDirectory(isChart: true) != two.ofDirectory(isChart: true))
    #expect(chart.ofDirectory(isChart: false) == two.ofDirectory(isChart: false))
    var filled = HelmOptions()
    filled.values = "{}"
    #expect(Self.key(options: RenderOptions(helm: filled)).ofDirectory(isChart: true) != two.ofDirectory(isChart: true))
  }
}
