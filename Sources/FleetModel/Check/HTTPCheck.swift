/// A question to a program of the fleet's owner whether a stage may open or pass (R20).
public struct HTTPCheck: Hashable, Sendable, Codable {
  /// How it is asked.
  public enum Method: String, Hashable, Sendable, Codable, CaseIterable {
    /// Without a body.
    case get = "GET"
    /// With what it is about as JSON.
    case post = "POST"
  }

  /// The address, with placeholders like `{{release}}`.
  public var url: String
  /// How it is asked.
  public var method: Method
  /// The stored credential with a bearer token under `token`; nil for none.
  public var credential: String?
  /// How often, and what follows.
  public var rule: CheckRule

  /// Makes a check.
  public init(url: String, method: Method = .get, credential: String? = nil, rule: CheckRule = CheckRule()) {
    self.url = url
    self.method = method
    self.credential = credential
    self.rule = rule
  }
}

/// What a check is about: the values of the placeholders of queries and addresses.
public enum CheckPlaceholder: String, Sendable, CaseIterable {
  case project
  case fleetSet
  case rollout
  case stage
  case release

  /// The names of placeholders in a text that there are not.
  public static func unknown(in text: String) -> [String] {
    var names: [String] = []
    _ = replaced(in: text) { name in
      if CheckPlaceholder(rawValue: name) == nil { names.append(name) }
      return ""
    }
    return names
  }

  /// A text with the values in place of the placeholders.
  public static func filled(_ text: String, with values: [CheckPlaceholder: String]) -> String {
    replaced(in: text) { CheckPlaceholder(rawValue: $0).flatMap { values[$0] } ?? "" }
  }

  private static func replaced(in text: String, _ value: (String) -> String) -> String {
    var result = ""
    var rest = Substring(text)
    while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
      result += rest[..<open.lowerBound]
      result += value(rest[open.upperBound..<close.lowerBound].filter { $0 != " " })
      rest = rest[close.upperBound...]
    }
    return result + rest
  }
}
