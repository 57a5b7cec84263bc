import FleetDocuments
import FleetTemplate

/// A template of either language, read once and rendered for many parameter sets.
enum CompiledTemplate: Hashable, Sendable {
  /// There is nothing to fill in.
  case text(String)
  case fields(FieldTemplate)
  case go(GoTemplate)

  init(_ text: String, language: TemplateLanguage) throws(TemplateError) {
    guard text.contains("{{") else {
      self = .text(text)
      return
    }
    switch language {
    case .fields: self = .fields(try FieldTemplate(text))
    case .goTemplate(let options): self = .go(try GoTemplate(text, options: options))
    }
  }

  func render(_ parameters: [String: ParameterValue]) throws(TemplateError) -> String {
    switch self {
    case .text(let text): text
    case .fields(let template): template.render(parameters)
    case .go(let template): try template.render(parameters)
    }
  }
}

extension TemplateLanguage {
  /// Whether parameters are nested maps instead of dotted names.
  var isNested: Bool { if case .goTemplate = self { true } else { false } }

  /// The language with every missing parameter being an error.
  var strict: TemplateLanguage {
    guard case .goTemplate(let options) = self else { return self }
    return .goTemplate(options: options.filter { !$0.hasPrefix("missingkey=") } + ["missingkey=error"])
  }
}
