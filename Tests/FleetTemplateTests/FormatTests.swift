import FleetTemplate
import Testing

/// `printf`, `print` and `println`, as Go's `fmt` prints.
@Suite struct FormatTests {
  @Test(
    arguments: [
      (#"{{ printf "%v %v %v %v %v" 1 "a" true nil .list }}"#, "1 a true <nil> [x y z]"),
      (
        #"{{ printf "%+v|%#v|%#v|%#v" .path "a" .list 1.0 }}"#,
        #"map[basename:web path:apps/web segments:[apps web]]|"a"|[]interface {}{"x", "y", "z"}|1"#
      ),
      (#"{{ printf "%T %T %T %T" 1 "a" .path nil }}"#, "int string map[string]interface {} <nil>"),
      (
        #"{{ printf "%5d|%-5d|%05d|%+d|% d|%x|%X|%#x|%o|%#o|%O|%b" 42 42 42 42 42 255 255 255 8 8 8 5 }}"#,
        "   42|42   |00042|+42| 42|ff|FF|0xff|10|010|0o10|101"
      ),
      (#"{{ printf "%.3d|%8.3d|%+.3d|%.0d|" 7 7 7 0 }}"#, "007|     007|+007||"),
      (#"{{ printf "%c|%q|%U|%#U" 228 65 228 228 }}"#, "ä|'A'|U+00E4|U+00E4 'ä'"),
      (
        #"{{ printf "%s|%10s|%-10s|%.2s|%q|%+q|%#q|%x|% x|%#x" "äb" "äb" "äb" "äbc" "a\n" "ä" "a" "hi" "hi" "hi" }}"#,
        #"äb|        äb|äb        |äb|"a\n"|"\u00e4"|`a`|6869|68 69|0x6869"#
      ),
      (
        #"{{ printf "%f|%.2f|%8.3f|%-8.1f|%+.1f|%08.2f|%e|%E|%g|%G" 3.14159 3.14159 3.14159 3.14159 3.14159 -3.14159 123456.789 123456.789 1e-7 1e21 }}"#,
        "3.141590|3.14|   3.142|3.1     |+3.1|-0003.14|1.234568e+05|1.234568E+05|1e-07|1E+21"
      ),
      (#"{{ printf "%g|%.3g|%#g|%.10g|%v" 100000.0 123456.0 1.0 0.1 1e20 }}"#, "100000|1.23e+05|1.00000|0.1|1e+20"),
      (#"{{ printf "%.0f %.0f %.0f %.1f %.20f" 0.5 1.5 2.5 0.25 0.1 }}"#, "0 2 2 0.2 0.10000000000000000555"),
      (#"{{ printf "%x %X %b %.3x" 1.5 -0.5 1.0 3.14159 }}"#, "0x1.8p+00 -0X1P-01 4503599627370496p-52 0x1.922p+01"),
      (
        #"{{ printf "%d" "x" }}|{{ printf "%s" 5 }}|{{ printf "%t" 1 }}|{{ printf "%z" 1 }}|{{ printf "%d" nil }}"#,
        "%!d(string=x)|%!s(int=5)|%!t(int=1)|%!z(int=1)|%!d(<nil>)"
      ),
      (
        #"{{ printf "%d" }}|{{ printf "%d" 1 2 "a" }}|{{ printf "%" }}|{{ printf "%!" 1 }}|{{ printf "100%%" }}"#,
        "%!d(MISSING)|1%!(EXTRA int=2, string=a)|%!(NOVERB)|%!!(int=1)|100%"
      ),
      (
        #"{{ printf "%[2]d %[1]d" 1 2 }}|{{ printf "%*d|%-*d|%.*f" 5 1 4 2 1 3.14159 }}|{{ printf "%[3]d" 1 }}|{{ printf "%*d" "x" 1 }}"#,
        "2 1|    1|2   |3.1|%!d(BADINDEX)|%!(BADWIDTH)1"
      ),
      (
        #"{{ printf "%d" .list }}|{{ printf "%s" (list 1 "a" nil) }}|{{ printf "%q" .list }}|{{ printf "%03d" (until 3) }}"#,
        #"[%!d(string=x) %!d(string=y) %!d(string=z)]|[%!s(int=1) a <nil>]|["x" "y" "z"]|[000 001 002]"#
      ),
      (#"{{ print 1 2 "a" 3 nil }}|{{ println "a" 1 }}{{ print .list 1.0 }}"#, "1 2a3 <nil>|a 1\n[x y z] 1"),
    ])
  func prints(template: String, expected: String) throws { #expect(try Samples.render(template) == expected) }

  @Test func wholeNumbersOfDocumentsGoWhereEitherKindIsWanted() throws {
    #expect(try Samples.render("{{ .big }} {{ printf \"%d %.1f %v\" .count .count .count }}") == "3000000 3 3.0 3")
    #expect(
      try Samples.render("{{ eq .count 3 }}{{ eq .count 3.0 }}{{ lt .count 3.5 }}{{ gt 4 .count }}")
        == "truetruetruetrue")
    #expect(
      try Samples.render("{{ typeOf .count }} {{ until .count }} {{ trunc .count .name }} {{ index .list 1 }}")
        == "float64 [0 1 2] eas y")
    #expect(
      try Samples.render("{{ deepEqual .count 3 }}{{ has 3 (list .count) }}{{ add .count 1 }}{{ toJson .big }}")
        == "truetrue43000000")
  }

  @Test func complaintsKeepTheFlags() throws {
    #expect(
      try Samples.render(#"{{ printf "%#5w|%.3T|%05.1y" 1 1.5 2 }}"#) == "%!w(int=    1)|flo|%!y(int=    2)")
    #expect(
      try Samples.render(#"{{ $v := semver "1.2.3" }}{{ printf "%#v %d" $v $v }}"#)
        == #""1.2.3" %!d(*semver.Version=1.2.3)"#)
    #expect(try Samples.render(#"{{ printf "%#z" now | len }}"#) == "48")
  }

  @Test func addressesAreNeverPrinted() {
    #expect(Samples.error("{{ printf \"%p\" .list }}")?.code == .evaluation)
  }
}
