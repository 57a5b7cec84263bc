import FleetTemplate
import Manifest

/// A regular expression with Go's syntax that a text must contain a match of. The expressions are those of templates,
/// which are matched in linear time.
struct TextPattern: Sendable {
  struct Malformed: Error {
    var message: String
  }

  private let template: GoTemplate

  init(_ source: String) throws(Malformed) {
    do throws(TemplateError) {
      // Go's texts in quotes are JSON's, and more.
      let quoted = JSON.text(Node(.string(source)))
      template = try GoTemplate("{{ mustRegexMatch \(quoted) .text }}")
      // Whether it is an expression is found when it is used first.
      _ = try template.render(["text": .string("")])
    } catch {
      throw Malformed(message: error.message)
    }
  }

  func matches(_ text: String) -> Bool { (try? template.render(["text": .string(text)])) == "true" }
}
