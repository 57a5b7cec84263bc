/// A template that was read.
final class ParsedTemplate: Sendable {
  let source: TemplateSource
  let statements: [Statement]
  let definitions: [String: [Statement]]
  let functions: Set<String>
  let patterns: [String: Pattern]
  /// Whether functions are called that change maps in place, so that maps need copies that can be changed.
  let changesMaps: Bool

  init(
    source: TemplateSource, statements: [Statement], definitions: [String: [Statement]], functions: Set<String>,
    patterns: [String: Pattern]
  ) {
    self.source = source
    self.statements = statements
    self.definitions = definitions
    self.functions = functions
    self.patterns = patterns
    changesMaps = !functions.isDisjoint(with: TemplateFunctions.changing)
  }
}

/// Reads the tokens of a Go template. Whatever is wrong in itself (unknown functions and variables too) is found here,
/// before any parameter is known.
struct Parser {
  private let source: TemplateSource
  private let tokens: [Token]
  private let maximumDepth: Int
  private var index = 0
  private var depth = 0
  private var rangeDepth = 0
  /// Names of the variables in scope.
  private var variables = ["$"]
  private(set) var definitions: [String: [Statement]] = [:]
  /// The functions that are called somewhere.
  private var functions: Set<String> = []
  /// Regular expressions that are written as texts, read once for all renderings.
  private var patterns: [String: Pattern] = [:]
  /// How many instructions they have together; beyond a hundred thousand they are read in the rendering, as steps.
  private var patternSize = 0

  private init(_ source: TemplateSource, maximumDepth: Int) throws(TemplateError) {
    self.source = source
    self.maximumDepth = maximumDepth
    tokens = try Lexer.tokens(of: source)
  }

  /// The main template and the named ones.
  static func parse(_ source: TemplateSource, maximumDepth: Int) throws(TemplateError) -> ParsedTemplate {
    var parser = try Parser(source, maximumDepth: maximumDepth)
    let (statements, ending) = try parser.statements(isTopLevel: true)
    guard ending == .endOfText else {
      throw parser.fail("\"{{\(ending.rawValue)}}\" without an action that it could belong to")
    }
    // Argo CD gives every template this name, by which it can call itself.
    try parser.add(statements, named: "base", offset: 0)
    return ParsedTemplate(
      source: source, statements: parser.definitions["base"] ?? statements, definitions: parser.definitions,
      functions: parser.functions, patterns: parser.patterns)
  }

  private enum Ending: String {
    case endOfText = "end of the template"
    case end
    case otherwise = "else"
  }

  private var token: Token { tokens[min(index, tokens.count - 1)] }

  private mutating func advance() { index += 1 }

  private func fail(_ message: String, at offset: Int? = nil, code: TemplateError.Code = .syntax) -> TemplateError {
    source.error(code, at: offset ?? token.offset, message)
  }

  private mutating func enter() throws(TemplateError) {
    depth += 1
    guard depth <= maximumDepth else {
      throw fail("more than \(maximumDepth) actions or parentheses inside one another", code: .limit)
    }
  }

  private mutating func expectRightDelimiter(after what: String) throws(TemplateError) {
    guard case .rightDelimiter = token.kind else {
      throw fail("unexpected \(token.kind.description) after \(what)")
    }
    advance()
  }
}

// Statements.
extension Parser {
  /// Statements up to the end of the text, `{{end}}` or `{{else`; the ending's word is consumed, what follows it is not.
  private mutating func statements(
    isTopLevel: Bool = false
  ) throws(TemplateError) -> (statements: [Statement], ending: Ending) {
    try enter()
    defer { depth -= 1 }
    var statements: [Statement] = []
    while true {
      switch token.kind {
      case .end: return (statements, .endOfText)
      case .text(let text):
        statements.append(.text(Array(text.utf8)))
        advance()
      case .leftDelimiter:
        advance()
        if case .identifier(let word) = token.kind {
          if word == "end" || word == "else" {
            advance()
            if word == "end" { try expectRightDelimiter(after: "end") }
            return (statements, word == "end" ? .end : .otherwise)
          }
          if let statement = try keyword(word, isTopLevel: isTopLevel) {
            if case .some(let statement) = statement { statements.append(statement) }
            continue
          }
        }
        statements.append(.action(try pipeline(until: .rightDelimiter, in: "the action")))
      default: throw fail("unexpected \(token.kind.description)")
      }
    }
  }

