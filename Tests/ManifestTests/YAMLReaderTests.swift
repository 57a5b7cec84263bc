import FleetModel
import Manifest
import Testing

struct YAMLReaderTests {
  private func read(_ text: String) throws -> [Node] { try YAML.documents(Array(text.utf8), file: "f.yaml") }

  private func refusal(_ text: String) -> String {
    do {
      return "accepted: \(try read(text).map { JSON.text($0) })"
    } catch {
      return "\(error)"
    }
  }

  @Test func documentsAreSeparatedAndEmptyOnesSkipped() throws {
    #expect(try read("") == [])
    #expect(try read("# only a comment\n---\n---\n...\n") == [])
    #expect(try read("a: 1\n---\n# nothing\n---\nb: 2\n...\n---\nnull\n") == [["a": 1], ["b": 2], Node(.null)])
    #expect(try read("\u{FEFF}a: 1\r\nb: 2\r\n") == [["a": 1, "b": 2]])
  }

  @Test func placesAreLineAndColumnInCharacters() throws {
    let node = try #require(read("é: {über: x, key: y}\nlist:\n- a\n-   b\n").first)
    #expect(node.position == Position(line: 1, column: 1))
    #expect(node.object?.entry("é")?.keyPosition == Position(line: 1, column: 1))
    #expect(node["é"]?.object?.entry("key")?.keyPosition == Position(line: 1, column: 14))
    #expect(node["é", "key"]?.position == Position(line: 1, column: 19))
    #expect(node["list"]?[1]?.position == Position(line: 4, column: 5))
  }

  @Test func aliasesRepeatAndKnowWhereTheyStand() throws {
    let node = try #require(read("a: &x {k: [1, 2]}\nb: *x\n").first)
    #expect(node["b"] == node["a"])
    #expect(node["b"]?.position == Position(line: 2, column: 4))
  }

  @Test func mergeKeysFillWhatIsNotThere() throws {
    let text = """
      base: &base {a: 1, b: 2}
      other: &other {b: 3, c: 4}
      one: {<<: *base, b: own}
      many:
        c: own
        <<: [*other, *base]
      quoted: {"<<": 1}
      """
    let node = try #require(read(text).first)
    #expect(node["one"] == ["a": 1, "b": "own"])
    #expect(node["many"] == ["a": 1, "b": 3, "c": "own"])
    #expect(node["quoted"] == ["<<": 1])
  }

  @Test(
    arguments: [
      ("a: b: c\n", "f.yaml:1:5  mapping values are not allowed in this context", "a text that contains"),
      ("a:\n\tb: c\n", "f.yaml:2:1  found character that cannot start any token", "spaces, not tabs"),
      ("a: [1, 2\nb: 3\n", "f.yaml:2:2  did not find expected ',' or ']'", "flow sequence that begins on line 1"),
      ("a: 1\nb: 2\na: 3\n", "f.yaml:3:1  the key \"a\" is already set on line 1", "remove one"),
      ("a: {1: x, \"1\": y}\n", "f.yaml:1:11  the key \"1\" is already set on line 1", "remove one"),
      ("x: &x {a: 1}\ny:\n  <<: *x\n  <<: *x\n", "f.yaml:4:3  the key \"<<\" is already set on line 3", "<<: [*a, *b]"),
      ("a: {<<: 1}\n", "f.yaml:1:5  << merges maps, found an integer", "*anchor"),
      ("a: *x\n", "f.yaml:1:4  there is no anchor \"x\" above", "must be quoted"),
      ("name: &name a\nb: *nam\n", "f.yaml:2:4  there is no anchor \"nam\" above", "did you mean *name?"),
      ("a: &x [*x]\n", "f.yaml:1:8  the anchor \"x\" contains itself", ""),
      ("a: {{name}}\n", "f.yaml:1:5  a key must be a text, found a map", "begins with { or {{"),
      ("~: 1\n", "f.yaml:1:1  a key must be a text, found nothing", "quote it"),
      ("a: !secret x\n", "f.yaml:1:4  the tag !secret is not known", "remove the tag"),
      ("a: !!set {x}\n", "f.yaml:1:4  the tag !!set is not known", "remove the tag"),
      ("a: !!int x\n", "f.yaml:1:4  \"x\" is not what its tag says", "remove the tag"),
      ("a: .inf\n", "f.yaml:1:4  .inf cannot be a value: JSON has finite numbers only", ""),
      ("a: 1\nb: é\u{1}\n", "f.yaml:2:5  control characters are not allowed", "UTF-8"),
    ] as [(String, String, String)])
  func errorsSayWhereAndWhat(_ text: String, _ message: String, _ hint: String) {
    let lines = refusal(text).split(separator: "\n", maxSplits: 1)
    #expect(String(lines.first ?? "") == message)
    if hint.isEmpty {
      #expect(lines.count == 1)
    } else {
      #expect(lines.last?.contains(hint) == true, "\(lines)")
    }
  }

  @Test(
    arguments: [
      ("a: 1\n---\nb: [\n---\nc: 3\n", [1, 5], [4]), ("--- [\n---\nc: 3\n", [3], [2]),
      ("a: 1\na: 2\n---\nb: 1\n", [4], [2]), ("a: [\n", [], [2]), ("a: 1\n---\nb: 2\n", [1, 3], []),
      ("a: }\n--- }\n--- }\nb: 1\n", [], [1, 2, 3]),
    ] as [(String, [Int], [Int])])
  func oneBrokenDocumentHidesNoOther(_ text: String, _ good: [Int], _ bad: [Int]) {
    let (documents, diagnostics) = YAML.readableDocuments(Array(text.utf8), file: "f.yaml")
    #expect(documents.map { Int($0.position?.line ?? 0) } == good)
    #expect(diagnostics.map(\.line) == bad)
  }

  @Test func bytesThatAreNotUTF8AreRefused() {
    #expect(throws: DiagnosticsError.self) { try YAML.documents([0x61, 0x3A, 0x20, 0xFF]) }
  }

  @Test func nestingIsLimited() throws {
    #expect(throws: Never.self) {
      try read(String(repeating: "[", count: 100) + String(repeating: "]", count: 100))
    }
    #expect(refusal(String(repeating: "[", count: 101)).contains("f.yaml:1:101  nested deeper than 100 levels"))
    #expect(refusal(String(repeating: "- ", count: 200_000)).contains("nested deeper than 100 levels"))
    // Aliases count with the depth of what they repeat.
    let deep = "a: &a \(String(repeating: "[", count: 60))\(String(repeating: "]", count: 60))\n"
    #expect(
      refusal(deep + "b: \(String(repeating: "[", count: 60))*a\(String(repeating: "]", count: 60))\n").contains(
        "deeper"))
  }

  @Test func aliasesCannotExplode() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n"
    }
    #expect(refusal(text).contains("the aliases of this document repeat too much"))
  }

  @Test func ordinaryReuseIsFine() throws {
    let text =
      "base: &base {a: 1, b: [1, 2, 3]}\nall:\n" + String(repeating: "- *base\n", count: 500)
    #expect(try read(text).first?["all"]?.array?.count == 500)
  }

  @Test func inputIsLimited() {
    let bytes = [UInt8](repeating: 0x20, count: DocumentLimits.inputBytes + 1)
    #expect(throws: DiagnosticsError.self) { try YAML.documents(bytes) }
    #expect(throws: DiagnosticsError.self) { try JSON.parse(bytes) }
  }
}
