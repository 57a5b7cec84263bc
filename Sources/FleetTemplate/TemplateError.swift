/// A template is not well-formed, or cannot be rendered with the given parameters.
public struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of error it is.
  public enum Code: String, Sendable {
    /// The text is no template of the language.
    case syntax
    /// It is one, but uses something that this version does not have.
    case notAvailable
    /// A parameter is not there.
    case missingKey
    /// The values do not fit what is done with them.
    case evaluation
    /// A limit of steps, depth or output size was reached.
    case limit
  }

  /// What kind of error it is.
  public var code: Code
  /// The line in the template from 1.
  public var line: Int
  /// The column in the line from 1, in characters.
  public var column: Int
  /// What is wrong.
  public var message: String
  /// The parameter that is not there; empty for other errors.
  public var key: String
  /// The names that are there, in order: for a missing parameter the keys of the map that was asked, for other errors
  /// of evaluation all parameters, and the variables.
  public var scope: [String]

  /// Makes an error.
  public init(code: Code, line: Int, column: Int, message: String, key: String = "", scope: [String] = []) {
    self.code = code
    self.line = line
    self.column = column
    self.message = message
    self.key = key
    self.scope = scope
  }

  /// The place, what is wrong, and what there is: instead of a missing parameter, or to work with.
  public var description: String {
    let text = "line \(line), column \(column): \(message)"
    let names = scope.prefix(30).joined(separator: ", ") + (scope.count > 30 ? ", …" : "")
    switch code {
    case .missingKey: return text + (scope.isEmpty ? " (there are no parameters here)" : " (there are: \(names))")
    case .evaluation: return text + (scope.isEmpty ? "" : " (parameters: \(names))")
    case .syntax, .notAvailable, .limit: return text
    }
  }
}

/// How much a template may do. Counted in steps and bytes, never in time, so that every machine decides alike.
public struct TemplateLimits: Hashable, Sendable {
  /// Nodes evaluated.
  public var steps: Int
  /// Bytes of the result, and of every text made on the way.
  public var outputBytes: Int
  /// Templates inside templates, and parentheses inside parentheses.
  public var depth: Int

  /// Makes limits; 100,000 steps, 1 MiB and 100 levels if nothing is said.
  public init(steps: Int = 100_000, outputBytes: Int = 1 << 20, depth: Int = 100) {
    self.steps = steps
    self.outputBytes = outputBytes
    self.depth = depth
  }
}

/// A template's text as bytes, with the places of offsets.
struct TemplateSource: Sendable, Hashable {
  var bytes: [UInt8]

  init(_ text: String) { bytes = Array(text.utf8) }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  func error(
    _ code: TemplateError.Code, at offset: Int, _ message: String, key: String = "", scope: [String] = []
  ) -> TemplateError {
    let before = bytes[..<min(offset, bytes.count)]
    let line = before.count { $0 == 10 } + 1
    let start = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
    let column = String(decoding: before[start...], as: UTF8.self).count + 1
    return TemplateError(code: code, line: line, column: column, message: message, key: key, scope: scope)
  }
}
