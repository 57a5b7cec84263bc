package import FleetPorts
import Logging

/// SQL that is no part of the store's work: for tests and for administration. Never call it with text from a user.
package enum PostgresScript {
  /// Runs a script on a connection of its own.
  package static func run(_ sql: String, url: String) async throws(StoreError) {
    let pool = Pool(url: url, size: 1, waitLimit: .seconds(30), logger: .silent)
    defer { pool.close() }
    try await pool.run(.single) { try $0.script(sql) }
  }

  /// Runs one query without parameters and answers its rows as texts.
  package static func rows(_ sql: String, url: String) async throws(StoreError) -> [[String]] {
    let pool = Pool(url: url, size: 1, waitLimit: .seconds(30), logger: .silent)
    defer { pool.close() }
    return try await pool.run(.single) { try $0.textRows(Statement("script", sql)) }
  }
}
