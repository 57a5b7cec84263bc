/// A parameter of a generator, as templates see it: a JSON value whose integers and decimals are kept apart.
public indirect enum ParameterValue: Hashable, Sendable {
  /// Nothing.
  case null
  /// True or false.
  case boolean(Bool)
  /// An integer.
  case integer(Int64)
  /// A number with a fraction or exponent.
  case decimal(Double)
  /// A text.
  case string(String)
  /// Values in order.
  case list([ParameterValue])
  /// Values by key.
  case map([String: ParameterValue])

  /// The text, when it is one.
  public var string: String? { if case .string(let text) = self { text } else { nil } }

  /// The values by key, when it is a map.
  public var map: [String: ParameterValue]? { if case .map(let values) = self { values } else { nil } }

  /// What it is, for messages.
  public var kindName: String {
    switch self {
    case .null: "nothing"
    case .boolean: "a boolean"
    case .integer: "an integer"
    case .decimal: "a decimal number"
    case .string: "a string"
    case .list: "a list"
    case .map: "a map"
    }
  }
}

extension ParameterValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A text.
  public init(stringLiteral value: String) { self = .string(value) }

  /// An integer.
  public init(integerLiteral value: Int64) { self = .integer(value) }

  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .boolean(value) }

  /// A list.
  public init(arrayLiteral elements: ParameterValue...) { self = .list(elements) }

  /// A map; of equal keys the last value stays.
  public init(dictionaryLiteral elements: (String, ParameterValue)...) {
    self = .map(Dictionary(elements, uniquingKeysWith: { $1 }))
  }
}
