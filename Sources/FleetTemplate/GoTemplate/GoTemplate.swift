/// A Go template, `text/template` as ApplicationSets with `goTemplate: true` use it (GENERATORS 3.2): the whole
/// language, Go's own functions, and those of sprig that ``TemplateFunctions`` lists. What is missing is refused by
/// name when the template is read; nothing is rendered differently in silence.
///
/// One difference is deliberate: integers of parameters stay integers, where Argo CD makes them floating point.
public struct GoTemplate: Hashable, Sendable {
  /// What a parameter that is not there becomes: Go's `missingkey` option.
  public enum MissingKey: Hashable, Sendable {
    /// `<no value>`, and so does everything asked of it (`default`, `invalid`).
    case noValue
    /// The zero value, nothing; asking something of it is an error (`zero`).
    case zero
    /// An error (`error`).
    case error
  }

  let source: TemplateSource
  let statements: [Statement]
  let definitions: [String: [Statement]]
  let missingKey: MissingKey

  /// Reads a template.
  ///
  /// - Parameters:
  ///   - source: the template's text.
  ///   - options: strings of Go's `Template.Option`, for example `missingkey=error`; of several the last holds.
  ///   - limits: only the depth is looked at here.
  /// - Throws: ``TemplateError`` for a malformed template, an unknown function, variable or option.
  public init(_ source: String, options: [String] = [], limits: TemplateLimits = TemplateLimits()) throws(TemplateError)
  {
    missingKey = try Self.missingKey(options)
    self.source = TemplateSource(source)
    (statements, definitions) = try Parser.parse(self.source, maximumDepth: limits.depth)
  }

  /// Renders the template with `.` and `$` being the parameters.
  ///
  /// - Throws: ``TemplateError`` with the place, and for a missing parameter with what is there instead.
  public func render(
    _ parameters: [String: ParameterValue], limits: TemplateLimits = TemplateLimits()
  ) throws(TemplateError) -> String {
    var evaluator = Evaluator(template: self, limits: limits, data: .map(parameters))
    return try evaluator.run()
  }

  /// Reads Go's option strings.
  ///
  /// - Throws: ``TemplateError`` at line 0 for an option that Go does not know.
  public static func missingKey(_ options: [String]) throws(TemplateError) -> MissingKey {
    var result = MissingKey.noValue
    for option in options {
      switch option {
      case "missingkey=default", "missingkey=invalid": result = .noValue
      case "missingkey=zero": result = .zero
      case "missingkey=error": result = .error
      default:
        throw TemplateError(
          code: .syntax, line: 0, column: 0,
          message: "unknown option \"\(option)\"; expected missingkey=error, missingkey=zero or missingkey=default")
      }
    }
    return result
  }
}
