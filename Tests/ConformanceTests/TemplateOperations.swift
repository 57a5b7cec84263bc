import FleetDocuments
import FleetModel
import FleetTemplate
import Manifest

@testable import FleetGenerators

extension Operations {
  @Sendable static func renderString(_ one: Case) throws(Refused) -> Node {
    try rendered(one.input["template"]?.string ?? "", one)
  }

  @Sendable static func normalize(_ one: Case) throws(Refused) -> Node {
    Node(.string(normalizedName(one.input["value"]?.string ?? "")))
  }

  @Sendable static func slugify(_ one: Case) throws(Refused) -> Node {
    let arguments = ["maxSize", "smartTruncate"].compactMap { one.input[$0].map { JSON.text($0) } }
      .joined(separator: " ")
    do throws(TemplateError) {
      let template = try GoTemplate("{{ slugify \(arguments) .value }}")
      return Node(.string(try template.render(["value": ParameterValue(one.input["value"] ?? "")])))
    } catch {
      throw Refused(error.description)
    }
  }

  static func rendered(_ text: String, _ one: Case) throws(Refused) -> Node {
    do throws(TemplateError) {
      let template = try CompiledTemplate(text, language: language(one.input))
      return Node(.string(try template.render(parameters(one.input["params"]))))
    } catch {
      throw Refused(error.description)
    }
  }
}
