public import FleetModel

/// Reads documents of either language.
public enum DocumentReader {
  /// Reads JSON when the first character that is not blank is `{` or `[`, else YAML.
  ///
  /// A file that begins so but is not JSON is read as YAML too, whose flow style looks the same (`{a: b}`); when it is
  /// neither, the message is about JSON.
  ///
  /// - Parameter file: the file's name for messages; empty when there is none.
  /// - Throws: what `JSON.parse(_:file:)` or `YAML.documents(_:file:)` throws.
  public static func documents(_ bytes: [UInt8], file: String) throws(DiagnosticsError) -> [Node] {
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
      return try YAML.documents(bytes, file: file)
    }
    do {
      return [try JSON.parse(bytes, file: file)]
    } catch {
      if let documents = try? YAML.documents(bytes, file: file) { return documents }
      throw error
    }
  }

  /// Reads what can be read, for whoever wants to know everything that is wrong: as ``documents(_:file:)``, but of a YAML
  /// stream the documents without errors are given too.
  public static func readableDocuments(
    _ bytes: [UInt8], file: String
  ) -> (documents: [Node], diagnostics: [Diagnostic]) {
    let all: DiagnosticsError
    do {
      return (try documents(bytes, file: file), [])
    } catch {
      all = error
    }
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") { return ([], all.diagnostics) }
    return YAML.readableDocuments(bytes, file: file)
  }

  /// The objects of documents that may be lists of objects, as `kubectl get -o yaml` writes them: a document whose kind
  /// ends in `List` and that has `items` is replaced by its items.
  public static func unpackingLists(_ documents: [Node]) -> [Node] {
    documents.flatMap { document -> [Node] in
      guard document["kind"]?.string?.hasSuffix("List") == true, let items = document["items"]?.array else {
        return [document]
      }
      return items
    }
  }
}