  /// The statement that a keyword begins; `.some(nil)` for one that leaves none, nil for a word that is no keyword.
  private mutating func keyword(_ word: String, isTopLevel: Bool) throws(TemplateError) -> Statement?? {
    let offset = token.offset
    switch word {
    case "if":
      advance()
      return .some(.condition(try branch("if")))
    case "with":
      advance()
      return .some(.with(try branch("with")))
    case "range":
      advance()
      return .some(.range(try branch("range")))
    case "break", "continue":
      advance()
      guard rangeDepth > 0 else { throw fail("{{\(word)}} stands outside {{range}}", at: offset) }
      try expectRightDelimiter(after: word)
      return .some(word == "break" ? .leave(offset: offset) : .proceed(offset: offset))
    case "define":
      guard isTopLevel else { throw fail("{{define}} must not stand inside another action", at: offset) }
      advance()
      let name = try quotedName(after: "define")
      try expectRightDelimiter(after: "define \"\(name)\"")
      try define(name, offset: offset)
      return .some(nil)
    case "block":
      advance()
      let name = try quotedName(after: "block")
      let argument = try pipeline(until: .rightDelimiter, in: "block")
      try define(name, offset: offset)
      return .some(.template(TemplateCall(name: name, argument: argument, offset: offset)))
    case "template":
      advance()
      let name = try quotedName(after: "template")
      var argument: Pipeline?
      if case .rightDelimiter = token.kind {
        advance()
      } else {
        argument = try pipeline(until: .rightDelimiter, in: "template")
      }
      return .some(.template(TemplateCall(name: name, argument: argument, offset: offset)))
    default: return nil
    }
  }

  private mutating func quotedName(after word: String) throws(TemplateError) -> String {
    guard case .string(let name) = token.kind else { throw fail("expected a quoted name after \(word)") }
    advance()
    return name.text
  }

  private mutating func define(_ name: String, offset: Int) throws(TemplateError) {
    let outer = (variables, rangeDepth)
    (variables, rangeDepth) = (["$"], 0)
    let (body, ending) = try statements()
    guard ending == .end else { throw fail("the definition of \"\(name)\" is never closed by {{end}}", at: offset) }
    (variables, rangeDepth) = outer
    try add(body, named: name, offset: offset)
  }

  /// An empty definition does not replace another; two that are not empty exclude each other.
  private mutating func add(_ body: [Statement], named name: String, offset: Int) throws(TemplateError) {
    let old = definitions[name]
    if old.map(Self.isEmpty) ?? true {
      definitions[name] = body
    } else if !Self.isEmpty(body) {
      throw fail("the template \"\(name)\" is defined twice", at: offset)
    }
  }

  private static func isEmpty(_ body: [Statement]) -> Bool {
    body.allSatisfy { if case .text(let text) = $0 { text.allSatisfy(Lexer.isSpace) } else { false } }
  }

  private mutating func branch(_ word: String) throws(TemplateError) -> Branch {
    let offset = token.offset
    let outer = variables.count
    defer { variables.removeSubrange(outer...) }
    let condition = try pipeline(until: .rightDelimiter, in: word, isRange: word == "range")
    if word == "range" { rangeDepth += 1 }
    let (body, ending) = try statements()
    if word == "range" { rangeDepth -= 1 }
    var otherwise: [Statement] = []
    switch ending {
    case .endOfText: throw fail("{{\(word)}} is never closed by {{end}}", at: offset)
    case .end: break
    case .otherwise:
      if case .identifier(let next) = token.kind, next == word, word != "range" {
        advance()
        try enter()
        let inner = try branch(word)
        depth -= 1
        otherwise = [word == "if" ? .condition(inner) : .with(inner)]
      } else {
        try expectRightDelimiter(after: "else")
        let (last, lastEnding) = try statements()
        guard lastEnding == .end else { throw fail("{{\(word)}} is never closed by {{end}}", at: offset) }
        otherwise = last
      }
    }
    return Branch(pipeline: condition, body: body, otherwise: otherwise)
  }
}

// Pipelines.
extension Parser {
  private mutating func pipeline(
    until closing: Token.Kind, in context: String, isRange: Bool = false
  ) throws(TemplateError) -> Pipeline {
    try enter()
    defer { depth -= 1 }
    let offset = token.offset
    let (names, isAssignment) = try declarations(isRange: isRange)
    var commands: [Command] = []
    while true {
      let command = try command(in: context)
      if !commands.isEmpty, let first = command.operands.first {
        switch first {
        case .dot, .null, .literal:
          throw fail("a value cannot take the pipeline's value; only a function can", at: offset)
        default: break
        }
      }
      commands.append(command)
      if token.kind == .pipe {
        advance()
        // Go takes a pipe with nothing behind it.
        if token.kind == closing {
          advance()
          break
        }
      } else if token.kind == closing {
        advance()
        break
      } else {
        throw fail("unexpected \(token.kind.description) in \(context)")
      }
    }
    if !isAssignment { variables += names }
    guard variables.count <= Self.maximumVariables else {
      throw fail("more than \(Self.maximumVariables) variables at once", code: .limit)
    }
    return Pipeline(offset: offset, variables: names, isAssignment: isAssignment, commands: commands)
  }

