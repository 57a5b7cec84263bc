import FleetGenerators
import Testing

@Suite struct PathPatternTests {
  @Test(
    arguments: [
      ("abc", "abc", true), ("*", "abc", true), ("*c", "abc", true), ("a*", "a", true), ("a*", "abc", true),
      ("a*", "ab/c", false), ("a*/b", "abc/b", true), ("a*/b", "a/c/b", false), ("a*b*c*d*e*/f", "axbxcxdxe/f", true),
      ("a*b*c*d*e*/f", "axbxcxdxexxx/fff", false), ("a*b?c*x", "abxbbxdbxebxczzx", true),
      ("a*b?c*x", "abxbbxdbxebxczzy", false), ("ab[c]", "abc", true), ("ab[b-d]", "abc", true),
      ("ab[e-g]", "abc", false),
      ("ab[^c]", "abc", false), ("ab[^e-g]", "abc", true), ("a\\*b", "a*b", true), ("a\\*b", "ab", false),
      ("a?b", "a\u{263A}b", true), ("a[^a]b", "a\u{263A}b", true), ("a???b", "a\u{263A}b", false),
      ("[a-\u{3B6}]*", "\u{3B1}", true),
      ("a?b", "a/b", false), ("a*b", "a/b", false), ("[\\]a]", "]", true), ("[\\-x]", "x", true), ("[x\\-]", "-", true),
      ("*x", "xxx", true), ("", "", true), ("", "a", false), ("*", "", true), ("apps/*", "apps/web", true),
      ("apps/*", "apps/web/base", false), ("**", "a/b", false), ("[z-a]", "m", false), ("a*", "", false),
    ])
  func matchesAsGoDoes(pattern: String, path: String, expected: Bool) throws {
    #expect(try PathPattern(pattern).matches(path) == expected, "\(pattern) \(path)")
  }

  @Test(arguments: ["[]a]", "[-]", "[x-]", "[-x]", "[", "[^", "[^bc", "a[", "a\\", "[a-b-c]", "[a"])
  func refusesMalformedPatterns(pattern: String) {
    #expect(throws: MalformedPattern.self) { try PathPattern(pattern) }
  }

  @Test func manyStarsStayCheap() throws {
    let pattern = try PathPattern(String(repeating: "*a", count: 200) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 2000)))
  }
}
