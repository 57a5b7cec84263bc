import FleetModel
import Manifest

/// Reads objects from files and inline texts as kustomize does: documents one by one, lists replaced by their items.
enum ResourceReader {
  /// The objects of a text that has so many lines before it in its file.
  ///
  /// - Throws: when a document is no YAML, or no object with kind and name.
  static func resources(_ bytes: [UInt8], file: String, afterLine line: Int = 0) throws(KustomizeStop) -> [Resource] {
    try resources(try documents(bytes, file: file, afterLine: line), file: file)
  }

  /// The objects of documents.
  static func resources(_ documents: [WrittenNode], file: String) throws(KustomizeStop) -> [Resource] {
    try nodes(documents, file: file).map { Resource($0, file: file) }
  }

  private static func nodes(_ documents: [WrittenNode], file: String) throws(KustomizeStop) -> [WrittenNode] {
    var nodes: [WrittenNode] = []
    for document in documents {
      let kind = document["kind"]?.text ?? ""
      if documents.count == 1, kind == "List" || kind == "ResourceList", document.kind == .mapping,
        document["items"] != nil || document["functionConfig"] != nil
      {
        nodes += document["items"]?.content ?? []
      } else {
        nodes.append(document)
      }
    }
    var objects: [WrittenNode] = []
    for node in nodes where !node.isNilOrEmpty {
      try check(node, file: file)
      objects.append(node)
    }
    return try replacingLists(objects, file: file)
  }

  // MARK: Documents

  /// The documents of a stream. kustomize takes it apart at lines that begin with `---` before it reads YAML.
  static func documents(
    _ bytes: [UInt8], file: String, afterLine line: Int = 0
  ) throws(KustomizeStop) -> [WrittenNode] {
    var bytes = bytes
    if bytes.contains(0x0D) { bytes = withoutCarriageReturns(bytes) }
    var nodes: [WrittenNode] = []
    for part in try parts(of: bytes, file: file) {
      if let node = try document(bytes[part.range], file: file, afterLine: line + part.line) { nodes.append(node) }
    }
    return nodes
  }

  static func document(
    _ bytes: ArraySlice<UInt8>, file: String, afterLine line: Int
  ) throws(KustomizeStop) -> WrittenNode? {
    do throws(WrittenReaderError) {
      return try WrittenNode.firstDocument(of: bytes, file: file, afterLine: line)
    } catch {
      switch error {
      case .malformed(let diagnostic): throw .failed(diagnostic)
      case .unsupported(let what, let position): throw .needsProgram("\(what) (\(file):\(position.line))")
      }
    }
  }

  private static func withoutCarriageReturns(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
      if byte == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A { continue }
      result.append(byte)
    }
    return result
  }

  private static func parts(
    of bytes: [UInt8], file: String
  ) throws(KustomizeStop) -> [(range: Range<Int>, line: Int)] {
    try bytes.withUnsafeBufferPointer { bytes throws(KustomizeStop) in try parts(of: bytes, file: file) }
  }

  private static func parts(
    of bytes: UnsafeBufferPointer<UInt8>, file: String
  ) throws(KustomizeStop) -> [(range: Range<Int>, line: Int)] {
    var parts: [(range: Range<Int>, line: Int)] = []
    var start = 0
    var startLine = 0
    var line = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "#"), isSchema(bytes[index...]) {
        throw .needsProgram("a comment that is JSON (\(file))")
      }
      guard byte == 0x0A else { continue }
      line += 1
      guard index + 2 < bytes.count, bytes[index] == 0x2D, bytes[index + 1] == 0x2D, bytes[index + 2] == 0x2D,
        let end = bytes[index...].firstIndex(of: 0x0A)
      else { continue }
      let rest = bytes[(index + 3)..<end].drop { $0 == 0x20 || $0 == 0x09 }
      if let first = rest.first, first != UInt8(ascii: "#") {
        throw .failed(
          "something follows the --- that begins a document", file: file, at: Position(line: line + 1, column: 5),
          hint: "put it on the next line")
      }
      // The line end before the separator belongs to the document: a block of text may end with it.
      parts.append((start..<index, startLine))
      start = end + 1
      line += 1
      startLine = line
      index = start
    }
    parts.append((start..<bytes.count, startLine))
    return parts
  }

  /// Whether a comment is one of those such as `# {"$ref": …}`, which are JSON objects and schemas to kustomize.
  private static func isSchema(_ comment: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    let text = comment.drop { $0 == 0x20 || $0 == UInt8(ascii: "#") }
    return text.first == UInt8(ascii: "{") && text.dropFirst().first { $0 != 0x20 } == UInt8(ascii: "\"")
  }

  // MARK: Objects

  private static func check(_ node: WrittenNode, file: String) throws(KustomizeStop) {
    guard node.kind == .mapping else {
      throw .failed("expected a Kubernetes object, not \(node.kindName)", file: file, at: node.position)
    }
    guard let kind = node["kind"], !kind.isNilOrEmpty, !kind.text.isEmpty else {
      throw .failed("the object has no kind", file: file, at: node.position, field: "kind")
    }
    if kind.text.hasSuffix("List") { return }
    let name = node["metadata"]?["name"]
    guard let name, !name.isNilOrEmpty, !name.text.isEmpty else {
      throw .failed("the object has no metadata.name", file: file, at: node.position, field: "metadata.name")
    }
  }

  /// A list of objects is replaced by its items, which go behind everything else.
  private static func replacingLists(_ nodes: [WrittenNode], file: String) throws(KustomizeStop) -> [WrittenNode] {
    guard nodes.contains(where: { ($0["kind"]?.text ?? "").hasSuffix("List") }) else { return nodes }
    var result: [WrittenNode] = []
    var queue = nodes
    while !queue.isEmpty {
      let node = queue.removeFirst()
      guard (node["kind"]?.text ?? "").hasSuffix("List"), let items = node["items"] else {
        result.append(node)
        continue
      }
      if items.isNull { continue }
      guard items.kind == .sequence else {
        throw .failed("expected a list, not \(items.kindName)", file: file, at: items.position, field: "items")
      }
      for item in items.content {
        let object = try WrittenNode(json: value(of: item))
        guard !object.isNilOrEmpty else { continue }
        object.position = item.position
        try check(object, file: file)
        queue.append(object)
      }
    }
    return result
  }

  /// What a tree says once it is written and read again.
  static func value(of node: WrittenNode) throws(KustomizeStop) -> Node {
    do throws(WrittenNode.ValueError) {
      return try node.value()
    } catch {
      switch error {
      case .uncertain(let what, let position):
        throw .needsProgram(what + (position.map { " (line \($0.line))" } ?? ""))
      }
    }
  }
}
