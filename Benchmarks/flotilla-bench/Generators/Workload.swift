import ArgumentParser
import FleetDocuments
import FleetGenerators
import FleetModel
import Foundation
import Manifest

/// One of the ApplicationSets that several systems are measured with.
struct Workload {
  let name: String
  let definition: FleetSetDefinition
  let clusters: [InventoryCluster]
  private let directories: [String]

  /// Reads a workload.
  ///
  /// - Parameters:
  ///   - folder: the folder with all of them.
  ///   - clusters: how many clusters it is given.
  init(_ name: String, in folder: URL, clusters: Int) throws {
    self.name = name
    let own = folder.appendingPathComponent(name)
    let text = try Self.bytes(own.appendingPathComponent("applicationset.yaml"))
    definition = try BenchedSets.definition(text, file: name)
    self.clusters = BenchedClusters.first(clusters)
    let listed = own.appendingPathComponent("directories.json")
    directories =
      FileManager.default.fileExists(atPath: listed.path)
      ? try JSON.parse(Self.bytes(listed)).array?.compactMap(\.string) ?? [] : []
  }

  /// The Applications, from clusters that are just read.
  func applications() throws -> [ApplicationExpansion.Application] {
    let inventory = Inventory(clusters)
    var answers: [GeneratorRequest: GeneratorAnswer] = [:]
    while true {
      switch FleetGenerators.applications(of: definition, inventory: inventory, answers: answers) {
      case .applications(let applications, _): return applications
      case .failed(let problems): throw ValidationError(problems.map(\.text).joined(separator: "\n"))
      case .needs(let requests):
        for request in requests { answers[request] = .tree(try BenchedDirectories(directories)) }
      }
    }
  }

  /// Compares the Applications with what Argo CD's own code made of the first 1,000 clusters, where that was recorded.
  ///
  /// - Returns: how many were compared.
  func check(against folder: URL) throws -> Int {
    let recorded = folder.appendingPathComponent("expected/\(name)-1000.jsonl")
    guard FileManager.default.fileExists(atPath: recorded.path) else { return 0 }
    let expected = try Self.bytes(recorded).split(separator: 10).map { try JSON.parse(Array($0)) }
    let own = Dictionary(
      try applications().map { ($0.document["metadata", "name"]?.string ?? "", $0.document) },
      uniquingKeysWith: { $1 })
    for wanted in expected {
      let name = wanted["metadata", "name"]?.string ?? ""
      guard let found = own[name] else { throw ValidationError("\(self.name): there is no Application \(name)") }
      guard found["metadata"] == wanted["metadata"], found["spec"] == wanted["spec"] else {
        throw ValidationError("\(self.name): Application \(name) is another one than Argo CD's")
      }
    }
    return expected.count
  }

  private static func bytes(_ file: URL) throws -> [UInt8] { [UInt8](try Data(contentsOf: file)) }
}

/// A commit with directories and nothing in them.
struct BenchedDirectories: SourceTree {
  let commit: CommitID
  private let paths: [String]

  init(_ paths: [String]) throws {
    guard let commit = CommitID(hexadecimal: String(repeating: "c0", count: 20)) else {
      throw ValidationError("forty digits are a commit")
    }
    self.commit = commit
    self.paths = paths
  }

  func directories(under path: String) throws(SourceTreeError) -> [String] { paths }
  func files(under path: String) throws(SourceTreeError) -> [SourceFile] { [] }
  func contents(of path: String) throws(SourceTreeError) -> [UInt8]? { nil }
  func objectID(of path: String) throws(SourceTreeError) -> String? { nil }
}
