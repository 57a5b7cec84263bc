public import FleetModel

/// YAML as Kubernetes' own tools understand it, read into and written from the document tree.
public enum YAML {
  /// Reads all documents of a stream; empty ones are skipped.
  ///
  /// Scalars mean what they mean to sigs.k8s.io/yaml, for example `yes` is true and `010` is 8; see `ScalarRules`.
  ///
  /// - Parameter file: the file's name for messages; empty when there is none.
  /// - Throws: one diagnostic with line and column: a syntax error, a key given twice, an unknown tag or anchor, an
  ///   infinite number, or more than `DocumentLimits` allow.
  public static func documents(_ bytes: [UInt8], file: String = "") throws(DiagnosticsError) -> [Node] {
    try DocumentLimits.checkSize(bytes.count, file: file)
    return try bytes.withUnsafeBufferPointer { (input) throws(DiagnosticsError) -> [Node] in
      var composer = YAMLComposer(events: YAMLEventReader(input: input, file: file), file: file)
      return try composer.documents()
    }
  }

  /// Reads what can be read of a stream: a document with an error is left out, and reading goes on behind the next line
  /// that begins with `---`.
  ///
  /// - Returns: the documents that are right, and a diagnostic for each that is not, as ``documents(_:file:)`` throws it;
  ///   after 20 of those the rest is not looked at.
  public static func readableDocuments(
    _ bytes: [UInt8], file: String = ""
  ) -> (documents: [Node], diagnostics: [Diagnostic]) {
    var documents: [Node] = []
    var diagnostics: [Diagnostic] = []
    var rest = bytes
    var begin = 1
    while diagnostics.count < 20 {
      do throws(DiagnosticsError) {
        try DocumentLimits.checkSize(rest.count, file: file)
        try rest.withUnsafeBufferPointer { (input) throws(DiagnosticsError) in
          var composer = YAMLComposer(events: YAMLEventReader(input: input, file: file), file: file)
          try composer.documents { documents.append($0) }
        }
        break
      } catch {
        diagnostics += error.diagnostics
        let line = error.diagnostics.last?.line ?? 0
        guard line > 0, let next = nextDocument(in: rest, from: max(line, begin + 1)) else { break }
        begin = next.line
        // Blank lines in place of what has been read keep the numbers of the others.
        rest = [UInt8](repeating: 0x0A, count: next.line - 1) + rest[next.offset...]
      }
    }
    return (documents, diagnostics)
  }

  /// The first line from number `line` on, but the first, that begins a document.
  private static func nextDocument(in bytes: [UInt8], from line: Int) -> (line: Int, offset: Int)? {
    var number = 1
    for (offset, byte) in bytes.enumerated() where byte == 0x0A {
      number += 1
      if number >= line, bytes[(offset + 1)...].starts(with: Array("---".utf8)) { return (number, offset + 1) }
    }
    return nil
  }

  /// Writes a value as sigs.k8s.io/yaml, and with it `kubectl -o yaml`, does: keys sorted (numbers in them by value),
  /// two spaces of indent, lists at the column of their key, texts quoted only where they must be, long lines folded.
  ///
  /// Different from there on purpose: a text with the rare line separators U+0085, U+2028 and U+2029 is quoted with
  /// escapes, because written plainly it would not be read back.
  public static func text(_ node: Node) -> String { text(documents: [node]) }

  /// Writes values as ``text(_:)`` does, one document behind the other, with `---` between them.
  public static func text(documents: [Node]) -> String {
    // Most objects are about so large.
    var writer = YAMLWriter(capacity: 512 * documents.count)
    for (index, node) in documents.enumerated() {
      if index > 0 { writer.separator() }
      writer.document(node)
    }
    return String(decoding: writer.output, as: UTF8.self)
  }
}
