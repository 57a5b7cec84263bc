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

  /// Fills in parameters.
  ///
  /// - Parameter environment: time and chance; refused if not said.
  func render(
    _ parameters: [String: ParameterValue], environment: TemplateEnvironment = TemplateEnvironment()
  ) throws(TemplateError) -> String {
    switch self {
    case .text(let text): text
    case .fields(let template): template.render(parameters)
    case .go(let template): try template.render(parameters, environment: environment)
    }
  }

  /// What a text that was filled in with parameters lacks, which both languages pass over: fasttemplate writes a name that it
  /// cannot fill in back as it was, Go's templates print `<no value>`.
  func lacks(in text: String, of parameters: [String: ParameterValue]) -> [TemplateLack] {
    switch self {
    case .text: return []
    case .go: return text.contains("<no value>") ? [.value(text)] : []
    case .fields(let template):
      return template.keys.compactMap { key in
        switch parameters[key] {
        case .string?: nil
        case nil: .parameter(key)
        case let value?: .text(key, found: value.kindName)
        }
      }
    }
  }

  /// Whether it may ask what time it is.
  var usesTime: Bool { if case .go(let template) = self { template.usesTime } else { false } }

  /// Whether it may draw by chance.
  var usesChance: Bool { if case .go(let template) = self { template.usesChance } else { false } }
}

/// Why a text is not what its template meant.
enum TemplateLack: Hashable {
  /// No parameter has this name.
  case parameter(String)
  /// The parameter of this name is no text, and only texts are filled in here.
  case text(String, found: String)
  /// Some parameter of a Go template is missing, or null: this came out.
  case value(String)
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
