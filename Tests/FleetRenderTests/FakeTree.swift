import FleetModel

/// A commit made of texts.
struct FakeTree: SourceTree {
  var commit: CommitID
  var texts: [String: String]

  init(_ texts: [String: String]) {
    commit = CommitID(hexadecimal: String(repeating: "b2", count: 20)) ?? { preconditionFailure("forty digits") }()
    self.texts = texts
  }

  func files(under path: String) throws(SourceTreeError) -> [SourceFile] {
    texts.filter { path.isEmpty || $0.key.hasPrefix(path + "/") }.sorted { $0.key < $1.key }.map {
      SourceFile(path: $0.key, objectID: Self.id($0.value), sizeBytes: Int64($0.value.utf8.count))
    }
  }

  func directories(under path: String) throws(SourceTreeError) -> [String] { [] }
  func contents(of path: String) throws(SourceTreeError) -> [UInt8]? { texts[path].map { Array($0.utf8) } }
  func objectID(of path: String) throws(SourceTreeError) -> String? { texts[path].map(Self.id) }

  private static func id(_ text: String) -> String { "id-\(text.hashValue)" }
}
