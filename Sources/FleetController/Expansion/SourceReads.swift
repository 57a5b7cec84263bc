internal import FleetModel
import Synchronization

/// What was read of a commit, with the object ids that it had: another commit with the same ids reads the same.
struct SourceReads: Sendable {
  /// Object ids by path; nil where nothing was found.
  private(set) var objects: [String: String?] = [:]

  /// Whether a tree has the same at all paths.
  func areSame(in tree: any SourceTree) -> Bool {
    objects.allSatisfy { path, known in
      // What cannot be read is rendered again, which says why.
      do throws(SourceTreeError) { return try tree.objectID(of: path) == known } catch { return false }
    }
  }

  fileprivate mutating func note(_ path: String, _ object: String?) { objects[path] = .some(object) }
}

/// A tree that notes what is read of it.
final class RecordingTree: SourceTree {
  private let tree: any SourceTree
  private let noted = Mutex(SourceReads())

  init(_ tree: any SourceTree) { self.tree = tree }

  /// What was read so far.
  var reads: SourceReads { noted.withLock { $0 } }

  var commit: CommitID { tree.commit }
  var committedAt: Instant? { tree.committedAt }

  func directories(under path: String) throws(SourceTreeError) -> [String] {
    try note(path)
    return try tree.directories(under: path)
  }

  func files(under path: String) throws(SourceTreeError) -> [SourceFile] {
    try note(path)
    return try tree.files(under: path)
  }

  func contents(of path: String) throws(SourceTreeError) -> [UInt8]? {
    try note(path)
    return try tree.contents(of: path)
  }

  func objectID(of path: String) throws(SourceTreeError) -> String? {
    try note(path)
    return try tree.objectID(of: path)
  }

  private func note(_ path: String) throws(SourceTreeError) {
    let id = try tree.objectID(of: path)
    noted.withLock { $0.note(path, id) }
  }
}
