internal import FleetModel

/// What a document may cost before it is refused (AMENDMENTS 60): the limits hold before the tree is built, so that no
/// input, however hostile, takes more than they allow.
public enum DocumentLimits {
  /// The deepest nesting of lists and maps.
  public static let depth = 100
  /// The largest input in bytes.
  public static let inputBytes = 50 * 1_024 * 1_024
  /// The most nodes that aliases may add to one input.
  public static let aliasNodes = 1_000_000
  /// The most nodes that aliases may add for each node written …
  public static let aliasFactor = 10
  /// … except that so many are always fine, however short the document is.
  public static let freeAliasNodes = 10_000

  static func checkSize(_ count: Int, file: String) throws(DiagnosticsError) {
    guard count > inputBytes else { return }
    throw DiagnosticsError([
      Diagnostic(
        file: file, message: "\(count) bytes are more than the \(inputBytes) that a file may have",
        hint: "split it into several files")
    ])
  }
}
