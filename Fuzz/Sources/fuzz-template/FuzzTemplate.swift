import FleetModel
import FleetTemplate

/// Reads any text as a template of either language and renders it: errors are fine; traps, output beyond its limit, and
/// two renderings that differ are not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTemplate(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  if let fields = try? FieldTemplate(text) { _ = fields.render(parameters) }
  guard let template = try? GoTemplate(text, options: ["missingkey=zero"], limits: limits),
    let output = try? template.render(parameters, limits: limits, environment: environment)
  else { return 0 }
  precondition(output.utf8.count <= limits.outputBytes, "more was written than may be")
  let again = try? template.render(parameters, limits: limits, environment: environment)
  precondition(again == output, "the same template gives something else the second time")
  return 0
}

private let limits = TemplateLimits(steps: 5_000, outputBytes: 1 << 14, depth: 20)

private let environment = TemplateEnvironment(now: Instant(millisecondsSinceEpoch: 1_700_000_000_000), seed: "fuzz")

private let parameters: [String: ParameterValue] = [
  "name": .string("web-east 1"), "empty": .string(""), "count": .integer(7), "half": .decimal(0.5),
  "yes": .boolean(true),
  "none": .null, "list": .list([.string("x"), .string("y"), .integer(3)]),
  "metadata": .map(["labels": .map(["ring": .string("canary"), "a/b": .string("ä")])]),
  "path": .map(["path": .string("apps/web"), "segments": .list([.string("apps"), .string("web")])]),
]
