internal import ArgumentParser
internal import FleetModel
internal import Manifest

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

extension Console {
  /// Writes data in the format asked for: `payload` as JSON or YAML, `table` for people, `names` one a line.
  func render(
    _ payload: some Encodable, as format: OutputFormat, names: [String], table: () -> Table
  ) throws {
    switch format {
    case .json: output(try jsonText(payload))
    case .yaml: write(.output, try yamlText(payload))
    case .name: for name in names { output(name) }
    case .table, .wide:
      let width = isTerminal(.output) ? columns() : nil
      for line in table().lines(isWide: format == .wide, style: style(.output), width: width) { output(line) }
    }
  }
}

/// A value as indented JSON, keys sorted.
func jsonText(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// A value as one line of JSON, keys sorted.
func jsonLine(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// A value as YAML, keys sorted; ends with a line feed.
func yamlText(_ value: some Encodable) throws -> String {
  let text = YAML.text(try JSON.parse([UInt8](try JSONEncoder().encode(value))))
  return text.hasSuffix("\n") ? text : text + "\n"
}

/// Labels as `key=value`, sorted, for tables.
func labelText(_ labels: [String: String]) -> String {
  labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
}

/// The first seven characters of a digest or commit, as people quote them.
func short(_ hexadecimal: String) -> String { String(hexadecimal.prefix(7)) }

/// A value, or `—` for none.
func dashed(_ text: String?) -> String {
  guard let text, !text.isEmpty else { return "—" }
  return text
}
