/// An SQL statement with the name under which every connection prepares it once.
struct Statement: Hashable, Sendable {
  /// The name, unique in the program, for example `work.claim`.
  let name: String
  /// The text, with parameters `$1`, `$2` …
  let sql: String

  init(_ name: String, _ sql: String) {
    self.name = name
    self.sql = sql
  }
}
