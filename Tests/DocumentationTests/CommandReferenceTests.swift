import ArgumentParser
@testable import FleetCommands
import Foundation
import Testing

/// `docs/reference/cli.md` below its marker is written from the parser; `FLOTILLA_GOLDEN=overwrite` writes it anew.
@Suite("The reference of the command line")
struct CommandReferenceTests {
  static let path = "docs/reference/cli.md"
  static let marker = "<!-- verbs: written from the parser by CommandReferenceTests -->\n"

  @Test("it shows every verb as its help does")
  func verbs() throws {
    let text = try Page.text(of: Self.path)
    let place = try #require(text.range(of: Self.marker), "\(Self.path) lost its marker")
    let written = Self.marker + Self.sections(of: FlotillaCommand.self, path: "flotilla").joined()
    if ProcessInfo.processInfo.environment["FLOTILLA_GOLDEN"] == "overwrite" {
      try (text[..<place.lowerBound] + written).write(
        toFile: "\(Page.root)/\(Self.path)", atomically: true, encoding: .utf8)
    } else {
      #expect(String(text[place.lowerBound...]) == written, "write it anew with FLOTILLA_GOLDEN=overwrite")
    }
  }

  private static func sections(of command: any ParsableCommand.Type, path: String) -> [String] {
    command.configuration.subcommands.filter(\.configuration.shouldDisplay).flatMap { child -> [String] in
      let name = "\(path) \(child._commandName)"
      let inner = sections(of: child, path: name)
      guard inner.isEmpty else { return inner }
      // The usage on one line grows with every option, and the options are listed anyway.
      let help = FlotillaCommand.helpMessage(for: child, columns: 110)
        .split(separator: "\n", omittingEmptySubsequences: false)
        .filter { !$0.hasPrefix("  -h, --help") && !$0.hasPrefix("  --version") }
        .map { line in
          var line = String(line)
          while line.hasSuffix(" ") { line.removeLast() }
          return line.hasPrefix("OVERVIEW: ") ? String(line.dropFirst(10)) : line
        }.joined(separator: "\n").trimmingCharacters(in: .newlines)
      return ["\n### `\(name)`\n\n```text\n\(help)\n```\n"]
    }
  }
}
