import FleetTemplate
import Testing

@Suite struct FieldTemplateTests {
  @Test(
    arguments: [
      ("{{one}}", "two"), ("{{ one }}", "two"), ("a{{one}}b{{one}}c", "atwobtwoc"), ("{{ONE}}", "{{ONE}}"),
      ("{{ }}", "{{ }}"), ("{{}}", "{{}}"), ("{{unknown}}", "{{unknown}}"), ("{{ unknown  }}", "{{ unknown  }}"),
      ("{{number}}", "{{number}}"), ("{{loop}}", "{{loop}}"), ("{{a.b/c}}", "dotted"), ("{{path[0]}}", "apps"),
      ("no template", "no template"), ("{{ never closed", "{{ never closed"), ("{{\none}}", "{{\none}}"),
      ("{{one}} {{\none }}", "two two"), ("{one}", "{one}"), ("", ""), ("}}{{one}}", "}}two"),
    ])
  func rendersAsFasttemplateDoes(template: String, expected: String) throws {
    let parameters: [String: ParameterValue] = [
      "one": "two", "number": 3, "loop": "{{loop}}", "a.b/c": "dotted", "path[0]": "apps", "": "empty", " ": "blank",
    ]
    #expect(try FieldTemplate(template).render(parameters) == expected)
  }

  @Test func anOpenTagIsAnErrorWithItsPlace() {
    #expect(throws: TemplateError.self) { try FieldTemplate("{{closed}} {{open}") }
    do {
      _ = try FieldTemplate("first\n{{closed}} {{open}")
    } catch {
      #expect(error.line == 2)
      #expect(error.column == 12)
    }
  }
}

@Suite struct ParameterTests {
  @Test(
    arguments: [
      ("cluster-name", "cluster-name"), ("production_01/west", "production-01-west"), ("a__b", "a--b"),
      ("-.Abc.-", "abc"), ("ÄB", "b"), ("", ""),
      (String(repeating: "x", count: 300), String(repeating: "x", count: 253)),
    ])
  func normalises(text: String, expected: String) { #expect(normalizedName(text) == expected) }

  @Test(
    arguments: [
      (1.5, "1.5"), (0, "0"), (300_000.5, "300000.5"), (3_000_000, "3e+06"), (123456.75, "123456.75"),
      (1_234_567.5, "1.2345675e+06"), (1e21, "1e+21"), (0.0001, "0.0001"), (0.00001, "1e-05"), (-2.25, "-2.25"),
      (1.5e300, "1.5e+300"),
    ] as [(Double, String)])
  func printsDecimalsAsGoDoes(number: Double, expected: String) {
    #expect(ParameterValue.decimal(number).text == expected)
  }

  @Test func flattensForSelectors() {
    let value: ParameterValue = ["a": ["b": 1, "c": ["x", ["d": true]]], "e": "f", "n": .null]
    #expect(value.flattened == ["a.b": "1", "a.c.0": "x", "a.c.1.d": "true", "e": "f", "n": ""])
    #expect(value.text == "map[a:map[b:1 c:[x map[d:true]]] e:f n:<nil>]")
  }
}
