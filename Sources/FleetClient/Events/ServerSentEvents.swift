/// One event of a `text/event-stream`.
struct ServerSentEvent: Hashable, Sendable {
  /// The `event:` line; `message` when there was none.
  var name = "message"
  /// The `data:` lines, joined by line feeds.
  var data = ""
  /// The last `id:` seen on the stream; nil before the first.
  var lastID: String?
}

/// Takes bytes of a `text/event-stream` as they come and gives events (WHATWG HTML, "Server-sent events").
struct ServerSentEventParser: Sendable {
  /// The `id:` to resume after.
  private(set) var lastID: String?
  /// The server's wish for the pause before a reconnect, in milliseconds.
  private(set) var retryMilliseconds: Int?
  private var line: [UInt8] = []
  private var previousWasCarriageReturn = false
  private var name = ""
  private var data: [String] = []

  /// A line longer than this is not one of ours; what came so far is dropped.
  private static let longestLineBytes = 4 * 1024 * 1024

  init(lastID: String? = nil) { self.lastID = lastID }

  /// Takes bytes; returns the events that they complete.
  mutating func feed(_ bytes: some Sequence<UInt8>) -> [ServerSentEvent] {
    var events: [ServerSentEvent] = []
    for byte in bytes {
      defer { previousWasCarriageReturn = byte == UInt8(ascii: "\r") }
      switch byte {
      case UInt8(ascii: "\n") where previousWasCarriageReturn: continue
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        if let event = endLine() { events.append(event) }
      default:
        if line.count < Self.longestLineBytes { line.append(byte) }
      }
    }
    return events
  }

  /// Forgets a half-received event, as a new connection must; the place to resume stays.
  mutating func startOver() {
    line = []
    name = ""
    data = []
    previousWasCarriageReturn = false
  }

  private mutating func endLine() -> ServerSentEvent? {
    defer { line.removeAll(keepingCapacity: true) }
    guard !line.isEmpty else { return dispatch() }
    guard line.first != UInt8(ascii: ":") else { return nil }
    let colon = line.firstIndex(of: UInt8(ascii: ":"))
    let field = String(decoding: line[..<(colon ?? line.endIndex)], as: UTF8.self)
    var rest = colon.map { line[($0 + 1)...] } ?? []
    if rest.first == UInt8(ascii: " ") { rest = rest.dropFirst() }
    let value = String(decoding: rest, as: UTF8.self)
    switch field {
    case "event": name = value
    case "data": data.append(value)
    case "id": if !value.utf8.contains(0) { lastID = value.isEmpty ? nil : value }
    case "retry": if let milliseconds = Int(value), milliseconds >= 0 { retryMilliseconds = milliseconds }
    default: break
    }
    return nil
  }

  private mutating func dispatch() -> ServerSentEvent? {
    defer {
      name = ""
      data = []
    }
    guard !data.isEmpty || !name.isEmpty else { return nil }
    return ServerSentEvent(name: name.isEmpty ? "message" : name, data: data.joined(separator: "\n"), lastID: lastID)
  }
}
