import FleetAPI
@testable import FleetCommands
import FleetDocuments
import FleetGenerators
import FleetModel
import FleetTemplate
import Foundation
import Testing

/// Holds the reference pages against what the code has.
@Suite("Reference pages")
struct ReferenceTests {
  @Test("every YAML block that is a document of Flotilla or an ApplicationSet is clean")
  func documents() throws {
    var problems: [String] = []
    var count = 0
    for block in try Page.all().flatMap({ $0.blocks("yaml") }) {
      let text = block.lines.joined(separator: "\n")
      guard text.contains("apiVersion: flotilla.dev/") || text.contains("apiVersion: argoproj.io/") else { continue }
      guard !text.contains("kind: \(Documents.rehearsalKind)") else {
        problems += Documents.rehearsal(Array(text.utf8), file: block.place).diagnostics.map(\.text)
        continue
      }
      let (documents, findings) = Documents.read(Array(text.utf8), file: block.place)
      problems += findings.map(\.text)
      for case .fleetSet(let definition) in documents.map(\.content) {
        problems += templateProblems(in: definition, file: block.place).map(\.text)
      }
      count += documents.count
    }
    #expect(problems == [])
    #expect(count >= 3, "the documentation lost its documents")
  }

  @Test("documents.md and applicationsets.md name every field that documents may have")
  func fields() throws {
    let page = try ["documents.md", "applicationsets.md"].map { try Page.text(of: "docs/reference/\($0)") }.joined()
    let sources = try Page.sources(["Sources/FleetDocuments"], endings: [".swift"])
    var missing: Set<String> = []
    for reader in ["optional(\"", "required(\"", "present(\""] {
      for part in sources.components(separatedBy: reader).dropFirst() {
        let name = String(part.prefix { $0.isLetter })
        if page.range(of: "[`.…]\(name)[`.]", options: .regularExpression) == nil { missing.insert(name) }
      }
    }
    #expect(missing.sorted() == [])
  }

  @Test("templates.md lists every function with its arguments, and no other")
  func functions() throws {
    let lines = try Page.at("docs/reference/templates.md").lines
    let start = try #require(lines.firstIndex(of: "### Functions"))
    let end = try #require(lines.firstIndex(of: "### What is refused"))
    let rows = lines[start..<end].filter { $0.hasPrefix("| `") }
    let signatures = rows.flatMap { row in
      row.components(separatedBy: " | ")[0].components(separatedBy: "`").enumerated()
        .filter { $0.offset % 2 == 1 }.map(\.element)
    }
    let listed = signatures.map { String($0.prefix { $0 != " " }) }
    #expect(listed.sorted() == TemplateFunctions.names)
    #expect(rows.filter { $0.components(separatedBy: " | ").count != 2 } == [])
    let refused = lines[end...].prefix { !$0.hasPrefix("### Differences") }.joined(separator: " ")
    #expect(TemplateFunctions.refused.keys.sorted().filter { !refused.contains("`\($0)`") } == [])
  }

  @Test("errors.md names every error code, exit code and condition")
  func errors() throws {
    let text = try Page.text(of: "docs/reference/errors.md")
    #expect(ErrorEnvelope.Code.allCases.filter { !text.contains("`\($0.rawValue)`") } == [])
    #expect(ExitCode.allCases.filter { !text.contains("| \($0.rawValue) |") } == [])
    let sources = try Page.sources(["Sources/FleetController"], endings: [".swift"])
    var reasons: Set<String> = []
    for part in sources.components(separatedBy: "reason: \"").dropFirst() {
      let reason = String(part.prefix { $0 != "\"" })
      if reason.allSatisfy(\.isLetter), reason.first?.isUppercase == true { reasons.insert(reason) }
    }
    #expect(reasons.count > 5)
    #expect(reasons.filter { !text.contains("`\($0)`") }.sorted() == [])
  }

  @Test("rollouts.md states every rule, and names tests that are named after it", arguments: 0...31)
  func rules(number: Int) throws {
    let page = try Page.at("docs/reference/rollouts.md")
    let start = try #require(page.lines.firstIndex { $0.hasPrefix("### R\(number) ") }, "there is no ### R\(number)")
    let section = page.lines[(start + 1)...].prefix { !$0.hasPrefix("#") }
    let isBuilt = !section.contains { $0.hasPrefix("**Not built.**") }
    guard isBuilt else { return }
    let line = try #require(section.first { $0.hasPrefix("Tests") }, "R\(number) names no tests")
    let paths = line.components(separatedBy: "](").dropFirst().map { String($0.prefix { $0 != ")" && $0 != "#" }) }
    #expect(!paths.isEmpty)
    for path in paths where !line.hasPrefix("Tests, not named after the rule: ") {
      let file = path.replacingOccurrences(of: "../../", with: "")
      let found = try Page.text(of: file).range(of: "R\(number)\\b", options: .regularExpression)
      #expect(found != nil, "\(file) has no test named after R\(number)")
    }
  }

  @Test("every relative link leads to a file, and to a heading of it")
  func links() throws {
    var problems: [String] = []
    for page in try Page.all() {
      for line in page.parts().prose {
        for part in line.text.components(separatedBy: "](").dropFirst() {
          let link = String(part.prefix { $0 != ")" })
          if link.contains("://") || link.hasPrefix("mailto:") { continue }
          let pieces = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
          let target = pieces[0].isEmpty ? page.path : Self.resolve(pieces[0], from: page.path)
          if !Page.exists(target) {
            problems.append("\(page.path):\(line.number) links to \(link)")
          } else if pieces.count == 2, !(try Self.anchors(of: target).contains(pieces[1])) {
            problems.append("\(page.path):\(line.number) links to \(link), which has no such heading")
          }
        }
      }
    }
    #expect(problems == [])
  }

  private static func resolve(_ link: String, from page: String) -> String {
    var parts = page.split(separator: "/").dropLast().map(String.init)
    for part in link.split(separator: "/").map(String.init) where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
  }

  /// The anchors of a page's headings: lower case, letters, digits and `-`, spaces as `-`.
  private static func anchors(of path: String) throws -> Set<String> {
    guard path.hasSuffix(".md") else { return [] }
    let headings = try Page.at(path).parts().prose.map(\.text).filter { $0.hasPrefix("#") }
    return Set(
      headings.map { heading in
        heading.drop { $0 == "#" || $0 == " " }.lowercased()
          .filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == " " }.replacingOccurrences(of: " ", with: "-")
      })
  }
}
