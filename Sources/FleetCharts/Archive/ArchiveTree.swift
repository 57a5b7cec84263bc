import FleetModel
import Manifest

/// The files of a chart's archive.
struct ArchiveTree: SourceTree {
  let commit: CommitID
  let committedAt: Instant?
  private let files: [SourceFile]
  private let bytes: [String: [UInt8]]
  private let directoryIDs: [String: String]

  /// Makes a tree of an archive, whose one directory gets the chart's name.
  ///
  /// - Throws: `TarArchive.Problem` when it holds no chart.
  init(_ archive: TarArchive, id: CommitID, chart: String) throws(TarArchive.Problem) {
    guard let top = archive.files.first?.path.split(separator: "/").first.map(String.init),
      archive.files.allSatisfy({ $0.path.hasPrefix(top + "/") })
    else { throw TarArchive.Problem(message: "its files are not in one directory") }
    guard let definition = archive.files.last(where: { $0.path == top + "/Chart.yaml" }) else {
      throw TarArchive.Problem(message: "it has no Chart.yaml")
    }
    var bytes: [String: [UInt8]] = [:]
    for file in archive.files { bytes[chart + file.path.dropFirst(top.count)] = file.contents }
    commit = id
    committedAt = Instant(millisecondsSinceEpoch: definition.changedAt * 1_000)
    self.bytes = bytes
    files = bytes.map { path, contents in
      SourceFile(path: path, objectID: Digest.sha256(contents).hexadecimal, sizeBytes: Int64(contents.count))
    }.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    var lines: [String: [String]] = [:]
    for file in files {
      var directory = file.path
      while let slash = directory.lastIndex(of: "/") {
        directory = String(directory[..<slash])
        lines[directory, default: []].append("\(file.path) \(file.objectID)")
      }
      lines["", default: []].append("\(file.path) \(file.objectID)")
    }
    directoryIDs = lines.mapValues { Digest.sha256(Array($0.joined(separator: "\n").utf8)).hexadecimal }
  }

  func directories(under path: String) throws(SourceTreeError) -> [String] {
    directoryIDs.keys.filter { !$0.isEmpty && Self.isBelow($0, path) }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  func files(under path: String) throws(SourceTreeError) -> [SourceFile] {
    files.filter { Self.isBelow($0.path, path) }
  }

  func contents(of path: String) throws(SourceTreeError) -> [UInt8]? { bytes[path] }

  func objectID(of path: String) throws(SourceTreeError) -> String? {
    bytes[path].map { Digest.sha256($0).hexadecimal } ?? directoryIDs[path]
  }

  private static func isBelow(_ path: String, _ directory: String) -> Bool {
    directory.isEmpty || path.hasPrefix(directory + "/")
  }
}
