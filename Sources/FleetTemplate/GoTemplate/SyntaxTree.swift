/// What a Go template does, in order.
indirect enum Statement: Hashable, Sendable {
  case text(String)
  /// Prints the pipeline's value, unless it declares or assigns.
  case action(Pipeline)
  case condition(Branch)
  case range(Branch)
  case with(Branch)
  case template(name: String, argument: Pipeline?, offset: Int)
  case leave(offset: Int)
  case proceed(offset: Int)
}

/// A pipeline with what happens when its value is there and when it is not.
struct Branch: Hashable, Sendable {
  var pipeline: Pipeline
  var body: [Statement]
  var otherwise: [Statement]
}

/// Commands that hand their value on, and the variables that take the last one.
struct Pipeline: Hashable, Sendable {
  var offset: Int
  /// Names with their `$`.
  var variables: [String]
  /// Whether the variables exist already (`=`) instead of being made (`:=`).
  var isAssignment: Bool
  var commands: [Command]
}

/// Operands side by side: a value, or a function with its arguments.
struct Command: Hashable, Sendable {
  var operands: [Operand]
}

/// One operand.
indirect enum Operand: Hashable, Sendable {
  case dot
  case null
  case literal(ParameterValue)
  /// `.a.b`
  case field(names: [FieldName])
  /// `$x.a.b`
  case variable(name: String, names: [FieldName], offset: Int)
  case function(name: String, offset: Int)
  /// `(…).a.b`
  case chain(Operand, names: [FieldName])
  case parenthesised(Pipeline)
}

/// A name after a dot.
struct FieldName: Hashable, Sendable {
  var name: String
  var offset: Int
}
