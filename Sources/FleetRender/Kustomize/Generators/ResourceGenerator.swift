import FleetModel
import Manifest

/// Makes ConfigMaps and Secrets of literals and files.
struct ResourceGenerator {
  typealias Generator = KustomizationDefinition.Generator

  let files: KustomizeFiles
  let directory: String
  /// The kustomization file.
  let file: String
  let options: KustomizationDefinition.GeneratorOptions?

  /// The generated object, with notes about its hash and its behaviour.
  ///
  /// - Parameter places: takes where the value of each key is written.
  func resource(
    _ generator: Generator, places: inout [String: (file: String, line: Int?)]
  ) throws(KustomizeStop) -> Resource {
    guard !generator.name.isEmpty else {
      throw .failed("the generator has no name", file: file, at: generator.position, field: generator.field)
    }
    let root = WrittenNode.map()
    root.append(key: .untyped("apiVersion"), value: .string("v1"))
    root.append(key: .untyped("kind"), value: .string(generator.isSecret ? "Secret" : "ConfigMap"))
    let metadata = WrittenNode.map()
    metadata.append(key: .untyped("name"), value: .string(generator.name))
    if !generator.namespace.isEmpty { metadata.append(key: .untyped("namespace"), value: .string(generator.namespace)) }
    root.append(key: .untyped("metadata"), value: metadata)
    if generator.isSecret {
      root.append(
        key: .untyped("type"), value: .string(generator.secretType.isEmpty ? "Opaque" : generator.secretType))
    }
    let pairs = try pairs(generator)
    try addData(pairs, isSecret: generator.isSecret, to: root)
    if files.trace != nil { for pair in pairs { places[pair.key] = (pair.file, pair.line) } }
    let merged = mergedOptions(generator.options)
    if merged?.isImmutable == true {
      root.append(key: .untyped("immutable"), value: WrittenNode(kind: .scalar, tag: .boolean, text: "true"))
    }
    let resource = Resource(root, file: file)
    if let labels = merged?.labels, !labels.isEmpty { try resource.setLabels(labels) }
    var annotations = merged?.annotations ?? [:]
    if merged?.disablesHash != true { annotations[BuildNote.needsHash] = BuildNote.enabled }
    annotations[BuildNote.behavior] =
      ["create", "merge", "replace"].contains(generator.behavior) ? generator.behavior : "unspecified"
    try resource.setAnnotations(annotations)
    return resource
  }

  /// The options of one generator with those for all: a key of its own wins, a flag wins wherever it is set.
  private func mergedOptions(
    _ own: KustomizationDefinition.GeneratorOptions?
  ) -> KustomizationDefinition.GeneratorOptions? {
    guard let options else { return own }
    var merged = own ?? KustomizationDefinition.GeneratorOptions()
    merged.labels.merge(options.labels) { own, _ in own }
    merged.annotations.merge(options.annotations) { own, _ in own }
    merged.disablesHash = merged.disablesHash || options.disablesHash
    merged.isImmutable = merged.isImmutable || options.isImmutable
    return merged
  }

  // MARK: Data

  private struct Pair {
    var key: String
    var value: [UInt8]
    /// Where the value is written.
    var file: String
    var line: Int?
  }

  private func pairs(_ generator: Generator) throws(KustomizeStop) -> [Pair] {
    var pairs: [Pair] = []
    for env in generator.envs { pairs += try lines(env) }
    for literal in generator.literals { pairs.append(try pair(literal)) }
    for source in generator.files { pairs.append(try fileContents(source)) }
    var seen: Set<String> = []
    for pair in pairs where !seen.insert(pair.key).inserted {
      throw .failed(
        "the key \"\(pair.key)\" is there twice", file: file, at: generator.position, field: generator.field)
    }
    return pairs.sorted { precedesBytewise($0.key, $1.key) }
  }

  private func pair(_ literal: KustomizationDefinition.Reference) throws(KustomizeStop) -> Pair {
    guard let mark = literal.text.utf8.firstIndex(of: UInt8(ascii: "=")), mark != literal.text.startIndex else {
      throw .failed(
        "expected KEY=VALUE, not \"\(literal.text)\"", file: file, at: literal.position, field: literal.field)
    }
    var value = Array(literal.text.utf8[literal.text.index(after: mark)...])
    if value.count > 1, value.first == value.last, value[0] == UInt8(ascii: "\"") || value[0] == UInt8(ascii: "'") {
      value = Array(value.dropFirst().dropLast())
    }
    return Pair(
      key: String(literal.text[..<mark]), value: value, file: file, line: literal.position.map { Int($0.line) })
  }

  private func fileContents(_ source: KustomizationDefinition.Reference) throws(KustomizeStop) -> Pair {
    let parts = source.text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else {
      throw .failed(
        "expected a path or KEY=PATH, not \"\(source.text)\"", file: file, at: source.position, field: source.field)
    }
    let path = parts[parts.count - 1]
    var reference = source
    reference.text = path
    let (place, bytes) = try files.load(reference, from: directory, file: file)
    return Pair(
      key: parts.count == 2 ? parts[0] : String(path.split(separator: "/").last ?? "."), value: bytes, file: place)
  }

  /// The `KEY=VALUE` lines of a file; blank lines and comments are left out.
  private func lines(_ env: KustomizationDefinition.Reference) throws(KustomizeStop) -> [Pair] {
    let (path, bytes) = try files.load(env, from: directory, file: file)
    var pairs: [Pair] = []
    var rest = bytes[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    for (index, part) in rest.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      var line = part.last == 0x0D ? part.dropLast() : part
      guard line.count < 64 * 1024 else { throw .needsProgram("a line of \(line.count) bytes in \(path)") }
      guard String(validating: line, as: UTF8.self) != nil else {
        throw .failed("the line is not UTF-8", file: path, at: Position(line: index + 1, column: 1))
      }
      while let first = line.first, first == 0x20 || (0x09...0x0D).contains(first) { line = line.dropFirst() }
      guard let first = line.first, first != UInt8(ascii: "#") else { continue }
      guard first < 0x80 else { throw .needsProgram("a line that begins with a rare character in \(path)") }
      let mark = line.firstIndex(of: UInt8(ascii: "="))
      let key = String(decoding: line[..<(mark ?? line.endIndex)], as: UTF8.self)
      if key.isEmpty { continue }
      pairs.append(Pair(key: key, value: mark.map { Array(line[($0 + 1)...]) } ?? [], file: path, line: index + 1))
    }
    return pairs
  }

  private func addData(_ pairs: [Pair], isSecret: Bool, to root: WrittenNode) throws(KustomizeStop) {
    if isSecret { _ = try root.child(creating: "data", kind: .mapping) }
    for pair in pairs {
      let text = isSecret ? nil : String(validating: pair.value, as: UTF8.self)
      let field = isSecret || text != nil ? "data" : "binaryData"
      let value = WrittenNode.string(text ?? Base64.lines(pair.value))
      try root.child(creating: field, kind: .mapping).setField(pair.key, to: value)
    }
  }
}

/// Base64 in lines of 70 characters, each with its end if there are several.
enum Base64 {
  static func lines(_ bytes: [UInt8]) -> String {
    let text = BaseEncoding.base64.encode(bytes)
    guard text.count >= 70 else { return String(decoding: text, as: UTF8.self) }
    var result: [UInt8] = []
    result.reserveCapacity(text.count + text.count / 70 + 1)
    for start in stride(from: 0, to: text.count, by: 70) {
      result += text[start..<min(start + 70, text.count)]
      result.append(0x0A)
    }
    return String(decoding: result, as: UTF8.self)
  }
}
