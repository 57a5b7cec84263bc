import FleetDocuments
import Testing

@testable import FleetGenerators

/// Both ways of reading patterns of files.
@Suite struct FilePatternTests {
  @Test(arguments: [
    ("apps/*.yaml", "apps/a/b.yaml", true, false), ("apps/*.yaml", "apps/b.yaml", true, true),
    ("apps/?.yaml", "apps//.yaml", true, false), ("**/c.json", "c.json", false, true),
    ("**/c.json", "a/b/c.json", true, true), ("a/**/c.json", "a/c.json", false, true),
    ("a/**/b/**/c", "a/x/b/y/z/c", true, true), ("a/**", "a/b/c", true, true),
    ("apps", "apps/a/b", true, false), ("apps/", "apps/a", true, false), ("apps/a", "apps/a", true, true),
    ("a/[!b]/c", "a/x/c", true, true), ("a/[^b]/c", "a/b/c", false, false),
    ("a/{b,c{d,e}}/f", "a/cd/f", false, true), ("a/{b,c}/f", "a/{b,c}/f", true, false),
    (#"a\*"#, "a*", true, true), (#"a\*"#, "ab", false, false), ("a**b", "axxb", true, true),
    ("a**b", "ax/xb", true, false),
  ])
  func matches(pattern: String, path: String, greedy: Bool, doublestar: Bool) throws {
    #expect(try FilePattern(pattern, globbing: .greedy).matches(path) == greedy)
    #expect(try FilePattern(pattern, globbing: .doublestar).matches(path) == doublestar)
  }

  @Test func refusesWhatIsMalformed() {
    #expect(throws: MalformedPattern.self) { try FilePattern("a/{b", globbing: .doublestar) }
    #expect(throws: MalformedPattern.self) { try FilePattern("a[", globbing: .greedy) }
    let many = String(repeating: "{a,b,c,d}", count: 20)
    #expect(throws: MalformedPattern.self) { try FilePattern(many, globbing: .doublestar) }
  }

  @Test func timeIsBoundedByTheLengths() throws {
    let pattern = String(repeating: "**/a*b*c/", count: 20) + "x"
    let path = String(repeating: "aabbcc/", count: 500)
    #expect(try !FilePattern(pattern, globbing: .doublestar).matches(path))
    #expect(
      try !FilePattern(String(repeating: "*a", count: 50) + "x", globbing: .greedy).matches(
        String(repeating: "a", count: 5000)))
  }
}
