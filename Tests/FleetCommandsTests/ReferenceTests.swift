@testable import FleetCommands
import FleetModel
import Testing

@Suite struct ReferenceTests {
  @Test(arguments: [
    ("clusters", ResourceType.clusters), ("cluster", .clusters), ("cl", .clusters), ("Cluster", .clusters),
    ("repo", .repositories), ("repositories", .repositories), ("fs", .fleetsets), ("fleetset", .fleetsets),
    ("targets", .targets), ("rel", .releases), ("releases", .releases), ("ro", .rollouts), ("rollout", .rollouts),
  ])
  func typesAreReadInEveryForm(word: String, type: ResourceType) throws {
    #expect(try ResourceType(word: word) == type)
  }

  @Test(arguments: [
    ("rol", "\"rol\" is not a type; did you mean rollouts?"),
    ("clutsers", "\"clutsers\" is not a type; did you mean clusters?"),
    ("pods", "\"pods\" is not a type"),
  ])
  func aWrongTypeNamesTheRightOne(word: String, message: String) {
    let failure = #expect(throws: CommandFailure.self) { try ResourceType(word: word) }
    #expect(failure?.message == message)
    #expect(failure?.exitCode == .invalid)
  }

  @Test func noTwoTypesShareAWord() {
    let words = ResourceType.allCases.flatMap(\.words)
    #expect(Set(words).count == words.count)
  }

  @Test(arguments: [
    ("storefront", "storefront", Int?.none), ("storefront/43", "storefront", 43),
    ("rollout/storefront/43", "storefront", 43), ("storefront/latest", "storefront", nil),
    ("rollout/storefront", "storefront", nil), ("rollout/7", "rollout", 7),
  ])
  func rolloutsAreNamedBySetAndNumber(text: String, set: String, number: Int?) throws {
    let reference = try RolloutReference(text)
    #expect(reference.fleetSet == set)
    #expect(reference.number == number)
  }

  @Test(arguments: ["", "/3", "storefront/x", "storefront/0", "storefront/-1", "a/b/c", "storefront/"])
  func otherNamesOfRolloutsAreRefused(text: String) {
    #expect(throws: CommandFailure.self) { try RolloutReference(text) }
  }

  @Test func referencesAreReadApartAndTogether() throws {
    let one = try ResourceReference(words: ["cluster/eu-1"])
    #expect(one == ResourceReference(type: .clusters, name: "eu-1"))
    #expect(try ResourceReference(words: ["cluster", "eu-1"]) == one)
    #expect(try ResourceReference(words: ["rollout/storefront/3"]).name == "storefront/3")
    for words in [["eu-1"], ["cluster/"], ["a", "b", "c"], ["pod/x"]] {
      #expect(throws: CommandFailure.self) { try ResourceReference(words: words) }
    }
  }
}
