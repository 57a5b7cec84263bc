import FleetTemplate
import Testing

/// Nothing that a template says can take its process down: every one of these ends with an error soon.
@Suite struct LimitTests {
  @Test(
    arguments: [
      "{{ repeat 1000000000 \"x\" }}", "{{ repeat 9223372036854775807 \"xy\" }}", "{{ until 1000000000 }}",
      "{{ untilStep 0 9223372036854775807 1 }}", "{{ seq 1 1000000000 }}",
      "{{ seq -9223372036854775808 9223372036854775807 }}",
      "{{ printf \"%9000000d\" 1 }}", "{{ printf \"%.9000000f\" 1.5 }}",
      "{{ indent 100000000 \"x\" }}", "{{ randAlpha 1000000000 }}",
      "{{ range 9223372036854775807 }}{{ end }}", "{{ range 1000 }}{{ range 1000 }}{{ end }}{{ end }}",
      "{{ define \"a\" }}{{ template \"a\" }}{{ end }}{{ template \"a\" }}", "{{ template \"base\" }}",
      "{{ define \"a\" }}{{ template \"b\" }}{{ end }}{{ define \"b\" }}{{ if 1 }}{{ template \"a\" }}{{ end }}{{ end }}{{ template \"a\" }}",
      "{{ $l := list }}{{ range 100000 }}{{ $l = list $l }}{{ end }}{{ $l }}",
      "{{ $l := list 1 }}{{ range 60 }}{{ $l = list $l $l }}{{ end }}{{ print $l | len }}",
      "{{ $l := list 1 }}{{ range 60 }}{{ $l = list $l $l }}{{ end }}{{ toJson $l | len }}",
      "{{ $l := list 1 }}{{ range 60 }}{{ $l = list $l $l }}{{ end }}{{ deepEqual $l $l }}",
      "{{ $l := list 1 }}{{ range 60 }}{{ $l = concat $l $l }}{{ end }}",
      "{{ $s := \"ab\" }}{{ range 60 }}{{ $s = print $s $s }}{{ end }}",
      "{{ range 90000 }}{{ $s := repeat 1000000 \"x\" }}{{ end }}",
      "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ $d }}",
      "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ toYaml $d }}",
      "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ deepCopy $d }}",
      "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ merge $d (dict \"d\" $d) $d }}",
      "{{ $r := dict }}{{ $l := $r }}{{ range 30000 }}{{ $n := dict }}{{ $_ := set $l \"n\" $n }}{{ $l = $n }}{{ end }}{{ $r }}",
      "{{ regexMatch \"((a*)*)*b\" (repeat 100000 \"a\") }}{{ range 1000 }}{{ regexMatch \"(a|aa)+$\" (repeat 10000 \"ab\") }}{{ end }}",
      "{{ mustRegexFind \"(?:(?:(?:(?:){1000}){1000}){1000}){1000}\" \"a\" }}",
      "{{ range 10000 }}{{ regexMatch (print \"a{1000}b{1000}c{1000}\" .) \"a\" }}{{ end }}",
      "{{ untilStep 9223372036854775806 9223372036854775807 5 }}{{ seq 9223372036854775807 }}",
      "{{ mustRegexFind \"((a{1000}){1000}){1000}\" \"a\" }}", "{{ mulf 1e300 (until 1) }}{{ fail \"end\" }}",
      "{{ $x := div -9223372036854775808 -1 }}{{ $x }}{{ div 1 0 }}", "{{ slice .list 5 }}{{ slice .list -1 }}",
      "{{ trunc -9223372036854775808 .name }}{{ substr 5 -9 .name }}{{ substr -1 -5 .name }}",
      "{{ abbrev 9223372036854775807 .name }}{{ wrap 9223372036854775807 .name }}{{ wrap -5 .name }}{{ index .list 9 }}",
      "{{ chunk 0 .list }}", "{{ chunk 9223372036854775807 .list }}{{ chunk -1 .list }}",
      "{{ (toDate \"2006\" \"9999\").AddDate 999999999 9 9 }}{{ (toDate \"2006\" \"9999\").AddDate 9223372036854775807 0 0 }}",
      "{{ date \"2006\" (int64 9223372036854775807) }}{{ date \"2006\" (int64 -9223372036854775808) }}{{ now.Add .name }}",
      "{{ round 1.5 9223372036854775807 }}{{ round .half -9223372036854775808 }}{{ randInt 5 1 }}",
      "{{ (semver \"9223372036854775807.0.0\").IncMajor }}{{ semver \"9223372036854775808.0.0\" }}",
      "{{ splitn \",\" 9223372036854775807 .name }}{{ splitn \",\" -5 .name }}{{ fromYamlArray \"a: b\" }}",
      "{{ randInt -9223372036854775808 9223372036854775807 }}",
    ])
  func endsWithAnError(template: String) {
    let error = Samples.error(template, limits: TemplateLimits(steps: 20_000))
    #expect(error != nil)
    #expect(error?.code != .notAvailable)
  }

