import FleetTemplate
import Manifest

/// What one run through the template gets.
struct ParameterSet: Hashable, Sendable {
  /// By name; names are flat (`metadata.labels.x`) in fasttemplate and nested in Go templates.
  var parameters: [String: ParameterValue]
  var source: TargetOrigin.Source
}

extension ParameterValue {
  /// A document's value as a parameter.
  init(_ node: Node) {
    switch node.value {
    case .null: self = .null
    case .boolean(let flag): self = .boolean(flag)
    case .integer(let number): self = .integer(number)
    case .decimal(let number): self = .decimal(number)
    case .string(let text): self = .string(text)
    case .array(let elements): self = .list(elements.map { ParameterValue($0) })
    case .object(let object): self = .map(Self.parameters(object))
    }
  }

  /// The entries of an object as parameters.
  static func parameters(_ object: Object) -> [String: ParameterValue] {
    Dictionary(object.entries.map { ($0.key, ParameterValue($0.value)) }, uniquingKeysWith: { $1 })
  }
}

extension [String: ParameterValue] {
  /// The values under dotted keys (`a.b`, list elements as `a.0`), all as text (GENERATORS 2.4 and 2.10). Empty maps and
  /// lists leave nothing.
  var flattened: [String: String] {
    var result: [String: String] = [:]
    result.reserveCapacity(count)
    for (key, value) in self { Self.flatten(value, under: key, into: &result) }
    return result
  }

  private static func flatten(_ value: ParameterValue, under key: String, into result: inout [String: String]) {
    switch value {
    case .map(let values): for (part, value) in values { flatten(value, under: key + "." + part, into: &result) }
    case .list(let elements):
      for (index, value) in elements.enumerated() { flatten(value, under: "\(key).\(index)", into: &result) }
    case .string(let text): result[key] = text
    default: result[key] = value.text
    }
  }

  /// These parameters with others over them: maps in both are joined in the same way, everything else is replaced.
  func overridden(by others: [String: ParameterValue]) -> [String: ParameterValue] {
    merging(others) { own, other in
      guard case .map(let mine) = own, case .map(let theirs) = other else { return other }
      return .map(mine.overridden(by: theirs))
    }
  }

  /// Both, all as text; nil with the key of the first value that they do not agree on.
  func combined(with others: [String: ParameterValue]) throws(DifferentValues) -> [String: ParameterValue] {
    var result = mapValues { $0.string == nil ? ParameterValue.string($0.text) : $0 }
    var different: DifferentValues?
    for (key, value) in others {
      let text = value.string ?? value.text
      if let own = result[key]?.string, own != text, different.map({ key < $0.key }) ?? true {
        different = DifferentValues(key: key, first: own, second: text)
      }
      result[key] = .string(text)
    }
    if let different { throw different }
    return result
  }
}

/// Two children of a matrix give one parameter different values, which fasttemplate has no place for.
struct DifferentValues: Error, CustomStringConvertible {
  var key: String
  var first: String
  var second: String

  var description: String { "two generators give \"\(key)\" different values: \"\(first)\" and \"\(second)\"" }
}
