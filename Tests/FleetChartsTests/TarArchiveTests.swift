import FleetModel
import FleetPrograms
import Foundation
import Testing

@testable import FleetCharts

@Suite struct TarArchiveTests {
  /// An archive that the system's tar makes of a folder.
  static func archive(_ arguments: String..., make: (String) throws -> Void) async throws -> [UInt8] {
    let folder = NSTemporaryDirectory() + "tar-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try make(folder)
    let result = try await Program.run(
      "tar", arguments: ["-C", folder] + arguments, environment: ["PATH": "/usr/bin:/bin"], timeLimit: .seconds(30),
      outputLimitBytes: 1 << 24)
    #expect(result.isSuccess, "\(result.errorText)")
    return result.output
  }

  static func write(_ text: String, _ path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  @Test(arguments: ["ustar", "gnu", "pax", "v7"])
  func everyFormatIsReadWithoutLinks(format: String) async throws {
    let long = "shop/" + (format == "v7" ? "t" : String(repeating: "templates/", count: 20) + "config.yaml")
    let bytes = try await Self.archive("--format=\(format)", "-cf", "-", "shop") { folder in
      try Self.write("name: shop\n", folder + "/shop/Chart.yaml")
      try Self.write(String(repeating: "x", count: 1_500), folder + "/" + long)
      try FileManager.default.createSymbolicLink(atPath: folder + "/shop/link", withDestinationPath: "/etc/passwd")
    }
    let archive = try TarArchive(bytes)
    #expect(Set(archive.files.map(\.path)) == ["shop/Chart.yaml", long])
    #expect(archive.files.first { $0.path == long }?.contents.count == 1_500)
  }

  @Test func whatLeadsOutIsRefused() async throws {
    for option in ["s,shop,../shop,", "s,shop,/shop,", "s,shop,a/../shop,"] {
      let bytes = try await Self.archive("-P", "--transform", option, "-cf", "-", "shop/Chart.yaml") { folder in
        try Self.write("name: shop\n", folder + "/shop/Chart.yaml")
      }
      #expect(throws: TarArchive.Problem.self) { try TarArchive(bytes) }
    }
  }

  @Test func whatIsDamagedIsRefused() async throws {
    let bytes = try await Self.archive("-cf", "-", "shop") { try Self.write("name: shop\n", $0 + "/shop/Chart.yaml") }
    var changed = bytes
    changed[0] ^= 1
    #expect(throws: TarArchive.Problem.self) { try TarArchive(changed) }
    #expect(throws: TarArchive.Problem.self) { try TarArchive(Array(bytes[..<1_030])) }
    let id = try #require(CommitID(hexadecimal: String(repeating: "a", count: 64)))
    #expect(throws: TarArchive.Problem.self) { try ArchiveTree(try TarArchive([]), id: id, chart: "shop") }
    let other = try await Self.archive("-cf", "-", "shop") { try Self.write("a: 1\n", $0 + "/shop/values.yaml") }
    #expect(throws: TarArchive.Problem.self) { try ArchiveTree(try TarArchive(other), id: id, chart: "shop") }
    #expect(try ArchiveTree(try TarArchive(bytes), id: id, chart: "my/shop").files(under: "my").count == 1)
  }
}
