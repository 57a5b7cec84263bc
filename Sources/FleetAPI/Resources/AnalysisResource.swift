public import FleetModel

/// A metric that gates refer to: `GET …/analyses`.
public struct AnalysisResource: WireValue {
  /// The owner.
  public var project: ProjectName
  /// The name.
  public var name: String
  /// Where Prometheus' API is.
  public var url: String
  /// The stored credential that it is asked with; empty for none.
  public var credential: String
  /// The query.
  public var query: String
  /// What every value must be.
  public var pass: String
  /// What no value may be; empty when that is all that does not pass.
  public var fail: String
  /// How many measurements must pass.
  public var count: Int
  /// How many may fail.
  public var failures: Int
  /// How many in a row without data, or with an error, are tried again.
  public var retries: Int
  /// The time between two measurements.
  public var intervalMilliseconds: Int64
  /// How long one may take.
  public var timeoutMilliseconds: Int64
  /// What follows `inconclusive`, `noData` and `error`: `halt`, `fail` or `wait`.
  public var consequences: [String: String]
  /// Raised by every change.
  public var generation: Int64
  /// The document; absent in lists.
  public var document: JSONValue?

  /// Makes a value.
  public init(
    project: ProjectName, name: String, url: String, credential: String, query: String, pass: String, fail: String,
    count: Int, failures: Int, retries: Int, intervalMilliseconds: Int64, timeoutMilliseconds: Int64,
    consequences: [String: String], generation: Int64, document: JSONValue? = nil
  ) {
    self.project = project
    self.name = name
    self.url = url
    self.credential = credential
    self.query = query
    self.pass = pass
    self.fail = fail
    self.count = count
    self.failures = failures
    self.retries = retries
    self.intervalMilliseconds = intervalMilliseconds
    self.timeoutMilliseconds = timeoutMilliseconds
    self.consequences = consequences
    self.generation = generation
    self.document = document
  }

  /// An example.
  public static var example: Self {
    Self(
      project: "default", name: "error-rate", url: "https://prometheus.example.com", credential: "prometheus",
      query: "sum(rate(errors_total[5m]))", pass: "< 0.01", fail: ">= 0.05", count: 5, failures: 0, retries: 3,
      intervalMilliseconds: 30_000, timeoutMilliseconds: 10_000,
      consequences: ["inconclusive": "halt", "noData": "halt", "error": "halt"], generation: 1,
      document: .object(["kind": .string("Analysis")]))
  }
}
