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

  /// Writes a value as sigs.k8s.io/yaml, and with it `kubectl -o yaml`, does: keys sorted (numbers in them by value),
  /// two spaces of indent, lists at the column of their key, texts quoted only where they must be, long lines folded.
  ///
  /// Different from there on purpose: a text with the rare line separators U+0085, U+2028 and U+2029 is quoted with
  /// escapes, because written plainly it would not be read back.
  public static func text(_ node: Node) -> String {
    var writer = YAMLWriter()
    writer.document(node)
    return String(decoding: writer.output, as: UTF8.self)
  }
}
