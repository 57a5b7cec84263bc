/// Runs a Go template over its data. nil is Go's "no value": what a missing key yields.
struct Evaluator {
  private let template: GoTemplate
  private let limits: TemplateLimits
  private var stepsLeft: Int
  private var depth = 0
  private var output: [UInt8] = []
  /// Innermost last.
  private var variables: [(name: String, value: ParameterValue?)]

  init(template: GoTemplate, limits: TemplateLimits, data: ParameterValue) {
    self.template = template
    self.limits = limits
    stepsLeft = limits.steps
    variables = [("$", data)]
  }

  mutating func run() throws(TemplateError) -> String {
    _ = try walk(template.statements, dot: variables[0].value)
    return String(decoding: output, as: UTF8.self)
  }

  private enum Flow {
    case on
    case leave
    case proceed
  }

  private func fail(
    _ message: String, at offset: Int, code: TemplateError.Code = .evaluation, key: String = "", scope: [String] = []
  ) -> TemplateError {
    template.source.error(code, at: offset, message, key: key, scope: scope)
  }

  private mutating func step(at offset: Int) throws(TemplateError) {
    stepsLeft -= 1
    guard stepsLeft >= 0 else {
      throw fail("the template does more than \(limits.steps) steps", at: offset, code: .limit)
    }
  }

  private mutating func write(_ text: String, at offset: Int) throws(TemplateError) {
    output.append(contentsOf: text.utf8)
    guard output.count <= limits.outputBytes else {
      throw fail("the result is over \(limits.outputBytes) bytes", at: offset, code: .limit)
    }
  }
}

// Statements.
extension Evaluator {
  private mutating func walk(_ statements: [Statement], dot: ParameterValue?) throws(TemplateError) -> Flow {
    for statement in statements {
      let flow = try walk(statement, dot: dot)
      if case .on = flow { continue }
      return flow
    }
    return .on
  }

  private mutating func walk(_ statement: Statement, dot: ParameterValue?) throws(TemplateError) -> Flow {
    switch statement {
    case .text(let text):
      try step(at: 0)
      try write(text, at: 0)
    case .action(let pipeline):
      let value = try evaluate(pipeline, dot: dot)
      if pipeline.variables.isEmpty { try write(Self.printed(value), at: pipeline.offset) }
    case .condition(let branch), .with(let branch):
      let mark = variables.count
      defer { variables.removeSubrange(mark...) }
      let value = try evaluate(branch.pipeline, dot: dot)
      guard TemplateFunctions.isTrue(value) else { return try walk(branch.otherwise, dot: dot) }
      if case .with = statement { return try walk(branch.body, dot: value) }
      return try walk(branch.body, dot: dot)
    case .range(let branch): return try walkRange(branch, dot: dot)
    case .template(let name, let argument, let offset):
      try walkTemplate(name, argument: argument, offset: offset, dot: dot)
    case .leave: return .leave
    case .proceed: return .proceed
    }
    return .on
  }

  private mutating func walkTemplate(
    _ name: String, argument: Pipeline?, offset: Int, dot: ParameterValue?
  ) throws(TemplateError) {
    guard let body = template.definitions[name] else { throw fail("template \"\(name)\" not defined", at: offset) }
    depth += 1
    defer { depth -= 1 }
    guard depth <= limits.depth else {
      throw fail("more than \(limits.depth) templates inside one another", at: offset, code: .limit)
    }
    var data: ParameterValue?
    if let argument { data = try evaluate(argument, dot: dot) }
    let outer = variables
    variables = [("$", data)]
    _ = try walk(body, dot: data)
    variables = outer
  }

  private mutating func walkRange(_ branch: Branch, dot: ParameterValue?) throws(TemplateError) -> Flow {
    let mark = variables.count
    defer { variables.removeSubrange(mark...) }
    let value = try evaluate(branch.pipeline, dot: dot, bindsVariables: false)
    let entries = try rangeEntries(value, at: branch.pipeline.offset)
    guard !entries.isEmpty else { return try walk(branch.otherwise, dot: dot) }
    let names = branch.pipeline.variables
    for (key, element) in entries {
      try step(at: branch.pipeline.offset)
      let inner = variables.count
      defer { variables.removeSubrange(inner...) }
      let values = names.count == 2 ? [key, element] : [element]
      for (name, value) in zip(names, values) {
        bind(name, value, isAssignment: branch.pipeline.isAssignment)
      }
      if case .leave = try walk(branch.body, dot: element) { break }
    }
    return .on
  }

  private func rangeEntries(
    _ value: ParameterValue?, at offset: Int
  ) throws(TemplateError) -> [(key: ParameterValue, element: ParameterValue)] {
    switch value {
    case nil, .null: return []
    case .list(let elements): return elements.enumerated().map { (.integer(Int64($0.offset)), $0.element) }
    case .map(let values):
      return values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { (.string($0.key), $0.value) }
    case .integer(let count):
      guard count <= Int64(limits.steps) else {
        throw fail("a range over \(count) is beyond \(limits.steps) steps", at: offset, code: .limit)
      }
      return (0..<max(0, count)).map { (.integer($0), .integer($0)) }
    case .some(let other): throw fail("range can't iterate over \(other.kindName)", at: offset)
    }
  }

