public import FleetModel

/// JSON as RFC 8259 defines it, read into and written from the document tree.
public enum JSON {
  /// Reads one value.
  ///
  /// - Parameter file: the file's name for messages; empty when there is none.
  /// - Throws: one diagnostic with line and column: a syntax error, a key given twice, a text that is not UTF-8, a
  ///   number beyond a double's range, nesting beyond `DocumentLimits.depth` or input beyond `DocumentLimits.inputBytes`.
  public static func parse(_ bytes: [UInt8], file: String = "") throws(DiagnosticsError) -> Node {
    try DocumentLimits.checkSize(bytes.count, file: file)
    return try bytes.withUnsafeBufferPointer { (input) throws(DiagnosticsError) -> Node in
      var parser = JSONParser(input: input, file: file)
      return try parser.document()
    }
  }

  /// Writes a value as UTF-8 without a line end.
  ///
  /// The canonical form, from which digests are made, is `sortedKeys: true` and not pretty: keys in bytewise order, no
  /// spaces, and only those characters escaped that JSON requires to be.
  ///
  /// - Parameters:
  ///   - sortedKeys: whether keys are sorted bytewise instead of kept in the order written.
  ///   - pretty: whether every value gets a line, indented by two spaces.
  public static func bytes(_ node: Node, sortedKeys: Bool = false, pretty: Bool = false) -> [UInt8] {
    var writer = JSONWriter(sortedKeys: sortedKeys, pretty: pretty)
    writer.write(node)
    return writer.output
  }

  /// Writes a value as text; see `bytes(_:sortedKeys:pretty:)`.
  public static func text(_ node: Node, sortedKeys: Bool = false, pretty: Bool = false) -> String {
    String(decoding: bytes(node, sortedKeys: sortedKeys, pretty: pretty), as: UTF8.self)
  }
}
