import Foundation

/// A place for the few texts that an agent keeps beyond its process.
public protocol AgentHome: Sendable {
  /// What it is called, for people.
  var place: String { get }
  /// A text; nil when there is none of that name.
  ///
  /// - Throws: `AgentState.StateError`.
  func text(of name: String) async throws -> String?
  /// A text, which is written first when there is none of that name. Of two processes that do so at once, both get the same.
  ///
  /// - Throws: `AgentState.StateError`.
  func text(of name: String, orElse made: String) async throws -> String
  /// Replaces a text.
  ///
  /// - Throws: `AgentState.StateError`.
  func write(_ text: String, to name: String) async throws
}

/// A folder that only its owner may read: the home of an agent outside its cluster.
public struct AgentFolder: AgentHome {
  private let path: String

  /// Names a folder; it is made when it is needed.
  public init(path: String) { self.path = path }

  /// The folder.
  public var place: String { path }

  /// The content of a file.
  public func text(of name: String) -> String? {
    FileManager.default.contents(atPath: "\(path)/\(name)").map { String(decoding: $0, as: UTF8.self) }
  }

  /// The content of a file, which is made if need be.
  public func text(of name: String, orElse made: String) throws -> String {
    if let text = text(of: name) { return text }
    try write(made, to: name)
    return made
  }

  /// Replaces a file, readable by its owner only.
  public func write(_ text: String, to name: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw AgentState.StateError(description: "\(path): cannot make the folder: \(error.localizedDescription)")
    }
    try PrivateFile.write(text, to: "\(path)/\(name)")
  }
}

/// Files that only their owner may read, replaced as a whole.
enum PrivateFile {
  static func write(_ text: String, to path: String) throws(AgentState.StateError) {
    let temporary = path + ".new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(path) }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
    defer { close(descriptor) }
    do {
      try handle.write(contentsOf: Data(text.utf8))
      try handle.synchronize()
    } catch { throw failure(path) }
    guard rename(temporary, path) == 0 else { throw failure(path) }
  }

  private static func failure(_ path: String) -> AgentState.StateError {
    .init(description: "\(path): cannot write: \(String(cString: strerror(errno)))")
  }
}
