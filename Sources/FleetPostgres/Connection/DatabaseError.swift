import FleetPorts

/// What libpq or the server answered instead of rows.
struct DatabaseError: Error, CustomStringConvertible {
  /// The SQLSTATE; empty when the connection itself broke.
  var sqlState: String
  /// The server's first line, without values of parameters.
  var message: String
  /// The constraint that was violated; empty for none.
  var constraint: String = ""
  /// The statement's name.
  var statement: String = ""

  var description: String { "\(statement): \(message) (SQLSTATE \(sqlState.isEmpty ? "none" : sqlState))" }

  /// Whether nothing can be sent through this connection any more.
  var isConnectionLost: Bool {
    sqlState.isEmpty || sqlState.hasPrefix("08") || ["57P01", "57P02", "57P03"].contains(sqlState)
  }

  /// Whether the same transaction may well succeed when it is run again (serialization failure, deadlock).
  var isTransient: Bool { sqlState == "40001" || sqlState == "40P01" }

  /// Whether a row with the same key is there already.
  var isDuplicate: Bool { sqlState == "23505" }

  /// What the caller of the store should do about it.
  var storeError: StoreError {
    if isConnectionLost { return StoreError(.unavailable, "PostgreSQL is not reachable: \(message)") }
    if isTransient { return StoreError(.lostRace, "the transaction lost against others too often; \(self)") }
    if sqlState == "22021" || sqlState == "22P05" {
      return StoreError(.invalid, "a text has a character that cannot be stored, such as U+0000")
    }
    switch sqlState.prefix(2) {
    case "53", "55": return StoreError(.unavailable, "PostgreSQL is busy: \(self)")
    case "57": return StoreError(.unavailable, "the statement was stopped: \(self)")
    case "25" where sqlState == "25006":
      return StoreError(.unavailable, "PostgreSQL is read-only, perhaps a standby: \(self)")
    default: return StoreError(.internal, "\(self)")
    }
  }
}
