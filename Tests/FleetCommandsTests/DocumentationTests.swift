@testable import FleetCommands
import ArgumentParser
import Foundation
import Testing

@Suite struct DocumentationTests {
  private static func page(_ path: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  @Test func theReferenceNamesEveryVerb() throws {
    let page = try Self.page("docs/reference/cli.md")
    for verb in FlotillaCommand.configuration.subcommands {
      #expect(page.contains(verb._commandName), "docs/reference/cli.md does not name \(verb._commandName)")
      for child in verb.configuration.subcommands {
        #expect(page.contains(child._commandName), "docs/reference/cli.md does not name \(child._commandName)")
      }
    }
  }

  @Test func theReferenceHasTheTableOfExitCodes() throws {
    let page = try Self.page("docs/reference/cli.md")
    for code in ExitCode.allCases { #expect(page.contains("| \(code.rawValue) | \(code.meaning) |")) }
  }

  /// Every `flotilla …` line of the guide is one that the parser takes.
  @Test func theGuideSpeaksTheCommandLine() throws {
    let guide = try Self.page("docs/guides/first-rollout.md")
    let lines = guide.split(separator: "\n").filter { $0.hasPrefix("flotilla ") }
    #expect(lines.count >= 10)
    for line in lines {
      let words = line.split(separator: "|")[0].split(separator: " ").dropFirst().map { $0.filter { $0 != "\"" } }
      var arguments: [String] = []
      var isQuoted = false  // a quoted reason of several words is one argument
      for (word, raw) in zip(words, line.split(separator: "|")[0].split(separator: " ").dropFirst()) {
        if isQuoted { arguments[arguments.count - 1] += " " + word } else { arguments.append(word) }
        if raw.count(where: { $0 == "\"" }) == 1 { isQuoted.toggle() }
      }
      #expect(throws: Never.self, "\(line)") { try FlotillaCommand.parseAsRoot(arguments) }
    }
  }
}
