import FleetTemplate
import Foundation
import Manifest
import Testing

/// Argo CD's own expectations of templates, read in place: the folder's README explains them.
@Suite("Conformance of templates") struct ConformanceTests {
  static let folder: URL? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder =
      ProcessInfo.processInfo.environment["FLOTILLA_CONFORMANCE"].map { URL(fileURLWithPath: $0) }
      ?? root.appendingPathComponent("../shared/conformance/argocd").standardizedFileURL
    if FileManager.default.fileExists(atPath: folder.appendingPathComponent("index.json").path) { return folder }
    print("skipped: no conformance cases in \(folder.path); set FLOTILLA_CONFORMANCE")
    return nil
  }()

  static let operations: Set<String> = ["renderString", "normalize", "slugify"]

  @Test(
    .enabled(
      if: folder != nil || ProcessInfo.processInfo.environment["FLOTILLA_REQUIRE"] == "all",
      "no recorded cases: FLOTILLA_CONFORMANCE names no folder, and ../shared is not there"))
  func agrees() throws {
    let folder = try #require(Self.folder)
    var passed: [String: Int] = [:]
    var total: [String: Int] = [:]
    for entry in try JSON.parse([UInt8](Data(contentsOf: folder.appendingPathComponent("index.json")))).array ?? [] {
      guard let name = entry["id"]?.string, let kind = entry["kind"]?.string, let operation = entry["op"]?.string,
        Self.operations.contains(operation)
      else { continue }
      total[kind, default: 0] += 1
      let here = folder.appendingPathComponent(name)
      let bytes = try [UInt8](Data(contentsOf: here.appendingPathComponent("input.yaml")))
      let input = try #require(try YAML.documents(bytes).first)
      let expected = try JSON.parse([UInt8](Data(contentsOf: here.appendingPathComponent("expected.json"))))
      guard let complaint = Self.complaint(operation, input, expected) else {
        passed[kind, default: 0] += 1
        continue
      }
      if let reason = DeliberateDifferences.reason(case: name, template: input["template"]?.string ?? "") {
        print("\(name): differs deliberately: \(reason)")
      } else {
        Issue.record("\(name): \(complaint)")
      }
    }
    for kind in total.keys.sorted() { print("\(kind): \(passed[kind] ?? 0)/\(total[kind] ?? 0)") }
    #expect(!total.isEmpty)
  }

  /// What differs from the expectation; nil when nothing does.
  static func complaint(_ operation: String, _ input: Node, _ expected: Node) -> String? {
    let wanted = expected["value"]?.string
    do throws(TemplateError) {
      let result = try run(operation, input)
      if expected["error"] != nil { return "expected an error, got \"\(result)\"" }
      return result == wanted ? nil : "got \"\(result)\", expected \"\(wanted ?? "nothing")\""
    } catch {
      return expected["error"] == nil ? "unexpected error: \(error)" : nil
    }
  }

  static func run(_ operation: String, _ input: Node) throws(TemplateError) -> String {
    let text = (input["template"] ?? input["value"])?.string ?? ""
    switch operation {
    case "normalize": return normalizedName(text)
    case "slugify":
      return slug(text, maximum: Int(input["maxSize"]?.integer ?? 50), isSmart: input["smartTruncate"]?.boolean ?? true)
    default:
      let parameters = value(input["params"] ?? .init(.null)).map ?? [:]
      guard input["goTemplate"]?.boolean == true else { return try FieldTemplate(text).render(parameters) }
      let options = input["goTemplateOptions"]?.array?.compactMap(\.string) ?? []
      return try GoTemplate(text, options: options).render(parameters, environment: Samples.environment)
    }
  }

  static func value(_ node: Node) -> ParameterValue {
    switch node.value {
    case .null: .null
    case .boolean(let flag): .boolean(flag)
    case .integer(let number): .integer(number)
    case .decimal(let number): .decimal(number)
    case .string(let text): .string(text)
    case .array(let elements): .list(elements.map { value($0) })
    case .object(let object):
      .map(Dictionary(object.entries.map { ($0.key, value($0.value)) }, uniquingKeysWith: { $1 }))
    }
  }
}