  @Test(
    arguments: [
      ("(", ")", "1"), ("(print ", ")", "1"), ("(.a", ")", ""), ("{{ if 1 }}", "{{ end }}", "x"),
      ("{{ with 1 }}", "{{ end }}", "x"), ("{{ range 1 }}", "{{ end }}", "x"),
      ("{{ if 0 }}{{ else }}", "{{ end }}", ""), ("{{ if 0 }}{{ else if 1 }}", "{{ end }}", ""),
      ("{{ block \"a\" . }}", "{{ end }}", ""), ("{{ define \"a\" }}", "{{ end }}", ""),
    ])
  func deepNestingIsRefusedWhenRead(open: String, close: String, inner: String) {
    let text = String(repeating: open, count: 20_000) + inner + String(repeating: close, count: 20_000)
    let template = open.hasPrefix("{{") ? text : "{{ \(text) }}"
    #expect(throws: TemplateError.self) { try GoTemplate(template) }
  }

  @Test func manyBranchesOfOneConditionAreRefusedToo() {
    let text = "{{ if 0 }}" + String(repeating: "{{ else if 0 }}", count: 20_000) + "{{ end }}"
    #expect(throws: TemplateError.self) { try GoTemplate(text) }
  }

  @Test(
    arguments: [
      ("(", 11), ("(", 100_000), ("a?", 10_000), ("[", 10_000), ("|", 30_000), ("(?i)", 10_000), ("a{1000}", 100),
      ("(?:", 5_000), ("(?i)\\pL", 3_000),
      ("(?i)[\\x{0}-\\x{2ffe}]", 800), ("[[:", 5_000), ("[\\pL\\pN", 2_000), ("\\pL", 3_000),
    ])
  func hugeExpressionsAreReadOrRefused(piece: String, count: Int) {
    let pattern = String(repeating: piece, count: count)
    _ = Samples.error("{{ mustRegexMatch `\(pattern)` \"aaaa\" }}")
  }

  @Test func manyVariablesAreRefused() {
    #expect(Samples.error(String(repeating: "{{ $a := 1 }}", count: 2_000))?.code == .limit)
  }

  @Test func aLimitSaysWhereItWasReached() {
    let error = Samples.error("x\n{{ range 200000 }}{{ end }}")
    #expect(error?.code == .limit)
    #expect(error?.line == 2)
    #expect(error?.description == "line 2, column 10: the template does more than 100000 steps")
  }

  @Test func otherErrorsNameTheParametersInScope() {
    let error = Samples.error("{{ $x := 1 }}{{ range $i, $e := .list }}{{ upper .count.deep }}{{ upper 5 }}{{ end }}")
    #expect(error?.code == .evaluation)
    #expect(error?.scope.contains("metadata") == true)
    #expect(error?.scope.suffix(3) == ["$e", "$i", "$x"])
    #expect(error?.description.contains("(parameters: big, count, ") == true)
  }

  @Test func whatIsRefusedSaysWhy() {
    let error = Samples.error("{{ genSelfSignedCert \"a\" nil nil 1 }}")
    #expect(error?.code == .notAvailable)
    #expect(error?.message.contains("makes keys") == true)
    #expect(Set(TemplateFunctions.refused.keys).isDisjoint(with: TemplateFunctions.names))
  }
}
