import FleetModel
import Manifest
import Testing

@Suite("Written YAML") struct WrittenNodeTests {
  static func node(_ text: String) throws -> WrittenNode {
    try #require(try WrittenNode.firstDocument(of: Array(text.utf8), file: "a.yaml"))
  }

  @Test(
    arguments: [
      ("12", WrittenNode.Tag.integer), ("0x1F", .integer), ("1.5", .decimal), ("true", .boolean), ("TRUE", .boolean),
      ("yes", .string), ("on", .string), ("no", .string), ("null", .null), ("~", .null), ("", .null),
      ("2020-01-02", .timestamp), ("1.2.3", .string), ("1:30", .string), ("<<", .merge), ("08", .decimal),
      ("1.0", .decimal), ("1e3", .decimal), ("017", .integer),
    ])
  func plainTextsHaveTheTypesOfYAML12(text: String, tag: WrittenNode.Tag) {
    #expect(WrittenNode.Tag(ofPlain: text) == tag)
  }

  @Test func textStyleAndTypeAreKept() throws {
    let node = try Self.node("a: '1'\nb: 1\nc: |\n  x\nd: >\n  y\n")
    #expect(node["a"]?.style == .quoted)
    #expect(node["a"]?.tag == .string)
    #expect(node["b"]?.tag == .integer)
    #expect(node["c"]?.style == .literal)
    #expect(node["d"]?.style == .folded)
    #expect(node.keys == ["a", "b", "c", "d"])
    #expect(node["d"]?.position?.line == 5)
  }

  @Test func aliasesAndMergesAreResolved() throws {
    let node = try Self.node("a: &a {x: 1}\nb: *a\nc: {<<: *a, y: 2}\nd: {<<: [*a, {x: 9, z: 3}]}\n")
    let value = try node.value()
    #expect(value == ["a": ["x": 1], "b": ["x": 1], "c": ["x": 1, "y": 2], "d": ["x": 1, "z": 3]])
  }

  @Test(
    arguments: [
      "a: !!str 1", "a: 1\na: 2", "{[1]: 2}", "a: &a [1, *b]", "a: !x y",
    ])
  func whatATreeCannotHoldIsSaid(text: String) {
    #expect(throws: WrittenReaderError.self) { try Self.node(text) }
  }

  @Test(arguments: ["a: 2020-01-02", "1: a", "true: a", "a: .inf", "a: 12345678901234567890"])
  func whatIsNotReadBackForSureHasNoValue(text: String) throws {
    let node = try Self.node(text)
    #expect(throws: WrittenNode.ValueError.self) { try node.value() }
  }

  @Test func aNumberInQuotesBecomesAText() throws {
    let node = try Self.node("a: '1'\n")
    let number = try Self.node("a: 2\n")["a"]
    number?.style = .quoted
    node["a"]?.become(try #require(number))
    #expect(try node.value() == ["a": "2"])
  }

  @Test func nodesAreShared() throws {
    let shared = WrittenNode.string("x")
    let map = WrittenNode.map()
    map.append(key: .untyped("a"), value: shared)
    map.append(key: .untyped("b"), value: shared)
    map["a"]?.text = "y"
    #expect(try map.value() == ["a": "y", "b": "y"])
    let copy = map.copy()
    map["a"]?.text = "z"
    #expect(try copy.value() == ["a": "y", "b": "y"])
  }

  @Test func numbersThroughJSONAreWrittenAsGoDoes() {
    let numbers: [(Node, String)] = [
      (1_000_000, "1e+06"), (999_999, "999999"), (1_234_567, "1.234567e+06"), (Node(.decimal(0.00001)), "1e-05"),
      (Node(.decimal(0.5)), "0.5"),
    ]
    for (node, text) in numbers { #expect(WrittenNode(json: node).text == text) }
  }
}
