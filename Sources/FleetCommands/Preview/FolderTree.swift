internal import FleetModel

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// A folder on this machine in place of a repository, whatever revision is asked for.
struct FolderTree: SourceTree {
  let commit: CommitID
  private let folder: String
  private let directoryPaths: [String]
  private let sourceFiles: [SourceFile]
  private let filePaths: Set<String>

  /// Lists a folder; what Git keeps beside the files is left out.
  init(_ folder: String) throws {
    let base = folder.hasSuffix("/") && folder != "/" ? String(folder.dropLast()) : folder
    let own = try? FileManager.default.attributesOfItem(atPath: base)[.type] as? FileAttributeType
    guard own == .typeDirectory || own == .typeSymbolicLink else {
      throw CommandFailure.usage("\(folder) is not a folder")
    }
    var directories: [String] = []
    var files: [SourceFile] = []
    for path in try FileManager.default.subpathsOfDirectory(atPath: base) where !Self.isGit(path) {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(base)/\(path)")
      switch attributes[.type] as? FileAttributeType {
      case .typeDirectory?: directories.append(path)
      case .typeRegular?:
        let size = (attributes[.size] as? any BinaryInteger).map { Int64(clamping: $0) } ?? 0
        files.append(SourceFile(path: path, objectID: path, sizeBytes: size))
      default: break
      }
    }
    self.folder = base
    directoryPaths = directories.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    sourceFiles = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    filePaths = Set(files.map(\.path))
    guard let none = CommitID(hexadecimal: String(repeating: "0", count: 40)) else {
      throw CommandFailure.usage("\(folder) cannot be read")
    }
    commit = none
  }

  /// The two sides of `URL=FOLDER`.
  static func pair(_ text: String) throws -> (url: String, folder: String) {
    guard let place = text.lastIndex(of: "="), place != text.startIndex else {
      throw CommandFailure.usage("--repository \(text): expected URL=FOLDER")
    }
    return (String(text[..<place]), String(text[text.index(after: place)...]))
  }

  private static func isGit(_ path: String) -> Bool { path == ".git" || path.hasPrefix(".git/") }

  private static func isBelow(_ path: String, _ directory: String) -> Bool {
    directory.isEmpty || path.hasPrefix(directory + "/")
  }

  func directories(under path: String) throws(SourceTreeError) -> [String] {
    directoryPaths.filter { Self.isBelow($0, path) }
  }

  func files(under path: String) throws(SourceTreeError) -> [SourceFile] {
    sourceFiles.filter { Self.isBelow($0.path, path) }
  }

  func contents(of path: String) throws(SourceTreeError) -> [UInt8]? {
    guard filePaths.contains(path) else { return nil }
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)")))
    } catch {
      throw SourceTreeError(path: "\(folder)/\(path)", message: "cannot be read")
    }
  }

  func objectID(of path: String) throws(SourceTreeError) -> String? { path }
}
