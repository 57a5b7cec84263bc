import Foundation

/// The files of this checkout.
enum Checkout {
  /// The repository's root.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The names of the folders in a folder, in order.
  static func folders(in path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(path).path)
      .filter { name in
        var isFolder: ObjCBool = false
        let full = root.appendingPathComponent(path).appendingPathComponent(name).path
        return FileManager.default.fileExists(atPath: full, isDirectory: &isFolder) && isFolder.boolValue
      }
      .sorted()
  }

  /// The Swift files below a folder, in order.
  static func swiftFiles(below path: String) throws -> [SourceText] {
    guard let names = FileManager.default.enumerator(atPath: root.appendingPathComponent(path).path) else { return [] }
    return names.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted()
      .map { SourceText(path: "\(path)/\($0)") }
  }

  /// The text of a file.
  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }
}

/// A Swift file.
struct SourceText {
  var path: String

  func lines() throws -> [Substring] {
    try Checkout.text(path).split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// Lines that are not comments, with their numbers.
  func codeLines() throws -> [(Int, String)] {
    try lines().enumerated().map { ($0.offset + 1, String($0.element)) }
      .filter { !$0.1.trimmingCharacters(in: .whitespaces).hasPrefix("//") }
  }

  /// The modules it imports.
  func imports() throws -> [String] {
    try codeLines().compactMap { _, line in
      let words = line.split(separator: " ").map(String.init)
      guard let place = words.firstIndex(of: "import"), place <= 2,
        words[..<place].allSatisfy({
          $0.hasPrefix("@") || ["public", "internal", "private", "package", "fileprivate"].contains($0)
        })
      else { return nil }
      let kinds = ["struct", "class", "enum", "protocol", "func", "typealias", "let", "var"]
      let rest = words[(place + 1)...].filter { !kinds.contains($0) }
      return rest.first.map { String($0.prefix { $0 != "." }) }
    }
  }
}
