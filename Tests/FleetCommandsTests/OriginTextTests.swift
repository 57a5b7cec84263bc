import FleetAPI
import FleetModel
import Manifest
import Testing

@testable import FleetCommands

/// Comments behind the fields of manifests.
@Suite struct OriginTextTests {
  /// Texts that YAML writes in every way there is.
  private static let texts = [
    "", "plain", "with # a mark", "two\nlines", "two\nlines\n", "\n", " space ", "|", ">", "a: |", "- |", "{}", "'",
    "\"", "\t", "ä ö",
    String(repeating: "word ", count: 40), String(repeating: "word - | ", count: 30),
    String(repeating: "it's # a mark: > ", count: 20) + "\n" + String(repeating: "more ", count: 40),
    String(repeating: "x", count: 300), "emoji \u{1F600}\u{85}line", "null", "1e3",
  ]

  @Test func manifestsStayTheSameYAML() throws {
    var object = Object()
    for (index, text) in Self.texts.enumerated() {
      object["key\(index)"] = Node(.string(text))
      object[text.isEmpty ? "nothing" : text] = [Node(.string(text)), [Node(.string(text)), [:], []], ["deep": 1]]
    }
    let node = ["data": Node(.object(object)), "list": Node(.array(Self.texts.map { Node(.string($0)) }))] as Node
    var paths: [String] = []
    Self.collect(node, "", &paths)
    let fields = paths.map { path in
      ObjectOriginsResource.Field(
        field: path, value: "", origins: [FieldOrigin(kind: .file, file: "a.yaml", line: 1, part: "one\ntwo")])
    }
    let text = OriginText(style: Style(isOn: false)).text(node, fields)
    #expect(try YAML.documents(Array(text.utf8)) == [node])
    // Every field has a comment of its own, but where several stand in one line.
    #expect(text.split(separator: "\n").count { $0.hasSuffix("# a.yaml:1 one two") } >= paths.count - 5)
  }

  @Test func whatCountsStandsFirst() {
    let origins = [
      FieldOrigin(kind: .file, file: "a.yaml", line: 3),
      FieldOrigin(kind: .patch, file: "b.yaml", part: "patches[0]", kustomization: "k.yaml"),
      FieldOrigin(kind: .override, part: "override big: replicas[0]"),
    ]
    #expect(
      OriginText.text(origins) == "override big: replicas[0], over b.yaml (patches[0] of k.yaml), over a.yaml:3")
  }

  private static func collect(_ node: Node, _ path: String, _ paths: inout [String]) {
    switch node.value {
    case .object(let object) where !object.isEmpty:
      for entry in object.entries { collect(entry.value, FieldPath.appending(key: entry.key, to: path), &paths) }
    case .array(let elements) where !elements.isEmpty:
      for (index, element) in elements.enumerated() {
        collect(element, FieldPath.appending(index: index, to: path), &paths)
      }
    default: paths.append(path)
    }
  }
}
