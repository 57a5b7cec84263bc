import FleetPostgres
import Foundation

/// Making and dropping databases, one statement at a time.
enum PostgresAdministration {
  /// A template may have no other user while it is copied: copies are made one after the other.
  private actor Copies {
    var last: Task<Void, any Error>?

    func copy(_ sql: String, url: String) async throws {
      let before = last
      let task = Task {
        _ = try? await before?.value
        try await run(sql, url: url)
      }
      last = task
      try await task.value
    }
  }

  private static let copies = Copies()

  static func create(_ name: String, from template: String, url: String) async throws {
    try await copies.copy(
      "CREATE DATABASE \(name) TEMPLATE \(template)", url: self.url(url, database: "postgres"))
  }

  static func run(_ sql: String, url: String) async throws { try await PostgresScript.run(sql, url: url) }

  /// The URL of another database of the same server.
  static func url(_ url: String, database: String) -> String {
    let start = url.range(of: "://").map { $0.upperBound } ?? url.startIndex
    let query = url[start...].firstIndex(of: "?") ?? url.endIndex
    let slash = url[start..<query].firstIndex(of: "/") ?? query
    return "\(url[..<slash])/\(database)\(url[query...])"
  }

  static func database(of url: String) -> String {
    let start = url.range(of: "://").map { $0.upperBound } ?? url.startIndex
    let query = url[start...].firstIndex(of: "?") ?? url.endIndex
    guard let slash = url[start..<query].firstIndex(of: "/") else { return "postgres" }
    return String(url[url.index(after: slash)..<query])
  }
}
