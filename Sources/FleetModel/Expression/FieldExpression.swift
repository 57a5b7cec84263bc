/// What names fields of an object, or says something about them: the part of jq that Argo CD's users write.
///
/// `.spec.template.spec.containers[] | select(.name == "web") | .image` names fields;
/// `.status.ready < .spec.replicas` says something. docs/reference/health-and-drift.md has the language.
public indirect enum FieldExpression: Hashable, Sendable {
  /// One step into a value.
  public enum Step: Hashable, Sendable {
    /// `.name` or `["name"]`.
    case field(String)
    /// `[2]`; counted from the end when it is negative.
    case index(Int)
    /// `[]`.
    case each
  }

  /// A value that is written out.
  public enum Literal: Hashable, Sendable {
    case null
    case boolean(Bool)
    case number(Double)
    case text(String)
  }

  /// How two values are compared.
  public enum Comparison: String, Hashable, Sendable, CaseIterable {
    case equal = "=="
    case notEqual = "!="
    case atMost = "<="
    case atLeast = ">="
    case below = "<"
    case above = ">"
  }

  /// What is asked of a text, or of a map by `has`.
  public enum Function: String, Hashable, Sendable, CaseIterable {
    case startsWith = "startswith"
    case endsWith = "endswith"
    case contains
    case has
  }

  /// The values below the present one; itself without steps.
  case path([Step])
  /// A value that is written out.
  case literal(Literal)
  /// The second, about each value of the first.
  case pipe(FieldExpression, FieldExpression)
  /// The present value, if the condition holds for it.
  case select(FieldExpression)
  /// Whether two values compare so.
  case compare(FieldExpression, Comparison, FieldExpression)
  /// Whether both hold.
  case and(FieldExpression, FieldExpression)
  /// Whether one holds.
  case or(FieldExpression, FieldExpression)
  /// Whether the present value is false or null.
  case not
  /// What a function says about the present value.
  case call(Function, String)

  /// Whether it names fields, and not only values made of them.
  public var namesFields: Bool {
    switch self {
    case .path, .select: true
    case .pipe(let first, let second): first.namesFields && second.namesFields
    default: false
    }
  }
}

/// Why a text is no expression.
public struct FieldExpressionError: Error, Hashable, Sendable {
  /// What is wrong, and where in the text.
  public var message: String
  /// What to write instead.
  public var hint: String

  /// Makes an error.
  public init(message: String, hint: String) {
    self.message = message
    self.hint = hint
  }
}
