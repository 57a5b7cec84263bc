import FleetAPI
import Foundation
import Testing

/// `docs/reference/api.md` has a part that is written from the table of routes; this keeps it so.
/// `FLOTILLA_GOLDEN=overwrite` writes it anew.
@Suite struct ReferenceTests {
  private static let begin = "<!-- routes: written from Sources/FleetAPI/Routes by ReferenceTests -->\n"

  private static var table: String {
    var text = begin
    for route in Routes.all {
      text += "\n### `\(route.method.rawValue) \(route.path)`\n\n\(route.summary).\n\n"
      text += "- who: \(who(route.access))\n"
      if let request = route.request { text += "- body: `\(name(request))`, at most \(route.bodyLimit >> 20) MiB\n" }
      let answer = route.response.map { " `\(name($0))`" } ?? ""
      text += "- answer: \(route.status)\(answer)\n"
      for query in route.query { text += "- `?\(query.name)=`: \(query.summary)\n" }
      if route.isMutating { text += "- takes an `Idempotency-Key`\n" }
    }
    return text
  }

  private static func who(_ access: Route.Access) -> String {
    switch access {
    case .open: "anybody"
    case .webhook: "whoever knows the repository's webhook secret, or a token with the right operate"
    case .agentProof: "an agent with its own proof"
    case .agentSession: "an agent's session"
    case .right(let right): "a token with the right \(right.rawValue)"
    }
  }

  private static func name(_ type: any WireValue.Type) -> String {
    String(describing: type).replacing("ListPage<", with: "{items: [").replacing(">", with: "], next}")
  }

  @Test func theReferencePageListsEveryRoute() throws {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("docs/reference/api.md")
    var text = try String(contentsOf: page, encoding: .utf8)
    let range = try #require(text.range(of: Self.begin))
    if ProcessInfo.processInfo.environment["FLOTILLA_GOLDEN"] == "overwrite" {
      text.replaceSubrange(range.lowerBound..., with: Self.table)
      try text.write(to: page, atomically: true, encoding: .utf8)
    }
    #expect(String(text[range.lowerBound...]) == Self.table, "write it anew with FLOTILLA_GOLDEN=overwrite")
  }
}
