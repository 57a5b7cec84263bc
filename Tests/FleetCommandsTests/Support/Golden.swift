import Foundation
import Testing

/// Compares a text with the file of that name under `Golden/`; with FLOTILLA_GOLDEN=overwrite the file is written
/// instead, for a person to look at the difference in Git.
func golden(_ name: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Golden")
  let file = folder.appendingPathComponent(name + ".txt")
  if ProcessInfo.processInfo.environment["FLOTILLA_GOLDEN"] == "overwrite" {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return
  }
  guard let expected = try? String(contentsOf: file, encoding: .utf8) else {
    Issue.record(
      "there is no \(file.path); record it with FLOTILLA_GOLDEN=overwrite", sourceLocation: sourceLocation)
    return
  }
  #expect(text == expected, "Golden/\(name).txt differs", sourceLocation: sourceLocation)
}
