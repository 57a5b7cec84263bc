import FleetTemplate
import Testing

/// Random templates, and valid ones with random changes: none traps, and each ends within its limits. A run prints its
/// seed; set `seed` below to see it again.
@Suite struct FuzzTests {
  static let seed: UInt64? = nil

  struct Source {
    var state: UInt64

    mutating func below(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(max(limit, 1)))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
  }

  static func source(_ name: String) -> Source {
    let seed = Self.seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
    print("\(name): seed \(seed)")
    return Source(state: seed)
  }

  static let limits = TemplateLimits(steps: 2_000, outputBytes: 1 << 14, depth: 20)

  static func run(_ text: String) {
    guard let template = try? GoTemplate(text, options: ["missingkey=zero"], limits: limits) else { return }
    if let result = try? template.render(Samples.parameters, limits: limits, environment: Samples.environment) {
      #expect(result.utf8.count <= limits.outputBytes, "\(text)")
    }
  }

  static let pieces = [
    "{{", "}}", " ", "-", ".", "a", "$", "$x", ":=", "=", "|", "(", ")", "if ", "end", "range ", "\"", "`", "else ",
    "1", "0x", "1e9", "/*", "*/", "ä", "\n", "with ", "'", "\\", "define ", "template ", "block ", ",", "break",
    "nil", ".list", ".metadata.labels", "\u{0}", "e\u{301}", "🎈",
  ]

  static let values = [
    "1", "-1", "0", "9223372036854775807", "-9223372036854775808", "1.5", "1e300", "\"\"", "\"abc\"", "\"ä\\xff\"",
    "true", "nil", ".list", ".none", ".mixed", ".metadata", ".missing", ".count", ".half", "(list 1 \"a\" nil)",
    "(dict \"a\" 1)", "(until 3)", "(split \",\" \"a,b\")", "now", "(semver \"1.2.3\")", "\"%5.2d %[2]*v\"",
    "\"(a*)*\"",
    "\"2006-01-02 MST\"", "\"https://u@h:1/p?q#f\"", "\">=1.2 || ^2\"", "\"a: [1\"", "\"{\\\"a\\\":1}\"", "(int64 5)",
  ]

  @Test func randomTexts() {
    var source = Self.source("random texts")
    for _ in 0..<10_000 {
      Self.run((0..<source.below(16)).map { _ in source.pick(Self.pieces) }.joined())
    }
  }

  @Test func everyFunctionWithRandomValues() {
    var source = Self.source("functions")
    for name in TemplateFunctions.names {
      for _ in 0..<20 {
        let arguments = (0..<source.below(5)).map { _ in source.pick(Self.values) }.joined(separator: " ")
        let piped = source.below(2) == 0 ? source.pick(Self.values) + " | " : ""
        Self.run("{{ \(piped)\(name) \(arguments) }}")
      }
    }
  }

  @Test func changedTemplates() {
    var source = Self.source("changes")
    let valid = [
      "{{ range $i, $e := .list }}{{ if eq $e \"y\" }}{{ continue }}{{ end }}{{ $i }}={{ $e | upper | printf \"%5s\" }}{{ end }}",
      "{{ define \"t\" }}<{{ . }}>{{ end }}{{ template \"t\" .name }}{{ block \"u\" .count }}({{ . }}){{ end }}",
      "{{- with .path -}} {{ .basename | trunc 2 }}{{ $.name }} {{- else with .name }}{{ . }}{{ end -}} x",
      "{{ $d := dict \"a\" (list 1 2.5 nil) }}{{ $_ := set $d \"b\" $d.a }}{{ toYaml $d }}{{ merge $d .metadata | toJson }}",
      "{{ regexReplaceAll \"(?i)([a-z]+)-(\\\\d+)\" .name \"${2}-$1\" }}{{ regexSplit \"[,;]+\" \"a,b;c\" -1 }}",
      "{{ (semver \"1.2.3-rc.1\").IncMinor }}{{ semverCompare \"^1.2 || >2 <3\" \"1.9.0\" }}{{ date \"2006-01-02T15:04:05Z07:00\" now }}",
    ]
    for _ in 0..<5_000 {
      var text = Array(source.pick(valid).unicodeScalars)
      for _ in 0...source.below(4) {
        let place = source.below(text.count)
        switch source.below(4) {
        case 0: text.remove(at: place)
        case 1: text.insert(contentsOf: source.pick(Self.pieces).unicodeScalars, at: place)
        case 2: text.swapAt(place, source.below(text.count))
        default: text.insert(contentsOf: text[place...].prefix(source.below(20)), at: source.below(text.count))
        }
        if text.isEmpty { text = ["x"] }
      }
      var result = String.UnicodeScalarView()
      result.append(contentsOf: text)
      Self.run(String(result))
    }
  }

  @Test func randomFormats() {
    var source = Self.source("formats")
    let flags = ["", "", "#", "+", "-", "0", " ", "5", ".3", "*", ".*", "[1]", "[9]", "[", "9999999"]
    let verbs = Array("vTdsqxXobeEfgGtcUpwzO%").map(String.init)
    for _ in 0..<5_000 {
      let directives = (0...source.below(3)).map { _ in
        "%" + (0..<source.below(4)).map { _ in source.pick(flags) }.joined() + source.pick(verbs)
      }
      let values = (0..<source.below(4)).map { _ in source.pick(Self.values) }.joined(separator: " ")
      Self.run("{{ printf `\(directives.joined())` \(values) }}")
    }
  }

  @Test func randomExpressions() {
    var source = Self.source("expressions")
    let pieces = [
      "a", "b", ".", "*", "+", "?", "(", ")", "[", "]", "^", "$", "|", "\\d", "\\b", "{2,3}", "(?i)", "-", "\\pL", "ä",
      "(?:", "[^a]",
    ]
    for _ in 0..<1_500 {
      let pattern = (0..<source.below(12)).map { _ in source.pick(pieces) }.joined()
      Self.run(
        "{{ regexFindAll `\(pattern)` \"aab ba1ä\" -1 }}{{ regexReplaceAll `\(pattern)` \"aab ba1ä\" \"<$0>\" }}")
    }
  }

  @Test func fieldTemplates() {
    var source = Self.source("fields")
    for _ in 0..<20_000 {
      let text = (0..<source.below(12)).map { _ in source.pick(["{{", "}}", "{", "}", " ", "name", "\n", "ä", "x"]) }
        .joined()
      _ = try? FieldTemplate(text).render(Samples.parameters)
    }
  }
}
