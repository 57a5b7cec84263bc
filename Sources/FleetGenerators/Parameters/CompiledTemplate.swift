import FleetDocuments
import FleetTemplate

/// A template of either language, read once and rendered for many parameter sets.
enum CompiledTemplate: Hashable, Sendable {
  case fields(FieldTemplate)
  case go(GoTemplate)

  init(_ text: String, language: TemplateLanguage) throws(TemplateError) {
    switch language {
    case .fields: self = .fields(try FieldTemplate(text))
    case .goTemplate(let options): self = .go(try GoTemplate(text, options: options))
    }
  }

  func render(_ parameters: [String: ParameterValue]) throws(TemplateError) -> String {
    switch self {
    case .fields(let template): template.render(parameters)
    case .go(let template): try template.render(parameters)
    }
  }
}

extension TemplateLanguage {
  /// Whether parameters are nested maps instead of dotted names.
  var isNested: Bool { if case .goTemplate = self { true } else { false } }
}
