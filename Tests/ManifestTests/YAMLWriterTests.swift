import FleetModel
import Manifest
import Testing

/// What kubectl 1.32 writes for each text (`kubectl annotate --local -o yaml`), except where said.
struct YAMLWriterTests {
  @Test(
    arguments: [
      ("plain", "plain"), ("", #""""#), ("yes", #""yes""#), ("y", #""y""#), ("null", #""null""#), ("NULL", #""NULL""#),
      ("~", #""~""#), ("12", #""12""#), ("1e3", #""1e3""#), ("0o7", #""0o7""#), ("0x1f", #""0x1f""#),
      ("1_0", #""1_0""#),
      ("0b1", #""0b1""#), ("+1", #""+1""#), (".5", #"".5""#), (".inf", #"".inf""#), ("-.INF", #""-.INF""#),
      ("1:30", #""1:30""#), ("2001-01-01", #""2001-01-01""#), ("<<", "<<"), ("=", "="), (".", "."), ("_1", "_1"),
      ("-1x", "-1x"), ("1.2.3", "1.2.3"), ("1h", "1h"), ("a:b", "a:b"), ("x,y", "x,y"), ("it's", "it's"),
      ("é ü", "é ü"),
      ("- x", "'- x'"), ("-", "'-'"), ("?", "'?'"), ("? x", "'? x'"), ("a: b", "'a: b'"), ("x:", "'x:'"),
      ("a #b", "'a #b'"),
      ("#x", "'#x'"), ("!x", "'!x'"), ("&x", "'&x'"), ("%x", "'%x'"), ("@x", "'@x'"), ("{a}", "'{a}'"),
      (" lead", "' lead'"),
      ("---", "'---'"), ("--- x", "'--- x'"), ("...", "'...'"), (#""q""#, #"'"q"'"#),
      (#"back\slash: y"#, #"'back\slash: y'"#),
      ("tab\there", #""tab\there""#), ("😀", #""\U0001F600""#), ("bom\u{FEFF}", #""bom\uFEFF""#), ("nul\0", #""nul\0""#),
      ("a\r\nb", #""a\r\nb""#), ("trail \nx", #""trail \nx""#), ("a: \nb", #""a: \nb""#), ("  \n  x", #""  \n  x""#),
      ("line\nline2", "|-\n  line\n  line2"), ("line\n", "|\n  line"), ("line\n\n", "|+\n  line\n"),
      (" lead\nx", "|2-\n   lead\n  x"), ("\nx", "|2-\n\n  x"), ("\n\nx", "|2-\n\n\n  x"), ("\n", "|2+\n"),
      ("x\n y\n", "|\n  x\n   y"),
      // Deliberately not as there, where these come back as spaces.
      ("x\u{85}y", #""x\Ny""#), ("x\u{2028}y", #""x\Ly""#),
    ] as [(String, String)])
  func textsAreQuotedAsKubectlDoes(_ text: String, _ expected: String) throws {
    let node: Node = ["k": Node(.string(text))]
    #expect(YAML.text(node) == "k: \(expected)\n")
    #expect(try YAML.documents(Array(YAML.text(node).utf8)) == [node])
  }

  @Test func structureIsKubectls() {
    let node: Node = [
      "kind": "Thing", "apiVersion": "v1",
      "nested": [[], Node(.object(Object())), [[1], [["a": [1]]]]], "map": ["b": ["c": Node(.null)], "a": true],
      "true": "x", "key with: colon": "x", "multi\nline": ["x": 1], "list": ["a", ["b": 1, "c": ["d"]]],
    ]
    #expect(
      YAML.text(node) == """
        apiVersion: v1
        'key with: colon': x
        kind: Thing
        list:
        - a
        - b: 1
          c:
          - d
        map:
          a: true
          b:
            c: null
        ? |-
          multi
          line
        : x: 1
        nested:
        - []
        - {}
        - - - 1
          - - a:
              - 1
        "true": x

        """)
  }

  @Test func keysAreSortedAsPeopleCount() {
    let keys = ["", "12", "A", "X", "a2", "a02", "a10", "x-y", "x.y", "x/y", "x1y", "xy", "é"]
    var node: Node = [:]
    for key in keys.reversed() { node[key] = 1 }
    let written = YAML.text(node).split(separator: "\n").map { $0.split(separator: ":")[0].replacing("\"", with: "") }
    #expect(written.map(String.init) == keys)
  }

  @Test(
    arguments: [
      (1e21, "1e+21"), (1.5e-7, "1.5e-07"), (1_234_567.5, "1.2345675e+06"), (1e20, "1e+20"), (0.5, "0.5"),
      (-0.001, "-0.001"),
      (0.00001, "1e-05"), (123_456.5, "123456.5"), (9_223_372_036_854_775_808, "9223372036854776000"),
    ] as [(Double, String)])
  func decimalsAreWrittenAsGoDoes(_ number: Double, _ expected: String) {
    #expect(YAML.text(Node(.decimal(number))) == expected + "\n")
  }

  @Test func longLinesAreFolded() throws {
    let words = Array(repeating: "very long line", count: 10).joined(separator: " ")
    let node: Node = ["ak": Node(.string(words)), "b": [["c": Node(.string("'" + words))]]]
    #expect(
      YAML.text(node) == """
        ak: very long line very long line very long line very long line very long line very
          long line very long line very long line very long line very long line
        b:
        - c: '''very long line very long line very long line very long line very long line
            very long line very long line very long line very long line very long line'

        """)
    #expect(try YAML.documents(Array(YAML.text(node).utf8)) == [node])
  }
}
