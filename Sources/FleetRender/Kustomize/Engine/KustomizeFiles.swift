import FleetModel
import Manifest

/// The files that a build reads: those of the tree and no others. Each is read once.
final class KustomizeFiles {
  private let tree: any SourceTree
  /// Follows what the build does; nil unless somebody asks where fields come from.
  let trace: BuildTrace?
  private var contents: [String: [UInt8]?] = [:]
  private var sizeBytes: Int64 = 0
  private var kustomizations = 0
  /// The kustomization files of directories that were looked at; nil where there is none.
  private var places: [String: String?] = [:]
  private let memory: KustomizeMemory

  init(tree: any SourceTree, memory: KustomizeMemory, trace: BuildTrace? = nil) {
    self.tree = tree
    self.memory = memory
    self.trace = trace
  }

  /// The bytes of a file; nil when there is none.
  func bytes(_ path: String) throws(KustomizeStop) -> [UInt8]? {
    if let known = contents[path] { return known }
    do throws(SourceTreeError) {
      let bytes = try tree.contents(of: path)
      contents[path] = .some(bytes)
      sizeBytes += Int64(bytes?.count ?? 0)
      if sizeBytes <= Kustomization.limitBytes { return bytes }
    } catch {
      throw .failed(error.message, file: path)
    }
    throw .failed("the files of the kustomization have more than \(Kustomization.limitBytes) bytes", file: path)
  }

  /// Counts a kustomization of the build; one that is built twice counts twice.
  func count(_ file: String) throws(KustomizeStop) {
    kustomizations += 1
    guard kustomizations > Kustomization.limitFiles else { return }
    throw .failed(
      "more than \(Kustomization.limitFiles) kustomizations are built for one", file: file,
      hint: "refer to each base once")
  }

  /// The kustomization file of a directory.
  func kustomization(in directory: String) throws(KustomizeStop) -> String? {
    if let known = places[directory] { return known }
    var found: String?
    for name in Kustomization.sortedFileNames {
      let path = directory.isEmpty ? name : directory + "/" + name
      guard try bytes(path) != nil else { continue }
      if let found {
        throw .failed(
          "\(found) and \(path) lie side by side", file: path, hint: "a directory has one kustomization")
      }
      found = path
    }
    places[directory] = .some(found)
    return found
  }

  /// What a kustomization file says.
  func definition(_ path: String) throws(KustomizeStop) -> KustomizationDefinition {
    try memory.definition(path, of: try bytes(path) ?? [])
  }

  /// The documents of a file, or of a text in one; nobody else has them.
  ///
  /// - Parameters:
  ///   - bytes: the text.
  ///   - file: the file.
  ///   - field: the field of the kustomization that holds the text; empty for the whole of a file.
  ///   - line: the lines before it in its file.
  func documents(
    _ bytes: [UInt8], of file: String, field: String = "", afterLine line: Int = 0
  ) throws(KustomizeStop) -> [WrittenNode] {
    try memory.documents(of: bytes, file: file, field: field, afterLine: line)
  }

  /// The bytes of a file that a kustomization refers to; kustomize reads those below its own directory only.
  func load(
    _ reference: KustomizationDefinition.Reference, from directory: String, file: String
  ) throws(KustomizeStop) -> (path: String, bytes: [UInt8]) {
    func fail(_ message: String, hint: String = "") -> KustomizeStop {
      .failed(message, file: file, at: reference.position, field: reference.field, hint: hint)
    }
    try refuseRemote(reference)
    guard let path = KustomizationWalk.resolved(reference.text, from: directory) else {
      throw fail("\"\(reference.text)\" leads out of the repository", hint: "refer to a path inside it")
    }
    try refuseOutside(path, of: reference, directory: directory, file: file)
    guard let bytes = try bytes(path) else {
      throw fail(
        "there is no file \"\(reference.text)\"", hint: "correct the path; what is not in the repository is not fetched"
      )
    }
    return (path, bytes)
  }

  /// Refuses a file that does not lie below the directory of the kustomization.
  func refuseOutside(
    _ path: String, of reference: KustomizationDefinition.Reference, directory: String, file: String
  ) throws(KustomizeStop) {
    guard directory.isEmpty || path.hasPrefix(directory + "/") else {
      throw .failed(
        "\"\(reference.text)\" lies outside the kustomization's directory", file: file, at: reference.position,
        field: reference.field,
        hint: "kustomize reads files below it only; make the other directory a base or a component")
    }
  }

  /// What looks like a URL is for the way to the program to judge.
  func refuseRemote(_ reference: KustomizationDefinition.Reference) throws(KustomizeStop) {
    let written = KustomizationReference(text: reference.text, field: reference.field, position: reference.position)
    if written.isRemote { throw .needsProgram("\"\(reference.text)\", which may lie elsewhere") }
  }
}
