import Foundation
import Manifest
import Testing

/// What is written is read back the same, whatever it is.
struct RoundTripTests {
  @Test(arguments: 0..<40) func treesSurviveYAMLAndJSON(_ seed: UInt64) throws {
    var generator = TreeGenerator(seed: seed)
    for _ in 0..<60 {
      let node = generator.document()
      let json = JSON.bytes(node)
      #expect(try JSON.parse(json) == node, "seed \(seed): \(JSON.text(node))")
      #expect(try JSON.parse(JSON.bytes(node, pretty: true)) == node)
      let canonical = JSON.bytes(node, sortedKeys: true)
      #expect(JSON.bytes(try JSON.parse(canonical), sortedKeys: true) == canonical)
      let yaml = YAML.text(node)
      let read = try YAML.documents(Array(yaml.utf8))
      if read != [node] {
        let changes = difference(from: node, to: read.first ?? Node(.null)).map { change in
          "\(change.path): \(change.old.map { JSON.text($0) } ?? "-") became \(change.new.map { JSON.text($0) } ?? "-")"
        }
        Issue.record("seed \(seed): \(changes)")
      }
      #expect(read.map { YAML.text($0) } == [yaml])
    }
  }

  @Test(arguments: 0..<20) func anyBytesAreAnswered(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let pieces = [
      "a: b", "\n", "  ", "- ", "? ", ": ", "&a ", "*a", "<<: ", "!!str ", "!x ", "|", ">", "'", "\"", "{", "}", "[",
      "]", ",",
      "---\n", "...\n", "%YAML 1.1\n", "#", "\t", "\\u12", "\u{FEFF}", "1e999", "0x", "true", "null", "-", "é",
    ].map { Array($0.utf8) }
    for _ in 0..<200 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 0...30, using: &random) {
        bytes += pieces[Int.random(in: 0..<pieces.count, using: &random)]
        if Int.random(in: 0..<40, using: &random) == 0 { bytes.append(UInt8.random(in: 0...255, using: &random)) }
      }
      _ = try? YAML.documents(bytes)
      _ = try? JSON.parse(bytes)
      // What is read can be written and read again.
      for node in (try? YAML.documents(bytes)) ?? [] {
        #expect(throws: Never.self) { try YAML.documents(Array(YAML.text(node).utf8)) }
      }
    }
  }

  /// Real answers of an API server, read in place.
  @Test func recordedObjectsSurvive() throws {
    let environment = ProcessInfo.processInfo.environment["FLOTILLA_KUBE_FACTS"]
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = environment.map { URL(filePath: $0) } ?? root.appending(path: "../shared/kube-facts")
    let exchanges = folder.appending(path: "exchanges")
    guard FileManager.default.fileExists(atPath: exchanges.path) else {
      print("skipped: there is no \(exchanges.path); set FLOTILLA_KUBE_FACTS")
      return
    }
    let files = try FileManager.default.contentsOfDirectory(at: exchanges, includingPropertiesForKeys: nil)
    #expect(!files.isEmpty)
    for file in files where file.pathExtension == "json" {
      let bytes = [UInt8](try Data(contentsOf: file))
      let node = try JSON.parse(bytes, file: file.lastPathComponent)
      #expect(try JSON.parse(JSON.bytes(node)) == node, "\(file.lastPathComponent)")
      #expect(try YAML.documents(Array(YAML.text(node).utf8)) == [node], "\(file.lastPathComponent)")
    }
  }
}
