/// The files of one commit: content-addressed and immutable, so reading it is a decision's input, not I/O to it
/// (AMENDMENTS 19). Paths are relative to the repository's root, separated by `/`, without a leading one.
public protocol SourceTree: Sendable {
  /// The commit that is read.
  var commit: CommitID { get }

  /// When the commit was made; nil for what is no commit, such as a folder.
  var committedAt: Instant? { get }

  /// Every directory below `path` (`""` for the root) and its descendants, without the root, in bytewise order.
  ///
  /// - Throws: ``SourceTreeError`` when the object database cannot be read.
  func directories(under path: String) throws(SourceTreeError) -> [String]

  /// Every file below `path` and its descendants, in bytewise order; symbolic links and submodules are left out.
  ///
  /// - Throws: ``SourceTreeError`` when the object database cannot be read.
  func files(under path: String) throws(SourceTreeError) -> [SourceFile]

  /// The bytes of a file; nil when there is none at the path.
  ///
  /// - Throws: ``SourceTreeError`` when the object database cannot be read, or the file is over 32 MiB.
  func contents(of path: String) throws(SourceTreeError) -> [UInt8]?

  /// The object id of the directory or file at `path`, which changes exactly when its content does; nil when there is
  /// nothing.
  ///
  /// - Throws: ``SourceTreeError`` when the object database cannot be read.
  func objectID(of path: String) throws(SourceTreeError) -> String?
}

extension SourceTree {
  /// Nil: not known.
  public var committedAt: Instant? { nil }
}

/// A file of a commit.
public struct SourceFile: Hashable, Sendable {
  /// The path from the repository's root.
  public var path: String
  /// The content's object id.
  public var objectID: String
  /// The size in bytes.
  public var sizeBytes: Int64

  /// Makes a file.
  public init(path: String, objectID: String, sizeBytes: Int64) {
    self.path = path
    self.objectID = objectID
    self.sizeBytes = sizeBytes
  }
}

/// A commit's files could not be read.
public struct SourceTreeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The path that was asked for.
  public var path: String
  /// What went wrong.
  public var message: String

  /// Makes an error.
  public init(path: String, message: String) {
    self.path = path
    self.message = message
  }

  /// The path and what went wrong.
  public var description: String { "\(path): \(message)" }
}
