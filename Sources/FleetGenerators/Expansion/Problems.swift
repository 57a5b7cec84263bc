import FleetModel

/// Problems as they are found; of the same problem in many targets the first ones are kept and the others counted.
struct Problems {
  private static let keptPerField = 20
  private let file: String
  private var kept: [Diagnostic] = []
  private var counts: [String: Int] = [:]
  private(set) var hasErrors = false
  private(set) var count = 0

  init(file: String) { self.file = file }

  mutating func add(_ diagnostics: [Diagnostic]) { for diagnostic in diagnostics { add(diagnostic) } }

  mutating func add(_ diagnostic: Diagnostic) {
    if diagnostic.severity == .error { hasErrors = true }
    count += 1
    counts[diagnostic.field, default: 0] += 1
    guard counts[diagnostic.field, default: 0] <= Self.keptPerField else { return }
    var diagnostic = diagnostic
    if diagnostic.file.isEmpty { diagnostic.file = file }
    kept.append(diagnostic)
  }

  /// Adds what was found elsewhere in the same document.
  ///
  /// - Parameter isIsolated: whether errors are none of the whole: they are told as warnings.
  mutating func add(_ others: Problems, isIsolated: Bool = false) {
    for var diagnostic in others.kept {
      if isIsolated { diagnostic.severity = .warning }
      add(diagnostic)
    }
    for (field, number) in others.counts where number > Self.keptPerField {
      counts[field, default: 0] += number - Self.keptPerField
    }
    count += others.count - others.kept.count
  }

  var diagnostics: [Diagnostic] {
    kept
      + counts.filter { $0.value > Self.keptPerField }.sorted { $0.key < $1.key }.map {
        Diagnostic(
          file: file, field: $0.key,
          message: "\($0.value - Self.keptPerField) more problems of this field are not shown")
      }
  }
}
