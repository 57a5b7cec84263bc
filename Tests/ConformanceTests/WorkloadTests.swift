import FleetDocuments
import FleetModel
import Foundation
import Manifest
import Testing

@testable import FleetGenerators

/// The workloads that several systems are measured with, against what Argo CD's own code made of them.
@Suite struct WorkloadConformanceTests {
  private static let folder: URL? = {
    guard let cases = Case.folder else { return nil }
    let folder = cases.appendingPathComponent("../../bench-workloads").standardizedFileURL
    if FileManager.default.fileExists(atPath: folder.appendingPathComponent("clusters-100.json").path) { return folder }
    print("skipped: no workloads in \(folder.path)")
    return nil
  }()

  @Test(.enabled(if: folder != nil, "no workloads beside the recorded cases"), arguments: ["W1", "W2", "W4"])
  func makesTheSameApplications(workload: String) throws {
    let folder = try #require(Self.folder)
    func bytes(_ name: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: folder.appendingPathComponent(name))) }
    let clusters = try JSON.parse(bytes("clusters-100.json")).array ?? []
    let (documents, findings) = Documents.read(try bytes("\(workload)/applicationset.yaml"), file: workload)
    #expect(findings.filter { $0.severity == .error } == [])
    guard case .fleetSet(let set)? = documents.first?.content else { return }
    let made = applications(of: set, inventory: Inventory(clusters.map(Fixtures.cluster)))
    if case .failed(let problems) = made, problems.contains(where: { $0.message.contains("not available in") }) {
      print("\(workload): not yet: \(problems[0].message)")
      return
    }
    guard case .applications(let own, _) = made else {
      Issue.record("\(made)")
      return
    }
    let expected = try bytes("expected/\(workload)-1000.jsonl")
      .split(separator: UInt8(ascii: "\n"), maxSplits: own.count).prefix(own.count)
    let byName = Dictionary(
      try expected.map { try JSON.parse(Array($0)) }.map { ($0["metadata", "name"]?.string ?? "", $0) },
      uniquingKeysWith: { $1 })
    #expect(own.count == 100)
    for application in own {
      let wanted = byName[application.document["metadata", "name"]?.string ?? ""]
      #expect(application.document["metadata"] == wanted?["metadata"])
      #expect(application.document["spec"] == wanted?["spec"])
    }
  }
}
