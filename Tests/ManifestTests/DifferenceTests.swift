import FleetModel
import Manifest
import Testing

struct DifferenceTests {
  private func changes(_ old: String, _ new: String) throws -> [String] {
    let changes = difference(
      from: try YAML.documents(Array(old.utf8))[0], to: try YAML.documents(Array(new.utf8))[0])
    return changes.map { change in
      "\(change.path): \(change.old.map { JSON.text($0) } ?? "-") → \(change.new.map { JSON.text($0) } ?? "-")"
    }
  }

  @Test func fieldsArePathsThatPeopleWrite() throws {
    let old = """
      metadata: {labels: {app: web}, annotations: {example.com/owner: kim}}
      spec:
        replicas: 3
        template: {spec: {containers: [{name: web, image: "web:2.3"}, {name: log, image: "log:1"}]}}
        args: [a, b]
      """
    let new = """
      metadata: {labels: {app: web}, annotations: {example.com/owner: lee}}
      spec:
        replicas: 5
        paused: true
        template: {spec: {containers: [{name: side, image: "side:1"}, {name: web, image: "web:2.4"}]}}
        args: [a]
      """
    #expect(
      try changes(old, new) == [
        #"metadata.annotations["example.com/owner"]: "kim" → "lee""#,
        #"spec.args[1]: "b" → -"#,
        "spec.paused: - → true",
        "spec.replicas: 3 → 5",
        #"spec.template.spec.containers[name=side]: - → {"name":"side","image":"side:1"}"#,
        #"spec.template.spec.containers[name=web].image: "web:2.3" → "web:2.4""#,
        #"spec.template.spec.containers[name=log]: {"name":"log","image":"log:1"} → -"#,
      ])
  }

  @Test func anOrderOfNamesIsOneChange() throws {
    #expect(
      try changes("a: [{name: x, v: 1}, {name: z}]", "a: [{name: z}, {name: x, v: 2}]") == [
        #"a: ["x","z"] → ["z","x"]"#, "a[name=x].v: 1 → 2",
      ])
  }

  @Test func namesThatAreNotUniqueAreMatchedByIndex() throws {
    #expect(
      try changes("a: [{name: x, v: 1}, {name: x, v: 2}]", "a: [{name: x, v: 1}, {name: x, v: 3}]") == ["a[1].v: 2 → 3"]
    )
  }

  @Test func equalDocumentsDoNotDiffer() throws {
    #expect(try changes("{a: 1, b: [x, {c: 1.0}]}", "{b: [x, {c: 1}], a: 0x1}") == [])
    #expect(try changes("{a: é}", "{a: e\u{301}}") == ["a: \"é\" → \"e\u{301}\""])
    #expect(try changes("a: 1", "- 1") == [": {\"a\":1} → [1]"])
  }
}
