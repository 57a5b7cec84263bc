import FleetModel

/// What a function of Go templates does with values that do not fit.
struct FunctionError: Error {
  var message: String

  init(_ message: String) { self.message = message }
}

/// A function of Go templates. nil stands for "no value".
struct TemplateFunction: Sendable {
  typealias Body = @Sendable ([ParameterValue?], TemplateLimits) throws(FunctionError) -> ParameterValue?

  var arity: ClosedRange<Int>
  /// The truth of an argument that ends the evaluation; nil when all are evaluated.
  var shortCircuit: Bool?
  var body: Body

  init(_ arity: ClosedRange<Int>, shortCircuit: Bool? = nil, _ body: @escaping Body) {
    self.arity = arity
    self.shortCircuit = shortCircuit
    self.body = body
  }

  var arityText: String {
    if arity.upperBound == .max { return "at least \(arity.lowerBound)" }
    if arity.count == 1 { return "\(arity.lowerBound)" }
    return "\(arity.lowerBound) to \(arity.upperBound)"
  }
}

/// The functions that templates can call.
public enum TemplateFunctions {
  /// The names of all functions that are built, in order.
  public static let names: [String] = table.keys.sorted()

  static let table: [String: TemplateFunction] = builtIn.merging(texts) { first, _ in first }

  static func isBuilt(_ name: String) -> Bool { table[name] != nil }

  /// Whether Argo CD's ApplicationSets have a function of the name.
  static func isKnown(_ name: String) -> Bool { unbuilt.contains(name) }

  static func nearest(to name: String) -> String? { suggestion(for: name, among: table.keys) }

  /// Go's truth: nothing, false, 0 and everything empty is false.
  static func isTrue(_ value: ParameterValue?) -> Bool {
    switch value {
    case nil, .null: false
    case .boolean(let flag): flag
    case .integer(let number): number != 0
    case .decimal(let number): number != 0
    case .string(let text): !text.isEmpty
    case .list(let elements): !elements.isEmpty
    case .map(let values): !values.isEmpty
    }
  }

  /// Functions of Go, sprig and Argo CD that templates may name and this version does not have.
  private static let unbuilt: Set<String> = Set(
    """
    call html js urlquery abbrev abbrevboth adler32sum add add1 add1f addf ago all any append atoi b32dec b32enc \
    b64dec b64enc base bcrypt biggest buildCustomCert camelcase cat ceil chunk clean compact concat date dateInZone \
    dateModify date_in_zone date_modify decryptAES deepCopy deepEqual derivePassword dict dig dir div divf duration \
    durationRound encryptAES ext fail first float64 floor fromJson fromYaml fromYamlArray genCA genCAWithKey \
    genPrivateKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey get has hasKey hello \
    htmlDate htmlDateInZone htpasswd indent initial initials int int64 isAbs kebabcase keys kindIs kindOf last list \
    max maxf merge mergeOverwrite min minf mod mul mulf mustAppend mustChunk mustCompact mustDateModify mustDeepCopy \
    mustFirst mustFromJson mustHas mustInitial mustLast mustMerge mustMergeOverwrite mustPrepend mustPush \
    mustRegexFind mustRegexFindAll mustRegexMatch mustRegexReplaceAll mustRegexReplaceAllLiteral mustRegexSplit \
    mustRest mustReverse mustSlice mustToDate mustToJson mustToPrettyJson mustToRawJson mustUniq mustWithout \
    must_date_modify nindent nospace now omit osBase osClean osDir osExt osIsAbs pick pluck plural prepend push \
    randAlpha randAlphaNum randAscii randBytes randInt randNumeric regexFind regexFindAll regexMatch regexQuoteMeta \
    regexReplaceAll regexReplaceAllLiteral regexSplit repeat rest reverse round semver semverCompare seq set sha1sum \
    sha256sum sha512sum shuffle slugify snakecase sortAlpha split splitList splitn sub subf substr swapcase title \
    toDate toDecimal toJson toPrettyJson toRawJson toStrings toYaml trimall tuple typeIs typeIsLike typeOf uniq \
    unixEpoch unset until untilStep untitle urlJoin urlParse uuidv4 values without wrap wrapWith
    """.split(separator: " ").map(String.init))
}
