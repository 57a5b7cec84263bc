import FleetModel
import FleetSync
import Manifest
import Testing

@Suite("Health by rules of a set")
struct CustomHealthTests {
  static let rules = #"""
    {"otherwise": "Progressing", "lines": [
      {"when": ".status.phase == \"Ready\"", "health": "Healthy", "message": ""},
      {"when": ".status.failed > 0", "health": "Degraded", "message": ".status.conditions[] | select(.status == \"False\") | .message"},
      {"when": ".status.paused", "health": "Suspended", "message": "somebody paused it"}]}
    """#

  func judged(_ status: String, generations: String = "", rules: String = rules) throws -> ObjectHealth {
    var object = try yaml(
      "{apiVersion: example.com/v1, kind: Widget, metadata: {name: w\(generations)}, status: \(status)}")
    object["metadata"]?["annotations"] = [HealthRules.setAnnotation: Node(.string(rules))]
    return health(of: object, troubles: [], custom: try SyncOptions(of: object).customHealth)
  }

  @Test("the worst line that holds counts, with its message")
  func lines() throws {
    #expect(try judged("{phase: Ready}") == ObjectHealth(.healthy))
    #expect(try judged("{phase: Ready, paused: true}") == ObjectHealth(.suspended, "somebody paused it"))
    #expect(
      try judged("{phase: Ready, failed: 2, conditions: [{status: 'False', message: disk full}]}")
        == ObjectHealth(.degraded, "disk full"))
    #expect(try judged("{failed: 1}") == ObjectHealth(.degraded, ".status.failed > 0"))
    #expect(try judged("{}").health == .progressing)
  }

  @Test("a report about an older generation and a deletion are Progressing before any rule is asked")
  func fence() throws {
    #expect(try judged("{phase: Ready, observedGeneration: 1}", generations: ", generation: 2").health == .progressing)
    #expect(
      try judged("{phase: Ready}", generations: ", deletionTimestamp: now")
        == ObjectHealth(.progressing, "Pending deletion"))
  }

  @Test("a broken table is refused with the object and the annotation")
  func broken() throws {
    let failure = #expect(throws: WriteFailure.self) { try judged("{}", rules: "[]") }
    #expect(failure?.message.hasPrefix("Widget w: annotation flotilla.dev/set-health: ") == true)
  }
}
