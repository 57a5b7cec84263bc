internal import FleetModel

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// The files of a folder on this machine, read when they are asked for. Symbolic links are not followed, so that nothing
/// outside the folder is read.
struct RepositoryFolder: SourceTree {
  let commit: CommitID
  private let folder: String

  init(_ folder: String) throws {
    self.folder = folder == "/" ? "" : folder
    guard let none = CommitID(hexadecimal: String(repeating: "0", count: 40)) else {
      throw CommandFailure.usage("\(folder) cannot be read")
    }
    commit = none
  }

  /// The full path of a directory, without links.
  static func resolved(_ directory: String) throws -> String {
    let manager = FileManager.default
    let current = manager.currentDirectoryPath
    let path = directory.hasPrefix("/") ? directory : current + "/" + directory
    let full = URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
    guard (try? manager.attributesOfItem(atPath: full)[.type] as? FileAttributeType) == .typeDirectory else {
      throw CommandFailure.usage("\(directory) is not a directory")
    }
    return full.count > 1 && full.hasSuffix("/") ? String(full.dropLast()) : full
  }

  /// What a directory's kustomization may refer to: its Git repository, else the current directory, else itself.
  static func root(of directory: String) -> String {
    let manager = FileManager.default
    var candidate = directory
    while true {
      if manager.fileExists(atPath: candidate + "/.git") { return candidate }
      guard let slash = candidate.lastIndex(of: "/"), slash != candidate.startIndex else { break }
      candidate = String(candidate[..<slash])
    }
    let current = URL(fileURLWithPath: manager.currentDirectoryPath).resolvingSymlinksInPath().path
    return directory.hasPrefix(current + "/") ? current : directory
  }

  private func type(of path: String) -> FileAttributeType? {
    try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(path)")[.type] as? FileAttributeType
  }

  /// Whether no part of the way to a path is a link.
  private func isReal(_ path: String) -> Bool {
    var end = path.startIndex
    while let slash = path[end...].firstIndex(of: "/") {
      if type(of: String(path[..<slash])) != .typeDirectory { return false }
      end = path.index(after: slash)
    }
    return true
  }

  func directories(under path: String) throws(SourceTreeError) -> [String] { [] }

  func files(under path: String) throws(SourceTreeError) -> [SourceFile] {
    guard path.isEmpty || isReal(path) && type(of: path) == .typeDirectory else { return [] }
    var files: [SourceFile] = []
    do {
      for name in try FileManager.default.subpathsOfDirectory(atPath: path.isEmpty ? folder : "\(folder)/\(path)") {
        let full = path.isEmpty ? name : path + "/" + name
        guard full != ".git", !full.hasPrefix(".git/"), type(of: full) == .typeRegular, isReal(full) else { continue }
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(full)")
        let size = (attributes[.size] as? any BinaryInteger).map { Int64(clamping: $0) } ?? 0
        files.append(SourceFile(path: full, objectID: full, sizeBytes: size))
      }
    } catch {
      throw SourceTreeError(path: "\(folder)/\(path)", message: "cannot be read")
    }
    return files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  func contents(of path: String) throws(SourceTreeError) -> [UInt8]? {
    guard isReal(path), type(of: path) == .typeRegular else { return nil }
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)")))
    } catch {
      throw SourceTreeError(path: "\(folder)/\(path)", message: "cannot be read")
    }
  }

  func objectID(of path: String) throws(SourceTreeError) -> String? { path }
}
