/// A metric that says whether a release is well: an Analysis document, frozen into a run at its start (R3, R20).
public struct Analysis: Hashable, Sendable, Codable {
  /// The owner.
  public var project: ProjectName
  /// The name, unique in its project.
  public var name: String
  /// Where Prometheus' API is, without `/api/v1`.
  public var url: String
  /// The stored credential with a bearer token under `token`; nil for none.
  public var credential: String?
  /// The query, with placeholders like `{{release}}`.
  public var query: String
  /// What every value must be.
  public var pass: Comparison
  /// What no value may be; nil means all that does not pass. Values in between are inconclusive.
  public var fail: Comparison?
  /// How often, and what follows.
  public var rule: CheckRule

  /// Makes an analysis.
  public init(
    project: ProjectName = .defaultProject, name: String, url: String, credential: String? = nil, query: String,
    pass: Comparison, fail: Comparison? = nil, rule: CheckRule = CheckRule()
  ) {
    self.project = project
    self.name = name
    self.url = url
    self.credential = credential
    self.query = query
    self.pass = pass
    self.fail = fail
    self.rule = rule
  }

  /// What values of the query come to. NaN is no value: a rate over nothing has nothing to say.
  public func judge(_ values: [Double]) -> CheckAnswer {
    let known = values.filter { !$0.isNaN }
    guard let worst = known.max(by: { badness($0) < badness($1) }) else {
      return CheckAnswer(.noData, message: values.isEmpty ? "the query found no series" : "the query found only NaN")
    }
    let verdict: CheckVerdict =
      switch badness(worst) {
      case 0: .pass
      case 1: .inconclusive
      default: .fail
      }
    let text = "\(worst)"
    let others = known.count > 1 ? "the worst of \(known.count) values" : ""
    switch verdict {
    case .pass, .noData, .error: return CheckAnswer(verdict, value: text, message: others)
    case .fail:
      let why = fail.map { "fails when \($0.text)" } ?? "must be \(pass.text)"
      return CheckAnswer(verdict, value: text, message: [others, why].filter { !$0.isEmpty }.joined(separator: ", "))
    case .inconclusive:
      let why = "neither \(pass.text)" + (fail.map { " nor \($0.text)" } ?? "")
      return CheckAnswer(verdict, value: text, message: [others, why].filter { !$0.isEmpty }.joined(separator: ", "))
    }
  }

  /// 0 passes, 1 is in between, 2 fails.
  private func badness(_ value: Double) -> Int {
    if let fail, fail.holds(for: value) { return 2 }
    if pass.holds(for: value) { return 0 }
    return fail == nil ? 2 : 1
  }
}

/// A comparison of a value with a number, like `< 0.01`.
public struct Comparison: Hashable, Sendable, Codable {
  /// How they are compared.
  public enum Relation: String, Hashable, Sendable, Codable, CaseIterable {
    case less = "<"
    case atMost = "<="
    case greater = ">"
    case atLeast = ">="
    case equal = "=="
    case notEqual = "!="
  }

  /// How they are compared.
  public var relation: Relation
  /// The number.
  public var number: Double

  /// Makes a comparison.
  public init(_ relation: Relation, _ number: Double) {
    self.relation = relation
    self.number = number
  }

  /// Reads `< 0.01`; nil for anything else.
  public init?(text: String) {
    let operators = Relation.allCases.map(\.rawValue).sorted { $0.utf8.count > $1.utf8.count }
    guard let found = operators.first(where: text.hasPrefix), let relation = Relation(rawValue: found) else {
      return nil
    }
    let rest = text.dropFirst(found.count).drop { $0 == " " }
    guard let number = Double(rest), number.isFinite else { return nil }
    self.init(relation, number)
  }

  /// As documents write it.
  public var text: String { "\(relation.rawValue) \(number)" }

  /// Whether it holds for a value.
  public func holds(for value: Double) -> Bool {
    switch relation {
    case .less: value < number
    case .atMost: value <= number
    case .greater: value > number
    case .atLeast: value >= number
    case .equal: value == number
    case .notEqual: value != number
    }
  }
}
