import Foundation
import Testing

/// Holds the table of layers (docs/decisions/0001-layers.md) against every `import` of the sources.
@Suite("Imports")
struct ImportTests {
  /// What each target may import of this package: everything of the rows below its own that it needs.
  static let allowed: [String: Set<String>] = [
    "FleetModel": [],
    "Manifest": ["FleetModel", "CLibYAML"],
    "FleetTemplate": ["FleetModel", "Manifest"],
    "FleetDocuments": ["FleetModel", "Manifest"],
    "FleetGenerators": ["FleetModel", "Manifest", "FleetTemplate", "FleetDocuments"],
    "FleetImport": ["FleetModel", "Manifest", "FleetDocuments", "FleetGenerators"],
    "FleetRender": ["FleetModel", "Manifest", "FleetDocuments"],
    "FleetPlanner": ["FleetModel"],
    "FleetSync": ["FleetModel", "Manifest"],
    "FleetSimulation": ["FleetModel", "FleetPlanner"],
    "FleetPorts": ["FleetModel", "FleetGenerators", "FleetPlanner"],
    "FleetAPI": ["FleetModel", "CLibZ"],
    "FleetPrograms": ["FleetModel"],
    "FleetClient": ["FleetModel", "FleetAPI"],
    "FleetPostgres": ["FleetModel", "FleetPlanner", "FleetPorts", "FleetPrograms", "CLibPQ"],
    "FleetGit": ["FleetModel", "FleetPorts", "FleetPrograms", "CLibGit2"],
    "FleetCharts": ["FleetModel", "Manifest", "FleetPorts", "FleetPrograms"],
    "KubeClient": ["FleetModel", "Manifest", "FleetPrograms"],
    "FleetForges": ["FleetModel", "Manifest", "FleetDocuments", "FleetGenerators", "FleetPorts"],
    "FleetAgent": ["FleetModel", "Manifest", "FleetSync", "FleetPrograms", "FleetAPI", "FleetClient", "KubeClient"],
    "KubeSim": ["FleetModel", "Manifest"],
    "FleetController": [
      "FleetModel", "Manifest", "FleetTemplate", "FleetDocuments", "FleetGenerators", "FleetRender", "FleetPlanner",
      "FleetSync", "FleetSimulation", "FleetPorts", "FleetPrograms",
    ],
    "FleetServer": [
      "FleetModel", "Manifest", "FleetDocuments", "FleetGenerators", "FleetPlanner", "FleetSimulation", "FleetPorts",
      "FleetAPI", "FleetController",
    ],
    "FleetPush": [
      "FleetModel", "Manifest", "FleetGenerators", "FleetPorts", "FleetAPI", "KubeClient", "FleetAgent",
      "FleetController",
    ],
    "FleetCommands": [
      "FleetModel", "Manifest", "FleetDocuments", "FleetGenerators", "FleetImport", "FleetRender", "FleetAPI",
      "FleetPrograms", "FleetClient", "KubeClient",
    ],
    "flotilla": ["FleetCommands"],
    "flotilla-controller": [
      "FleetModel", "FleetPostgres", "FleetGit", "FleetCharts", "FleetForges", "FleetPrograms", "FleetController",
      "FleetPush",
      "FleetServer", "FleetPorts",
    ],
    "flotilla-agent": ["FleetAgent", "FleetModel", "KubeClient"],
    "flotilla-sim": ["KubeSim", "FleetAgent", "FleetModel", "FleetSimulation", "KubeClient"],
  ]

  /// Targets under the double line: synchronous and pure. Nothing of the system but what is listed.
  static let pure: [String: Set<String>] = [
    "FleetModel": [], "Manifest": ["Crypto"], "FleetTemplate": ["Crypto"], "FleetDocuments": [], "FleetGenerators": [],
    "FleetImport": [],
    "FleetRender": [], "FleetPlanner": ["Crypto"], "FleetSync": [], "FleetSimulation": [],
  ]

  @Test("every import is one that the table of layers allows")
  func imports() throws {
    var problems: [String] = []
    for target in try Checkout.folders(in: "Sources") where !target.hasPrefix("C") {
      guard let own = Self.allowed[target] else {
        problems.append("Sources/\(target) is not in the table of layers")
        continue
      }
      for file in try Checkout.swiftFiles(below: "Sources/\(target)") {
        for module in try file.imports() {
          let isOurs = Self.allowed[module] != nil || module.hasPrefix("CLib")
          if isOurs, !own.contains(module) { problems.append("\(file.path) imports \(module)") }
          if let system = Self.pure[target], !isOurs, !system.contains(module) {
            problems.append("\(file.path) is below the double line and imports \(module)")
          }
        }
      }
    }
    #expect(problems == [])
  }

  @Test("nothing below the double line is asynchronous or reads a clock or chance")
  func purity() throws {
    let banned = [
      " async ", "await ", "Task {", "Date()", "UUID()", ".random(", "ContinuousClock", "SystemRandomNumberGenerator",
    ]
    var problems: [String] = []
    for target in Self.pure.keys.sorted() {
      for file in try Checkout.swiftFiles(below: "Sources/\(target)") {
        for (number, line) in try file.codeLines() {
          for word in banned where line.contains(word) { problems.append("\(file.path):\(number) has `\(word)`") }
        }
      }
    }
    #expect(problems == [])
  }

  @Test("no source crashes on input: no `try!`, `as!`, `fatalError`")
  func noCrashes() throws {
    var problems: [String] = []
    for file in try Checkout.swiftFiles(below: "Sources") {
      for (number, line) in try file.codeLines() {
        for word in ["try!", "as!", "fatalError("] where line.contains(word) {
          problems.append("\(file.path):\(number) has `\(word)`")
        }
      }
    }
    #expect(problems == [])
  }

  @Test("files stay small enough to be one thing", arguments: ["Sources", "Tests"])
  func length(folder: String) throws {
    let long = try Checkout.swiftFiles(below: folder).filter { try $0.lines().count > 450 }
    #expect(long.map(\.path) == [])
  }
}
