import Manifest

/// What files said in earlier builds, so that those which many kustomizations are made of are taken apart once: the files of a
/// base for all overlays over it, those of a component for all that have it.
///
/// It is for builds one after the other, of any trees: a file is found in it by its path and all its bytes. Builds come out the
/// same with and without it.
public final class KustomizeMemory {
  private struct Text {
    var bytes: [UInt8]
    /// Its documents; nil for a text that was read once. Most are not read again, and a copy for nobody would cost time.
    var documents: [WrittenNode]?
  }

  private var texts: [String: Text] = [:]
  private var definitions: [String: (bytes: [UInt8], definition: KustomizationDefinition)] = [:]
  /// The bytes of all of them.
  private var sizeBytes = 0

  /// When texts have so many bytes together, all are forgotten.
  private static let limitBytes = 2 << 20

  /// Makes one that knows nothing.
  public init() {}

  /// What a kustomization file says.
  func definition(_ file: String, of bytes: [UInt8]) throws(KustomizeStop) -> KustomizationDefinition {
    if let known = definitions[file], known.bytes == bytes { return known.definition }
    let definition = try KustomizationReader(file: file).read(bytes)
    makeRoom(for: bytes)
    definitions[file] = (bytes, definition)
    return definition
  }

  /// The documents of a text; nobody else has them.
  ///
  /// - Parameters:
  ///   - bytes: the text.
  ///   - file: the file that it is, or that it stands in.
  ///   - field: the field of a kustomization that holds it; empty for the whole of a file.
  ///   - line: the lines before it in its file.
  func documents(
    of bytes: [UInt8], file: String, field: String, afterLine line: Int
  ) throws(KustomizeStop) -> [WrittenNode] {
    let key = field.isEmpty ? file : "\(file)\0\(field)\0\(line)"
    let known = texts[key]
    if let known, known.bytes == bytes {
      if let documents = known.documents { return documents.map { $0.copy() } }
      let documents = try ResourceReader.documents(bytes, file: file, afterLine: line)
      texts[key]?.documents = documents
      return documents.map { $0.copy() }
    }
    let documents = try ResourceReader.documents(bytes, file: file, afterLine: line)
    makeRoom(for: bytes)
    texts[key] = Text(bytes: bytes)
    return documents
  }

  private func makeRoom(for bytes: [UInt8]) {
    sizeBytes += bytes.count
    guard sizeBytes > Self.limitBytes else { return }
    texts = [:]
    definitions = [:]
    sizeBytes = bytes.count
  }
}
