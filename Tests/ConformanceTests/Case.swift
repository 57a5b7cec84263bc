import FleetModel
import Foundation
import Manifest

/// One of the cases of a folder as ../shared/conformance/argocd has them, whose README.md explains them.
struct Case {
  var id: String
  var kind: String
  var operation: String
  var input: Node
  var expected: Node

  /// The folder; nil, with a printed reason, when there is none.
  static let folder: URL? = {
    let named = ProcessInfo.processInfo.environment["FLOTILLA_CONFORMANCE"].map { URL(fileURLWithPath: $0) }
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = named ?? root.appendingPathComponent("../shared/conformance/argocd").standardizedFileURL
    if FileManager.default.fileExists(atPath: folder.path) { return folder }
    print("skipped: no conformance cases in \(folder.path); set FLOTILLA_CONFORMANCE")
    return nil
  }()

  /// The cases by operation, in order of their names; they are read once.
  static let byOperation = Result { try Dictionary(grouping: all(), by: \.operation) }

  private static func all() throws -> [Case] {
    guard let folder else { return [] }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    return try names.compactMap { name in
      let here = folder.appendingPathComponent(name)
      guard let text = try? Data(contentsOf: here.appendingPathComponent("input.yaml")) else { return nil }
      guard let input = try YAML.documents([UInt8](text), file: name).first else { return nil }
      let expected = try JSON.parse([UInt8](Data(contentsOf: here.appendingPathComponent("expected.json"))))
      return Case(
        id: name, kind: input["kind"]?.string ?? "", operation: input["op"]?.string ?? "", input: input,
        expected: expected)
    }
  }
}

/// Why an operation has no result: an error that the case may well expect.
struct Refused: Error {
  var message: String

  init(_ message: String) { self.message = message }

  init(_ diagnostics: [Diagnostic]) { message = diagnostics.map(\.text).joined(separator: "; ") }
}
