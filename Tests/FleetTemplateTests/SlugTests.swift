import FleetTemplate
import Testing

@Suite struct SlugTests {
  @Test(
    arguments: [
      ("Feat/A_b+c", 50, true, "feat-a-b-c"), ("a--b..c", 50, true, "a-b-c"), ("", 50, true, ""), ("__", 50, true, ""),
      ("abc-def-ghi", 7, true, "abc-def"), ("abc-def-ghi", 6, true, "abc"), ("abcdefghi", 4, true, "abcd"),
      ("abc-def-ghi", 8, false, "abc-def"), ("abcdefghi", 4, false, "abcd"), ("abc", 0, true, "abc"),
      ("abc", 0, false, ""), ("äb", 9, true, "b"),
    ])
  func makesSlugs(text: String, maximum: Int, isSmart: Bool, expected: String) throws {
    #expect(slug(text, maximum: maximum, isSmart: isSmart) == expected)
    #expect(try Samples.render("{{ slugify \(maximum) \(isSmart) `\(text)` }}") == expected)
  }

  @Test func templatesMayLeaveOutHowLongItIs() throws {
    #expect(try Samples.render("{{ \"A b\" | slugify }} {{ \"one two\" | slugify 5 }}") == "a-b one")
  }
}
