/// What a Go template does, in order.
enum Statement: Sendable {
  case text([UInt8])
  /// Prints the pipeline's value, unless it declares or assigns.
  case action(Pipeline)
  case condition(Branch)
  case range(Branch)
  case with(Branch)
  case template(TemplateCall)
  case leave(offset: Int)
  case proceed(offset: Int)
}

/// A pipeline with what happens when its value is there and when it is not.
final class Branch: Sendable {
  let pipeline: Pipeline
  let body: [Statement]
  let otherwise: [Statement]

  init(pipeline: Pipeline, body: [Statement], otherwise: [Statement]) {
    self.pipeline = pipeline
    self.body = body
    self.otherwise = otherwise
  }
}

/// `{{template}}`, and what `{{block}}` leaves in its place.
final class TemplateCall: Sendable {
  let name: String
  let argument: Pipeline?
  let offset: Int

  init(name: String, argument: Pipeline?, offset: Int) {
    self.name = name
    self.argument = argument
    self.offset = offset
  }
}

/// Commands that hand their value on, and the variables that take the last one.
final class Pipeline: Sendable {
  let offset: Int
  /// Names with their `$`.
  let variables: [String]
  /// Whether the variables exist already (`=`) instead of being made (`:=`).
  let isAssignment: Bool
  let commands: [Command]

  init(offset: Int, variables: [String], isAssignment: Bool, commands: [Command]) {
    self.offset = offset
    self.variables = variables
    self.isAssignment = isAssignment
    self.commands = commands
  }
}

/// Operands side by side: a value, or a function or method with its arguments.
struct Command: Sendable {
  var operands: [Operand]
}

/// One operand.
enum Operand: Sendable {
  case dot
  case null
  case literal(Literal)
  /// `.a.b`
  case field(names: [FieldName])
  /// `$x.a.b`
  case variable(VariableName, names: [FieldName])
  case function(TemplateFunction, offset: Int)
  /// `(…).a.b`
  indirect case chain(Operand, names: [FieldName])
  case parenthesised(Pipeline)
}

/// `$x`
final class VariableName: Sendable {
  let name: String
  let offset: Int

  init(_ name: String, offset: Int) {
    self.name = name
    self.offset = offset
  }
}

/// A value that is written in the template.
enum Literal: Sendable {
  case boolean(Bool)
  case integer(Int64)
  case decimal(Double)
  case string(String)
  /// A text that escapes made no UTF-8.
  case bytes([UInt8])

  init(text: [UInt8]) { self = String(validating: text, as: UTF8.self).map { .string($0) } ?? .bytes(text) }

  var value: Value {
    switch self {
    case .boolean(let flag): .boolean(flag)
    case .integer(let number): .integer(number, .int)
    case .decimal(let number): .decimal(number)
    case .string(let text): .string(text)
    case .bytes(let bytes): .bytes(bytes)
    }
  }
}

/// A name after a dot.
struct FieldName: Sendable {
  var name: String
  var offset: Int
}
