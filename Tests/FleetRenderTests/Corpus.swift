import FleetModel
import Foundation

/// The trees of `Corpus/*.corpus` and of `fleet-examples`, whose kustomizations are built by both engines.
struct CorpusCase: Sendable {
  /// The file it stands in.
  var file: String
  var name: String
  /// Texts by path.
  var files: [String: String]

  /// The directory that is built.
  var path: String

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Every case of the corpus.
  static func all() throws -> [CorpusCase] {
    let folder = root.appendingPathComponent("Tests/FleetRenderTests/Corpus")
    var reader = CorpusReader()
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    where name.hasSuffix(".corpus") {
      reader.read(try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8), file: name)
    }
    return reader.cases
  }

  /// Every kustomization of the examples.
  static func examples() throws -> [CorpusCase] {
    let folder = root.appendingPathComponent("fleet-examples")
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
    let names: Set = ["kustomization.yaml", "kustomization.yml", "Kustomization"]
    var texts: [String: String] = [:]
    for path in paths { texts[path] = try? String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8) }
    return paths.filter { names.contains($0.split(separator: "/").last.map(String.init) ?? "") }.map { path in
      let directory = path.split(separator: "/").dropLast().joined(separator: "/")
      return CorpusCase(file: "fleet-examples", name: directory, files: texts, path: directory)
    }
  }

  /// The files of a base of the corpus.
  static func base(_ name: String) throws -> [String: String] {
    let url = root.appendingPathComponent("Tests/FleetRenderTests/Corpus/00-bases.corpus")
    var reader = CorpusReader()
    reader.read(try String(contentsOf: url, encoding: .utf8), file: "")
    return reader.bases[name] ?? [:]
  }
}

/// Reads the marks that `00-bases.corpus` explains.
private struct CorpusReader {
  private(set) var bases: [String: [String: String]] = [:]
  private(set) var cases: [CorpusCase] = []

  mutating func read(_ text: String, file: String) {
    var title = ""
    var path: String?
    var files: [String: [Substring]] = [:]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("### ") {
        finish(title, files, file)
        (title, path, files) = (String(line.dropFirst(4)), nil, [:])
      } else if line.hasPrefix(">>> ") {
        path = String(line.dropFirst(4))
        files[path ?? ""] = []
      } else if let path {
        files[path]?.append(line)
      }
    }
    finish(title, files, file)
  }

  private mutating func finish(_ title: String, _ files: [String: [Substring]], _ file: String) {
    let texts = files.mapValues { lines in
      var lines = lines[...]
      while lines.last?.isEmpty == true { lines = lines.dropLast() }
      return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
    }
    if title.hasPrefix("BASE ") { bases[String(title.dropFirst(5))] = texts }
    guard title.hasPrefix("CASE ") else { return }
    var name = title.dropFirst(5)
    var all: [String: String] = [:]
    if name.hasSuffix(")"), let open = name.range(of: " (", options: .backwards) {
      for base in name[open.upperBound...].dropLast().split(separator: ",") {
        all.merge(bases[base.trimmingCharacters(in: .whitespaces)] ?? [:]) { _, new in new }
      }
      name = name[..<open.lowerBound]
    }
    all.merge(texts) { _, new in new }
    let isOverlay = all.keys.contains { $0.hasPrefix("overlay/") }
    cases.append(CorpusCase(file: file, name: String(name), files: all, path: isOverlay ? "overlay" : ""))
  }
}
