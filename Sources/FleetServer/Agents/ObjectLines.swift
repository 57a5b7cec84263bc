import FleetAPI
import FleetModel
import FleetPorts
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Answers in gzip, for whoever accepts them.
enum GzipAnswers {
  /// Answers below this many bytes stay as they are.
  static let shortest = 1_024

  /// Whether a request's `Accept-Encoding` lets its answer be in gzip.
  static func areAccepted(_ headers: HTTPFields) -> Bool {
    guard let accepted = headers[.acceptEncoding] else { return false }
    return accepted.lowercased().split(separator: ",").contains { part in
      let words = part.split(separator: ";").map { $0.filter { $0 != " " } }
      return words.first == "gzip"
        && !words.dropFirst().contains { $0.hasPrefix("q=0") && Double($0.dropFirst(2)) == 0 }
    }
  }
}

extension Reply {
  /// The same answer in gzip, unless it is a short one.
  func inGzip() throws -> Reply {
    guard let bytes, bytes.count >= GzipAnswers.shortest else { return self }
    var writer = try GzipWriter()
    var reply = self
    reply.body = .bytes(try writer.add(bytes, isLast: true))
    reply.headers[.contentEncoding] = "gzip"
    return reply
  }
}

/// Objects as they come from the store, a line each. Similar objects are many times shorter together than each for itself,
/// so what is sent is compressed as one stream, not put together from what the database has compressed.
struct ObjectLines: Sendable {
  let store: any ControlStore
  let digests: [Digest]
  let isCompressed: Bool
  let logger: Logger

  /// How many objects are in memory at a time.
  private static let pageSize = 50

  /// Begins the answer when the first objects are there, so that a digest without an object is an error.
  func reply() async throws -> Reply {
    let first = try await page(0)
    var headers: HTTPFields = [.contentType: ObjectsResponse.lines, .vary: "Accept-Encoding"]
    if isCompressed { headers[.contentEncoding] = "gzip" }
    return Reply(
      status: 200, headers: headers,
      body: .stream(ResponseBody { writer in try await write(to: &writer, first: first) }))
  }

  private func page(_ start: Int) async throws -> [UInt8] {
    let part = Array(digests[start..<min(start + Self.pageSize, digests.count)])
    var lines: [UInt8] = []
    for text in try await store.objects(part) {
      lines += text
      lines.append(UInt8(ascii: "\n"))
    }
    return lines
  }

  private func write(to writer: inout any ResponseBodyWriter, first: [UInt8]) async throws {
    var gzip = isCompressed ? try GzipWriter() : nil
    var lines = first
    var start = Self.pageSize
    while true {
      let isLast = start >= digests.count
      let bytes = try gzip?.add(lines, isLast: isLast) ?? lines
      try await writer.write(ByteBuffer(bytes: bytes))
      guard !isLast else { break }
      do { lines = try await page(start) } catch {
        // The connection ends here; the agent asks for what it has not got.
        logger.info("an answer with objects is cut short", metadata: ["error": "\(error)"])
        throw error
      }
      start += Self.pageSize
    }
    try await writer.finish(nil)
  }
}
