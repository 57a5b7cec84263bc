import CLibPQ

/// A connection for the time of one transaction or one statement. Calls block; it never leaves the closure and thread
/// that it is made for.
final class Session {
  private let connection: Connection
  private let flag: CancellationFlag?

  init(connection: Connection, flag: CancellationFlag?) {
    self.connection = connection
    self.flag = flag
  }

  /// Runs statements without parameters, for migrations.
  func script(_ sql: String) throws { try connection.script(sql) }

  /// The server's version, for example 150004.
  var serverVersion: Int { Int(connection.serverVersion) }

  /// Runs a statement and answers how many rows it changed, or found.
  @discardableResult
  func execute(_ statement: Statement, _ parameters: Parameter...) throws -> Int {
    try connection.execute(statement, parameters, flag: flag) { result in
      Int(String(cString: PQcmdTuples(result))) ?? 0
    }
  }

  /// Runs a statement and reads every row.
  func rows<Value>(
    _ statement: Statement, _ parameters: Parameter..., read: (inout Row) throws -> Value
  ) throws -> [Value] {
    try rows(statement, parameters, binary: false, read: read)
  }

  /// Runs a statement and reads its first row; nil when there is none.
  func first<Value>(
    _ statement: Statement, _ parameters: Parameter..., read: (inout Row) throws -> Value
  ) throws -> Value? {
    try rows(statement, parameters, binary: false, read: read).first
  }

  /// Runs a statement whose columns come in PostgreSQL's binary form, in which texts and bytes are as they are.
  func binaryRows<Value>(
    _ statement: Statement, _ parameters: Parameter..., read: (inout Row) throws -> Value
  ) throws -> [Value] {
    try rows(statement, parameters, binary: true, read: read)
  }

  /// Runs a statement and answers all columns as texts, NULL as an empty one.
  func textRows(_ statement: Statement) throws -> [[String]] {
    try connection.execute(statement, [], flag: flag) { result in
      try (0..<PQntuples(result)).map { index in
        var row = Row(result: result, row: index, statement: statement.name)
        return try (0..<PQnfields(result)).map { _ in try row.optionalText() ?? "" }
      }
    }
  }

  private func rows<Value>(
    _ statement: Statement, _ parameters: [Parameter], binary: Bool, read: (inout Row) throws -> Value
  ) throws -> [Value] {
    try connection.execute(statement, parameters, binaryResult: binary, flag: flag) { result in
      let count = PQntuples(result)
      var values: [Value] = []
      values.reserveCapacity(Int(count))
      for index in 0..<count {
        var row = Row(result: result, row: index, statement: statement.name)
        values.append(try read(&row))
      }
      return values
    }
  }
}
