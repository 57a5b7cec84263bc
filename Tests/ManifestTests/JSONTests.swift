import FleetModel
import Manifest
import Testing

struct JSONTests {
  private func refusal(_ text: String) -> String {
    do {
      return "accepted: \(JSON.text(try JSON.parse(Array(text.utf8), file: "f.json")))"
    } catch {
      return "\(error)"
    }
  }

  @Test(
    arguments: [
      ("", "f.json:1:1  expected a value, found the end of the text"),
      ("{", "f.json:1:2  expected a key in double quotes, found the end of the text"),
      ("{a: 1}", "f.json:1:2  expected a key in double quotes, found \"a\""),
      ("{\"a\" 1}", "f.json:1:6  expected \":\" after a key, found \"1\""),
      ("{\"a\": 1,}", "f.json:1:9  expected a key in double quotes, found \"}\""),
      (
        "{\n  \"é\": 1,\n  \"é\": 2}",
        "f.json:3:3  the key \"é\" is already set on line 2\n            remove one of them"
      ),
      ("[1,]", "f.json:1:4  expected a value, found \"]\""),
      ("[1 2]", "f.json:1:4  expected \",\" or \"]\", found \"2\""),
      ("[\"é\", x]", "f.json:1:7  expected a value, found \"x\""),
      ("1 2", "f.json:1:3  expected the end of the text, found \"2\""),
      ("01", "f.json:1:2  a number must not begin with 0"),
      ("1.", "f.json:1:3  expected a digit after the point, found the end of the text"),
      ("1e", "f.json:1:3  expected a digit in the exponent, found the end of the text"),
      ("-", "f.json:1:2  expected a digit, found the end of the text"),
      ("1e400", "f.json:1:1  1e400 is beyond the range of a number"),
      ("+1", "f.json:1:1  expected a value, found \"+\""), ("tru", "f.json:1:1  expected a value, found \"t\""),
      ("NaN", "f.json:1:1  expected a value, found \"N\""), ("\"a", "f.json:1:1  this text has no closing quote"),
      ("\"a\nb\"", "f.json:1:3  a control character must be escaped in a text, found the end of the line"),
      (#""\x""#, "f.json:1:2  unknown escape\n            known are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX"),
      (#""\u12""#, "f.json:1:2  expected four hexadecimal digits after \\u"),
      (#""\ud800""#, "f.json:1:2  this escape is half of a character\n            give both halves, high one first"),
      (
        "\u{FEFF}{}",
        "f.json:1:1  a byte order mark is not allowed in JSON\n            save the file as UTF-8 without it"
      ),
    ] as [(String, String)])
  func errorsSayWhereAndWhat(_ text: String, _ expected: String) {
    #expect(refusal(text) == expected)
  }

  @Test(
    arguments: [
      ("0", "0"), ("-0", "0"), ("1.0", "1"), ("1e3", "1000"), ("1.50", "1.5"), ("1E-7", "1e-7"),
      ("0.000001", "0.000001"),
      ("100000000000000000000", "100000000000000000000"), ("1e21", "1e+21"),
      ("9223372036854775807", "9223372036854775807"),
      ("9223372036854775808", "9223372036854776000"), ("5e-324", "5e-324"), ("123456789.125", "123456789.125"),
      (#""\u00e9\ud83d\ude00\/\u0000\u001f""#, "\"é😀/\\u0000\\u001f\""),
      ("\"\u{7F}<>&\u{2028}\"", "\"\u{7F}<>&\u{2028}\""),
      (" [ ] ", "[]"), ("{\"b\":[{}],\"a\":null}", "{\"b\":[{}],\"a\":null}"),
    ] as [(String, String)])
  func valuesAreWrittenAsGoDoes(_ text: String, _ expected: String) throws {
    #expect(JSON.text(try JSON.parse(Array(text.utf8))) == expected)
  }

  @Test func theCanonicalFormSortsBytewise() throws {
    let node = try JSON.parse(Array(#"{"é":1,"z":2,"Z":3,"a10":4,"a2":5,"😀":6,"ﬀ":7}"#.utf8))
    #expect(JSON.text(node, sortedKeys: true) == #"{"Z":3,"a10":4,"a2":5,"z":2,"é":1,"ﬀ":7,"😀":6}"#)
  }

  @Test func prettyMeansTwoSpaces() {
    let node: Node = ["a": [1, [:], []], "b": ["c": "d"]]
    #expect(
      JSON.text(node, pretty: true) == """
        {
          "a": [
            1,
            {},
            []
          ],
          "b": {
            "c": "d"
          }
        }
        """)
  }

  @Test func placesAreLineAndColumnInCharacters() throws {
    let node = try JSON.parse(Array("{\"é\": \"ü\",\n \"b\": [1,\n  2]}".utf8))
    #expect(node["é"]?.position == Position(line: 1, column: 7))
    #expect(node.object?.entry("b")?.keyPosition == Position(line: 2, column: 2))
    #expect(node["b"]?[1]?.position == Position(line: 3, column: 3))
  }

  @Test func nestingIsLimited() {
    #expect(throws: Never.self) {
      try JSON.parse(Array((String(repeating: "[", count: 100) + String(repeating: "]", count: 100)).utf8))
    }
    #expect(refusal(String(repeating: "[", count: 500_000)).contains("nested deeper than 100 levels"))
  }

  @Test func bytesThatAreNotUTF8AreRefused() {
    #expect(throws: DiagnosticsError.self) { try JSON.parse([0x22, 0xFF, 0x22]) }
    #expect(throws: DiagnosticsError.self) { try JSON.parse([0x22, 0x5C, 0x6E, 0xC3, 0x22]) }
  }

  @Test func aFileIsReadByItsFirstCharacter() throws {
    func read(_ text: String) throws -> [Node] { try DocumentReader.documents(Array(text.utf8), file: "f") }
    #expect(try read(" \n{\"a\": 1}") == [["a": 1]])
    #expect(try read("{a: 1, b: yes}") == [["a": 1, "b": true]])
    #expect(try read("a: 1\n---\nb: 2\n") == [["a": 1], ["b": 2]])
    do {
      _ = try read("{\"a\": 1,}}")
      Issue.record("accepted")
    } catch let error as DiagnosticsError {
      #expect(error.diagnostics.first?.message == "expected a key in double quotes, found \"}\"")
    }
    #expect(
      DocumentReader.unpackingLists([["kind": "ConfigMapList", "items": [["a": 1], ["a": 2]]], ["kind": "Thing"]])
        == [["a": 1], ["a": 2], ["kind": "Thing"]])
  }
}
