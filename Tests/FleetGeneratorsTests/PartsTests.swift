import FleetDocuments
import FleetModel
import Testing

@testable import FleetGenerators

/// Expansions whose targets are handed on as they are made are the same as whole ones.
@Suite struct PartsTests {
  private static let inventory = Inventory(
    (0..<1_100).map {
      InventoryCluster(name: "c\($0)", labels: ["env": $0 % 3 == 0 ? "prod" : "dev", "n": "\($0)"])
    })

  private static func set(_ generators: String, name: String = "{{.name}}") throws -> FleetSetDefinition {
    var set = try CombinedTests.set(generators, name: name)
    guard case .target(var template) = set.template else { throw CancellationError() }
    template.cluster = "{{default `c1` .name}}"
    set.template = .target(template)
    return set
  }

  @Test(arguments: [
    ("[{clusters: {}}]", "{{.name}}"),
    ("[{clusters: {selector: {matchLabels: {env: prod}}, values: {x: '{{.name}}'}}}]", "{{.values.x}}"),
    (
      "[{clusters: {}, selector: {matchExpressions: [{key: metadata.labels.n, operator: In, values: ['7', '1090']}]}}]",
      "{{.name}}"
    ),
    ("[{list: {elements: [{name: c1}]}}, {clusters: {selector: {matchLabels: {env: prod}}}}]", "{{.name}}"),
    ("[{clusters: {selector: {matchLabels: {env: none}}}}]", "{{.name}}"),
    ("[{clusters: {}, selector: {matchLabels: {name: nobody}}}, {list: {elements: [{name: c1}]}}]", "{{.name}}"),
    ("[{clusters: {}}]", "same"),
    ("[{clusters: {}}, {clusters: {selector: {matchLabels: {n: '1099'}}}}]", "{{.name}}"),
    ("[{clusters: {flatList: true}}]", "n{{len .clusters}}"),
    (
      "[{clusters: {values: {x: '{{.nobody.at.all}}'}}, onError: isolate}, {list: {elements: [{name: c1}]}}]",
      "{{.name}}"
    ),
    ("[{clusters: {}}, {git: {repository: x, directories: [{path: '*'}]}}]", "{{.name}}"),
  ])
  func partsAreTheWhole(_ generators: String, _ name: String) throws {
    let set = try Self.set(generators, name: name)
    var handedOn: [ExpandedTarget] = []
    let parts = expandInParts(set, inventory: Self.inventory) { handedOn.append($0) }
    switch (expand(set, inventory: Self.inventory), parts) {
    case (.targets(let targets, let isolated, let problems), .targets(let count, let other, let found)):
      #expect(handedOn == targets)
      #expect(count == targets.count && other == isolated && found == problems)
    case (.failed(let problems), .failed(let found)), (.empty(let problems), .empty(let found)):
      #expect(problems == found)
    case (.needs(let needs), .needs(let asked)):
      #expect(needs == asked)
      #expect(handedOn == [])
    case (let whole, let parts): Issue.record("\(whole) is not \(parts)")
    }
  }
}
