import FleetPlanner
import Testing

@Suite("What failures have in common")
struct CorrelationTests {
  private static func tally(_ label: String, _ value: String, _ failed: Int, _ healthy: Int) -> LabelTally {
    LabelTally(label: label, value: value, failed: failed, healthy: healthy)
  }

  @Test("A value that all failures share and the others lack is told with its counts, and how to leave it out")
  func found() throws {
    let found = correlate(
      [
        Self.tally("env", "prod", 4, 31), Self.tally("kubernetes", "1.29", 4, 0), Self.tally("disk", "nvme", 3, 0),
        Self.tally("region", "eu", 4, 3),
      ], failed: 4, healthy: 31)
    #expect(
      found.map(\.message) == [
        "4 of 4 failures have kubernetes=1.29; 0 of 31 others", "4 of 4 failures have region=eu; 3 of 31 others",
      ])
    #expect(found.map(\.exclusion) == [nil, "region!=eu"])
  }

  @Test("One failure, or nobody healthy to compare with, says nothing")
  func tooFew() {
    #expect(correlate([Self.tally("region", "eu", 1, 0)], failed: 1, healthy: 20) == [])
    #expect(correlate([Self.tally("region", "eu", 3, 0)], failed: 3, healthy: 0) == [])
  }
}
