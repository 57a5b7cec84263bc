import FleetModel
import Manifest

/// Which files a kustomization is built from, found without running anything. Everything must lie in the same commit:
/// what does not exist there would make kustomize reach for the network, and is refused (AMENDMENTS 27).
enum Kustomization {
  /// The names that make a directory a kustomization.
  static let fileNames: Set<String> = ["kustomization.yaml", "kustomization.yml", "Kustomization"]
  /// The same, in bytewise order.
  static let sortedFileNames = ["Kustomization", "kustomization.yaml", "kustomization.yml"]

  /// The most files and bytes that are handed to the program.
  static let limitFiles = 10_000
  static let limitBytes: Int64 = 64 * 1024 * 1024

  /// The kustomization file directly in a directory, if there is one.
  static func file(in paths: [String], directory: String) -> String? {
    let prefix = directory.isEmpty ? "" : directory + "/"
    return sortedFileNames.map { prefix + $0 }.first { paths.contains($0) }
  }

  /// The files of the directory, and of every directory of the commit that it refers to, in bytewise order.
  static func sources(tree: any SourceTree, path: String) throws(DiagnosticsError) -> [SourceFile] {
    var walk = KustomizationWalk(tree: tree)
    try walk.visit(path)
    return try walk.sources()
  }
}

/// The way along the references between kustomizations.
struct KustomizationWalk {
  private let tree: any SourceTree
  private var files: [String: SourceFile] = [:]
  private var visited: Set<String> = []
  private var problems: [Diagnostic] = []

  init(tree: any SourceTree) { self.tree = tree }

  func sources() throws(DiagnosticsError) -> [SourceFile] {
    if !problems.isEmpty { throw DiagnosticsError(problems) }
    let bytes = files.values.reduce(Int64(0)) { $0 + $1.sizeBytes }
    guard files.count <= Kustomization.limitFiles, bytes <= Kustomization.limitBytes else {
      throw DiagnosticsError([
        Diagnostic(
          message: "the kustomization spans \(files.count) files with \(bytes) bytes; at most "
            + "\(Kustomization.limitFiles) files with \(Kustomization.limitBytes) bytes are allowed",
          hint: "put the kustomization into a directory of its own")
      ])
    }
    return files.values.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// Takes the files of a directory and goes where its kustomization points.
  mutating func visit(_ directory: String) throws(DiagnosticsError) {
    guard visited.insert(directory).inserted else { return }
    let below = try read(directory) { tree throws(SourceTreeError) in try tree.files(under: directory) }
    for file in below { files[file.path] = file }
    guard let file = Kustomization.file(in: below.map(\.path), directory: directory) else { return }
    let bytes = try read(file) { tree throws(SourceTreeError) in try tree.contents(of: file) ?? [] }
    for document in try YAML.documents(bytes, file: file) {
      for reference in KustomizationReference.all(in: document) {
        try follow(reference, from: directory, file: file)
      }
    }
  }

  private func read<Value>(
    _ path: String, _ body: (any SourceTree) throws(SourceTreeError) -> Value
  ) throws(DiagnosticsError) -> Value {
    do throws(SourceTreeError) {
      return try body(tree)
    } catch {
      throw DiagnosticsError([Diagnostic(file: path, message: error.message)])
    }
  }

  private mutating func follow(
    _ reference: KustomizationReference, from directory: String, file: String
  ) throws(DiagnosticsError) {
    func fail(_ message: String, hint: String) {
      problems.append(
        Diagnostic(
          file: file, line: Int(reference.position?.line ?? 0), column: Int(reference.position?.column ?? 0),
          field: reference.field, message: message, hint: hint))
    }
    if reference.isRefused {
      return fail("\(reference.field) runs programs or fetches charts", hint: "render the chart into the repository")
    }
    if reference.isRemote {
      return fail(
        "\"\(reference.text)\" lies outside the repository; remote bases are not fetched",
        hint: "copy it into the repository and refer to it by its path")
    }
    guard let path = Self.resolved(reference.text, from: directory) else {
      return fail("\"\(reference.text)\" leads out of the repository", hint: "refer to a path inside it")
    }
    let isFile = try read(path) { tree throws(SourceTreeError) in try tree.contents(of: path) != nil }
    if isFile {
      // kustomize itself only reads files below the directory of the kustomization, so it is among those taken.
      return
    }
    let below = try read(path) { tree throws(SourceTreeError) in try tree.files(under: path) }
    if below.isEmpty {
      return fail(
        "there is no \"\(reference.text)\" in the repository at commit \(tree.commit.short)",
        hint: "correct the path; what is not in the repository is not fetched")
    }
    try visit(path)
  }

  /// A path relative to a directory; nil when it is absolute or leads out of the repository.
  static func resolved(_ text: String, from directory: String) -> String? {
    guard text.utf8.first != slash, !text.hasByte(0) else { return nil }
    if isPlain(text) { return directory.isEmpty ? text : directory + "/" + text }
    var path = Array(directory.utf8)
    path.reserveCapacity(path.count + text.utf8.count + 1)
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let part = rest.prefix { $0 != slash }
      rest = rest.dropFirst(part.count + 1)
      let isDots = part.first == dot && part.last == dot
      if part.isEmpty || isDots && part.count == 1 { continue }
      if isDots, part.count == 2 {
        guard !path.isEmpty else { return nil }
        path.removeSubrange((path.lastIndex(of: slash) ?? 0)...)
      } else {
        if !path.isEmpty { path.append(slash) }
        path += part
      }
    }
    return String(decoding: path, as: UTF8.self)
  }

  /// Whether a path goes only down, and each of its parts is written once: what most are.
  private static func isPlain(_ text: String) -> Bool {
    let isPlain = text.utf8.withContiguousStorageIfAvailable { bytes in
      var previous = slash
      for byte in bytes {
        if previous == slash, byte == slash || byte == dot { return false }
        previous = byte
      }
      return previous != slash
    }
    return isPlain ?? false
  }

  private static let slash = UInt8(ascii: "/")
  private static let dot = UInt8(ascii: ".")
}
