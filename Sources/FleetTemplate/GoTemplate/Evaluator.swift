/// Runs a Go template over its data.
struct Evaluator {
  private let parsed: ParsedTemplate
  private let missingKey: GoTemplate.MissingKey
  private let rendering: Rendering
  private let data: Value
  /// Templates, actions and parentheses inside one another.
  private var level = 0
  private var templateDepth = 0
  private var output: [UInt8] = []
  /// What `$` is.
  private var root: Value
  /// All other variables, innermost last.
  private var variables: [(name: String, value: Value)] = []

  init(_ parsed: ParsedTemplate, missingKey: GoTemplate.MissingKey, rendering: Rendering, data: Value) {
    self.parsed = parsed
    self.missingKey = missingKey
    self.rendering = rendering
    self.data = data
    root = data
  }

  mutating func run() throws(TemplateError) -> String {
    _ = try walk(parsed.statements, dot: data)
    return String(decoding: output, as: UTF8.self)
  }

  private enum Flow {
    case on
    case leave
    case proceed
  }

  /// An error with the names of all parameters and variables, unless it has better ones.
  func fail(
    _ message: String, at offset: Int, code: TemplateError.Code = .evaluation, key: String = "", scope: [String]? = nil
  ) -> TemplateError {
    var names = scope ?? []
    if scope == nil, code != .limit {
      if case .map(let map) = data { names = map.sortedKeys }
      names += Set(variables.map(\.name)).sorted()
    }
    return parsed.source.error(code, at: offset, message, key: key, scope: names)
  }

  private func step(at offset: Int) throws(TemplateError) {
    guard rendering.take() else {
      throw fail("the template does more than \(rendering.limits.steps) steps", at: offset, code: .limit)
    }
  }

  private mutating func enter(at offset: Int) throws(TemplateError) {
    level += 1
    guard level <= rendering.limits.depth * 4 else {
      throw fail("more than \(rendering.limits.depth) levels inside one another", at: offset, code: .limit)
    }
  }

  private func checkOutput(at offset: Int) throws(TemplateError) {
    guard output.count <= rendering.limits.outputBytes else {
      throw fail("the result is over \(rendering.limits.outputBytes) bytes", at: offset, code: .limit)
    }
  }

  private mutating func write(_ value: Value, at offset: Int) throws(TemplateError) {
    switch value {
    case .string(let text): output.append(contentsOf: text.utf8)
    case .missing, .null: output.append(contentsOf: "<no value>".utf8)
    default:
      do throws(FunctionError) {
        output.append(contentsOf: try Formatter.text(value, limit: rendering.limits.outputBytes))
      } catch {
        throw fail(error.message, at: offset, code: error.isLimit ? .limit : .evaluation)
      }
    }
    try checkOutput(at: offset)
  }
}

// Statements.
extension Evaluator {
  private mutating func walk(_ statements: [Statement], dot: Value) throws(TemplateError) -> Flow {
    for statement in statements {
      let flow = try walk(statement, dot: dot)
      if case .on = flow { continue }
      return flow
    }
    return .on
  }

  private mutating func walk(_ statement: Statement, dot: Value) throws(TemplateError) -> Flow {
    switch statement {
    case .text(let text):
      try step(at: 0)
      output.append(contentsOf: text)
      try checkOutput(at: 0)
    case .action(let pipeline):
      let value = try evaluate(pipeline, dot: dot)
      if pipeline.variables.isEmpty { try write(value, at: pipeline.offset) }
    case .condition(let branch): return try walk(branch, isWith: false, dot: dot)
    case .with(let branch): return try walk(branch, isWith: true, dot: dot)
    case .range(let branch): return try walkRange(branch, dot: dot)
    case .template(let call): try walkTemplate(call, dot: dot)
    case .leave: return .leave
    case .proceed: return .proceed
    }
    return .on
  }

  private mutating func walk(_ branch: Branch, isWith: Bool, dot: Value) throws(TemplateError) -> Flow {
    try enter(at: branch.pipeline.offset)
    let mark = variables.count
    defer {
      variables.removeSubrange(mark...)
      level -= 1
    }
    let value = try evaluate(branch.pipeline, dot: dot)
    guard value.isTrue else { return try walk(branch.otherwise, dot: dot) }
    return try walk(branch.body, dot: isWith ? value : dot)
  }

