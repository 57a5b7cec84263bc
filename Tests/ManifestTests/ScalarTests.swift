import FleetModel
import Manifest
import Testing

/// What kubectl 1.32 made of each spelling (`kubectl annotate --local -o json`).
struct ScalarTests {
  @Test(
    arguments: [
      ("yes", "true"), ("Yes", "true"), ("YES", "true"), ("y", "true"), ("Y", "true"), ("on", "true"), ("On", "true"),
      ("true", "true"), ("True", "true"), ("TRUE", "true"), ("no", "false"), ("n", "false"), ("N", "false"),
      ("off", "false"),
      ("OFF", "false"), ("False", "false"), ("yES", #""yES""#), ("tRue", #""tRue""#),
      ("~", "null"), ("null", "null"), ("Null", "null"), ("NULL", "null"), ("", "null"), ("nULL", #""nULL""#),
      ("0", "0"), ("12", "12"), ("+5", "5"), ("-5", "-5"), ("010", "8"), ("-010", "-8"), ("0o17", "15"), ("0x1F", "31"),
      ("0b11", "3"), ("-0b11", "-3"), ("1_000", "1000"), ("1__0", "10"), ("08", "8"), ("00", "0"), ("-0", "0"),
      ("9223372036854775807", "9223372036854775807"), ("-9223372036854775808", "-9223372036854775808"),
      ("9223372036854775808", "9223372036854776000"), ("18446744073709551615", "18446744073709552000"),
      ("99999999999999999999999", "1e+23"),
      ("1.0", "1"), ("1e3", "1000"), ("1.e3", "1000"), (".5", "0.5"), ("-.5", "-0.5"), ("-0.0", "0"),
      ("0.1e-10", "1e-11"),
      ("1e18", "1000000000000000000"), ("1e21", "1e+21"), ("1234567.5", "1234567.5"), ("1e400", #""1e400""#),
      ("1:30", #""1:30""#), ("2001-01-01", #""2001-01-01""#), ("1.2.3", #""1.2.3""#), ("0x", #""0x""#),
      ("0b2", #""0b2""#),
      ("1e", #""1e""#), ("+", #""+""#), (".", #"".""#), ("_1", #""_1""#), ("1h30m", #""1h30m""#),
      ("._5", #""._5""#), ("0xFFFFFFFFFFFFFFFFFF", #""0xFFFFFFFFFFFFFFFFFF""#),
      ("!!str 12", #""12""#), ("!!str yes", #""yes""#), ("!!int \"12\"", "12"), ("!!float 3", "3"),
      ("!!bool yes", "true"),
      ("!!null ~", "null"), ("\"yes\"", #""yes""#), ("'12'", #""12""#), ("\"\"", #""""#), ("|-\n    yes", #""yes""#),
    ] as [(String, String)])
  func plainScalarsMeanWhatTheyMeanToKubectl(_ written: String, _ expected: String) throws {
    let document = try YAML.documents(Array("key: \(written)\n".utf8))
    #expect(JSON.text(try #require(document.first?["key"])) == expected)
  }

  @Test(
    arguments: [
      ("12", "12"), ("010", "8"), ("1.5", "1.5"), ("yes", "true"), ("n", "false"), ("'010'", "010"), ("1e21", "1e+21"),
    ] as [(String, String)])
  func keysAreTextsOfTheirValue(_ written: String, _ expected: String) throws {
    let document = try YAML.documents(Array("\(written): x\n".utf8))
    #expect(document.first?.object?.keys == [expected])
  }

  @Test(arguments: [".inf", "-.INF", "+.Inf", ".nan", "!!int x", "!!bool 1", "!!float x", "!custom x", "!!binary aGk="])
  func whatJSONHasNotIsRefused(_ written: String) {
    #expect(throws: DiagnosticsError.self) { try YAML.documents(Array("key: \(written)\n".utf8)) }
  }
}