  private mutating func bind(_ name: String, _ value: ParameterValue?, isAssignment: Bool) {
    if isAssignment, let index = variables.lastIndex(where: { $0.name == name }) {
      variables[index].value = value
    } else {
      variables.append((name, value))
    }
  }

  static func printed(_ value: ParameterValue?) -> String {
    switch value {
    case nil, .null: "<no value>"
    case .some(let value): value.text
    }
  }
}

// Values.
extension Evaluator {
  private mutating func evaluate(
    _ pipeline: Pipeline, dot: ParameterValue?, bindsVariables: Bool = true
  ) throws(TemplateError) -> ParameterValue? {
    depth += 1
    defer { depth -= 1 }
    guard depth <= limits.depth * 3 else {
      throw fail("more than \(limits.depth) levels inside one another", at: pipeline.offset, code: .limit)
    }
    var value: ParameterValue?
    for (index, command) in pipeline.commands.enumerated() {
      try step(at: pipeline.offset)
      value = try evaluate(command, final: index == 0 ? nil : .some(value), pipeline: pipeline, dot: dot)
    }
    if bindsVariables {
      for name in pipeline.variables { bind(name, value, isAssignment: pipeline.isAssignment) }
    }
    return value
  }

  /// - Parameter final: the value of the command before in the pipeline, when there is one.
  private mutating func evaluate(
    _ command: Command, final: ParameterValue??, pipeline: Pipeline, dot: ParameterValue?
  ) throws(TemplateError) -> ParameterValue? {
    guard let first = command.operands.first else { return nil }
    if case .function(let name, let offset) = first {
      return try call(name, command.operands.dropFirst(), final: final, offset: offset, dot: dot)
    }
    guard command.operands.count == 1, final == nil else {
      throw fail("this is no function, so it cannot be given arguments", at: Self.offset(of: first) ?? pipeline.offset)
    }
    if case .null = first { throw fail("nil is not a command", at: pipeline.offset) }
    return try evaluate(first, dot: dot)
  }

  private mutating func evaluate(_ operand: Operand, dot: ParameterValue?) throws(TemplateError) -> ParameterValue? {
    switch operand {
    case .dot: return dot
    case .null: return .null
    case .literal(let value): return value
    case .field(let names): return try fields(names, of: dot)
    case .variable(let name, let names, let offset):
      guard let variable = variables.last(where: { $0.name == name }) else {
        throw fail("undefined variable \"\(name)\"", at: offset)
      }
      return try fields(names, of: variable.value)
    case .function(let name, let offset): return try call(name, [], final: nil, offset: offset, dot: dot)
    case .chain(let inner, let names): return try fields(names, of: evaluate(inner, dot: dot))
    case .parenthesised(let pipeline): return try evaluate(pipeline, dot: dot)
    }
  }

  private mutating func fields(_ names: [FieldName], of start: ParameterValue?) throws(TemplateError) -> ParameterValue?
  {
    var value = start
    for name in names {
      try step(at: name.offset)
      switch value {
      case .map(let values):
        if let next = values[name.name] {
          value = next
        } else {
          value = try missing(name, scope: values.keys.sorted())
        }
      case nil:
        if template.missingKey == .error { _ = try missing(name, scope: []) }
        value = nil
      case .null:
        throw fail("there is nothing to take .\(name.name) of", at: name.offset, code: .missingKey, key: name.name)
      case .some(let other): throw fail("can't take .\(name.name) of \(other.kindName)", at: name.offset)
      }
    }
    return value
  }

  private func missing(_ name: FieldName, scope: [String]) throws(TemplateError) -> ParameterValue? {
    switch template.missingKey {
    case .noValue: return nil
    case .zero: return .null
    case .error:
      throw fail("no parameter \"\(name.name)\"", at: name.offset, code: .missingKey, key: name.name, scope: scope)
    }
  }

  private mutating func call(
    _ name: String, _ operands: ArraySlice<Operand>, final: ParameterValue??, offset: Int, dot: ParameterValue?
  ) throws(TemplateError) -> ParameterValue? {
    guard let function = TemplateFunctions.table[name] else {
      throw fail("function \"\(name)\" not defined", at: offset)
    }
    let count = operands.count + (final == nil ? 0 : 1)
    guard function.arity.contains(count) else {
      throw fail("wrong number of arguments for \(name): \(count); expected \(function.arityText)", at: offset)
    }
    var arguments: [ParameterValue?] = []
    for operand in operands {
      let value = try evaluate(operand, dot: dot)
      // `and` and `or` stop at the argument that decides.
      if let decides = function.shortCircuit, TemplateFunctions.isTrue(value) == decides { return value }
      arguments.append(value)
    }
    if let final { arguments.append(final) }
    do throws(FunctionError) {
      let result = try function.body(arguments, limits)
      if case .string(let text) = result, text.utf8.count > limits.outputBytes {
        throw FunctionError("its result is over \(limits.outputBytes) bytes")
      }
      return result
    } catch {
      throw fail("\(name): \(error.message)", at: offset)
    }
  }

  private static func offset(of operand: Operand) -> Int? {
    switch operand {
    case .field(let names), .chain(_, let names): names.first?.offset
    case .variable(_, _, let offset), .function(_, let offset): offset
    case .parenthesised(let pipeline): pipeline.offset
    case .dot, .null, .literal: nil
    }
  }
}
