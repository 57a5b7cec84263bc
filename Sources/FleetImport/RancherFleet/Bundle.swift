import FleetGenerators
import FleetModel
import Manifest

/// A bundle: a directory that a GitRepo names, or one below with a `fleet.yaml` of its own.
struct Bundle {
  /// The directory; empty for the root.
  var path: String
  /// Its `fleet.yaml`; an empty map when there is none.
  var options: SourceDocument
  /// Files in it and below, without those of other bundles.
  var files: [String]
  /// Directories of other bundles below.
  var nested: [String]

  /// The bundles of a GitRepo. What its paths do not find is noted.
  static func found(
    in folder: ImportCheckouts.Folder, of source: SourceDocument, _ book: inout ImportBook
  ) -> [Bundle] {
    let scan: Scan
    do throws(SourceTreeError) {
      scan = try Scan(folder)
    } catch {
      book.leaveOut(source, "spec.paths", "the folder \(folder.name) cannot be read: \(error)")
      return []
    }
    let written = (source.field("spec.paths")?.array ?? []).compactMap(\.string)
    var paths: [String] = []
    for (index, pattern) in (written.isEmpty ? ["/"] : written).enumerated() {
      let bases = scan.directories(matching: pattern)
      if bases.isEmpty {
        book.leaveOut(
          source, "spec.paths[\(index)]", "there is no directory \"\(pattern)\" in \(folder.name)",
          hint: "give the checkout of the branch that the GitRepo names")
      }
      for path in bases.flatMap(scan.bundles) where !paths.contains(path) { paths.append(path) }
    }
    return paths.compactMap { scan.bundle(at: $0, of: paths, &book) }
  }
}

/// The directories and files of a checkout.
private struct Scan {
  private let folder: ImportCheckouts.Folder
  private let directories: [String]
  private let files: [String]
  private let withFleetYAML: Set<String>

  init(_ folder: ImportCheckouts.Folder) throws(SourceTreeError) {
    self.folder = folder
    directories = [""] + (try folder.tree.directories(under: "")).filter { !Self.isHidden($0) }
    files = try folder.tree.files(under: "").map(\.path).filter { !Self.isHidden($0) }
    var found: Set<String> = []
    for file in files where Self.isFleetYAML(file) { found.insert(Self.parent(file)) }
    withFleetYAML = found
  }

  private static func isHidden(_ path: String) -> Bool { path.hasPrefix(".") || path.contains("/.") }

  private static func isFleetYAML(_ path: String) -> Bool {
    ["fleet.yaml", "fleet.yml"].contains(path.split(separator: "/").last)
  }

  private static func parent(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }

  private static func isBelow(_ path: String, _ directory: String) -> Bool {
    directory.isEmpty ? !path.isEmpty : path.hasPrefix(directory + "/")
  }

  /// The directories that a path with `*`, `?` and `[…]` means.
  func directories(matching pattern: String) -> [String] {
    var plain = pattern[...]
    while plain.hasPrefix("/") || plain.hasPrefix("./") { plain = plain.drop { $0 == "." || $0 == "/" } }
    while plain.hasSuffix("/") { plain.removeLast() }
    if plain == "." { plain = "" }
    guard plain.contains(where: { "*?[".contains($0) }) else {
      return directories.filter { $0 == plain }
    }
    guard let read = try? PathPattern(String(plain)) else { return [] }
    return directories.filter { !$0.isEmpty && read.matches($0) }
  }

  /// The bundles of a directory: itself when it has a `fleet.yaml` or manifests of no other bundle, and every directory
  /// below with a `fleet.yaml`.
  func bundles(of base: String) -> [String] {
    let nested = directories.filter { Self.isBelow($0, base) && withFleetYAML.contains($0) }
    let own = files.contains { file in
      Self.isBelow(file, base) && Self.isManifest(file) && !nested.contains { Self.isBelow(file, $0) }
    }
    return (withFleetYAML.contains(base) || own ? [base] : []) + nested
  }

  private static func isManifest(_ path: String) -> Bool {
    [".yaml", ".yml", ".json"].contains { path.hasSuffix($0) } && !isFleetYAML(path)
  }

  /// A bundle with its options; nil when they cannot be read, which is noted.
  func bundle(at path: String, of all: [String], _ book: inout ImportBook) -> Bundle? {
    let nested = all.filter { Self.isBelow($0, path) }
    let own = files.filter { file in
      Self.isBelow(file, path) && !nested.contains { Self.isBelow(file, $0) }
    }
    let place = "\(folder.name)/\(path.isEmpty ? "" : path + "/")"
    var options = SourceDocument(node: Node(.object(Object())), file: place)
    if let file = own.first(where: { Self.isFleetYAML($0) && Self.parent($0) == path }) {
      options.file = "\(folder.name)/\(file)"
      do throws(SourceTreeError) {
        let bytes = try folder.tree.contents(of: file) ?? []
        let (documents, problems) = DocumentReader.readableDocuments(bytes, file: options.file)
        book.refuse(problems)
        guard problems.isEmpty else { return nil }
        options.node = documents.first ?? options.node
      } catch {
        book.refuse([Diagnostic(file: options.file, message: "cannot be read: \(error.message)")])
        return nil
      }
      if options.node.isNull { options.node = Node(.object(Object())) }
    }
    return Bundle(path: path, options: options, files: own, nested: nested)
  }
}
