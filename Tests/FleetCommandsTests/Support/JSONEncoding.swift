import Foundation

/// JSON in one place, so that tests of other files need no Foundation.
enum JSONEncoding {
  static func data(_ value: some Encodable) throws -> Data { try JSONEncoder().encode(value) }
}
