import FleetModel
import FleetPlanner
import Foundation
import Testing

/// A run as a story: what happened and what is waited for, by the clock of a zone.
struct Story {
  var fleet: Fleet
  let zone: TimeZoneRules
  private(set) var lines: [String] = []
  private var told = 0

  init(_ fleet: Fleet, in zone: TimeZoneRules) {
    self.fleet = fleet
    self.zone = zone
  }

  /// Sets the clock, says in words what is special about the moment, lets something happen, and tells what came of it.
  mutating func at(_ text: String, _ words: String = "", _ happen: (inout Fleet) throws -> Void = { _ in }) throws {
    fleet.now = zone.instant(of: try #require(CivilMinute(text: text)))
    lines.append("\(lines.isEmpty ? "" : "\n")\(zone.local(fleet.now).text)" + (words.isEmpty ? "" : "  \(words)"))
    try happen(&fleet)
    fleet.pass()
    for event in fleet.events[told...] {
      lines.append("  " + (event.stage.isEmpty ? "" : "\(event.stage): ") + event.message)
    }
    told = fleet.events.count
    lines.append(
      "  in flight: " + (fleet.inFlight.isEmpty ? "nobody" : fleet.inFlight.map(\.rawValue).joined(separator: ", ")))
    for waiting in fleet.report.waiting {
      let who = waiting.clusterCount > 0 ? " (\(waiting.clusterCount))" : ""
      lines.append("  waits: \(waiting.stage)\(who): \(waiting.message); cleared by \(waiting.clearedBy)")
    }
    for note in fleet.report.notes { lines.append("  note: \(note)") }
  }

  /// Tells what happens outside of the run.
  mutating func tell(_ text: String) { lines.append("\(lines.isEmpty ? "" : "\n")\(text)") }

  /// Goes on with another run.
  mutating func turn(to other: Fleet) {
    fleet = other
    told = 0
  }

  /// Compares the story with the file of that name under `Golden/`; with FLOTILLA_GOLDEN=overwrite the file is written
  /// instead, for a person to look at the difference in Git.
  func compare(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Golden/\(name).txt")
    let text = lines.joined(separator: "\n") + "\n"
    if ProcessInfo.processInfo.environment["FLOTILLA_GOLDEN"] == "overwrite" {
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      return try Data(text.utf8).write(to: file)
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    #expect(text == expected, "Golden/\(name).txt differs", sourceLocation: sourceLocation)
  }
}
