import CLibPQ
import FleetModel
import FleetPorts

/// One row of a result, read column by column from the left. Valid only inside the closure that it is passed to.
struct Row {
  private let result: OpaquePointer
  private let row: Int32
  private let statement: String
  private var column: Int32 = 0

  init(result: OpaquePointer, row: Int32, statement: String) {
    self.result = result
    self.row = row
    self.statement = statement
  }

  /// The bytes of the next column; nil for NULL.
  mutating func optionalBytes() throws -> UnsafeBufferPointer<UInt8>? {
    guard column < PQnfields(result) else { throw unreadable("there are fewer columns than are read") }
    defer { column += 1 }
    guard PQgetisnull(result, row, column) == 0, let value = PQgetvalue(result, row, column) else { return nil }
    let count = Int(PQgetlength(result, row, column))
    return UnsafeBufferPointer(start: UnsafeRawPointer(value).assumingMemoryBound(to: UInt8.self), count: count)
  }

  mutating func optionalText() throws -> String? {
    try optionalBytes().map { String(decoding: $0, as: UTF8.self) }
  }

  mutating func text() throws -> String { try present(optionalText()) }

  mutating func optionalInt() throws -> Int64? {
    guard let text = try optionalText() else { return nil }
    guard let value = Int64(text) else { throw unreadable("'\(text)' is not a number") }
    return value
  }

  mutating func int() throws -> Int64 { try present(optionalInt()) }
  mutating func count() throws -> Int { Int(try int()) }
  mutating func bool() throws -> Bool { try text() == "t" }
  mutating func id<Kind>() throws -> Identifier<Kind> { Identifier(try int()) }
  mutating func optionalID<Kind>() throws -> Identifier<Kind>? { try optionalInt().map { Identifier($0) } }
  mutating func name<Kind>() throws -> Name<Kind> { Name(try text()) }
  mutating func instant() throws -> Instant { Instant(millisecondsSinceEpoch: try int()) }
  mutating func optionalInstant() throws -> Instant? {
    try optionalInt().map { Instant(millisecondsSinceEpoch: $0) }
  }

  mutating func optionalDigest() throws -> Digest? {
    guard let text = try optionalText() else { return nil }
    guard let digest = Digest(hexadecimal: String(text.dropFirst(2))) else {
      throw unreadable("'\(text)' is not a digest")
    }
    return digest
  }

  mutating func digest() throws -> Digest { try present(optionalDigest()) }

  mutating func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
    try decoded(type, text())
  }

  mutating func optionalJSON<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value? {
    try optionalText().map { try decoded(type, $0) }
  }

  /// A text that is one of an enumeration's raw values.
  mutating func raw<Value: RawRepresentable>(_ type: Value.Type = Value.self) throws -> Value
  where Value.RawValue == String {
    let text = try text()
    guard let value = Value(rawValue: text) else { throw unreadable("'\(text)' is not a \(type)") }
    return value
  }

  mutating func condition() throws -> Condition {
    Condition(isReady: try bool(), reason: try text(), message: try text(), since: try instant())
  }

  private func decoded<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    do {
      return try JSONText.decode(type, from: text)
    } catch {
      throw unreadable("its JSON is not a \(type): \(error)")
    }
  }

  private func present<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw unreadable("it is NULL") }
    return value
  }

  private func unreadable(_ why: String) -> StoreError {
    StoreError(.internal, "column \(column) of \(statement) cannot be read: \(why)")
  }
}
