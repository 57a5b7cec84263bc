import FleetModel

/// What functions do with values that do not fit.
struct FunctionError: Error {
  var message: String
  /// Whether a limit was reached.
  var isLimit: Bool

  init(_ message: String, isLimit: Bool = false) {
    self.message = message
    self.isLimit = isLimit
  }
}

/// One run of a template: what may still be done, and what was made on the way.
final class Rendering {
  let limits: TemplateLimits
  let environment: TemplateEnvironment
  /// How many levels of lists and maps values may have; documents have at most 100.
  static let maximumValueDepth = 256

  private(set) var stepsLeft: Int
  private var bytesLeft: Int
  /// Every changeable map of this run. They may hold one another in circles and chains, so they are emptied at the end.
  private var boxes: [MapBox] = []
  /// Patterns of this run that were not written into the template.
  private var patterns: [String: Pattern] = [:]
  private var chance: Chance?
  private let parsed: ParsedTemplate

  init(_ parsed: ParsedTemplate, limits: TemplateLimits, environment: TemplateEnvironment) {
    self.parsed = parsed
    self.limits = limits
    self.environment = environment
    stepsLeft = limits.steps
    let (bytes, overflow) = limits.outputBytes.multipliedReportingOverflow(by: 16)
    bytesLeft = overflow ? .max : bytes
  }

  /// Breaks circles of maps; nothing may be read afterwards.
  func end() {
    for box in boxes { box.values = [:] }
    boxes = []
  }

  /// Takes steps; false when there are none left.
  func take(_ steps: Int = 1) -> Bool {
    stepsLeft -= steps
    return stepsLeft >= 0
  }

  /// Takes steps for what a function does.
  func spend(_ steps: Int) throws(FunctionError) {
    guard take(steps) else {
      throw FunctionError("the template does more than \(limits.steps) steps", isLimit: true)
    }
  }

  /// Checks the size and nesting of a value that a function made.
  func admit(_ value: Value) throws(FunctionError) {
    let size = value.size
    guard size <= limits.outputBytes || !value.isText else {
      throw FunctionError("its result is over \(limits.outputBytes) bytes", isLimit: true)
    }
    bytesLeft -= size
    guard bytesLeft >= 0 else {
      throw FunctionError("the template makes more than 16 times \(limits.outputBytes) bytes", isLimit: true)
    }
    guard value.depth <= Self.maximumValueDepth else { throw Self.tooDeep }
  }

  /// Refuses what would be made before it is made.
  func reserve(_ bytes: Int) throws(FunctionError) {
    guard bytes <= limits.outputBytes else {
      throw FunctionError("its result is over \(limits.outputBytes) bytes", isLimit: true)
    }
  }

  static let tooDeep = FunctionError(
    "lists and maps are more than \(maximumValueDepth) levels deep", isLimit: true)

  /// A new changeable map.
  func map(_ values: [String: Value], holdsTexts: Bool = false) -> Value {
    let box = MapBox(values, holdsTexts: holdsTexts)
    boxes.append(box)
    return .map(.box(box))
  }

  /// A parameter with all its maps changeable: what templates get that change maps.
  func thawed(_ parameter: ParameterValue) -> Value {
    switch parameter {
    case .list(let elements): .list(elements.map { thawed($0) })
    case .map(let values): map(values.mapValues { thawed($0) })
    default: Value(parameter)
    }
  }

  func pattern(_ source: String) throws(FunctionError) -> Pattern {
    if let known = parsed.patterns[source] ?? patterns[source] { return known }
    let pattern: Pattern
    do throws(PatternError) {
      pattern = try Pattern(source)
    } catch {
      throw FunctionError(error.message)
    }
    try spend(pattern.program.count / 16)
    if patterns.count >= 16 { patterns = [:] }
    patterns[source] = pattern
    return pattern
  }

  /// The next number of chance, the same in every run for the same set, target and template.
  func draw() throws(FunctionError) -> UInt64 {
    guard let seed = environment.seed else {
      throw FunctionError("there is no chance here: only a target's fields have something that it can be drawn from")
    }
    var source = chance ?? Chance(seed: seed, template: parsed.source.bytes)
    defer { chance = source }
    return source.next()
  }

  func now() throws(FunctionError) -> TimeValue {
    guard let now = environment.now else {
      throw FunctionError("there is no time here: only a target's fields have the commit's")
    }
    return TimeValue(now)
  }
}

/// Bytes that functions write, up to a limit.
struct TextBuffer {
  private(set) var bytes: [UInt8] = []
  let limit: Int

  init(limit: Int) { self.limit = limit }

  mutating func append(_ text: String) throws(FunctionError) {
    bytes.append(contentsOf: text.utf8)
    try check()
  }

  mutating func append(_ more: some Collection<UInt8>) throws(FunctionError) {
    bytes.append(contentsOf: more)
    try check()
  }

  mutating func append(_ byte: UInt8) throws(FunctionError) {
    bytes.append(byte)
    try check()
  }

  mutating func append(repeating byte: UInt8, count: Int) throws(FunctionError) {
    guard count > 0 else { return }
    guard count <= limit - bytes.count else { throw overflow }
    bytes.append(contentsOf: repeatElement(byte, count: count))
  }

  private func check() throws(FunctionError) {
    guard bytes.count <= limit else { throw overflow }
  }

  var overflow: FunctionError { FunctionError("its result is over \(limit) bytes", isLimit: true) }

  var value: Value { .text(bytes) }
}
