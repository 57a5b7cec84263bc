import FleetModel
import Testing

@Suite("Semantic versions")
struct SemanticVersionTests {
  @Test("order follows semver.org, section 11")
  func ordering() throws {
    let ascending = [
      "0.0.1", "0.9.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
      "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0", "2.0.0",
    ]
    let versions = try ascending.map { try #require(SemanticVersion($0)) }
    for (index, version) in versions.enumerated() {
      for (otherIndex, other) in versions.enumerated() {
        #expect((version < other) == (index < otherIndex), "\(version) and \(other)")
      }
    }
  }

  @Test(
    "text that is no version is refused",
    arguments: [
      "", "1", "1.2", "v1", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3-a..b", "1.2.3+", "a.b.c",
      "1.2.-3", "V1.2.3", "release-1.2.3", "1.2.99999999999999999999",
    ])
  func refusal(text: String) {
    #expect(SemanticVersion(text) == nil)
  }

  @Test(
    "a range holds what npm and Masterminds agree on",
    arguments: [
      ("^1.4", "1.4.0 1.9.9", "1.3.9 2.0.0 1.5.0-rc.1 2.0.0-rc.1"),
      ("^1.4.2", "1.4.2 1.99.0", "1.4.1 2.0.0"),
      ("^0.2.3", "0.2.3 0.2.9", "0.3.0 0.2.2"),
      ("^0.0.3", "0.0.3", "0.0.4 0.1.0"),
      ("^0.0", "0.0.0 0.0.9", "0.1.0"),
      ("^0", "0.0.0 0.9.9", "1.0.0"),
      ("^1.x", "1.0.0 1.9.9", "2.0.0 0.9.9"),
      ("~1.2.3", "1.2.3 1.2.9", "1.3.0 1.2.2"),
      ("~1.2", "1.2.0 1.2.9", "1.3.0"),
      ("~1", "1.0.0 1.9.0", "2.0.0"),
      (">=2.0 <3.0", "2.0.0 2.9.9", "1.9.9 3.0.0 3.0.0-rc.1"),
      (">= 2.0, < 3.0", "2.0.0 2.9.9", "1.9.9 3.0.0"),
      (">1.2", "1.3.0 2.0.0", "1.2.0 1.2.9"),
      (">1.2.3", "1.2.4", "1.2.3"),
      ("<=1.2", "1.2.9 0.1.0", "1.3.0"),
      ("<1.2", "1.1.9", "1.2.0"),
      ("<=1.2.3", "1.2.3", "1.2.4"),
      ("1.x || 3.1.*", "1.0.0 1.7.0 3.1.4", "2.0.0 3.2.0"),
      ("*", "0.0.1 9.9.9", "1.0.0-rc.1"),
      ("1.2 - 1.4", "1.2.0 1.4.9", "1.5.0 1.1.9"),
      ("1.2.3 - 1.4.5", "1.2.3 1.4.5", "1.4.6 1.2.2"),
      ("1.2.3", "1.2.3 1.2.3+build", "1.2.4 1.2.3-rc.1"),
      ("=1.2", "1.2.0 1.2.7", "1.3.0"),
      ("!=1.2.3", "1.2.4", "1.2.3"), ("!=1.x", "2.0.0", "1.9.9"), ("!=1.2", "1.3.0", "1.2.3"),
      ("!=1.2.x", "1.1.9", "1.2.0"),
      (">=2.0.0-0 <3.0.0", "2.0.0-rc.1 2.0.0 2.5.0-beta", "3.0.0 3.0.0-rc.1 1.9.9"),
      ("^1.2.3-beta.2", "1.2.3-beta.2 1.2.3-beta.10 1.2.3 1.9.0", "1.2.3-beta.1 2.0.0 2.0.0-alpha"),
      ("=>1.0 =<1.5", "1.0.0 1.5.1", "0.9.0 1.6.0"),
    ])
  func range(text: String, inside: String, outside: String) throws {
    let range = try SemanticVersionRange(text)
    for version in inside.split(separator: " ") {
      #expect(range.contains(try #require(SemanticVersion(String(version)))), "\(version) belongs to \(text)")
    }
    for version in outside.split(separator: " ") {
      #expect(!range.contains(try #require(SemanticVersion(String(version)))), "\(version) is outside of \(text)")
    }
  }

  @Test(
    "a range that is not understood names its part",
    arguments: [
      ("", ""), ("1.2 ||", ""), (">=", ">="), ("^a", "^a"), ("1.x.3", "1.x.3"),
      ("1.2.3.4", "1.2.3.4"), ("!=*", "!=*"), ("main", "main"), ("~18446744073709551615", "~18446744073709551615"),
    ])
  func refusedRange(text: String, part: String) throws {
    let error = #expect(throws: SemanticVersionRangeError.self) { try SemanticVersionRange(text) }
    #expect(error?.part == part)
  }

  @Test("the highest tag is taken, with and without v, whatever the order")
  func highest() throws {
    let tags = ["v1.2.0", "1.10.0", "v1.9.0", "v2.0.0-rc.1", "latest", "v1", "v1.10.0"]
    #expect(try SemanticVersionRange("^1.0").highest(among: tags) == "v1.10.0")
    #expect(try SemanticVersionRange("^1.0").highest(among: tags.reversed()) == "v1.10.0")
    #expect(try SemanticVersionRange("^2.0").highest(among: tags) == nil)
    #expect(try SemanticVersionRange(">=2.0.0-0").highest(among: tags) == "v2.0.0-rc.1")
  }
}
