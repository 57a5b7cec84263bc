import Foundation

/// A page of the documentation.
struct Page {
  /// The path from the repository's root.
  var path: String
  /// The lines, the first of which is number 1.
  var lines: [String]

  /// The repository's root.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// Every page: those at the root, and those below `docs` and `fleet-examples`, in order of path.
  static func all() throws -> [Page] {
    var paths = ["README.md", "CHANGELOG.md"]
    for folder in ["docs", "fleet-examples"] {
      let names = FileManager.default.enumerator(atPath: "\(root)/\(folder)")?.compactMap { $0 as? String } ?? []
      paths += names.filter { $0.hasSuffix(".md") }.map { "\(folder)/\($0)" }
    }
    return try paths.sorted().map { Page(path: $0, lines: try text(of: $0).components(separatedBy: "\n")) }
  }

  /// The page at a path.
  static func at(_ path: String) throws -> Page {
    Page(path: path, lines: try text(of: path).components(separatedBy: "\n"))
  }

  /// The text of a file of the repository.
  static func text(of path: String) throws -> String {
    try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
  }

  /// The text of every file with one of these endings below folders, or of files themselves.
  static func sources(_ places: [String], endings: [String]) throws -> String {
    var texts: [String] = []
    for place in places {
      guard let names = FileManager.default.enumerator(atPath: "\(root)/\(place)")?.compactMap({ $0 as? String }),
        !names.isEmpty
      else {
        texts.append(try text(of: place))
        continue
      }
      for name in names.sorted() where endings.contains(where: { name.hasSuffix($0) }) {
        texts.append(try text(of: "\(place)/\(name)"))
      }
    }
    return texts.joined(separator: "\n")
  }

  /// Whether a file or folder of the repository is there.
  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: "\(root)/\(path)") }
}

/// A fenced block of a page.
struct Block {
  /// The page's path.
  var page: String
  /// The line of the opening fence.
  var line: Int
  /// What stands behind the fence, for example `console`.
  var language: String
  /// The lines between the fences.
  var lines: [String]

  /// The page and the line.
  var place: String { "\(page):\(line)" }

  /// The mark, on a console block's first line, of commands that only a real cluster can answer.
  static let realClusterMark = "# needs a real cluster"

  /// Whether the block says that it needs a real cluster.
  var needsRealCluster: Bool { lines.first == Self.realClusterMark }
}

extension Page {
  /// The fenced blocks, and all other lines with their numbers.
  func parts() -> (blocks: [Block], prose: [(number: Int, text: String)]) {
    var blocks: [Block] = []
    var prose: [(Int, String)] = []
    var open: Block?
    for (index, line) in lines.enumerated() {
      let text = line.trimmingCharacters(in: .whitespaces)
      if text.hasPrefix("```") {
        if let block = open {
          blocks.append(block)
          open = nil
        } else {
          open = Block(page: path, line: index + 1, language: String(text.dropFirst(3)), lines: [])
        }
      } else if open != nil {
        open?.lines.append(line)
      } else {
        prose.append((index + 1, line))
      }
    }
    return (blocks, prose)
  }

  /// The fenced blocks of a language.
  func blocks(_ language: String) -> [Block] { parts().blocks.filter { $0.language == language } }

  /// What stands between backticks outside of fenced blocks, with the line's number.
  func codeSpans() -> [(number: Int, text: String)] {
    parts().prose.flatMap { line in
      line.text.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map {
        (line.number, $0.element)
      }
    }
  }
}
