import FleetTemplate
import Testing

/// What functions make, as Go, sprig and Argo CD make it.
@Suite struct FunctionTests {
  @Test(
    arguments: [
      (#"{{ trim "  a b " }}"#, "a b"),
      (#"{{ trimAll "-" "--a-b--" }}"#, "a-b"),
      (#"{{ trimPrefix "ea" .name }}"#, "st-1"),
      (#"{{ trimSuffix "-1" .name }}"#, "east"),
      (#"{{ upper "größe" }}"#, "GRÖßE"),
      (#"{{ lower "ÄB" }}"#, "äb"),
      (#"{{ title "hello wide world" }}"#, "Hello Wide World"),
      (#"{{ untitle "Hello World" }}"#, "hello world"),
      (#"{{ swapcase "This Is" }}"#, "tHIS iS"),
      (#"{{ camelcase "http_server name" }}"#, "HttpServerName"),
      (#"{{ snakecase "HTTPServer2xx FirstName" }}"#, "http_server_2xx_first_name"),
      (#"{{ kebabcase "Bld4Floor3rd_x" }}"#, "bld4-floor-3rd-x"),
      (#"{{ nospace " a b\tc" }}"#, "abc"),
      (#"{{ initials "First Try" }}"#, "FT"),
      (#"{{ repeat 3 "ab" }}"#, "ababab"),
      (#"{{ substr 1 3 "abcdef" }}"#, "bc"),
      (#"{{ substr -1 3 "abcdef" }}"#, "abc"),
      (#"{{ substr 3 -1 "abcdef" }}"#, "def"),
      (#"{{ trunc 3 "abcdef" }}"#, "abc"),
      (#"{{ trunc -3 "abcdef" }}"#, "def"),
      (#"{{ abbrev 5 "hello world" }}"#, "he..."),
      (#"{{ abbrevboth 5 10 "1234 5678 9123" }}"#, "...5678..."),
      (#"{{ wrap 10 "The quick brown fox jumps" }}"#, "The quick\nbrown fox\njumps"),
      (#"{{ wrapWith 5 "|" "Hello Beautiful World" }}"#, "Hello|Beaut|iful|World"),
      (#"{{ contains "st" .name }}"#, "true"),
      (#"{{ hasPrefix "x" .name }}"#, "false"),
      (#"{{ hasSuffix "1" .name }}"#, "true"),
      (#"{{ replace "-" "." "a-b-c" }}"#, "a.b.c"),
      (#"{{ replace "" "." "äb" }}"#, ".ä.b."),
      (#"{{ plural "one" "many" 1 }}"#, "one"),
      (#"{{ indent 2 "a\nb" }}"#, "  a\n  b"),
      (#"{{ nindent 2 "a\nb" }}"#, "\n  a\n  b"),
      (#"{{ quote "a" nil 1 .list }}"#, #""a" "1" "[x y z]""#),
      (#"{{ squote "a" 1 }}"#, "'a' '1'"),
      (#"{{ cat "a" 1 nil true }}"#, "a 1 true"),
      (#"{{ join "," .list }}"#, "x,y,z"),
      (#"{{ join "," (list 1 nil "a") }}"#, "1,a"),
      ("{{ toString .mixed }}", "[a <nil> true map[b:c]]"),
      (#"{{ split "/" "a/b/c" }}"#, "map[_0:a _1:b _2:c]"),
      (#"{{ (split "/" "a/b/c")._1 }}"#, "b"),
      (#"{{ splitn "/" 2 "a/b/c" }}"#, "map[_0:a _1:b/c]"),
      (#"{{ splitList "," "a,b" | typeOf }}"#, "[]string"),
      (#"{{ toStrings (list 1 nil "a") }}"#, "[1 a]"),
      (#"{{ sortAlpha (list "b" "a" "B") }}"#, "[B a b]"),
      ("{{ hello }}", "Hello!"),
      (#"{{ trunc 1 "ä" | b64enc }}"#, "ww=="),
    ])
  func texts(template: String, expected: String) throws { #expect(try Samples.render(template) == expected) }

  @Test(
    arguments: [
      (#"{{ list 1 "a" nil }}"#, "[1 a <nil>]"),
      ("{{ tuple }}", "[]"),
      (#"{{ append .list "n" }}"#, "[x y z n]"),
      ("{{ prepend .list 1 }}", "[1 x y z]"),
      ("{{ concat .list (list 1) (until 2) }}", "[x y z 1 0 1]"),
      ("{{ first .list }}{{ last .list }}", "xz"),
      ("{{ rest .list }}{{ initial .list }}", "[y z][x y]"),
      ("{{ list | first }}", "<no value>"),
      ("{{ rest (list) | toJson }}", "null"),
      ("{{ reverse .list }}", "[z y x]"),
      (#"{{ uniq (list 1 1 "a" "a" 2) }}"#, "[1 a 2]"),
      ("{{ without (list 1 2 3) 2 }}", "[1 3]"),
      (#"{{ has "y" .list }}{{ has 4 .list }}"#, "truefalse"),
      (#"{{ compact (list 0 "" 1 nil "a") }}"#, "[1 a]"),
      ("{{ slice .list 1 }}{{ slice .list 0 2 }}", "[y z][x y]"),
      ("{{ chunk 2 .list }}", "[[x y] [z]]"),
      ("{{ until 4 }}{{ until -2 }}", "[0 1 2 3][0 -1]"),
      ("{{ untilStep 0 10 3 }}{{ untilStep 3 0 -1 }}{{ untilStep 0 3 -1 }}", "[0 3 6 9][3 2 1][]"),
      ("{{ seq 5 }}|{{ seq 2 -2 }}|{{ seq 0 2 10 }}|{{ seq 0 2 -5 }}", "1 2 3 4 5|2 1 0 -1 -2|0 2 4 6 8 10|"),
      ("{{ index .list 1 }}", "y"),
      ("{{ len (list 1 2) }}", "2"),
      (#"{{ mustFirst .list }}{{ mustHas "x" .list }}"#, "xtrue"),
    ])
  func lists(template: String, expected: String) throws { #expect(try Samples.render(template) == expected) }

  @Test(
    arguments: [
      (#"{{ dict "a" 1 "b" }}"#, "map[a:1 b:]"),
      (#"{{ get (dict "a" 1) "a" }}|{{ get (dict) "x" }}"#, "1|"),
      (#"{{ $d := dict }}{{ $_ := set $d "a" (list 1) }}{{ $d.a }}"#, "[1]"),
      (#"{{ $d := dict "a" 1 "b" 2 }}{{ unset $d "a" }}{{ $d }}"#, "map[b:2]map[b:2]"),
      (#"{{ $_ := set .metadata "x" 1 }}{{ .metadata }}"#, "map[labels:map[a.b/c:dotted environment:prod] x:1]"),
      (#"{{ hasKey .path "path" }}{{ hasKey .missing "x" }}"#, "truefalse"),
      (#"{{ pluck "a" (dict "a" 1) (dict "b" 2) (dict "a" 3) }}"#, "[1 3]"),
      (#"{{ pick .path "basename" "nope" }}"#, "map[basename:web]"),
      (#"{{ omit .path "segments" }}"#, "map[basename:web path:apps/web]"),
      (#"{{ keys (dict "b" 1) }}{{ values (dict "b" 1) }}"#, "[b][1]"),
      (#"{{ dig "labels" "environment" "?" .metadata }}"#, "prod"),
      (#"{{ dig "labels" "nope" "?" .metadata }}"#, "?"),
      (
        #"{{ merge (dict "a" 1 "m" (dict "x" 1)) (dict "a" 2 "b" 3 "m" (dict "x" 9 "y" 2)) }}"#,
        "map[a:1 b:3 m:map[x:1 y:2]]"
      ),
      (#"{{ mergeOverwrite (dict "a" 1 "m" (dict "x" 1)) (dict "a" 0 "m" (dict "y" 2)) }}"#, "map[a:0 m:map[x:1 y:2]]"),
      (#"{{ merge (dict "a" "") (dict "a" "x") }}"#, "map[a:x]"),
      (
        #"{{ $a := dict "m" (dict "x" 1) }}{{ $b := deepCopy $a }}{{ $_ := set $b.m "x" 2 }}{{ $a }}{{ $b }}"#,
        "map[m:map[x:1]]map[m:map[x:2]]"
      ),
      (#"{{ deepEqual (dict "a" (list 1)) (dict "a" (list 1)) }}"#, "true"),
      (#"{{ index (dict "a b" 1) "a b" }}"#, "1"),
      (#"{{ (dict "a" (dict "b" 2)).a.b }}"#, "2"),
    ])
  func maps(template: String, expected: String) throws { #expect(try Samples.render(template) == expected) }

  @Test(
    arguments: [
      (
        "{{ add 1 2 3 }} {{ add1 5 }} {{ sub 1 5 }} {{ mul 2 3 4 }} {{ div 7 2 }} {{ div -7 2 }} {{ mod -7 2 }}",
        "6 6 -4 24 3 -3 -1"
      ),
      ("{{ add 9223372036854775807 1 }} {{ mul 9223372036854775807 2 }}", "-9223372036854775808 -2"),
      ("{{ div -9223372036854775808 -1 }} {{ mod -9223372036854775808 -1 }}", "-9223372036854775808 0"),
      (#"{{ add "5" 1.9 true nil "x" "0x10" "010" "1.9" }}"#, "32"),
      ("{{ max 1 3 2 }} {{ min 3 1 2 }} {{ biggest 1 2 }} {{ maxf 1 2.5 }} {{ minf 1.5 2 }}", "3 1 2 2.5 1.5"),
      (
        "{{ addf 0.1 0.2 }} {{ add1f 1.5 }} {{ subf 0.3 0.1 }} {{ mulf 1.1 1.1 1.1 }} {{ divf 10 3 }} {{ divf 1e-20 3 }} {{ divf 2 3 }}",
        "0.3 2.5 0.2 1.331 3.3333333333333335 0 0.6666666666666667"
      ),
      (
        "{{ floor 3.7 }} {{ ceil 3.2 }} {{ round 3.745 2 }} {{ round -2.5 0 }} {{ round 123.555555 3 0.9 }} {{ round 1234.5 -2 }}",
        "3 4 3.75 -3 123.555 1200"
      ),
      (
        #"{{ int 3.9 }} {{ int64 "12" }} {{ float64 "1.5" }} {{ atoi "08" }} {{ atoi "x" }} {{ toDecimal "777" }}"#,
        "3 12 1.5 8 0 511"
      ),
      (#"{{ int 1e30 }} {{ atoi "99999999999999999999" }}"#, "-9223372036854775808 9223372036854775807"),
      (
        "{{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 017 }} {{ 1_000 }} {{ 0x1p-2 }} {{ 1e3 }} {{ .5 }}",
        "31 5 15 15 1000 0.25 1000 0.5"
      ),
      ("{{ 1000000.0 }} {{ 100000.0 }} {{ 1e-5 }} {{ 123456789.0 }}", "1e+06 100000 1e-05 1.23456789e+08"),
    ])
  func numbers(template: String, expected: String) throws { #expect(try Samples.render(template) == expected) }

  @Test(
    arguments: [
      (#"{{ default "d" .missing }}{{ default "d" .name }}{{ "" | default "e" }}{{ default 5 0 }}"#, "deast-1e5"),
      ("{{ empty .none }}{{ empty .missing }}{{ empty .name }}", "truetruefalse"),
      (#"{{ coalesce 0 "" nil .name }}"#, "east-1"),
      ("{{ all 1 2 }}{{ all 1 0 }}{{ any 0 1 }}{{ any }}", "truefalsetruefalse"),
      (#"{{ ternary "a" "b" .flag }}{{ false | ternary "a" "b" }}"#, "ab"),
      (
        #"{{ typeOf 1 }} {{ typeOf (add 1) }} {{ typeOf 1.5 }} {{ typeOf .half }} {{ typeOf .list }} {{ typeOf . }} {{ typeOf nil }} {{ typeOf (until 2) }} {{ typeOf (split "," "a") }} {{ typeOf (index "a" 0) }} {{ typeOf (chunk 1 .list) }}"#,
        "int int64 float64 float64 []interface {} map[string]interface {} <nil> []int map[string]string uint8 [][]interface {}"
      ),
      (
        #"{{ kindOf .list }} {{ kindOf . }} {{ kindOf nil }} {{ kindOf true }} {{ kindIs "string" .name }} {{ typeIs "int" 1 }}"#,
        "slice map invalid bool true true"
      ),
      (#"{{ typeIsLike "semver.Version" (semver "1.0.0") }} {{ kindOf (semver "1.0.0") }}"#, "true ptr"),
      ("{{ deepEqual 1 (int64 1) }} {{ deepEqual (list 1) (list 1) }}", "false true"),
    ])
  func types(template: String, expected: String) throws { #expect(try Samples.render(template) == expected) }

  @Test(
    arguments: [
      (
        #"{{ b64enc "hällo" }} {{ b64dec "aGk=" }} {{ b64dec "a" }} {{ b32enc "hi" }} {{ b32dec "NBUQ====" }}"#,
        "aMOkbGxv hi illegal base64 data at input byte 0 NBUQ==== hi"
      ),
      (#"{{ "\xff\x00" | b64enc | b64dec | b64enc }}"#, "/wA="),
      (
        #"{{ sha1sum "a" }} {{ sha256sum "a" }} {{ adler32sum "abc" }}"#,
        "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8 ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb 38600999"
      ),
      (#"{{ sha512sum "" | trunc 16 }}"#, "cf83e1357eefb8bd"),
      (
        #"{{ html "<a href=\"x\">" }} {{ js "it's <b>" }} {{ urlquery "a b/ä&" }}"#,
        #"&lt;a href=&#34;x&#34;&gt; it\'s \u003Cb\u003E a+b%2F%C3%A4%26"#
      ),
      (
        "{{ toJson .metadata }}",
        #"{"labels":{"a.b/c":"dotted","environment":"prod"}}"#
      ),
      (
        #"{{ toJson "<&>" }} {{ toRawJson "<&>" }} {{ toJson 1e21 }} {{ toJson 1e-7 }}"#,
        #""\u003c\u0026\u003e" "<&>" 1e+21 1e-7"#
      ),
      (
        "{{ toPrettyJson .path }}",
        "{\n  \"basename\": \"web\",\n  \"path\": \"apps/web\",\n  \"segments\": [\n    \"apps\",\n    \"web\"\n  ]\n}"
      ),
      (
        #"{{ (fromJson "{\"a\": [1, 2.5]}").a }} {{ fromJson "bad" }} {{ mustFromJson "[1]" }}"#,
        "[1 2.5] <no value> [1]"
      ),
      ("{{ toYaml .mixed }}", "- a\n- null\n- true\n- b: c"),
      (#"{{ toYaml (dict "b" "yes" "a" (list 1 (dict "c" ""))) }}"#, "a:\n- 1\n- c: \"\"\nb: \"yes\""),
      (
        #"{{ (fromYaml "a: {b: [1, x]}").a.b }} {{ fromYamlArray "[1, x]" | last }} {{ fromYaml "" }}"#, "[1 x] x map[]"
      ),
    ])
  func encodings(template: String, expected: String) throws { #expect(try Samples.render(template) == expected) }

  @Test(
    arguments: [
      (
        #"{{ base "a/b.c" }} {{ dir "a/b/c" }} {{ clean "a//b/../c/." }} {{ ext "a.b.c" }} {{ isAbs "/a" }}"#,
        "b.c a/b a/c .c true"
      ),
      (
        #"{{ base "" }} {{ base "///" }} {{ dir "" }} {{ clean "" }} {{ clean "/../a" }} {{ ext "a/.b" }}"#,
        ". / . . /a .b"
      ),
      (
        #"{{ osBase "/x/y/" }} {{ osDir "/x/y" }} {{ osClean "x/../.." }} {{ osExt "a.b" }} {{ osIsAbs "a" }}"#,
        "y /x .. .b false"
      ),
      (
        #"{{ urlParse "https://u:p@h.example:8443/a%20b?q=1#f" }}"#,
        "map[fragment:f host:h.example:8443 hostname:h.example opaque: path:/a b query:q=1 scheme:https userinfo:u:p]"
      ),
      (
        #"{{ urlParse "mailto:a@b.c" | urlJoin }} {{ urlJoin (dict "scheme" "https" "host" "h:1" "path" "/a b" "query" "q=1" "userinfo" "u") }}"#,
        "mailto:a@b.c https://u@h:1/a%20b?q=1"
      ),
    ])
  func paths(template: String, expected: String) throws { #expect(try Samples.render(template) == expected) }

  @Test(
    arguments: [
      (#"{{ regexMatch "^east-[0-9]+$" .name }}{{ regexMatch "(" "a" }}"#, "truefalse"),
      (#"{{ regexFind "[a-z]+" "12ab34cd" }}|{{ regexFind "x" "a" }}"#, "ab|"),
      (#"{{ regexFindAll "[a-z]" "a1b2" -1 }}{{ regexFindAll "[a-z]" "a1b2" 1 }}"#, "[a b][a]"),
      (
        #"{{ regexReplaceAll "(\\w)(\\w)" "ab cd" "$2$1" }} {{ regexReplaceAll "(?P<x>a)" "banana" "<${x}>" }} {{ regexReplaceAll "(a)" "banana" "$1x" }}"#,
        "ba dc b<a>n<a>n<a> bnn"
      ),
      // Found by fuzzing: a group's number as large as numbers are.
      (#"{{ regexReplaceAll "(a)" "banana" "<${9223372036854775807}$4611686018427387904>" }}"#, "b<>n<>n<>"),
      (#"{{ regexReplaceAllLiteral "a" "banana" "$1" }}"#, "b$1n$1n$1"),
      (#"{{ regexSplit "z+" "pizza" -1 }}{{ regexSplit "a" "banana" 2 }}"#, "[pi a][b nana]"),
      (#"{{ regexQuoteMeta "1.2*" }}"#, #"1\.2\*"#),
      (
        #"{{ regexReplaceAll "x*" "abc" "-" }} {{ regexFindAll "(|a)*" "aa" -1 | toJson }} {{ regexFind "a+?" "aaa" }}"#,
        #"-a-b-c- ["","",""] a"#
      ),
      (
        #"{{ regexFind "(?i)ÄB" "xäb" }} {{ regexFind "\\p{Lu}+" "abCD" }} {{ regexFind "[^[:alpha:]]+" "ab12" }} {{ regexFind "(?s)a.b" "a\nb" | quote }}"#,
        #"äb CD 12 "a\nb""#
      ),
      (
        #"{{ regexFindAll "(?m)^.$" "a\nb" -1 }} {{ regexFind "\\bb\\b" "ab b" }} {{ regexFind "(a|ab)(c|bcd)" "abcd" }}"#,
        "[a b] b abcd"
      ),
    ])
  func patterns(template: String, expected: String) throws { #expect(try Samples.render(template) == expected) }

  @Test(
    arguments: [
      (
        #"{{ semver "v1.2" }} {{ (semver "1.2.3-rc.1+b").Prerelease }} {{ (semver "1.2.3").IncMinor }} {{ (semver "v1.2.3").Original }}"#,
        "1.2.0 rc.1 1.3.0 v1.2.3"
      ),
      (
        #"{{ (semver "1.2.3").Compare (semver "1.2.4") }} {{ (semver "2.0.0").LessThan (semver "10.0.0") }}"#, "-1 true"
      ),
      (
        #"{{ semverCompare "^1.2" "1.9.0" }}{{ semverCompare "^1.2" "2.0.0" }}{{ semverCompare "~1.2.3" "1.2.9" }}{{ semverCompare "~1.2.3" "1.3.0" }}"#,
        "truefalsetruefalse"
      ),
      (
        #"{{ semverCompare ">=1.0 <2.0 || ^3" "3.5.0" }}{{ semverCompare "1.2 - 1.4" "1.4.9" }}{{ semverCompare "1.2.x" "1.2.7" }}{{ semverCompare "!=1.2" "1.2.0" }}"#,
        "truetruetruefalse"
      ),
      (
        #"{{ semverCompare "^1.2.0" "1.3.0-beta" }}{{ semverCompare "^1.2.0-0" "1.3.0-beta" }}{{ semverCompare "^0.0.3" "0.0.4" }}"#,
        "falsetruefalse"
      ),
    ])
  func versions(template: String, expected: String) throws { #expect(try Samples.render(template) == expected) }

  @Test(
    arguments: [
      (#"{{ date "2006-01-02 15:04:05 MST" 1700000000 }}"#, "2023-11-14 22:13:20 UTC"),
      (#"{{ date "Mon Jan _2 3:04PM 06 002 .000" (int64 951782399) }}"#, "Mon Feb 28 11:59PM 00 059 .000"),
      (
        #"{{ toDate "2006-01-02T15:04:05Z07:00" "2023-11-14T10:20:30+02:00" | date "2006-01-02T15:04:05Z07:00" }}"#,
        "2023-11-14T08:20:30Z"
      ),
      (
        #"{{ (toDate "2006-01-02" "2024-02-29").YearDay }} {{ (toDate "2006-01-02" "2024-02-29").Weekday }} {{ toDate "2006-01-02" "2023-02-29" }}"#,
        "60 Thursday 0001-01-01 00:00:00 +0000 UTC"
      ),
      (#"{{ toDate "2006-01-02" "2024-01-31" | dateModify "36h" | htmlDate }}"#, "2024-02-01"),
      (#"{{ unixEpoch (toDate "2006" "2024") }}"#, "1704067200"),
      (
        #"{{ duration "95" }} {{ duration "3600" }} {{ durationRound "2400h10m5s" }} {{ durationRound "59m" }}"#,
        "1m35s 1h0m0s 3mo 59m"
      ),
      (
        #"{{ ((toDate "2006" "2024").Sub (toDate "2006" "2023")).Hours }} {{ (toDate "2006" "2024").AddDate 0 1 30 }}"#,
        "8760 2024-03-02 00:00:00 +0000 UTC"
      ),
      (#"{{ toDate "2006" "2024" | toJson }} {{ htmlDateInZone 0 "UTC" }}"#, #""2024-01-01T00:00:00Z" 1970-01-01"#),
    ])
  func times(template: String, expected: String) throws { #expect(try Samples.render(template) == expected) }
}
