import Manifest

/// Cuts the stream of a watch into events: one JSON document a line.
///
/// Used by one iterator at a time; a class because an existential iterator cannot be advanced in place in an enum.
final class Events {
  private var chunks: any AsyncIteratorProtocol<[UInt8], any Error>
  private var buffer: [UInt8] = []
  private var start = 0
  private(set) var count = 0
  /// No object of Kubernetes is near this size.
  private static let longestLine = 32 << 20

  init(_ chunks: any AsyncSequence<[UInt8], any Error> & Sendable) { self.chunks = Self.iterator(chunks) }

  private static func iterator(
    _ chunks: some AsyncSequence<[UInt8], any Error>
  ) -> any AsyncIteratorProtocol<[UInt8], any Error> {
    chunks.makeAsyncIterator()
  }

  /// The next event; nil at the end of the stream.
  func next() async throws -> Node? {
    while true {
      if let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(buffer[start..<end])
        start = end + 1
        if line.isEmpty { continue }
        count += 1
        do { return try JSON.parse(line) } catch {
          throw KubeError(.unreadable, message: "a watch event is not JSON")
        }
      }
      buffer.removeSubrange(..<start)
      start = 0
      guard buffer.count < Self.longestLine else {
        throw KubeError(.unreadable, message: "a watch event is over \(Self.longestLine) bytes")
      }
      guard let chunk = try await advance() else { return nil }
      buffer += chunk
    }
  }

  private func advance() async throws -> [UInt8]? { try await chunks.next(isolation: nil) }
}
