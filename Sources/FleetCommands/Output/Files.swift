internal import FleetModel

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Musl
#endif

/// The most that is read from one file or from standard input.
private let inputLimitBytes = 64 * 1024 * 1024

/// Everything that a descriptor gives.
func readAll(descriptor: Int32, named name: String) throws -> [UInt8] {
  var result: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else {
      throw CommandFailure.usage("\(name) cannot be read: \(String(cString: strerror(errno)))")
    }
    if count == 0 { return result }
    result.append(contentsOf: buffer[..<count])
    guard result.count <= inputLimitBytes else {
      throw CommandFailure.usage("\(name) is over 64 MiB")
    }
  }
}

/// A file that the user named, with its content.
struct InputFile: Sendable {
  /// The name as the user wrote it; `-` is shown as `<stdin>`.
  var name: String
  var content: [UInt8]

  /// Reads what `-f` names: files, `-` for standard input, and folders (their `.yaml`, `.yml` and `.json` files and
  /// those of the folders below, in bytewise order).
  static func read(_ names: [String]) throws -> [InputFile] {
    var files: [InputFile] = []
    for name in names {
      if name == "-" {
        files.append(InputFile(name: "<stdin>", content: try Console.current.readInput()))
      } else if isFolder(name) {
        let found = try documentFiles(below: name)
        if found.isEmpty { throw CommandFailure.usage("\(name): the folder has no .yaml, .yml or .json file") }
        for path in found { files.append(try readOne(path)) }
      } else {
        files.append(try readOne(name))
      }
    }
    return files
  }

  private static func readOne(_ name: String) throws -> InputFile {
    let descriptor = open(name, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CommandFailure.usage("\(name): \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    return InputFile(name: name, content: try readAll(descriptor: descriptor, named: name))
  }

  /// Whether a folder has this name.
  static func isFolder(_ name: String) -> Bool {
    var status = stat()
    return stat(name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func documentFiles(below folder: String) throws -> [String] {
    let base = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    let names: [String]
    do {
      names = try FileManager.default.subpathsOfDirectory(atPath: base)
    } catch {
      throw CommandFailure.usage("\(folder): cannot be listed")
    }
    return names.filter { name in
      !name.split(separator: "/").contains { $0.hasPrefix(".") }
        && [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) } && !isFolder("\(base)/\(name)")
    }
    .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    .map { "\(base)/\($0)" }
  }
}

/// Writes a secret to a new file that only its owner can read; an existing file is replaced.
func writeSecret(_ secret: String, to file: String) throws {
  let temporary = "\(file).\(getpid()).new"
  let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
  guard descriptor >= 0 else {
    throw CommandFailure.usage("\(file) cannot be written: \(String(cString: strerror(errno)))")
  }
  let bytes = Array((secret + "\n").utf8)
  let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  close(descriptor)
  guard count == bytes.count, rename(temporary, file) == 0 else {
    let why = String(cString: strerror(errno))
    unlink(temporary)
    throw CommandFailure.usage("\(file) cannot be written: \(why)")
  }
}