  /// The variables that a pipeline sets, and whether they exist already.
  private mutating func declarations(isRange: Bool) throws(TemplateError) -> ([String], isAssignment: Bool) {
    let start = index
    var names: [String] = []
    while case .variable(let name) = token.kind {
      names.append(name)
      advance()
      if token.kind == .comma, isRange, names.count < 2 {
        advance()
      } else {
        break
      }
    }
    guard !names.isEmpty, token.kind == .declare || token.kind == .assign else {
      if names.count > 1 { throw fail("expected := after the variables of {{range}}") }
      index = start
      return ([], false)
    }
    let isAssignment = token.kind == .assign
    if isAssignment {
      for name in names where !variables.contains(name) { throw fail("undefined variable \"\(name)\"") }
    }
    advance()
    return (names, isAssignment)
  }

  private mutating func command(in context: String) throws(TemplateError) -> Command {
    var operands: [Operand] = []
    while let operand = try operand() {
      operands.append(operand)
      switch token.kind {
      case .pipe, .rightDelimiter, .rightParenthesis:
        readPattern(operands)
        return Command(operands: operands)
      default:
        guard token.isAfterSpace else { throw fail("unexpected \(token.kind.description) after an operand") }
      }
    }
    guard !operands.isEmpty else { throw fail("a value is missing in \(context)") }
    return Command(operands: operands)
  }

  /// A wrong expression is an error when it is used, as in Go.
  private mutating func readPattern(_ operands: [Operand]) {
    guard patternSize < 100_000, operands.count > 1, case .function(let function, _) = operands[0],
      function.takesPattern,
      case .literal(.string(let text)) = operands[1], patterns[text] == nil
    else { return }
    guard let pattern = try? Pattern(text) else {
      patternSize += text.utf8.count
      return
    }
    patternSize += pattern.program.count
    patterns[text] = pattern
  }

  private mutating func operand() throws(TemplateError) -> Operand? {
    let start = token
    guard let term = try term() else { return nil }
    var names: [FieldName] = []
    while case .field(let name) = token.kind, !token.isAfterSpace {
      names.append(FieldName(name: name, offset: token.offset))
      advance()
    }
    if names.isEmpty { return term }
    switch term {
    case .field(let first): return .field(names: first + names)
    case .variable(let variable, _): return .variable(variable, names: names)
    case .dot, .null, .literal: throw fail("unexpected . after \(start.kind.description)", at: names[0].offset)
    default: return .chain(term, names: names)
    }
  }

  private mutating func term() throws(TemplateError) -> Operand? {
    let current = token
    switch current.kind {
    case .identifier("true"), .identifier("false"):
      advance()
      return .literal(.boolean(current.kind == .identifier("true")))
    case .identifier("nil"):
      advance()
      return .null
    case .identifier(let name):
      let function = try function(name, offset: current.offset)
      functions.insert(name)
      advance()
      return .function(function, offset: current.offset)
    case .dot:
      advance()
      return .dot
    case .field(let name):
      advance()
      return .field(names: [FieldName(name: name, offset: current.offset)])
    case .variable(let name):
      guard variables.contains(name) else { throw fail("undefined variable \"\(name)\"") }
      advance()
      return .variable(VariableName(name, offset: current.offset), names: [])
    case .integer(let number):
      advance()
      return .literal(.integer(number))
    case .decimal(let number):
      advance()
      return .literal(.decimal(number))
    case .string(let text):
      advance()
      return .literal(Literal(text: text))
    case .leftParenthesis:
      advance()
      return .parenthesised(try pipeline(until: .rightParenthesis, in: "the parentheses"))
    default: return nil
    }
  }

  private func function(_ name: String, offset: Int) throws(TemplateError) -> TemplateFunction {
    if let function = TemplateFunctions.table[name] { return function }
    if let reason = TemplateFunctions.refused[name] {
      throw fail("the function \(name) is not available: \(reason)", at: offset, code: .notAvailable)
    }
    let near = TemplateFunctions.nearest(to: name).map { "; did you mean \($0)?" } ?? ""
    throw fail("function \"\(name)\" not defined\(near)", at: offset)
  }

  /// Variables are looked for one after the other.
  private static let maximumVariables = 1_000
}