  private mutating func walkTemplate(_ call: TemplateCall, dot: Value) throws(TemplateError) {
    let offset = call.offset
    guard let body = parsed.definitions[call.name] else {
      throw fail("template \"\(call.name)\" not defined", at: offset)
    }
    templateDepth += 1
    defer { templateDepth -= 1 }
    guard templateDepth <= rendering.limits.depth else {
      throw fail("more than \(rendering.limits.depth) templates inside one another", at: offset, code: .limit)
    }
    try enter(at: offset)
    defer { level -= 1 }
    var data = Value.missing
    if let argument = call.argument { data = try evaluate(argument, dot: dot) }
    try step(at: offset)
    let outer = (root, variables)
    (root, variables) = (data, [])
    _ = try walk(body, dot: data)
    (root, variables) = outer
  }

  private mutating func walkRange(_ branch: Branch, dot: Value) throws(TemplateError) -> Flow {
    try enter(at: branch.pipeline.offset)
    let mark = variables.count
    defer {
      variables.removeSubrange(mark...)
      level -= 1
    }
    let value = try evaluate(branch.pipeline, dot: dot, bindsVariables: false)
    var isEmpty = true
    func flow(_ key: Value, _ element: Value, _ evaluator: inout Evaluator) throws(TemplateError) -> Flow {
      isEmpty = false
      return try evaluator.iterate(branch, key: key, element: element)
    }
    switch value {
    case .missing, .null: break
    case .list(let list):
      for index in 0..<list.count {
        if case .leave = try flow(.int(index), list[index], &self) { return .on }
      }
    case .map(let map):
      for key in map.sortedKeys {
        if case .leave = try flow(.string(key), map[key] ?? .null, &self) { return .on }
      }
    case .integer(let count, _):
      guard branch.pipeline.variables.count < 2 else {
        throw fail("range over an integer gives one variable, not two", at: branch.pipeline.offset)
      }
      var number: Int64 = 0
      while number < count {
        if case .leave = try flow(.missing, .integer(number, .int), &self) { return .on }
        number += 1
      }
    default: throw fail("range can't iterate over \(value.typeName)", at: branch.pipeline.offset)
    }
    return isEmpty ? try walk(branch.otherwise, dot: dot) : .on
  }

  private mutating func iterate(_ branch: Branch, key: Value, element: Value) throws(TemplateError) -> Flow {
    try step(at: branch.pipeline.offset)
    let mark = variables.count
    defer { variables.removeSubrange(mark...) }
    let names = branch.pipeline.variables
    if names.count == 2 {
      bind(names[0], key, isAssignment: branch.pipeline.isAssignment)
      bind(names[1], element, isAssignment: branch.pipeline.isAssignment)
    } else if names.count == 1 {
      bind(names[0], element, isAssignment: branch.pipeline.isAssignment)
    }
    return try walk(branch.body, dot: element)
  }

  private mutating func bind(_ name: String, _ value: Value, isAssignment: Bool) {
    if isAssignment, let index = variables.lastIndex(where: { $0.name == name }) {
      variables[index].value = value
    } else if isAssignment {
      root = value
    } else {
      variables.append((name, value))
    }
  }
}

// Values.
extension Evaluator {
  private mutating func evaluate(
    _ pipeline: Pipeline, dot: Value, bindsVariables: Bool = true
  ) throws(TemplateError) -> Value {
    try enter(at: pipeline.offset)
    defer { level -= 1 }
    var value: Value?
    for command in pipeline.commands {
      try step(at: pipeline.offset)
      value = try evaluate(command, final: value, pipeline: pipeline, dot: dot)
    }
    let result = value ?? .missing
    if bindsVariables {
      for name in pipeline.variables { bind(name, result, isAssignment: pipeline.isAssignment) }
    }
    return result
  }

  /// - Parameter final: the value of the command before in the pipeline, when there is one.
  private mutating func evaluate(
    _ command: Command, final: Value?, pipeline: Pipeline, dot: Value
  ) throws(TemplateError) -> Value {
    guard let first = command.operands.first else { return .missing }
    let rest = command.operands.dropFirst()
    let call = rest.isEmpty && final == nil ? nil : Call(operands: rest, final: final)
    switch first {
    case .function(let function, let offset):
      return try evaluate(function, call ?? Call(operands: [], final: nil), offset: offset, dot: dot)
    case .field(let names): return try fields(names, of: dot, call, dot: dot)
    case .variable(let variable, let names) where !names.isEmpty:
      return try fields(names, of: value(of: variable), call, dot: dot)
    case .chain(let inner, let names):
      return try fields(names, of: evaluate(inner, dot: dot), call, dot: dot)
    case .null: throw fail("nil is not a command", at: pipeline.offset)
    default:
      guard call == nil else {
        let offset = Self.offset(of: first) ?? pipeline.offset
        throw fail("this is no function, so it cannot be given arguments", at: offset)
      }
      return try evaluate(first, dot: dot)
    }
  }

