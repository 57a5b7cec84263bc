/// Kubernetes' label selector: every label and every expression must hold; an empty selector matches everything.
public struct LabelSelector: Hashable, Sendable, Codable {
  /// Labels that must be present with exactly these values.
  public var matchLabels: [String: String]
  /// Further conditions.
  public var matchExpressions: [LabelRequirement]

  /// Makes a selector.
  public init(matchLabels: [String: String] = [:], matchExpressions: [LabelRequirement] = []) {
    self.matchLabels = matchLabels
    self.matchExpressions = matchExpressions
  }

  /// Decodes a selector; both parts may be absent.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    matchLabels = try container.decodeIfPresent([String: String].self, forKey: .matchLabels) ?? [:]
    matchExpressions = try container.decodeIfPresent([LabelRequirement].self, forKey: .matchExpressions) ?? []
  }

  /// Whether it has no condition at all.
  public var isEmpty: Bool { matchLabels.isEmpty && matchExpressions.isEmpty }

  /// Whether the labels meet every condition.
  public func matches(_ labels: [String: String]) -> Bool {
    matchLabels.allSatisfy { labels[$0.key] == $0.value } && matchExpressions.allSatisfy { $0.matches(labels) }
  }

  /// The selector as one line, in the syntax of `kubectl -l`.
  public var text: String {
    let equalities = matchLabels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return (equalities + matchExpressions.map(\.text)).joined(separator: ",")
  }
}

/// One condition of a label selector.
public struct LabelRequirement: Hashable, Sendable, Codable {
  /// How a label is judged.
  public enum Operator: String, Sendable, Codable, CaseIterable {
    /// The label is present and its value is listed.
    case isIn = "In"
    /// The label is absent or its value is not listed.
    case isNotIn = "NotIn"
    /// The label is present.
    case exists = "Exists"
    /// The label is absent.
    case doesNotExist = "DoesNotExist"
  }

  /// The label's key.
  public var key: String
  /// How the label is judged.
  public var `operator`: Operator
  /// The values for `In` and `NotIn`; empty for the others.
  public var values: [String]

  /// Makes a condition.
  public init(key: String, operator: Operator, values: [String] = []) {
    self.key = key
    self.operator = `operator`
    self.values = values
  }

  /// Decodes a condition; `values` may be absent.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    key = try container.decode(String.self, forKey: .key)
    self.operator = try container.decode(Operator.self, forKey: .operator)
    values = try container.decodeIfPresent([String].self, forKey: .values) ?? []
  }

  /// Whether the labels meet this condition.
  public func matches(_ labels: [String: String]) -> Bool {
    switch self.operator {
    case .isIn: labels[key].map(values.contains) ?? false
    case .isNotIn: labels[key].map { !values.contains($0) } ?? true
    case .exists: labels[key] != nil
    case .doesNotExist: labels[key] == nil
    }
  }

  /// The condition in the syntax of `kubectl -l`.
  public var text: String {
    switch self.operator {
    case .isIn: "\(key) in (\(values.joined(separator: ",")))"
    case .isNotIn: "\(key) notin (\(values.joined(separator: ",")))"
    case .exists: key
    case .doesNotExist: "!\(key)"
    }
  }
}
