import FleetDocuments
import FleetModel
import Testing

@Suite("The file of a rehearsal")
struct RehearsalReaderTests {
  private static let head = "apiVersion: flotilla.dev/v1\nkind: Rehearsal\nspec:\n"

  private func read(_ spec: String) -> (assumptions: RehearsalAssumptions?, texts: [String]) {
    let (assumptions, diagnostics) = Documents.rehearsal(Array((Self.head + spec).utf8), file: "faults.yaml")
    return (assumptions, diagnostics.map(\.text))
  }

  @Test("all of it")
  func whole() throws {
    let found = read(
      """
        apply: 10s..2m
        approvals: never
        checks: fail
        away: return
        faults:
        - {offline: 3%, for: 1h..6h}
        - {offline: 2, from: order}
        - {fails: 1%}
        - {fails: 100%, kubernetes: "1.29", as: refused, clusters: {matchLabels: {region: eu}}}
        - {fails: 1, as: regresses, after: 5m}
        - {slow: 5%, apply: 4m..8m}
      """)
    #expect(found.texts == [])
    let assumptions = try #require(found.assumptions)
    #expect(assumptions.apply == DurationRange(.seconds(10), .seconds(120)))
    #expect(assumptions.approvals == .never && assumptions.checks == .fail && assumptions.away == .return)
    let five = DurationRange(.seconds(300), .seconds(300))
    #expect(
      assumptions.faults == [
        RehearsalFault(.offline(from: .start, for: DurationRange(.seconds(3_600), .seconds(21_600))), of: .percent(3)),
        RehearsalFault(.offline(from: .order, for: nil), of: .count(2)),
        RehearsalFault(.fails(.degraded), of: .percent(1)),
        RehearsalFault(
          .fails(.refused), of: .percent(100), clusters: LabelSelector(matchLabels: ["region": "eu"]),
          kubernetes: "1.29"),
        RehearsalFault(.fails(.regresses(five)), of: .count(1)),
        RehearsalFault(.slow(DurationRange(.seconds(240), .seconds(480))), of: .percent(5)),
      ])
  }

  @Test("a version is about all of its patches, whatever a distribution adds")
  func versions() {
    let fault = RehearsalFault(.fails(.stuck), of: .count(1), kubernetes: "1.2")
    #expect(fault.isAbout([:], version: "v1.2.9+k3s1"))
    #expect(!fault.isAbout([:], version: "v1.29.4"))
    #expect(!fault.isAbout([:], version: ""))
  }

  @Test(
    "what is wrong is said with its place and what to do",
    arguments: [
      ("  aply: 3s\n", "faults.yaml:4:3  spec.aply: unknown field; did you mean \"apply\"?"),
      ("  apply: 90s..20s\n", "faults.yaml:4:10  spec.apply: \"90s..20s\" ends before it begins"),
      ("  apply: soon..late\n", "faults.yaml:4:10  spec.apply: \"soon..late\" is not a range of durations"),
      ("  approvals: soon\n", "faults.yaml:4:14  spec.approvals: \"soon\" is not a duration"),
      ("  faults: [{offline: 300%}]\n", "faults.yaml:4:22  spec.faults[0].offline: \"300%\" is more than all clusters"),
      ("  faults: [{kubernetes: \"1.29\"}]\n", "spec.faults[0]: the fault does not say what goes wrong"),
      ("  faults: [{fails: 1, slow: 1, apply: 3m}]\n", "spec.faults[0]: one fault says 2 things that go wrong"),
      ("  faults: [{fails: 1, as: broken}]\n", "spec.faults[0].as: \"broken\" is not known"),
      ("  faults: [{fails: 1, after: 3m}]\n", "spec.faults[0].after: only what regresses does so after a while"),
      ("  faults: [{slow: 1}]\n", "spec.faults[0].apply: is missing"),
      ("  faults: [{fails: 1, kubernetes: latest}]\n", "\"latest\" is not a version of Kubernetes"),
      ("  faults: [{offline: 1, as: stuck}]\n", "spec.faults[0].as: unknown field"),
    ])
  func refusals(spec: String, expected: String) {
    let found = read(spec)
    #expect(found.assumptions == nil)
    #expect(found.texts.contains { $0.contains(expected) }, "\(found.texts)")
  }

  @Test("all errors at once, and what is no rehearsal at all")
  func several() {
    #expect(read("  apply: x\n  checks: maybe\n  faults: [{fails: -1}, {}]\n").texts.count == 4)
    let (none, diagnostics) = Documents.rehearsal(Array("kind: FleetSet\n".utf8), file: "f.yaml")
    #expect(none == nil && diagnostics.count == 3)
    #expect(Documents.rehearsal([], file: "f.yaml").diagnostics.count == 1)
    let (_, refused) = Documents.read(Array((Self.head + "  checks: pass\n").utf8), file: "f.yaml")
    #expect(refused.first?.hint.contains("flotilla rollout rehearse SET --faults FILE") == true)
  }
}
