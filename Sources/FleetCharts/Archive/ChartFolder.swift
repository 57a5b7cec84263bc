import FleetModel
import Manifest

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What is kept of one repository on the disk: its index, and archives by their digest.
struct ChartFolder: Hashable, Sendable {
  let path: String

  var indexFile: String { path + "/index.yaml" }
  private var archives: String { path + "/archives" }
  private var notes: String { path + "/notes" }

  /// The bytes of an archive; nil when it is not here, or not whole.
  func archive(_ id: CommitID) -> [UInt8]? {
    let file = file(of: id)
    guard let data = FileManager.default.contents(atPath: file) else { return nil }
    let bytes = [UInt8](data)
    guard Digest.sha256(bytes).hexadecimal == id.hexadecimal else {
      try? FileManager.default.removeItem(atPath: file)
      return nil
    }
    // The one used longest ago goes first.
    try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: file)
    return bytes
  }

  /// Keeps an archive, and removes those used longest ago while all of them are too large together.
  func keep(_ bytes: [UInt8], as id: CommitID, limitBytes: Int) throws {
    let manager = FileManager.default
    try manager.createDirectory(atPath: archives, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file(of: id)), options: .atomic)
    var kept: [(file: String, size: Int, used: Date)] = []
    for name in try manager.contentsOfDirectory(atPath: archives) where !name.hasPrefix(id.hexadecimal) {
      let file = archives + "/" + name
      guard let attributes = try? manager.attributesOfItem(atPath: file), let size = Self.sizeBytes(ofFile: file) else {
        continue
      }
      kept.append((file, size, attributes[.modificationDate] as? Date ?? .distantPast))
    }
    var total = kept.reduce(bytes.count) { $0 + $1.size }
    for old in kept.sorted(by: { $0.used < $1.used }) where total > limitBytes {
      try manager.removeItem(atPath: old.file)
      total -= old.size
    }
  }

  /// The size of a file; nil where no regular file is.
  static func sizeBytes(ofFile path: String) -> Int? {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// Which archive an index's entry without a digest was found to be.
  func archive(notedFor line: String) -> CommitID? {
    FileManager.default.contents(atPath: note(of: line)).flatMap {
      CommitID(hexadecimal: String(decoding: $0, as: UTF8.self))
    }
  }

  /// Notes which archive an entry is.
  func note(_ id: CommitID, for line: String) throws {
    try FileManager.default.createDirectory(atPath: notes, withIntermediateDirectories: true)
    try Data(id.hexadecimal.utf8).write(to: URL(fileURLWithPath: note(of: line)), options: .atomic)
  }

  private func file(of id: CommitID) -> String { "\(archives)/\(id.hexadecimal).tgz" }
  private func note(of line: String) -> String { "\(notes)/\(Digest.sha256(Array(line.utf8)).hexadecimal)" }
}