  /// What a function or method is called with.
  private struct Call {
    var operands: ArraySlice<Operand>
    var final: Value?
  }

  private func value(of variable: VariableName) throws(TemplateError) -> Value {
    if let found = variables.last(where: { $0.name == variable.name }) { return found.value }
    guard variable.name == "$" else { throw fail("undefined variable \"\(variable.name)\"", at: variable.offset) }
    return root
  }

  private mutating func evaluate(_ operand: Operand, dot: Value) throws(TemplateError) -> Value {
    switch operand {
    case .dot: return dot
    case .null: return .null
    case .literal(let literal): return literal.value
    case .field(let names): return try fields(names, of: dot, nil, dot: dot)
    case .variable(let variable, let names): return try fields(names, of: value(of: variable), nil, dot: dot)
    case .function(let function, let offset):
      return try evaluate(function, Call(operands: [], final: nil), offset: offset, dot: dot)
    case .chain(let inner, let names): return try fields(names, of: evaluate(inner, dot: dot), nil, dot: dot)
    case .parenthesised(let pipeline): return try evaluate(pipeline, dot: dot)
    }
  }

  /// - Parameter call: the arguments of the last name, when it has any.
  private mutating func fields(
    _ names: [FieldName], of start: Value, _ call: Call?, dot: Value
  ) throws(TemplateError) -> Value {
    var value = start
    for (index, name) in names.enumerated() {
      try step(at: name.offset)
      let call = index == names.count - 1 ? call : nil
      switch value {
      case .map(let map):
        guard call == nil else {
          throw fail("\(name.name) is no method, so it cannot be given arguments", at: name.offset)
        }
        if let next = map[name.name] { value = next } else { value = try missing(name, map) }
      case .missing:
        if missingKey == .error {
          throw fail(
            "no parameter \"\(name.name)\"", at: name.offset, code: .missingKey, key: name.name, scope: [])
        }
      case .null:
        throw fail(
          "there is nothing to take .\(name.name) of", at: name.offset, code: .missingKey, key: name.name, scope: [])
      default: value = try method(name, of: value, call, dot: dot)
      }
    }
    return value
  }

  private func missing(_ name: FieldName, _ map: MapValue) throws(TemplateError) -> Value {
    switch missingKey {
    case .noValue: return .missing
    case .zero: return map.zero
    case .error:
      throw fail(
        "no parameter \"\(name.name)\"", at: name.offset, code: .missingKey, key: name.name, scope: map.sortedKeys)
    }
  }

  private mutating func method(
    _ name: FieldName, of value: Value, _ call: Call?, dot: Value
  ) throws(TemplateError) -> Value {
    var arguments: [Value] = []
    for operand in call?.operands ?? [] { arguments.append(try evaluate(operand, dot: dot)) }
    if let final = call?.final { arguments.append(final) }
    do throws(FunctionError) {
      guard let result = try Methods.call(name.name, of: value, Arguments(arguments, rendering)) else {
        throw FunctionError("can't take .\(name.name) of \(value.description)")
      }
      return result
    } catch {
      throw fail(error.message, at: name.offset, code: error.isLimit ? .limit : .evaluation)
    }
  }

  private mutating func evaluate(
    _ function: TemplateFunction, _ call: Call, offset: Int, dot: Value
  ) throws(TemplateError) -> Value {
    let count = call.operands.count + (call.final == nil ? 0 : 1)
    guard function.arity.contains(count) else {
      throw fail(
        "wrong number of arguments for \(function.name): \(count); expected \(function.arityText)", at: offset)
    }
    var arguments: [Value] = []
    arguments.reserveCapacity(count)
    for operand in call.operands {
      let value = try evaluate(operand, dot: dot)
      // `and` and `or` stop at the argument that decides.
      if let decides = function.shortCircuit, value.isTrue == decides { return value }
      arguments.append(value)
    }
    if let final = call.final { arguments.append(final) }
    do throws(FunctionError) {
      let result = try function.body(Arguments(arguments, rendering))
      try rendering.admit(result)
      return result
    } catch {
      throw fail("\(function.name): \(error.message)", at: offset, code: error.isLimit ? .limit : .evaluation)
    }
  }

  private static func offset(of operand: Operand) -> Int? {
    switch operand {
    case .field(let names), .chain(_, let names): names.first?.offset
    case .variable(let variable, _): variable.offset
    case .function(_, let offset): offset
    case .parenthesised(let pipeline): pipeline.offset
    case .dot, .null, .literal: nil
    }
  }
}
