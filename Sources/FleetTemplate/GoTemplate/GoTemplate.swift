/// A Go template, `text/template` as ApplicationSets with `goTemplate: true` use it (GENERATORS 3.2): the whole
/// language, Go's own functions, sprig's and Argo CD's. What is refused is refused by name when the template is read.
///
/// One difference is deliberate: whole numbers of parameters are printed whole and go where an integer is wanted, where
/// Argo CD makes them floating point. They go where a floating point number is wanted too.
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

  let parsed: ParsedTemplate
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
    parsed = try Parser.parse(TemplateSource(source), maximumDepth: limits.depth)
  }

  /// Renders the template with `.` and `$` being the parameters.
  ///
  /// - Parameters:
  ///   - parameters: by name.
  ///   - limits: how much it may do.
  ///   - environment: what it sees of time and chance; nothing if not said.
  /// - Throws: ``TemplateError`` with the place, and for a missing parameter with what is there instead.
  public func render(
    _ parameters: [String: ParameterValue], limits: TemplateLimits = TemplateLimits(),
    environment: TemplateEnvironment = TemplateEnvironment()
  ) throws(TemplateError) -> String {
    let rendering = Rendering(parsed, limits: limits, environment: environment)
    defer { rendering.end() }
    let data: Value = parsed.changesMaps ? rendering.thawed(.map(parameters)) : .map(.parameters(parameters))
    var evaluator = Evaluator(parsed, missingKey: missingKey, rendering: rendering, data: data)
    return try evaluator.run()
  }

  /// The functions that the template calls, whether or not a rendering comes to them: `now` among them says that the
  /// result depends on the time, `uuidv4` that it depends on chance.
  public var functions: Set<String> { parsed.functions }

  /// Whether a rendering may ask what time it is. Functions that write a time as text take what is no time for now.
  public var usesTime: Bool { !parsed.functions.isDisjoint(with: Self.functionsOfTime) }

  /// Whether a rendering may draw by chance.
  public var usesChance: Bool { !parsed.functions.isDisjoint(with: Self.functionsOfChance) }

  private static let functionsOfTime: Set<String> = [
    "now", "ago", "date", "dateInZone", "date_in_zone", "htmlDate", "htmlDateInZone", "durationRound",
  ]

  private static let functionsOfChance: Set<String> = [
    "randAlpha", "randNumeric", "randAlphaNum", "randAscii", "randBytes", "randInt", "shuffle", "uuidv4",
  ]

  /// Templates are equal when their texts and options are.
  public static func == (left: GoTemplate, right: GoTemplate) -> Bool {
    left.missingKey == right.missingKey && left.parsed.source == right.parsed.source
  }

  /// Hashes text and option.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(parsed.source)
    hasher.combine(missingKey)
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
