import FleetTemplate
import Testing

@Suite struct GoTemplateTests {
  static let parameters: [String: ParameterValue] = [
    "name": "east-1", "count": 3, "zero": 0, "flag": true, "half": .decimal(0.5), "nothing": .null, "empty": "",
    "metadata": ["labels": ["environment": "prod", "a.b/c": "dotted"]],
    "list": ["x", "y", "z"], "path": ["path": "apps/web", "basename": "web", "segments": ["apps", "web"]],
  ]

  func render(_ template: String, _ options: [String] = []) throws -> String {
    try GoTemplate(template, options: options).render(Self.parameters)
  }

  @Test(
    arguments: [
      ("{{ .name }}", "east-1"), ("a{{.count}}b", "a3b"), ("{{.metadata.labels.environment}}", "prod"),
      (#"{{ index .metadata.labels "a.b/c" }}"#, "dotted"), ("{{ index .list 1 }}", "y"),
      ("{{ index .path.segments 0 }}", "apps"), ("{{ .missing }}", "<no value>"), ("{{ .missing.deep }}", "<no value>"),
      ("{{ .nothing }}", "<no value>"), ("{{.list}}", "[x y z]"), ("{{ .half }}", "0.5"), ("{{.}}", nil),
      (#"{{ "a\tb\u00e4\x41" }}"#, "a\tb\u{e4}A"), ("{{ `raw\\n` }}", "raw\\n"),
      ("{{ 0x1F }} {{ -7 }} {{ 1_000 }} {{ 'a' }}", "31 -7 1000 97"),
      ("a {{- .name -}} b", "aeast-1b"), ("a \n {{- /* c */ -}} \n b", "ab"), ("{{/* c */}}x", "x"),
      ("{{ 3 -}} x", "3x"),
      ("{{ if .flag }}y{{ else }}n{{ end }}", "y"), ("{{ if .zero }}a{{ else if .empty }}b{{ else }}c{{ end }}", "c"),
      ("{{ range .list }}[{{.}}]{{ end }}", "[x][y][z]"),
      ("{{ range $i, $e := .list }}{{$i}}{{$e}}{{ end }}", "0x1y2z"),
      ("{{ range .missing }}a{{ else }}none{{ end }}", "none"), ("{{ range 3 }}{{.}}{{ end }}", "012"),
      ("{{ range $k, $v := .metadata.labels }}{{$k}}={{$v}};{{ end }}", "a.b/c=dotted;environment=prod;"),
      (#"{{ range .list }}{{ if eq . "y" }}{{ continue }}{{ end }}{{.}}{{ end }}"#, "xz"),
      (#"{{ range .list }}{{ if eq . "y" }}{{ break }}{{ end }}{{.}}{{ end }}"#, "x"),
      ("{{ with .path }}{{ .basename }}{{ $.name }}{{ end }}", "webeast-1"),
      ("{{ with .empty }}a{{ else with .name }}{{.}}{{ end }}", "east-1"),
      ("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 9 }}{{ end }}{{ $x }}", "2"),
      (
        #"{{ define "t" }}<{{ . }}>{{ end }}{{ template "t" .name }}{{ block "u" .count }}({{ . }}){{ end }}"#,
        "<east-1>(3)"
      ),
      ("{{ (index .list 0) }}{{ (.path).basename }}", "xweb"), (#"{{ .name | printf "%s-%03d" "a" | len }}"#, nil),
      (
        #"{{ printf "%s-%03d|%-4d|%4s|%q|%v|%t|%x" .name .count 7 "ab" "c\"" .list true 255 }}"#,
        #"east-1-003|7   |  ab|"c\""|[x y z]|true|ff"#
      ),
      (#"{{ printf "%d" "x" }} {{ printf "%d" }} {{ printf "a" 1 }}"#, "%!d(string=x) %!d(MISSING) a%!(EXTRA int=1)"),
      (
        #"{{ eq .name "a" "east-1" }} {{ ne 1 2 }} {{ lt 1 2 }} {{ ge "b" "a" }} {{ eq .missing nil }}"#,
        "true true true true true"
      ),
      ("{{ and .flag .name }} {{ or .empty .count }} {{ not .flag }}", "east-1 3 false"),
      ("{{ or .flag (index .list 99) }}", "true"),
      (#"{{ slice "abcdef" 1 3 }} {{ len .list }} {{ len "ä" }}"#, "bc 3 2"),
      (#"{{ print 1 2 "a" 3 }} {{ println "x" 1 }}"#, "1 2a3 x 1\n"), (#"{{ "A_b" | normalize }}"#, "a-b"),
      (
        #"{{ default "bar" .missing }} {{ .name | default "x" }} {{ .name | upper | replace "-" "." | quote }}"#,
        #"bar east-1 "EAST.1""#
      ),
      (
        #"{{ trimPrefix "ea" .name }} {{ trunc 2 .name }} {{ trunc -2 .name }} {{ join "," .list }} {{ ternary "a" "b" .flag }}"#,
        "st-1 ea -1 x,y,z a"
      ),
      (
        #"{{ empty .missing }} {{ hasSuffix "-1" .name }} {{ contains "st" .name }} {{ .count | toString }}"#,
        "true true true 3"
      ),
      ("{{\n  .name\n}}", "east-1"), ("{ {.name} }", "{ {.name} }"), ("{{ nothing }}", nil),
    ] as [(String, String?)])
  func renders(template: String, expected: String?) throws {
    guard let expected else { return }
    #expect(try render(template) == expected)
  }

  @Test func aPipelinePassesItsValueLast() throws {
    #expect(try render(#"{{ .name | printf "%s-%s" "a" | len }}"#) == "8")
  }

  @Test(
    arguments: [
      ("{{", TemplateError.Code.syntax, 1, 1), ("{{ .a", .syntax, 1, 1), ("{{ }}", .syntax, 1, 4),
      ("{{ .a b }}", .syntax, 1, 7),
      ("{{ if .a }}", .syntax, 1, 7), ("{{ end }}", .syntax, 1, 10), ("{{ \"a }}", .syntax, 1, 4),
      ("{{ $x }}", .syntax, 1, 4),
      ("{{ .a-b }}", .syntax, 1, 6), ("{{ 1.a }}", .syntax, 1, 4), ("{{ .name | \"a\" }}", .syntax, 1, 4),
      ("{{ 08 }}", .syntax, 1, 4),
      ("{{ break }}", .syntax, 1, 4), ("{{ (.a }}", .syntax, 1, 8), ("{{ .a) }}", .syntax, 1, 6),
      ("\n {{ nosuch }}", .syntax, 2, 5),
      ("{{ genCA .a }}", .notAvailable, 1, 4), ("{{ .a | env }}", .notAvailable, 1, 9),
      ("{{ 1+2i }}", .notAvailable, 1, 4), ("{{ $x=1 }}", .syntax, 1, 6),
      ("{{ define \"a\" }}1{{ end }}{{ define \"a\" }}2{{ end }}", .syntax, 1, 30),
      ("{{/* a", .syntax, 1, 1), ("{{ \"a\"\"b\" }}", .syntax, 1, 7), ("{{ . .}}{{ else }}", .syntax, 1, 17),
    ])
  func refusesWhatIsNotWellFormed(template: String, code: TemplateError.Code, line: Int, column: Int) {
    do {
      _ = try GoTemplate(template)
      Issue.record("was read")
    } catch {
      #expect(error.code == code)
      #expect([error.line, error.column] == [line, column], "\(error)")
    }
  }

  @Test(
    arguments: [
      "{{ .name.deep }}", "{{ .nothing.deep }}", "{{ index .list 3 }}", "{{ len 3 }}", "{{ .name 1 }}",
      "{{ eq 1 \"a\" }}",
      "{{ lt true false }}", "{{ template \"none\" }}", "{{ range .name }}{{ end }}", "{{ upper .count }}", "{{ not }}",
      "{{ nil }}", "{{ 1 2 }}", "{{ call .name }}", "{{ fail \"no\" }}", "{{ div 1 0 }}", "{{ mod 1 0 }}",
      "{{ range $i, $j := 3 }}{{ end }}", "{{ now }}", "{{ uuidv4 }}", "{{ until (int64 3) }}", "{{ eq .list .list }}",
      "{{ define \"a\" }}{{ template \"a\" }}{{ end }}{{ template \"a\" }}",
    ])
  func refusesWhatDoesNotFit(template: String) throws {
    let read = try GoTemplate(template)
    #expect(throws: TemplateError.self) { try read.render(Self.parameters) }
  }

  @Test func missingKeysFollowTheOption() throws {
    #expect(try render("{{ .nope }}", ["missingkey=default"]) == "<no value>")
    #expect(try render("{{ .nope }}", ["missingkey=zero"]) == "<no value>")
    #expect(throws: TemplateError.self) { try render("{{ .nope.deep }}", ["missingkey=zero"]) }
    #expect(throws: TemplateError.self) { try GoTemplate("", options: ["missingkey=maybe"]) }
    do {
      _ = try render("--> {{ .path.base }}", ["missingkey=error"])
      Issue.record("was rendered")
    } catch let error as TemplateError {
      #expect(error.key == "base")
      #expect(error.scope == ["basename", "path", "segments"])
      #expect(
        error.description == "line 1, column 13: no parameter \"base\" (there are: basename, path, segments)")
    }
  }

  @Test func limitsHold() throws {
    func code(_ template: String, _ limits: TemplateLimits) -> TemplateError.Code? {
      do throws(TemplateError) {
        _ = try GoTemplate(template, limits: limits).render(Self.parameters, limits: limits)
        return nil
      } catch { return error.code }
    }
    #expect(code("{{ range 1000 }}{{ range 1000 }}{{ end }}{{ end }}", TemplateLimits()) == .limit)
    #expect(code("{{ range 100 }}0123456789{{ end }}", TemplateLimits(outputBytes: 999)) == .limit)
    #expect(code("{{ $x := printf \"%2000d\" 1 }}", TemplateLimits(outputBytes: 1000)) != nil)
    let nested = String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000)
    #expect(code("{{ \(nested) }}", TemplateLimits()) == .limit)
    let branches = String(repeating: "{{ if 1 }}", count: 5000)
    #expect(code(branches, TemplateLimits()) == .limit)
    #expect(code("{{ range 100 }}0123456789{{ end }}", TemplateLimits(outputBytes: 1000)) == nil)
  }
}
